"""The folder in the background: one image after the other goes through the model while editing goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Ending
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.preferences import MEBIBYTE
from cpsam_gui.runs.folder_queue import ExistingMasks, Queue, QueueState
from cpsam_gui.storage.companions import images_in, project_path
from cpsam_gui.storage.kept_flows import projects_bytes
from cpsam_gui.tasks.unattended import CORRECTED

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cpsam_gui.jobs.job import Job, Problem
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.session.segmenting import SegmentationController


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
        # The image that is worked on while it is open.
        self._on_open: Path | None = None
        open_image.image_changed.connect(self._left)
        self._job: Job | None = None
        self._plan: tasks.UnattendedRun | None = None
        self._stopping = False
        self.queue = Queue()
        self.kept_bytes: int | None = None
        """Disk that the projects of the folder take; None where nobody looked yet."""
        self.existing = ExistingMasks.SKIP_CORRECTED
        """What happens to images that have masks already."""

    def look(self) -> None:
        """Put the images of the open image's folder into the queue, unless one is at work."""
        path = self._open_image.path
        if path is None or self.queue.running:
            return
        self._look_at_disk(path.parent)
        found = images_in(path.parent)
        if found != [entry.path for entry in self.queue.entries]:
            self.queue.fill(found)

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
        self.look()
        for number, entry in enumerate(self.queue.entries):
            self.queue.choose([number], entry.path in paths)
        self.queue.chosen.emit()

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
        document = self._open_image.document
        corrected = document.facts.review in CORRECTED or any(
            row.touched for row in document.objects.values()
        )
        if document.objects and plan.existing is ExistingMasks.SKIP_ALL:
            self._skip(number, "has masks")
        elif corrected and plan.existing is ExistingMasks.SKIP_CORRECTED:
            self._skip(number, "corrected, or masks from elsewhere")
        else:
            self._on_open = path
            self.queue.put(number, state=QueueState.RUNNING, words="")
            self._job = self._segmenting.segment_for_folder(
                replace(plan.options, keep=True),
                plan.hold,
                then=lambda outcome: self._done(number, tasks.UnattendedResult(len(outcome.found.records))),
                failed=partial(self._failed, number),
                ended=partial(self._ended, number),
                progressed=partial(self._progressed, number),
            )

    def _skip(self, number: int, why: str) -> None:
        self.queue.put(number, state=QueueState.SKIPPED, words=why, part=1.0)
        self._next()

    def _left(self) -> None:
        """Give up a run whose image is no longer open; it is taken up again from the file."""
        if self._on_open is not None and self._on_open != self._open_image.path and self._job is not None:
            self._job.cancel()

    def _progressed(self, number: int, done: int, total: int, words: str) -> None:
        self.queue.put(number, part=done / max(total, 1), words=words)

    def _done(self, number: int, handled: tasks.UnattendedResult) -> None:
        state = QueueState.SKIPPED if handled.skipped else QueueState.DONE
        self.queue.put(number, state=state, objects=handled.objects, words=handled.skipped, part=1.0)
        if state is QueueState.DONE and self._on_open is None:
            self._notices.saved.emit(str(project_path(self.queue.entries[number].path)))

    def _failed(self, number: int, problem: Problem) -> None:
        self.queue.put(number, state=QueueState.FAILED, words=problem.text, part=1.0)

    def _ended(self, number: int, ending: Ending) -> None:
        self._job, left = None, self._on_open is not None and self._on_open != self._open_image.path
        self._on_open = None
        if ending in (Ending.CANCELLED, Ending.DROPPED):
            again = left and not self._stopping
            self.queue.put(
                number, state=QueueState.WAITING if again else QueueState.CANCELLED, words="", part=0.0
            )
        if not self._jobs.closed:
            self._next()
