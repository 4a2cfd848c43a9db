"""Stalls of the event loop while the next images are segmented ahead: ``python benchmarks/look_ahead.py``.

The window runs on four copies of the demo image with the embedded model; a timer without delay is asked how long it had
to wait, first while nothing happens, then while two images are segmented ahead. What the thread waited for a core, on a
machine that is busy with other things, is told apart.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from clocks import keep_settings_in, load_of_machine, queued
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from cpsam_core.demo import demo_image
from cpsam_gui.actions.install import make_window
from cpsam_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

STALL_SECONDS = 0.05
LIMIT_SECONDS = 300.0
IDLE_SECONDS = 10.0


class Loop:
    """Turns the event loop and notes how long each turn took, and how much of it was waiting for a core."""

    def __init__(self, app: QApplication) -> None:
        self._app, self._last, self._queued = app, time.perf_counter(), queued()
        self._waits: list[float] = []
        self._own: list[float] = []
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)

    def _tick(self) -> None:
        now, waited = time.perf_counter(), queued()
        self._waits.append(now - self._last)
        self._own.append(max(now - self._last - (waited - self._queued), 0.0))
        self._last, self._queued = now, waited

    def until(self, done: Callable[[], bool], seconds: float = LIMIT_SECONDS) -> None:
        """Turn until something is done, or for so long."""
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self._app.processEvents()

    def measured(self, done: Callable[[], bool], seconds: float = LIMIT_SECONDS) -> str:
        """Turn so, and return the stalls in words."""
        self._waits.clear()
        self._own.clear()
        self._last, self._queued = time.perf_counter(), queued()
        begun = time.monotonic()
        self._timer.start(0)
        self.until(done, seconds)
        self._timer.stop()
        words = f"{time.monotonic() - begun:.1f} s, {_said(self._waits)}"
        return f"{words}; without waiting for a core {_said(self._own)}"


def _said(waits: list[float]) -> str:
    over = sum(wait > STALL_SECONDS for wait in waits)
    return f"{over} stalls over 50 ms, longest {1000 * max(waits):.0f} ms"


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as home:
        keep_settings_in(home)
        app = QApplication([])
        folder = Path(home) / "images"
        folder.mkdir()
        source = demo_image()
        for number in range(4):
            shutil.copy(source, folder / f"{number}{source.suffix}")
        measure(Loop(app), folder)


def measure(loop: Loop, folder: Path) -> None:
    """Open the folder, segment the first image, look ahead, and open the second."""
    window = make_window(Session())
    session = window.session
    choices = session.persistence.preferences
    window.show()
    window.open_folder(folder)
    loop.until(lambda: len(session.folder.now.states) == 4)
    choices.now = choices.now.changed(look_ahead=False, autosave=False)
    session.segmenting.segment()
    loop.until(lambda: bool(session.document.objects) and session.jobs.idle)
    loop.until(lambda: False, 1.0)
    print("nothing happens:", loop.measured(lambda: False, IDLE_SECONDS))
    choices.now = choices.now.changed(look_ahead=True)
    print("looking ahead:  ", loop.measured(lambda: len(session.look_ahead.ready) == 2))
    session.document.mark_saved()
    first, begun = session.path, time.monotonic()
    window.open_neighbour(1)
    loop.until(lambda: session.path != first and bool(session.document.objects))
    print(f"next image, with {len(session.document.objects)} masks: {time.monotonic() - begun:.2f} s")
    session.document.mark_saved()
    window.close()
    print(load_of_machine())


if __name__ == "__main__":
    main()
