"""What tools let others do: work that takes longer than a frame, and questions to the model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Ending
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.operations.region_run import propose
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.box import Box

    Done: TypeAlias = Callable[[Any], None]


class ToolWork:
    """Does the work of tools in the background; of several requests that wait the newest wins."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        images: Images,
        run_state: RunState,
        gestures: Gestures,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._models = models
        self._images = images
        self._run_state = run_state
        self._gestures = gestures
        self._running = False
        self._waiting: tuple[Callable[[], Any], Done] | None = None

    def later(self, work: Callable[[], Any], done: Done) -> None:
        """Do `work` in another thread and hand its result to `done` in this one."""
        if self._running:
            self._waiting = (work, done)
            return
        self._running = True
        self._jobs.run(
            lambda progress: work(),
            name="Preview",
            lane=Lane.BESIDE,
            then=partial(self._gestures.deliver, done),
            ended=self._next,
        )

    def _next(self, ending: Ending) -> None:
        self._running = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.later(*waiting)

    def segment(self, box: Box, done: Done) -> Callable[[], None]:
        """Let the model look at a block, with the options of the run panel but at the scale of what is there.

        Returns
        -------
        callable
            Ends the search.
        """
        deliver = partial(self._gestures.deliver, done)
        if self._open_image.image is None or self._jobs.busy:
            self._notices.message.emit(
                translate("Wait until the running job has ended, or cancel it (Ctrl+.)")
            )
            deliver(None)
            return lambda: None
        options = self._run_state.options.changed(diameter="auto")
        settings = options.settings_for(box.z1 - box.z0, self._images.chosen)
        image, models, document = self._open_image.image, self._models, self._open_image.document

        def show(found: tasks.RegionResult) -> None:
            deliver(propose(found, document.labels[found.box.slices], document.shape))

        def ended(ending: Ending) -> None:
            if ending is not Ending.DONE:
                deliver(None)

        def work(progress: Progress) -> tasks.RegionResult:
            with models.device.foreground(progress):
                return tasks.segment_region(
                    image, box, settings, partial(models.load, options.model), progress
                )

        job = self._jobs.run(work, name=translate("Segmenting the box"), then=show, ended=ended)
        return job.cancel
