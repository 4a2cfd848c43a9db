"""Keeps the interpreter's own housekeeping out of the hand's way: no pause in the middle of a stroke.

Looking through all objects for garbage in circles takes a tenth of a second once torch is loaded and there are ten
thousand rows in the table. Python does that whenever so many objects were made, in any thread; here it is done
while nobody moves the mouse. Objects that no circle holds go at once, as ever.
"""

from __future__ import annotations

import gc
import sys
from time import monotonic
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from .canvas import Canvas

NEVER = 1_000_000  # rounds over young objects until Python looks at the old ones by itself
REST = 3.0  # seconds without a movement of the mouse
EVERY = 10_000  # milliseconds between looks whether it is time
SWITCH = (
    0.001  # seconds that a thread at work may keep the one that draws waiting; Python's own choice is five
)


class Tidy(QObject):
    """Collects garbage of the old generation while the mouse rests on the canvas or is elsewhere."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        sys.setswitchinterval(SWITCH)
        gc.freeze()  # what the program consists of is never garbage
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, NEVER)
        self._moved = monotonic()
        canvas.pointed.connect(self._note)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> bool:
        """Look for garbage if the mouse rests; return whether that was done."""
        if monotonic() - self._moved < REST:
            return False
        gc.collect()
        return True

    def _note(self) -> None:
        self._moved = monotonic()
