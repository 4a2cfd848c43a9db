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

from PyQt6.QtCore import QObject, QTimer

log = logging.getLogger(__name__)

# Between looks at whether there is something to collect.
TICK_MS = 1000
# Without a movement of the mouse before a full collection, which may take a tenth of a second.
REST_SECONDS = 3.0
# New objects; to look at more is felt, as after torch was loaded, which makes 300,000. They wait for the next full one.
MANY = 100_000
# Between full collections, at least: each looks at every object there is.
FULL_TICKS = 30


class Collector(QObject):
    """Collects cycles while it is on; the last one to go off gives the task back to Python, if it had it before."""

    _active: ClassVar[int] = 0
    _was_enabled: ClassVar[bool] = True
    _put_off: ClassVar[bool] = False
    """Whether there are objects that wait for the next full collection."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticks = 0
        self._on = True
        self._moved = 0.0
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
        due = (old > limits[2] or Collector._put_off) and self._ticks >= FULL_TICKS
        if due and monotonic() - self._moved > REST_SECONDS:
            self._ticks = 0
            self._collect_all()
        elif young > MANY:
            gc.freeze()
            Collector._put_off = True
        else:
            gc.collect(1 if middle > limits[1] else 0)

    @staticmethod
    def _collect_all() -> None:
        """Look at every object, those that were put off included; what is left of them is not looked at again."""
        put_off, Collector._put_off = Collector._put_off, False
        if put_off:
            gc.unfreeze()
        log.debug("collected %d objects", gc.collect())
        if put_off:
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
