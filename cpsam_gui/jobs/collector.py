"""Python's cycle collector, kept in the GUI thread.

The collector runs in whichever thread happens to allocate, and windows, dialogs and their signals are full of cycles:
a job that computes would now and then destroy widgets of Qt from its own thread, which crashes. While other threads
can run, those of jobs and that of the journal, cycles are therefore collected by a timer of the GUI thread and nowhere
else.
"""

from __future__ import annotations

import gc
import logging
from time import monotonic
from typing import ClassVar

from PyQt6.QtCore import QObject, Qt, QTimer
from PyQt6.QtGui import QGuiApplication

log = logging.getLogger(__name__)

# Between looks at whether there is something to collect.
TICK_MS = 1000
# Without a movement of the mouse before a full collection.
REST_SECONDS = 3.0
# The same before one that looks at what was put off, too: a tenth of a second and more, which is felt.
LONG_REST_SECONDS = 600.0
# New objects since the last full collection; to look at more is felt. Torch makes 300,000 when it is loaded.
MANY = 20_000
# Objects that were put off; to let more of them wait might fill the memory.
MOST_PUT_OFF = 2_000_000
# Between full collections, at least.
FULL_TICKS = 30


class Collector(QObject):
    """Collects cycles while it is on; the last one to go off gives the task back to Python, if it had it before.

    What has gathered beyond `MANY` objects is put off until nobody sees the window stand still.
    """

    _active: ClassVar[int] = 0
    _was_enabled: ClassVar[bool] = True
    _gathered: ClassVar[int] = 0
    """New objects since the last full collection."""
    _put_off: ClassVar[int] = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticks = 0
        self._on = True
        self._moved = monotonic()
        if Collector._active == 0:
            Collector._was_enabled = gc.isenabled()
        Collector._active += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(TICK_MS)

    def tick(self) -> None:
        """Collect the generations that are due, as Python would."""
        self._ticks += 1
        young, middle, old = gc.get_count()
        limits = gc.get_threshold()
        if young <= limits[0]:
            return
        Collector._gathered += young
        due = self._ticks >= FULL_TICKS and self._resting > REST_SECONDS
        if due and Collector._put_off and (self._unseen or Collector._put_off > MOST_PUT_OFF):
            self._collect(everything=True)
        elif due and old > limits[2] and Collector._gathered <= MANY:
            self._collect()
        elif Collector._gathered > MANY:
            Collector._put_off += Collector._gathered
            Collector._gathered = 0
            gc.freeze()
        else:
            gc.collect(1 if middle > limits[1] else 0)

    @property
    def _resting(self) -> float:
        """Seconds since the mouse moved."""
        return monotonic() - self._moved

    @property
    def _unseen(self) -> bool:
        """Whether nobody would notice that the window stands still."""
        away = QGuiApplication.applicationState() != Qt.ApplicationState.ApplicationActive
        return away or self._resting > LONG_REST_SECONDS

    def _collect(self, *, everything: bool = False) -> None:
        """Look at all objects, or at `everything`: what is left of those that were put off is not looked at again."""
        self._ticks = Collector._gathered = 0
        if everything:
            Collector._put_off = 0
            gc.unfreeze()
        log.debug("collected %d objects", gc.collect())
        if everything:
            gc.freeze()

    def postpone(self, *_: object) -> None:
        """Note that the user is at work: a full collection now would be felt."""
        self._moved = monotonic()

    def stop(self) -> None:
        """Go off; call when no other thread runs any more."""
        if self._on:
            self._on = False
            self._timer.stop()
            Collector._active -= 1
            if Collector._active == 0 and Collector._was_enabled:
                gc.enable()
