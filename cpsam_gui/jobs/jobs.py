"""Work off the GUI thread: one thread per job, with progress, cancel, and every error reported."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui.jobs.job import Ending, Job, Problem
from cpsam_gui.jobs.loading import TURNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress

T = TypeVar("T")

log = logging.getLogger(__name__)

# A reader that has not answered by then is left to itself.
ABANDON_MS = 2000
# A window that closes waits this long for its jobs.
CLOSING_SECONDS = 0.3
# The program, whose windows are gone, waits this long for work that keeps its state: a training after its step.
KEEPING_SECONDS = 60.0


class Lane(Enum):
    """Where a job runs."""

    MAIN = "main"
    """The work that the status bar shows, one at a time; of several that wait the newest wins."""
    LIVE = "live"
    """Quick answers to moving a slider: a new request cancels the one that runs."""
    BESIDE = "beside"
    """At once, beside everything else."""


@dataclass(eq=False)
class _Turn:
    """Who is at work in a lane, and who follows."""

    running: _JobRequest | None = None
    waiting: _JobRequest | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _JobRequest:
    """One call of :meth:`Jobs.run`."""

    job: Job
    turn: _Turn
    generation: int | None
    """The one in which the end is wanted; None for every one."""
    then: Callable[[Any], object] | None
    failed: Callable[[Problem], object]
    ended: Callable[[Ending], object] | None
    instead: str = ""
    aside: str = ""
    asks: bool = False


_left_running: set[Job] = set()
"""Jobs of closed windows that have not answered yet; they end with the program."""


def wait_for_left_jobs() -> bool:
    """Give jobs that outlived their window time to keep what they have; return whether all have ended.

    Those that only read get little. Where one has not ended, the program has to end without taking its objects apart,
    for the thread still uses them.
    """
    start = time.monotonic()
    for job in tuple(_left_running):
        until = start + (ABANDON_MS / 1000 if job.abandonable else KEEPING_SECONDS)
        job.wait(max(0, round(1000 * (until - time.monotonic()))))
    return all(job.isFinished() for job in _left_running)


class Jobs(QObject):
    """The jobs of one window.

    Unless a job outlives the image, its end is told only in the generation it was started in, so nothing of an
    image that is no longer open ever lands in another.
    """

    started = pyqtSignal(str)
    progressed = pyqtSignal(int, int, str)
    finished = pyqtSignal()
    failed = pyqtSignal(object)
    cancelled = pyqtSignal(str)
    left = pyqtSignal(str, str)
    """The main job of this name was stopped because another image was opened, and the key of the action to offer then;
    not told of one that only reads."""
    resumed = pyqtSignal(str)
    """The main lane is free, and a job of this name that went on when another image was opened is shown again."""
    kept = pyqtSignal(str)
    """The main job of this name goes on although another image was opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.generation = 0
        self._main, self._live = _Turn(), _Turn()
        # Main jobs that went on when another image was opened; the main lane is free for others.
        self._aside: list[_Turn] = []
        self._running: set[Job] = set()
        self._abandoned: set[Job] = set()
        self._closed = False
        self._held: list[_JobRequest] = []
        """Jobs that wait until libraries are loaded."""
        TURNS.ended.connect(self._begin_held)

    @property
    def busy(self) -> bool:
        """Whether the main lane is at work."""
        return self._main.running is not None

    @property
    def shown(self) -> bool:
        """Whether there is main work to be shown and cancelled, if only what another image was opened beside."""
        return self._shown.running is not None

    @property
    def closed(self) -> bool:
        """Whether the window is closed, so that nothing new is begun."""
        return self._closed

    @property
    def answering(self) -> bool:
        """Whether what a slider asked for is at work: what looks at the masks before it would look in vain."""
        return self._live.running is not None

    @property
    def idle(self) -> bool:
        """Whether nothing at all is at work."""
        return not self._running

    @property
    def lost_by_leaving(self) -> str:
        """Name of the main job that another image would end, and that is asked about before; empty without one."""
        running = self._main.running
        asks = running is not None and running.asks and not running.job.asked_to_stop
        return running.job.name if running is not None and asks else ""

    def next_generation(self) -> None:
        """Cancel what runs and drop its results: another image is open now.

        A main job that outlives the image makes room in its lane and goes on beside.
        """
        running = self._main.running
        wanted = running is not None and self._wanted(running)
        self.generation += 1
        if running is not None and wanted and running.generation is None:
            self._put_aside(running)
            running = None
        self._stop(self._main)
        self._stop(self._live)
        if running is not None and wanted and not running.job.abandonable:
            self.left.emit(running.job.name, running.instead)

    def cancel(self) -> None:
        """Ask the main job that is shown to stop."""
        self._stop(self._shown)

    def run(
        self,
        work: Callable[[Progress], T],
        *,
        name: str,
        lane: Lane = Lane.MAIN,
        outlives_image: bool = False,
        then: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        ended: Callable[[Ending], object] | None = None,
        progressed: Callable[[int, int, str], object] | None = None,
        abandonable: bool = False,
        instead: str = "",
        aside: str = "",
        asks: bool = False,
    ) -> Job:
        """Run `work` in a thread of its own; everything is told in the thread of the caller.

        Parameters
        ----------
        work
            Called with a function that takes progress.
        name
            What to call it in the status bar.
        lane
            Where it runs.
        outlives_image
            Its end is told whichever image is open by then, unless the window is closed.
        then
            Gets the result.
        failed
            Gets what went wrong, in place of the signal :attr:`failed`.
        ended
            Called exactly once for every call, after the thread has ended and after `then` or `failed`, whatever
            came of it: also for a job that never began. Once the window is closed it is not: what it would tell, and
            whom, is gone.
        progressed
            Gets steps done, steps in all, and a word about them.
        abandonable
            Whether it is left to itself when it does not answer to being cancelled: work that only reads, from files
            that may keep a reader busy for ever. The next job of the lane begins, and its result is dropped.
        instead
            Key of the action that is offered where it is stopped because another image is opened.
        aside
            What to call it from then on where it goes on instead; empty for the same name.
        asks
            Whether a person is asked before another image is opened: it ends then, and with it what took long.

        Returns
        -------
        Job
            To cancel it. Do not connect to its signals: quick work may have ended by then.
        """
        turn = {Lane.MAIN: self._main, Lane.LIVE: self._live}.get(lane) or _Turn()
        job = Job(name, work, self, abandonable=abandonable)
        generation = None if outlives_image else self.generation
        asked = _JobRequest(
            job, turn, generation, then, failed or self.failed.emit, ended, instead, aside, asks
        )
        job.succeeded.connect(partial(self._succeeded, asked))
        job.failed.connect(partial(self._failed, asked))
        job.cancelled.connect(partial(self._cancelled, asked))
        job.finished.connect(partial(self._ended, asked))
        if progressed is not None:
            job.progressed.connect(partial(self._tell, progressed))
        if turn is self._main:
            job.progressed.connect(partial(self._tell_progress, turn))
        self._enqueue(asked)
        return job

    def shutdown(self) -> None:
        """Cancel everything; wait for the threads, but not longer than a person would.

        A job that has not ended by then goes on by itself, without the window, until it is told that it is cancelled.
        """
        self._closed = True
        self.generation += 1
        for turn in (self._main, self._live):
            self._stop(turn)
        held, self._held = self._held, []
        for asked in held:
            self._running.discard(asked.job)
            self._drop(asked)
        for job in tuple(self._running):
            job.cancel()
        until = time.monotonic() + CLOSING_SECONDS
        for job in tuple(self._running):
            if not job.wait(max(0, round(1000 * (until - time.monotonic())))):
                # It ends by itself soon, so there is nothing to warn of.
                log.info("still at work after the window was closed: %s", job.name)
                job.leave()
                _left_running.add(job)
                self._running.discard(job)

    @property
    def all_ended(self) -> bool:
        """Whether no thread of this window, nor of one that was closed before, is at work any more."""
        return all(job.isFinished() for job in (*self._running, *_left_running))

    @property
    def _shown(self) -> _Turn:
        """The main lane while something runs there, or the latest job that went on beside it."""
        return self._aside[-1] if self._main.running is None and self._aside else self._main

    def _put_aside(self, asked: _JobRequest) -> None:
        waiting, asked.turn.waiting = asked.turn.waiting, None
        if waiting is not None:
            self._drop(waiting)
        asked.job.name = asked.aside or asked.job.name
        self._aside.append(asked.turn)
        self._main = _Turn()
        self.finished.emit()
        self.kept.emit(asked.job.name)
        self._resume()

    def _resume(self) -> None:
        """Show what went on beside, where nothing runs in the main lane."""
        running = self._shown.running
        if running is not None and self._shown is not self._main:
            self.resumed.emit(running.job.name)

    def _tell_progress(self, turn: _Turn, done: int, total: int, note: str) -> None:
        if turn is self._shown:
            self._tell(self.progressed.emit, done, total, note)

    def _stop(self, turn: _Turn) -> None:
        waiting, turn.waiting = turn.waiting, None
        if waiting is not None:
            self._drop(waiting)
        if turn.running is not None:
            turn.running.job.cancel()
            if turn.running.job.abandonable:
                QTimer.singleShot(ABANDON_MS, partial(self._abandon, turn.running))

    def _abandon(self, asked: _JobRequest) -> None:
        """Let the next job of a lane begin where the present one does not answer."""
        if not self._closed and asked is asked.turn.running:
            log.warning("the job %r does not answer and is left to itself", asked.job.name)
            self._abandoned.add(asked.job)
            asked.job.ending = Ending.CANCELLED
            self._release(asked)
            if asked.turn is self._main:
                self._tell_cancelled(asked)

    def _tell_cancelled(self, asked: _JobRequest) -> None:
        """Tell that a main job was stopped, unless it only read and something else is wanted in its place."""
        if not asked.job.abandonable or asked.generation in (None, self.generation):
            self._tell(self.cancelled.emit, asked.job.name)

    def _enqueue(self, asked: _JobRequest) -> None:
        turn = asked.turn
        if self._closed:
            # A timer of a closed window would start work that nobody waits for: Qt ends in a crash.
            self._drop(asked)
        elif turn.running is None:
            self._start(asked)
        else:
            if turn is self._live:
                turn.running.job.cancel()
            if turn.waiting is not None:
                self._drop(turn.waiting)
            turn.waiting = asked

    def _start(self, asked: _JobRequest) -> None:
        asked.turn.running = asked
        self._running.add(asked.job)
        if asked.turn is self._main:
            self.started.emit(asked.job.name)
        self._begin(asked)

    def _begin(self, asked: _JobRequest) -> None:
        """Begin the thread; while libraries are loaded, later."""
        if TURNS.begin(asked.job):
            asked.job.start()
        else:
            self._held.append(asked)

    def _begin_held(self) -> None:
        """Begin what had to wait for libraries."""
        held, self._held = self._held, []
        for asked in held:
            self._begin(asked)

    def _drop(self, asked: _JobRequest) -> None:
        """Tell the end of a job that never began; not before the caller has heard that it was asked for."""
        asked.job.deleteLater()
        if asked.ended is not None:
            QTimer.singleShot(0, partial(self._tell, asked.ended, Ending.DROPPED))

    def _tell(self, whom: Callable[..., object], *what: object) -> None:
        """Call back, unless the window is closed: a thread may end later than it, and signals would reach nothing."""
        if not self._closed:
            whom(*what)

    def _wanted(self, asked: _JobRequest) -> bool:
        wanted = asked.generation in (None, self.generation) and asked.job not in self._abandoned
        return wanted and not self._closed

    def _succeeded(self, asked: _JobRequest, result: Any) -> None:
        self._release(asked)
        if self._wanted(asked):
            asked.job.ending = Ending.DONE
            if asked.then is not None:
                asked.then(result)

    def _failed(self, asked: _JobRequest, problem: Problem) -> None:
        self._release(asked)
        if self._wanted(asked):
            asked.job.ending = Ending.FAILED
            asked.failed(problem)

    def _cancelled(self, asked: _JobRequest) -> None:
        told = asked.turn is self._main or asked.turn in self._aside
        self._release(asked)
        asked.job.ending = Ending.CANCELLED
        if told and asked.job not in self._abandoned:
            self._tell_cancelled(asked)

    def _ended(self, asked: _JobRequest) -> None:
        self._running.discard(asked.job)
        self._abandoned.discard(asked.job)
        asked.job.deleteLater()
        if asked.ended is not None:
            self._tell(asked.ended, asked.job.ending)

    def _release(self, asked: _JobRequest) -> None:
        """Let the next job of the lane run; before the result is used, which may start another."""
        turn = asked.turn
        if asked is not turn.running:
            return
        waiting, turn.running, turn.waiting = turn.waiting, None, None
        shown = turn is self._main or self._main.running is None
        if turn in self._aside:
            self._aside.remove(turn)
        elif turn is not self._main:
            shown = False
        if shown:
            self._tell(self.finished.emit)
        if waiting is not None:
            self._start(waiting)
        elif shown:
            self._resume()
