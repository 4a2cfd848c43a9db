"""What `window.py` and others measure on: made-up images of any size, a window without a screen, times, a table."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PyQt6.QtCore import QEvent, QPointF, Qt, QTimer
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication

from cpsam_core.images import Image
from cpsam_gui import tasks
from cpsam_gui.actions.install import make_window
from cpsam_gui.app import keep_strokes_smooth
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from cpsam_gui.state.view import Camera
from cpsam_gui.window.window import Window

NO_BUTTON, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def cells(side: int, count: int) -> np.ndarray:
    """Return labels (1, side, side) uint32 with `count` ellipses that do not touch, numbered from 1."""
    labels = np.zeros((side, side), np.int32)
    rng = np.random.default_rng(0)
    rows = int(np.ceil(np.sqrt(count)))
    pitch = side / rows
    for number in range(count):
        middle = [int(pitch * (place + 0.5)) for place in (number % rows, number // rows)]
        axes = tuple(int(value) for value in pitch * rng.uniform(0.25, 0.45, 2))
        cv2.ellipse(labels, middle, axes, float(rng.uniform(0, 180)), 0, 360, number + 1, -1)
    return labels.view(np.uint32)[None]


def picture(labels: np.ndarray, path: Path | None = None, dtype: Any = np.uint16) -> Image:
    """Return a gray image of bright cells on noise; nothing need exist at `path`."""
    rng = np.random.default_rng(1)
    block = rng.integers(20, 60, (512, 512), dtype=dtype)  # noise of one block, repeated, is quick
    repeats = [-(-length // 512) for length in labels.shape[1:]]
    pixels = np.tile(block, repeats)[: labels.shape[1], : labels.shape[2]]
    pixels += ((labels[0] > 0) * 120).astype(dtype)
    return Image(pixels[None, ..., None], "YX", True, ("gray",), 0.5, path=path)


def file_of_none() -> Path:
    """Return where an image might lie, so that its window keeps a journal; `clocks.keep_settings_in` goes before."""
    return Path(tempfile.mkdtemp(dir=Path(os.environ["CPSAM_JOURNAL"]).parent)) / "none.tif"


def open_window(
    image: Image, labels: np.ndarray | None, segmenter: Any = None, size: tuple[int, int] = (1360, 860)
) -> Window:
    """Return a shown window with an image and its masks."""
    window = make_window(Session(Models(lambda name, progress: segmenter)) if segmenter is not None else None)
    window.resize(*size)
    window.show()
    opened = tasks.prepare(image)
    if labels is not None:
        found = tasks.MaskResult(labels, tasks.records_of(labels))
        opened = replace(opened, found=found, masks_from=Path("masks.tif"))
    window.session.images.show(opened)
    keep_strokes_smooth(window)
    settle()
    return window


def close_window(window: Window) -> None:
    """Close it without a question."""
    window.session.document.mark_saved()
    window.close()
    window.deleteLater()
    settle()


def settle(milliseconds: int = 120) -> None:
    """Let timers run out and everything be painted."""
    end = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < end:
        QApplication.processEvents()


def wait(ready: Callable[[], bool], seconds: float = 600) -> None:
    """Run the event loop until `ready`."""
    end = time.perf_counter() + seconds
    while not ready():
        if time.perf_counter() > end:
            raise TimeoutError
        QApplication.processEvents()
        time.sleep(0.0005)


def look(window: Window, y: float, x: float, scale: float) -> None:
    """Bring an image position to the middle of the canvas."""
    window.session.view.camera = Camera(y, x, scale)
    settle()


def mouse(
    window: Window, kind: QEvent.Type, y: float, x: float, button: Any = LEFT, held: Any = NO_KEY
) -> None:
    """Send one mouse event at an image position and paint what follows from it."""
    viewport = window.canvas.viewport()
    at = QPointF(window.canvas.screen_position(y, x).toPoint())
    moved = kind == QEvent.Type.MouseMove
    event = QMouseEvent(kind, at, viewport.mapToGlobal(at), NO_BUTTON if moved else button, button, held)
    QApplication.sendEvent(viewport, event)
    QApplication.processEvents()


class Took(float):
    """Milliseconds on the clock, and those that the drawing thread itself had work: the rest it had to wait."""

    own: float

    @classmethod
    def of(cls, clock: float, own: float) -> Took:
        """Return a time from two readings in seconds."""
        made = cls(1000 * clock)
        made.own = 1000 * own
        return made


def timed(work: Callable[[], object]) -> Took:
    """Return how long some work and the painting that it causes take."""
    start, own = time.perf_counter(), time.thread_time()
    work()
    QApplication.processEvents()
    return Took.of(time.perf_counter() - start, time.thread_time() - own)


def spread(times: list[Took]) -> str:
    """Return median and worst in words: on the clock, and what the drawing thread itself computed."""
    own = [took.own for took in times]
    return (
        f"median {np.median(times):.2f} ms, worst of {len(times)} {max(times):.1f} ms "
        f"(computing: {np.median(own):.2f} and {max(own):.1f} ms)"
    )


def begin_table() -> None:
    """Print the head of a table of `report` rows."""
    print("| what | figure | target |\n|---|---|---|")


def report(what: str, figure: str, target: str = "") -> None:
    """Print one row of the table."""
    print(f"| {what} | {figure} | {target} |", flush=True)


class Stalls:
    """The longest times in which the event loop did not come round, seen by a timer inside it."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._last = 0.0
        self.longest = 0.0

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, 1000 * (now - self._last))
        self._last = now

    @contextmanager
    def watch(self) -> Iterator[Stalls]:
        """Watch while the block runs, which must let the event loop turn."""
        settle(50)
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer.start(1)
        try:
            yield self
        finally:
            self._tick()
            self._timer.stop()
