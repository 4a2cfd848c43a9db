"""Work off the GUI thread: one thread per job, with progress, cancel, and every error reported.

This module holds the only broad ``except`` of the program: whatever a job raises becomes a :class:`Problem`
that the window shows.
"""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from cpsam_core.errors import CpsamError
from cpsam_core.progress import Cancelled

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
            "There is not enough memory for this. Close other programs or use a smaller image.", details
        )
    return Problem(f"Something went wrong inside the program ({type(error).__name__}: {error}).", details)


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


class Jobs(QObject):
    """The jobs of one window: one heavy job at a time, quick ones beside it.

    A result is delivered only if the generation it was started in is still the present one, so nothing of an
    image that is no longer open ever lands in another.
    """

    started = pyqtSignal(str)
    progressed = pyqtSignal(int, int, str)
    finished = pyqtSignal()
    failed = pyqtSignal(object)
    cancelled = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.generation = 0
        self._heavy: Job | None = None
        self._waiting: Job | None = None
        self._running: set[Job] = set()

    @property
    def busy(self) -> bool:
        """Whether a heavy job runs."""
        return self._heavy is not None

    def next_generation(self) -> None:
        """Cancel what runs and drop its results: another image is open now."""
        self.generation += 1
        self.cancel()

    def cancel(self) -> None:
        """Ask the heavy job to stop."""
        self._waiting = None
        if self._heavy is not None:
            self._heavy.cancel()

    def start(self, name: str, work: Work, done: Callable[[Any], None], *, heavy: bool = True) -> Job:
        """Run `work` in a thread and call `done` with its result in this one.

        A heavy job waits until the running one has ended; of several that wait, the newest wins.
        """
        job = Job(name, work, self)
        generation = self.generation

        def deliver(result: Any) -> None:
            self._release(job)
            if generation == self.generation:
                done(result)

        def complain(problem: Problem) -> None:
            self._release(job)
            if generation == self.generation:
                self.failed.emit(problem)

        def give_up() -> None:
            self._release(job)
            self.cancelled.emit(name)

        job.succeeded.connect(deliver)
        job.failed.connect(complain)
        job.cancelled.connect(give_up)
        job.finished.connect(lambda: self._forget(job))
        if heavy:
            job.progressed.connect(self.progressed)
            if self._heavy is not None:
                self._waiting = job
                return job
            self._heavy = job
            self.started.emit(name)
        self._running.add(job)
        job.start()
        return job

    def shutdown(self) -> None:
        """Cancel everything and wait until every thread has ended."""
        self.generation += 1
        self._waiting = None
        for job in tuple(self._running):
            job.cancel()
        for job in tuple(self._running):
            job.wait()

    def _release(self, job: Job) -> None:
        """Let the next heavy job run; before the result is used, which may start one."""
        if job is not self._heavy:
            return
        self._heavy = self._waiting
        self._waiting = None
        self.finished.emit()
        if self._heavy is not None:
            self.started.emit(self._heavy.name)
            self._running.add(self._heavy)
            self._heavy.start()

    def _forget(self, job: Job) -> None:
        self._running.discard(job)
        job.deleteLater()
