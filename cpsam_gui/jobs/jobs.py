"""Work off the GUI thread: one thread per job, with progress, cancel, and every error reported.

This module holds the only broad ``except`` of the program: whatever a job raises becomes a :class:`Problem`
that the window shows.
"""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import QObject, QThread, QTimer, pyqtSignal

from cpsam_core.errors import CpsamError
from cpsam_core.progress import Cancelled
from cpsam_gui.jobs.collector import Collector
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress

    Work: TypeAlias = Callable[[Progress], Any]

log = logging.getLogger(__name__)

STACK_BYTES = 64 << 20  # Qt's default of 512 kB crashes numerical libraries on macOS
REPORT_SECONDS = 0.03  # progress is passed on this often at most, so that it never floods the event loop


@dataclass(frozen=True, slots=True)
class Problem:
    """An error in words for the user, with the details a developer needs."""

    text: str
    details: str = ""


def problem_from(error: Exception) -> Problem:
    """Describe an error: a known one by its own message, any other with its traceback."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, CpsamError):
        return Problem(str(error), details)
    if isinstance(error, MemoryError):
        return Problem(
            translate("There is not enough memory for this. Close other programs or use a smaller image."),
            details,
        )
    words = translate("Something went wrong inside the program ({kind}: {error}).")
    return Problem(words.format(kind=type(error).__name__, error=error), details)


class Job(QThread):
    """Runs one piece of work; ends with exactly one of `succeeded`, `failed` or `cancelled`."""

    progressed = pyqtSignal(int, int, str)
    succeeded = pyqtSignal(object)
    failed = pyqtSignal(object)
    cancelled = pyqtSignal()

    def __init__(self, name: str, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._work = work
        self._stop = Event()
        self._reported = 0.0
        self.setStackSize(STACK_BYTES)

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._stop.set()

    def report(self, done: int, total: int, note: str = "") -> None:
        """Pass progress on to the GUI thread; raises :class:`Cancelled` once :meth:`cancel` was called."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._reported > REPORT_SECONDS or done >= total:
            self._reported = now
            self.progressed.emit(done, total, note)

    def run(self) -> None:
        """Do the work; called by Qt in the thread."""
        try:
            result = self._work(self.report)
        except Cancelled:
            self.cancelled.emit()
        except Exception as error:
            log.exception("the job %r failed", self.name)
            self.failed.emit(problem_from(error))
        else:
            self.succeeded.emit(result)


@dataclass
class Lane:
    """Jobs that follow each other: one runs, at most one waits, and of several that wait the newest wins."""

    running: Job | None = None
    waiting: Job | None = None


class Jobs(QObject):
    """The jobs of one window.

    The main lane has the work that the status bar shows, one at a time; the live lane has quick answers to
    moving a slider, where a new request ends the old one; saving goes beside both. A result is delivered only
    if the generation it was started in is still the present one, so nothing of an image that is no longer open
    ever lands in another.
    """

    started = pyqtSignal(str)
    progressed = pyqtSignal(int, int, str)
    finished = pyqtSignal()
    failed = pyqtSignal(object)
    cancelled = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.generation = 0
        self._main, self._live = Lane(), Lane()
        self._running: set[Job] = set()
        self._closed = False
        self.collector = Collector(self)

    @property
    def busy(self) -> bool:
        """Whether the main lane is at work."""
        return self._main.running is not None

    @property
    def closed(self) -> bool:
        """Whether the window is closed, so that nothing new is begun."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Whether nothing at all is at work."""
        return not self._running

    def next_generation(self) -> None:
        """Cancel what runs and drop its results: another image is open now."""
        self.generation += 1
        self.cancel()
        self._stop(self._live)

    def cancel(self) -> None:
        """Ask the main job to stop."""
        self._stop(self._main)

    def start(
        self,
        name: str,
        work: Work,
        done: Callable[[Any], None],
        *,
        ended: Callable[[], object] | None = None,
    ) -> Job:
        """Run `work` in the main lane and call `done` with its result in this thread.

        `ended` is called when the thread has ended, whatever came of it; after `done`.
        """
        job = self._make(name, work, done, self._main)
        job.progressed.connect(self.progressed)
        if ended is not None:
            job.finished.connect(ended)
        return self._enqueue(job, self._main)

    def start_live(self, name: str, work: Work, done: Callable[[Any], None]) -> Job:
        """Run `work` in the live lane; a request that still runs is cancelled."""
        if self._live.running is not None:
            self._live.running.cancel()
        return self._enqueue(self._make(name, work, done, self._live), self._live)

    def start_beside(
        self,
        name: str,
        work: Work,
        done: Callable[[Any], None],
        *,
        every: bool = False,
        ended: Callable[[], object] | None = None,
    ) -> Job:
        """Run `work` at once, beside everything else; for short work such as saving.

        With `every`, the result is delivered whatever image is open by then. `ended` is called when the thread
        has ended, whatever came of it; connecting to the job afterwards would be too late for quick work.
        """
        lane = Lane()
        job = self._make(name, work, done, lane, every=every)
        if ended is not None:
            job.finished.connect(ended)
        return self._enqueue(job, lane)

    def start_apart(self, name: str, work: Work) -> Job:
        """Run `work` that has nothing to do with the open image; the caller connects to the job itself.

        It goes on when another image is opened, and ends with the window. Its errors are the caller's to show.
        """
        job = Job(name, work, self)
        job.finished.connect(lambda: self._forget(job))
        self._running.add(job)
        # The event loop first, so that the caller can connect before anything happens.
        QTimer.singleShot(0, partial(self._begin, job))
        return job

    def shutdown(self) -> None:
        """Cancel everything and wait until every thread has ended."""
        self._closed = True
        self.generation += 1
        for lane in (self._main, self._live):
            self._stop(lane)
        for job in tuple(self._running):
            job.cancel()
        for job in tuple(self._running):
            job.wait()
        self.collector.stop()

    @staticmethod
    def _stop(lane: Lane) -> None:
        lane.waiting = None
        if lane.running is not None:
            lane.running.cancel()

    def _make(
        self, name: str, work: Work, done: Callable[[Any], None], lane: Lane, *, every: bool = False
    ) -> Job:
        job = Job(name, work, self)
        generation = self.generation

        def deliver(result: Any) -> None:
            self._release(job, lane)
            if generation == self.generation or (every and not self._closed):
                done(result)

        def complain(problem: Problem) -> None:
            self._release(job, lane)
            if generation == self.generation or (every and not self._closed):
                self.failed.emit(problem)

        def give_up() -> None:
            self._release(job, lane)
            if lane is self._main:
                self.cancelled.emit(name)

        job.succeeded.connect(deliver)
        job.failed.connect(complain)
        job.cancelled.connect(give_up)
        job.finished.connect(lambda: self._forget(job))
        return job

    def _enqueue(self, job: Job, lane: Lane) -> Job:
        if (
            self._closed
        ):  # a timer of a closed window would start work that nobody waits for: Qt ends in a crash
            job.deleteLater()
        elif lane.running is None:
            self._run(job, lane)
        else:
            lane.waiting = job
        return job

    def _run(self, job: Job, lane: Lane) -> None:
        lane.running = job
        self._running.add(job)
        if lane is self._main:
            self.started.emit(job.name)
        job.start()

    def _release(self, job: Job, lane: Lane) -> None:
        """Let the next job of the lane run; before the result is used, which may start another."""
        if job is not lane.running:
            return
        waiting, lane.running, lane.waiting = lane.waiting, None, None
        if lane is self._main:
            self.finished.emit()
        if waiting is not None:
            self._run(waiting, lane)

    def _begin(self, job: Job) -> None:
        if self._closed:
            self._forget(job)
        else:
            job.start()

    def _forget(self, job: Job) -> None:
        self._running.discard(job)
        job.deleteLater()
