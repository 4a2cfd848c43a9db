"""The window on images larger than memory: a table in Markdown.

Usage: python benchmarks/large.py SLIDE [SLIDE ...] [--small]

The slides are made by `large_image.py`. Times are from the event to what it causes being painted; on a machine that has
other work, "computing" says what the drawing thread itself takes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("CPSAM_JOURNAL", tempfile.mkdtemp())

import numpy as np
import psutil
from clocks import keep_settings_in
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication
from stage import Stalls, Took, begin_table, mouse, report, settle, spread, timed, wait

from cpsam_gui.actions.install import make_window
from cpsam_gui.app import keep_strokes_smooth
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.state.view import Camera
from cpsam_gui.tasks import large

PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)


def opened(window: Any, slide: Path) -> float:
    """Open a slide; return the seconds until it can be worked on."""
    done: list[int] = []
    start = time.perf_counter()
    window.session.images.open(slide, lambda: done.append(1))
    wait(lambda: bool(done))
    return time.perf_counter() - start


def saved(window: Any) -> float:
    """Save; return the seconds."""
    done: list[int] = []
    start = time.perf_counter()
    window.session.persistence.save(lambda: done.append(1))
    wait(lambda: bool(done))
    return time.perf_counter() - start


def pan(window: Any, side: int) -> list[Took]:
    """Move over places that were not seen before, at full resolution, then out and in."""
    times = []
    for step in range(100):
        camera = Camera(side / 2 + step * 60, side / 2 + step * 40, 1.0)
        times.append(timed(lambda: setattr(window.session.view, "camera", camera)))  # noqa: B023
        settle(15)
    for step in range(40):
        camera = Camera(side / 2, side / 2, 0.01 * 1.17**step)
        times.append(timed(lambda: setattr(window.session.view, "camera", camera)))  # noqa: B023
        settle(15)
    return times


def strokes(window: Any, side: int, count: int = 20) -> list[Took]:
    """Paint strokes at places far apart."""
    times: list[Took] = []
    rng = np.random.default_rng(2)
    window.session.gestures.use("brush")
    window.session.view.brush_diameter = 16
    for _ in range(count):
        y, x = (float(value) for value in rng.uniform(300, side - 300, 2))
        window.session.view.camera = Camera(y, x, 2.0)
        settle(60)
        times.append(timed(lambda: mouse(window, PRESS, y, x)))  # noqa: B023 - called at once
        for step in range(15):
            times.append(timed(lambda: mouse(window, MOVE, y + step, x + 2 * step)))  # noqa: B023
        times.append(timed(lambda: mouse(window, RELEASE, y + 15, x + 30)))  # noqa: B023
    return times


def measure(window: Any, slide: Path) -> None:
    """Print the rows of one slide."""
    process = psutil.Process()
    before = process.memory_info().rss
    report(f"{slide.name}: open", f"{opened(window, slide):.2f} s", "2 s")
    session, side = window.session, window.session.document.shape[1]
    stalls = Stalls()
    with stalls.watch():
        wait(lambda: window.canvas.layers.settled)
    report(f"{slide.name}: overview drawn, longest stall", f"{stalls.longest:.0f} ms", "50 ms")
    report(f"{slide.name}: pan and zoom", spread(pan(window, side)), "50 ms")
    report(f"{slide.name}: event of a stroke", spread(strokes(window, side)), "16 ms")
    undone = [timed(session.edits.undo) for _ in range(10)]
    redone = [timed(session.edits.redo) for _ in range(10)]
    report(f"{slide.name}: undo", spread(undone), "30 ms")
    report(f"{slide.name}: redo", spread(redone), "30 ms")
    saved(window)
    strokes(window, side, 1)
    report(f"{slide.name}: save after one stroke", f"{saved(window):.2f} s", "1 s")
    extra = process.memory_info().rss - before
    report(f"{slide.name}: memory", f"{extra / 1e6:.0f} MB", "1000 MB")
    again = opened(window, slide)
    report(
        f"{slide.name}: open with its project",
        f"{again:.2f} s, {len(session.document.objects)} objects",
        "2 s",
    )


def main() -> None:
    """Measure the slides that are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slides", type=Path, nargs="+")
    parser.add_argument(
        "--small", action="store_true", help="keep every slide in its file, whatever its size"
    )
    given = parser.parse_args()
    if given.small:
        large.LARGE_PIXELS = 1
    keep_settings_in(tempfile.mkdtemp())
    app = QApplication([])
    window = make_window()
    window.session.persistence.preferences.now = Preferences(autosave=False)
    window.resize(1360, 860)
    window.show()
    keep_strokes_smooth(window)
    settle()
    begin_table()
    for slide in given.slides:
        measure(window, slide)
    window.session.document.mark_saved()
    window.close()
    app.processEvents()
    # The widgets of a program that ends are nobody's concern.
    os._exit(0)


if __name__ == "__main__":
    main()
