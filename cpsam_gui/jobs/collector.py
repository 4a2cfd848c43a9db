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
# Between full collections, at least: each looks at every object there is.
FULL_TICKS = 30


class Collector(QObject):
    """Collects cycles while it is on; the last one to go off gives the task back to Python, if it had it before."""

    _active: ClassVar[int] = 0
    _was_enabled: ClassVar[bool] = True

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
        if old > limits[2] and self._ticks >= FULL_TICKS and monotonic() - self._moved > REST_SECONDS:
            self._ticks = 0
            log.debug("collected %d objects", gc.collect())
        else:
            gc.collect(1 if middle > limits[1] else 0)

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
