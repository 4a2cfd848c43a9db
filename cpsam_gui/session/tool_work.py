"""What tools let others do: work that takes longer than a frame, and questions to the model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Ending, Lane
from cpsam_gui.operations.region_run import propose
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cpsam_core.progress import Progress
    from cpsam_gui.session.session import Session
    from cpsam_gui.state.box import Box

    Done: TypeAlias = Callable[[Any], None]


class Helping:
    """Does the work of tools in the background; of several requests that wait the newest wins."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running = False
        self._waiting: tuple[Callable[[], Any], Done] | None = None

    def later(self, work: Callable[[], Any], done: Done) -> None:
        """Do `work` in another thread and hand its result to `done` in this one."""
        if self._running:
            self._waiting = (work, done)
            return
        self._running = True
        self._session.jobs.run(
            lambda progress: work(),
            name="Preview",
            lane=Lane.BESIDE,
            then=partial(self._session.deliver, done),
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
        session = self._session
        deliver = partial(session.deliver, done)
        if session.image is None or session.jobs.busy:
            session.message.emit(translate("Wait until the running job has ended, or cancel it (Ctrl+.)"))
            deliver(None)
            return lambda: None
        options = session.runs.options.changed(diameter="auto")
        settings = options.settings_for(1, session.images.chosen)
        image, models, document = session.image, session.models, session.document

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

        job = session.jobs.run(work, name=translate("Segmenting the box"), then=show, ended=ended)
        return job.cancel
