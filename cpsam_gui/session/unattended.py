"""The folder in the background: one image after the other goes through the model while editing goes on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Ending
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.preferences import MEBIBYTE
from cpsam_gui.runs.fates import EarlierWork, Fate, fate_of
from cpsam_gui.runs.folder_queue import ExistingMasks, Queue, QueueState
from cpsam_gui.session.movies import Movies
from cpsam_gui.state.review_rule import CORRECTED, any_touched
from cpsam_gui.storage.companions import images_in, project_path
from cpsam_gui.storage.kept_flows import projects_bytes

if TYPE_CHECKING:
    from collections.abc import Collection

    from cpsam_gui.jobs.job import Job, Problem
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.runs.models import Models
    from cpsam_gui.runs.options import RunOptions
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.session.segmenting import SegmentationController
    from cpsam_gui.state.document import Document


@dataclass(frozen=True, slots=True, eq=False)
class _FolderLook:
    """One search for the images of a folder; the last one counts."""

    folder: Path
    ticked: frozenset[Path] | None
    """Images to tick where others than those that are known are found, and no others."""


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
        self._preferences = preferences
        # What is worked on while it is open.
        self._on_open: Document | None = None
        self._works: dict[Path, EarlierWork] = {}
        # The last look at each image: an earlier one may end later.
        self._looks: dict[Path, object] = {}
        # The last look at the folder, until it has ended.
        self._reading: _FolderLook | None = None
        open_image.image_changed.connect(self._left)
        run_state.options_changed.connect(self._tell_fates)
        # Which time point is open decides about the other movies, too.
        open_image.image_changed.connect(self._tell_fates)
        open_image.history_changed.connect(self._tell_fate_of_open)
        notices.saved.connect(self._saved)
        self._job: Job | None = None
        self._plan: tasks.UnattendedRun | None = None
        self._stopping = False
        self.queue = Queue()
        self.movies = Movies(open_image, jobs, images, self._movies_known)
        """Which of the images are movies."""
        self.kept_bytes: int | None = None
        """Disk that the projects of the folder take; None where nobody looked yet."""
        self._existing = ExistingMasks.SKIP_CORRECTED

    @property
    def existing(self) -> ExistingMasks:
        """What happens to images that have masks already."""
        return self._existing

    @existing.setter
    def existing(self, existing: ExistingMasks) -> None:
        self._existing = existing
        self._tell_fates()
        self.queue.state_changed.emit()

    def look(self) -> None:
        """Put the images of the open image's folder into the queue, unless one is at work."""
        self._look(None)

    def _look(self, ticked: frozenset[Path] | None) -> None:
        path = self._open_image.path
        if path is None or self.queue.running:
            return
        folder = path.parent
        self._look_at_disk(folder)
        if any(entry.path.parent != folder for entry in self.queue.entries):
            self._fill([])
        before = self._reading
        if ticked is None and before is not None and before.folder == folder:
            ticked = before.ticked
        look = self._reading = _FolderLook(folder, ticked)
        # Files are looked into, which takes its time in a folder of thousands on a network drive.
        self._jobs.run(
            lambda progress: images_in(folder),
            name=translate("Reading the folder {name}…").format(name=folder.name),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._found, look),
            ended=lambda _: self._read(look),
            abandonable=True,
        )
        self.queue.state_changed.emit()

    @property
    def reading(self) -> Path | None:
        """The folder whose images are being looked for."""
        return self._reading.folder if self._reading is not None else None

    def _found(self, look: _FolderLook, found: list[Path]) -> None:
        """Take the images of the folder, unless it was looked at again meanwhile or a run has begun."""
        if look is not self._reading or self.queue.running:
            return
        if found != [entry.path for entry in self.queue.entries]:
            self._fill(found)
            if look.ticked is not None:
                self._tick(look.ticked)
        self.movies.look(found)
        self._look_at_work([image for image in found if image not in self._works])

    def _read(self, look: _FolderLook) -> None:
        if look is self._reading:
            self._reading = None
            # A look may end after its window.
            if not self._jobs.closed:
                self.queue.state_changed.emit()

    def _fill(self, images: list[Path]) -> None:
        self.queue.fill(images)
        self._works.clear()
        self.movies.forget()

    def _movies_known(self) -> None:
        self._tell_fates()
        self.queue.state_changed.emit()

    def _look_at_work(self, images: Collection[Path]) -> None:
        """Find out in the background what there is of the images, and say what a run would do with each."""
        if not images:
            self._tell_fates()
            return

        look = object()
        self._looks.update(dict.fromkeys(images, look))

        def take(found: dict[Path, EarlierWork]) -> None:
            self._works.update({image: work for image, work in found.items() if self._looks[image] is look})
            self._tell_fates()

        self._jobs.run(
            partial(tasks.earlier_works, tuple(images)),
            name=translate("Looking at earlier masks"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=take,
        )

    def _saved(self, file: str) -> None:
        """Look again at the image that a file which was written may belong to."""
        name = Path(file).name
        images = [entry.path for entry in self.queue.entries if name.startswith(entry.path.stem)]
        if images:
            self._look_at_work(images)

    def _work_of(self, path: Path) -> EarlierWork | None:
        """Return what there is of an image, of the open one in its history; None where it is not known."""
        if not self._is_open(path):
            return self._works.get(path)
        document = self._open_image.document
        corrected = document.facts.review in CORRECTED or any_touched(document.table)
        settings = self._run_state.last_settings
        return EarlierWork(bool(document.objects) or "model" in settings, corrected, settings)

    def _tell_fates(self) -> None:
        for number in range(len(self.queue.entries)):
            self._tell_fate(number)

    def _tell_fate_of_open(self) -> None:
        paths = [entry.path for entry in self.queue.entries]
        if self._open_image.path in paths:
            self._tell_fate(paths.index(self._open_image.path))

    def _tell_fate(self, number: int) -> None:
        entry = self.queue.entries[number]
        work = self._work_of(entry.path)
        existing, options, reading = self._terms
        fate = Fate() if work is None else fate_of(work, existing, options)
        only = "" if fate.skipped else self.movies.only(entry.path, reading)
        if entry.state is not QueueState.WAITING:
            # What a run took is said as it was.
            only = entry.only
        if (fate.words, only) != (entry.fate, entry.only):
            self.queue.put(number, fate=fate.words, only=only)

    @property
    def _terms(self) -> tuple[ExistingMasks, RunOptions, tasks.AxesReading]:
        """What a run does with masks, its options, and how it reads images: of the one at work, else of the next."""
        plan = self._plan
        if self.queue.running and plan is not None:
            return plan.existing, plan.options, plan.reading
        return self.existing, self._run_state.options, self._images.reading

    @property
    def most_bytes(self) -> int:
        """Disk that they may take before the oldest flows go; 0 where none are kept."""
        now = self._preferences.now
        return now.flows_mebibytes * MEBIBYTE if now.keep_flows else 0

    def _look_at_disk(self, folder: Path) -> None:
        def show(found: int) -> None:
            self.kept_bytes = found
            self.queue.state_changed.emit()

        self._jobs.run(
            lambda progress: projects_bytes(folder),
            name=translate("Space of the flows"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
        )

    def choose(self, paths: Collection[Path]) -> None:
        """Tick these images of the folder and no others, and show the queue."""
        ticked = frozenset(paths)
        self._look(ticked)
        # Those that are known already at once; others may have come into the folder.
        self._tick(ticked)
        self.queue.chosen.emit()

    def _tick(self, paths: Collection[Path]) -> None:
        for on in (True, False):
            wanted = [n for n, entry in enumerate(self.queue.entries) if (entry.path in paths) is on]
            self.queue.choose(wanted, on)

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
            self._is_open,
            self.most_bytes,
        )
        self._stopping = False
        self.queue.begin()
        # Of those that were done before, another time point may be taken now.
        self._tell_fates()
        self._next()

    def pause(self, on: bool) -> None:
        """Stand still after the present tile, or go on."""
        self.queue.pause(on)

    def cancel(self) -> None:
        """Stop after the present tile; what is done stays done."""
        self._stopping = True
        if self._job is not None:
            self._job.cancel()

    def _is_open(self, path: Path) -> bool:
        """Whether a person works on this image; called from the thread of the work."""
        return self._open_image.path == path

    def _next(self) -> None:
        number = None if self._stopping else self.queue.next()
        if number is None or self._plan is None:
            self.queue.end()
            if self._plan is not None and self._open_image.path is not None:
                self._look_at_disk(self._open_image.path.parent)
            self._notices.message.emit(translate("Folder: {}").format(self.queue.summary(translate_said)))
            return
        path = self.queue.entries[number].path
        if self._is_open(path):
            self._next_open(number, path, self._plan)
            return
        self.queue.put(number, state=QueueState.RUNNING, words="")
        self._job = self._jobs.run(
            partial(tasks.segment_unattended, path, self._plan),
            name=translate("Segmenting {}").format(path.name),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._done, number),
            failed=partial(self._failed, number),
            ended=partial(self._ended, number),
            progressed=partial(self._progressed, number),
        )

    def _next_open(self, number: int, path: Path, plan: tasks.UnattendedRun) -> None:
        """Segment the open image as one of the folder: what is found lands in its history."""
        fate = fate_of(self._work_of(path) or EarlierWork(), plan.existing, plan.options)
        if fate.skipped:
            self._skip(number, fate.skipped)
        else:
            self._on_open = self._open_image.document
            self.queue.put(number, state=QueueState.RUNNING, words="")
            self._job = self._segmenting.segment_for_folder(
                plan.options.changed(keep=True, **fate.thresholds),
                plan.hold,
                then=lambda outcome: self._done(
                    number,
                    tasks.UnattendedResult(
                        len(outcome.found.records), only=self.movies.only(path, plan.reading)
                    ),
                ),
                failed=partial(self._failed, number),
                ended=partial(self._ended, number),
                progressed=partial(self._progressed, number),
            )

    def _skip(self, number: int, why: str) -> None:
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
        self.queue.put(number, part=done / max(total, 1), words=words)

    def _done(self, number: int, handled: tasks.UnattendedResult) -> None:
        state = QueueState.SKIPPED if handled.skipped else QueueState.DONE
        self.queue.put(
            number,
            state=state,
            objects=handled.objects,
            words=handled.skipped,
            only=handled.only,
            part=1.0,
        )
        if state is QueueState.DONE and self._on_open is None:
            self._notices.saved.emit(str(project_path(self.queue.entries[number].path)))

    def _failed(self, number: int, problem: Problem) -> None:
        path = self.queue.entries[number].path
        # The list says its folder elsewhere; the reason needs the room.
        words = problem.text.replace(str(path), path.name)
        self.queue.put(number, state=QueueState.FAILED, words=words, part=1.0)

    def _ended(self, number: int, ending: Ending) -> None:
        self._job, left = None, self._left_open
        self._on_open = None
        if self._jobs.closed:
            # What shows the queue is gone.
            return
        if ending in (Ending.CANCELLED, Ending.DROPPED):
            again = left and not self._stopping
            self.queue.put(
                number, state=QueueState.WAITING if again else QueueState.CANCELLED, words="", part=0.0
            )
        self._next()
