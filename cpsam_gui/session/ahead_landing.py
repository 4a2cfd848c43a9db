"""What was found in an image before it was opened becomes what the image begins with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cpsam_core.segment.mask_memory import MaskMemory
from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import counted
from cpsam_gui.runs.options import thresholds_in
from cpsam_gui.session.run_results import THRESHOLDS
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.session.run_results import RunResults
    from cpsam_gui.session.run_state import RunState


class AheadLanding:
    """Puts masks that were made ahead into the image that has just been opened, with the thresholds of now.

    Nobody did that here, so it is no step: the first undo on an image that has just come is meant for something else,
    and would take back its masks, or thresholds that were chosen on another image.
    """

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        run_state: RunState,
        run_results: RunResults,
        keeping: Persistence,
    ) -> None:
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._run_state, self._run_results = run_state, run_results
        self._keeping = keeping

    def put(self, found: tasks.MaskResult) -> None:
        """Put them in; where thresholds were moved since they were made, they are made again before."""
        options, output = self._run_state.options, found.output
        thresholds = thresholds_in(self._run_state.remembered)
        pending = self._run_results.pending(StepKind.SEGMENT, f"Segment with {options.model.title}")
        pending = replace(pending, settings={**found.settings, **thresholds}, landed=self._landed)
        if output is None or thresholds == thresholds_in(found.settings):
            self._run_results.land(pending, lambda kept, progress: found, found)
            return
        settings = replace(self._run_state.settings, diameter=output.diameter)
        memory = output.memory or MaskMemory()

        def again(kept: tasks.PreviousMasks, progress: Progress) -> tasks.MaskResult:
            return replace(tasks.mask_again(output, settings, memory, kept, progress), notes=found.notes)

        self._jobs.run(
            partial(again, self._run_results.previous(options.keep)),
            name=THRESHOLDS,
            lane=Lane.LIVE,
            then=partial(self._run_results.land, pending, again),
        )

    def _landed(self) -> None:
        """Let the image begin here, and tell of the masks; what was drawn while they were made stands before them."""
        document = self._open_image.document
        if len(document.steps) == 1:
            # Nobody is asked about masks that nobody asked for; saving keeps them as ever.
            document.begin_here(saved=not self._keeping.saves_by_itself)
        one, many = (
            translate("1 object, segmented ahead with {1}"),
            translate("{0:,} objects, segmented ahead with {1}"),
        )
        title = self._run_state.options.model.title
        self._notices.message.emit(counted(len(document.objects), one, many, title))
