"""The folder in the background: one image after the other goes through the model while editing goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Ending
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.progress_words import ProgressWords
from cpsam_gui.runs.fates import EarlierWork, fate_of
from cpsam_gui.runs.folder_queue import ExistingMasks, Queue, QueueState
from cpsam_gui.runs.movie_times import MovieTimes, at_work
from cpsam_gui.session.folder_choice import FlowSpace, FolderChoice
from cpsam_gui.session.folder_fates import FolderFates, FolderTerms
from cpsam_gui.session.movies import Movies
from cpsam_gui.storage.companions import project_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from cpsam_gui.jobs.job import Job, Problem
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.runs.as_command import Call
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.session.segmenting import SegmentationController
    from cpsam_gui.state.document import Document


class FolderRun:
    """Moves the images of a folder through the queue."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        images: Images,
        run_state: RunState,
        segmenting: SegmentationController,
        preferences: CurrentPreferences,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._models = models
        self._images = images
        self._run_state, self._segmenting = run_state, segmenting
        # What is worked on while it is open.
        self._on_open: Document | None = None
        self._job: Job | None = None
        self._pace = ProgressWords()
        self._plan: tasks.UnattendedRun | None = None
        self._stopping = False
        self.movie_done: Callable[[], object] = lambda: None
        """Called when time points of the open movie were segmented."""
        self.queue = Queue()
        self.movies = Movies(open_image, jobs, images, self._movies_known)
        """Which of the images are movies."""
        self._existing, self._all_times = ExistingMasks.SKIP_CORRECTED, False
        # What became so far of the time points of the movie at work, of which all are taken.
        self._times: MovieTimes | None = None
        self._fates = FolderFates(open_image, jobs, run_state, self.queue, self.movies, self._terms)
        self.space = FlowSpace(jobs, preferences, self.queue)
        self._choice = FolderChoice(open_image, jobs, self.queue, self.movies, self._fates, self.space)
        open_image.image_changed.connect(self._left)
        run_state.options_changed.connect(self._fates.tell)
        # Which time point is open decides about the other movies, too.
        open_image.image_changed.connect(self._fates.tell)
        open_image.history_changed.connect(self._fates.tell_of_open)
        notices.saved.connect(self._fates.look_at_saved)
        notices.waiting_changed.connect(self._fates.look_again)

    @property
    def existing(self) -> ExistingMasks:
        """What happens to images that have masks already."""
        return self._existing

    @existing.setter
    def existing(self, existing: ExistingMasks) -> None:
        self._existing = existing
        self._fates.tell()
        self.queue.state_changed.emit()

    @property
    def all_times(self) -> bool:
        """Whether all time points of movies are segmented instead of one of each."""
        return self._all_times

    @all_times.setter
    def all_times(self, on: bool) -> None:
        self._all_times = on
        self._fates.tell()
        self.queue.state_changed.emit()

    def look(self) -> None:
        """Put the images of the open image's folder into the queue, unless one is at work."""
        self._choice.look()

    def choose(self, paths: Collection[Path]) -> None:
        """Tick these images of the folder and no others, and show the queue."""
        self._choice.choose(paths)

    @property
    def reading(self) -> Path | None:
        """The folder whose images are being looked for."""
        return self._choice.reading

    def _movies_known(self) -> None:
        self._fates.tell()
        self.queue.state_changed.emit()

    def _terms(self) -> FolderTerms:
        plan = self._plan
        if self.queue.running and plan is not None:
            return FolderTerms(plan.existing, plan.options, plan.reading, plan.all_times)
        return FolderTerms(self.existing, self._run_state.options, self._images.reading, self.all_times)

    def start(self) -> None:
        """Begin with the options as they are now; later changes in the panel do not touch this run."""
        if self.queue.running or not self.queue.entries:
            return
        options = self._run_state.options
        self._plan = tasks.UnattendedRun(
            options,
            self._images.chosen,
            self._images.reading,
            self.existing,
            partial(self._models.load, options.model),
            partial(self._models.device.background, paused=lambda: self.queue.paused),
            self._open_image.is_at,
            self.space.most_bytes,
            self.all_times,
        )
        self._stopping = False
        self.queue.begin()
        # Of those that were done before, another time point may be taken now.
        self._fates.tell()
        self._next()

    def pause(self, on: bool) -> None:
        """Stand still after the present tile, or go on."""
        self.queue.pause(on)

    def cancel(self) -> None:
        """Stop after the present tile; what is done stays done."""
        self._stopping = True
        if self._job is not None:
            self._job.cancel()

    @property
    def takes_all_times(self) -> bool:
        """Whether a run on the open image is one on all time points of its file."""
        return self._open_image.path is not None and self.all_times and self._images.times > 1

    def call(self) -> Call:
        """Return the run on the open image as the command line and Python know it; on all time points the next one."""
        times = self._images.times if self.takes_all_times else 0
        return replace(self._run_state.call(next_one=times > 0), times=times)

    def segment_open(self) -> None:
        """Segment the open image; of a movie all time points where that is chosen, in the background."""
        path = self._open_image.path
        if path is None or not self.takes_all_times:
            self._segmenting.segment()
        elif self.queue.running:
            self._notices.message.emit(translate("Wait until the folder run is finished, or cancel it"))
        else:
            self._choice.take_alone(path)
            self.start()
            self.queue.chosen.emit()

    def _next(self) -> None:
        number = None if self._stopping else self.queue.next()
        if number is None or self._plan is None:
            self.queue.end()
            if self._plan is not None and self._open_image.path is not None:
                self.space.look_at(self._open_image.path.parent)
            self._notices.message.emit(translate("Folder: {}").format(self.queue.summary(translate_said)))
            return
        self._times = None
        self._work_on(number, self._plan)

    def _work_on(self, number: int, plan: tasks.UnattendedRun) -> None:
        """Segment an image, or what is left of the time points of a movie: the open one first, in its history."""
        path, count = self.queue.entries[number].path, self._images.times
        if self._open_image.is_at(path):
            if plan.all_times and count > 1 and self._times is None:
                self._times = MovieTimes(count)
            if self._times is not None and self._times.count != count:
                # It was opened again with other axes.
                self._times = replace(self._times, stopped=True)
                self._go_on(number)
                return
            if self._times is None or self._open_time in self._times.left:
                self._next_open(number, path, plan)
                return
        self.queue.put(number, state=QueueState.RUNNING, words="")
        self._pace.start("")
        self._job = self._jobs.run(
            partial(tasks.segment_unattended, path, plan, times=self._times),
            name=translate("Segmenting {}").format(path.name),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._done, number),
            failed=partial(self._failed, number),
            ended=partial(self._ended, number),
            progressed=partial(self._progressed, number),
        )

    @property
    def _open_time(self) -> int:
        image = self._open_image.image
        return (image.time or 0) if image is not None else 0

    def _next_open(self, number: int, path: Path, plan: tasks.UnattendedRun) -> None:
        """Segment the open image as one of the folder: what is found lands in its history."""
        fate = fate_of(self._fates.work_of(path) or EarlierWork(), plan.existing, plan.options)
        if fate.skipped:
            self._skip(number, fate.skipped)
            return
        self._on_open, time = self._open_image.document, self._open_time
        self.queue.put(number, state=QueueState.RUNNING, words="")
        self._pace.start("")

        def landed(outcome: tasks.RunOutcome) -> None:
            count, left_out = len(outcome.found.records), outcome.found.left_out
            if self._times is not None:
                self._times = self._times.adding(time, count, left_out=left_out)
            else:
                only = self.movies.only(path, plan.reading)
                scene = self.movies.scene(path)
                found = tasks.UnattendedResult(count, left_out=left_out, only=only, scene=scene)
                self._done(number, found)

        def failed(problem: Problem) -> None:
            if self._times is not None:
                self._times = self._times.failing(time, problem.text)
            else:
                self._failed(number, problem)

        def progressed(done: int, total: int, words: str) -> None:
            if self._times is None:
                self._progressed(number, done, total, words)
            else:
                part = self._times.part(done / max(total, 1))
                self._tell(number, part, at_work(time, self._times.count))

        self._job = self._segmenting.segment_for_folder(
            plan.options.changed(keep=True, **fate.thresholds),
            plan.hold,
            then=landed,
            failed=failed,
            ended=partial(self._ended, number),
            progressed=progressed,
        )

    def _skip(self, number: int, why: str) -> None:
        if self._times is not None:
            self._times = self._times.adding(self._open_time, 0, why)
            self._go_on(number)
            return
        self.queue.put(number, state=QueueState.SKIPPED, words=why, part=1.0)
        self._next()

    def _left(self) -> None:
        """Give up a run whose image is no longer open; it is taken up again from the file."""
        if self._left_open and self._job is not None:
            self._job.cancel()

    @property
    def _left_open(self) -> bool:
        """Whether what was worked on while it was open is open no longer; another time point is other work."""
        return self._on_open is not None and self._on_open is not self._open_image.document

    def _progressed(self, number: int, done: int, total: int, words: str) -> None:
        self._pace.go_on(done, total, words)
        self._tell(number, self._pace.part, self._pace.words)

    def _tell(self, number: int, part: float, words: str) -> None:
        # Each stage counts from the beginning; what is shown never goes back.
        self.queue.put(number, part=max(part, self.queue.entries[number].part), words=words)

    def _done(self, number: int, handled: tasks.UnattendedResult) -> None:
        if handled.times is not None:
            self._times = handled.times
            self.queue.put(number, scene=handled.scene)
            return
        state = QueueState.SKIPPED if handled.skipped else QueueState.DONE
        self.queue.put(
            number,
            state=state,
            objects=handled.objects,
            left_out=handled.left_out,
            words=handled.skipped,
            only=handled.only,
            scene=handled.scene,
            part=1.0,
        )
        if state is QueueState.DONE and self._on_open is None:
            self._notices.saved.emit(str(project_path(self.queue.entries[number].path)))

    def _failed(self, number: int, problem: Problem) -> None:
        path = self.queue.entries[number].path
        if problem.unreadable:
            self._notices.unreadable.emit(path, problem)
        # The list says its folder elsewhere; the reason needs the room.
        words = problem.text.replace(str(path), path.name)
        self._times = None
        self.queue.put(number, state=QueueState.FAILED, words=words, part=1.0)

    def _ended(self, number: int, ending: Ending) -> None:
        self._job, left = None, self._left_open
        self._on_open = None
        if self._times is not None:
            if ending is Ending.CANCELLED and not left:
                self._times = replace(self._times, stopped=True)
            self._go_on(number)
            return
        if ending in (Ending.CANCELLED, Ending.DROPPED):
            again = left and not self._stopping
            self.queue.put(
                number, state=QueueState.WAITING if again else QueueState.CANCELLED, words="", part=0.0
            )
        self._next()

    def _go_on(self, number: int) -> None:
        """Go on with the time points of a movie that are left, or say what became of it."""
        times, plan = self._times, self._plan
        if times is None or plan is None:
            return
        if times.left and not (times.stopped or self._stopping):
            self._work_on(number, plan)
            return
        if times.left:
            state, words = QueueState.CANCELLED, times.done_words
        elif times.failed:
            state, words = QueueState.FAILED, times.reasons
        else:
            state, words = (QueueState.DONE if times.segmented else QueueState.SKIPPED), times.reasons
        self.queue.put(
            number,
            state=state,
            objects=times.objects,
            left_out=times.left_out,
            words=words,
            times=times.words,
            part=1.0,
        )
        if times.segmented - {self._open_time} and self._open_image.is_at(self.queue.entries[number].path):
            self.movie_done()
        if times.segmented:
            self._notices.saved.emit(str(project_path(self.queue.entries[number].path)))
        self._next()
