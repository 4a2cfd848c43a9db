"""The window's speed, without a screen: a table in Markdown.

Usage: python benchmarks/window.py [ROW ...] [--side 8192] [--objects 10000]

ROW is one or more of: dab sizes edit threshold run landing start memory many huge; the default is all but the last
two. Times are from the event to what it causes being painted; on a machine that has other work, "computing" says what
the program itself takes.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from clocks import keep_settings_in, load_of_machine
from PyQt6.QtWidgets import QApplication
from stage import begin_table, cells, close_window, look, open_window, picture, report, settle, spread, timed
from window_edits import dab, edit, sizes, strokes
from window_runs import landing, run, threshold

from cpsam_gui.style import theme

CHILD = """
import time
from cpsam_gui import app
real = app.show
def show(*args, **kwargs):
    from PyQt6.QtWidgets import QApplication
    def shown(*_):
        QApplication.processEvents()
        print(time.time())
        # As a person ends it: a window that only goes would take running threads with it.
        for window in QApplication.topLevelWidgets():
            window.close()
        return 0
    QApplication.exec = shown
    return real(*args, **kwargs)
app.show = show
raise SystemExit(app.main([]))
"""


def start(side: int, objects: int) -> None:
    """From the command to the painted window, in a process of its own."""
    times = []
    for _ in range(6):
        begin = time.time()
        done = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True)
        times.append(float(done.stdout.split()[-1]) - begin)
    report(
        "command to painted window", f"median {np.median(times[1:]):.2f} s, best {min(times):.2f} s", "1.5 s"
    )


def memory(side: int, objects: int) -> None:
    """Bytes a pixel of a window that has looked at everything, and after 200 edits."""
    before = _resident()
    labels = cells(side, objects)
    window = open_window(picture(labels), labels)
    pixels = side * side
    opened = _resident() - before
    for scale in (1.0, 4.0):
        for place in np.linspace(0.1, 0.9, 12) * side:
            look(window, place, place, scale)
    looked = _resident() - before
    strokes(window, side, 1.0)
    edited = _resident() - before
    report(
        "memory: uint16 image and labels (6 bytes) open / looked around / after 500 dabs",
        " / ".join(f"{value / pixels:.1f}" for value in (opened, looked, edited)) + " bytes a pixel",
    )
    close_window(window)


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def many(side: int, objects: int) -> None:
    """The rows of editing with 200,000 objects."""
    dab(side, 200_000)
    edit(side, 200_000)
    landing(side, 200_000)


def huge(side: int, objects: int) -> None:
    """An image of 40,000 x 40,000 (uint8) with 10,000 objects: opening, looking, painting."""
    side = 40_000
    labels = cells(side, objects)
    image = picture(labels, dtype=np.uint8)
    window = open_window(image, labels)
    times = []
    for scale in (800 / side, 0.1, 1.0, 4.0):
        look(window, side / 2, side / 2, scale)
        for _ in range(10):
            camera = window.session.view.camera.pan(150, 150)
            times.append(timed(lambda: setattr(window.session.view, "camera", camera)))  # noqa: B023
            settle(60)
    report(f"{side} x {side}: pan by 150 screen pixels", spread(times))
    report(f"{side} x {side}: brush dab at 1:1", spread(strokes(window, side, 1.0)), "2 / 16 ms")
    close_window(window)


ROWS = {row.__name__: row for row in (dab, sizes, edit, threshold, run, landing, start, memory, many, huge)}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=" ".join(ROWS))
    parser.add_argument("--side", type=int, default=8192)
    parser.add_argument("--objects", type=int, default=10_000)
    args = parser.parse_args()
    app = QApplication([])
    theme.apply(app)
    with tempfile.TemporaryDirectory() as folder:
        keep_settings_in(folder)
        begin_table()
        for name in args.rows or [row for row in ROWS if row not in ("many", "huge")]:
            ROWS[name](args.side, args.objects)
    print(f"\n{load_of_machine()}")


if __name__ == "__main__":
    main()
