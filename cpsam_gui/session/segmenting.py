"""Runs of the model on the open image, and the thresholds that are changed after them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QTimer

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Ending, Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled
from cpsam_gui.runs.options import BY_HAND, RunOptions, thresholds_in
from cpsam_gui.session.landings import RegionLanding, WholeLanding
from cpsam_gui.session.notices import FOLDER_RUN
from cpsam_gui.session.run_results import THRESHOLDS
from cpsam_gui.state.objects import ObjectRecord
from cpsam_gui.state.steps import StepKind
from cpsam_gui.tools import RunDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.job import Job
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.cell_size import CellSize
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.landings import Landing
    from cpsam_gui.session.large_run import LargeRun
    from cpsam_gui.session.masks_first import MasksFirst
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.run_results import RunResults
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Step
    from cpsam_gui.tasks import RegionResult

    Land: TypeAlias = Callable[[Any], None]

LARGEST_REGION_PX = 36_000_000
"""Pixels of a region of an image larger than memory: 1.5 GB while it runs."""


class SegmentationController:
    """Segments the open image; each result lands in the document as one step."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        images: Images,
        questions: Questioner,
        run_state: RunState,
        run_results: RunResults,
        large_run: LargeRun,
        cell_size: CellSize,
        masks_first: MasksFirst,
    ) -> None:
        self._open_image, self._jobs, self._models = open_image, jobs, models
        self._notices, self._large_run = notices, large_run
        self._masks_first = masks_first
        self._images, self._questions = images, questions
        self._run_state, self._run_results = run_state, run_results
        self._given_up: Step | None = None
        """State of which somebody said that new thresholds may replace what was touched."""
        self._gesture, self._gesture_name = 0, ""
        self.desk = RunDesk(lambda: cell_size.disk, cell_size.set_disk, self.segment_region)
        """What tools may ask of the next run."""
        self.goes_on: Callable[[Landing], tuple[str, Land] | None] = lambda landing: None
        """What an image is called whose run may go on without it, and who lands that; None where it ends with it."""
        run_results.thresholds_moved.connect(lambda: self.mask_again())
        # Whose thresholds were moved while something else was at work.
        self._late: Document | None = None
        jobs.finished.connect(lambda: QTimer.singleShot(0, self._catch_up))

    def segment(self) -> None:
        """Run the model on the open image as the options say; what it would drop of a person's work is asked first."""
        if self._open_image.image is None or self._jobs.busy:
            return
        if self._open_image.document.large:
            self._large_run.start()
            return
        if not self._may_replace(self._open_image.document.objects):
            return
        options = self._run_state.options
        pending = self._run_results.pending(StepKind.SEGMENT, f"Segment with {options.model.title}")
        landing = WholeLanding(self._run_results, pending)
        goes_on = self.goes_on(landing)
        name, land = goes_on or ("", partial(landing.land, pending.document))
        work = partial(
            tasks.segment,
            self._open_image.image,
            self._run_state.settings,
            self._models.loader(options.model),
            self._run_results.previous(options.keep),
        )
        self._jobs.run(
            self._models.holding(work),
            name=translate("Segmenting"),
            outlives_image=goes_on is not None,
            aside=translate("Segmenting {}").format(name),
            asks=goes_on is None,
            instead=FOLDER_RUN,
            then=land,
        )

    def segment_for_folder(
        self,
        options: RunOptions,
        hold: Callable[[Progress], AbstractContextManager[Progress]],
        then: Callable[[tasks.RunOutcome], object],
        **told: Any,
    ) -> Job | None:
        """Run the model on the open image as one of its folder, behind what a person waits for; None without one.

        The result lands as a step, as that of `segment`; `told` are the callbacks of `Jobs.run`.
        """
        image, document = self._open_image.image, self._open_image.document
        if image is None:
            return None
        settings = options.settings_for(document.shape[0], self._images.chosen)
        name = f"Segment with {options.model.title}"
        pending = self._run_results.pending(StepKind.SEGMENT, name, options)
        load, kept = self._models.loader(options.model), self._run_results.previous(options.keep)

        def work(progress: Progress) -> tasks.RunOutcome:
            with hold(progress) as report:
                return tasks.segment(image, settings, load, kept, report)

        def land(outcome: tasks.RunOutcome) -> None:
            self._run_results.finish(pending, outcome)
            then(outcome)

        return self._jobs.run(work, name=name, lane=Lane.BESIDE, then=land, **told)

    def segment_region(
        self, box: Box, done: Callable[[list[int]], None] | None = None, **changes: Any
    ) -> None:
        """Run the model on a block of the open image alone, at the scale of what is there, as one step.

        Objects of the model that lie in the block give way; others stay as the options say.

        Parameters
        ----------
        box
            Block in pixels (z, y, x); the part of it that lies outside the image is left out.
        done
            Called with the ids of the new objects when they are in the document.
        changes
            Options that differ from those of the panel, such as ``diameter="auto"``.
        """
        if self._open_image.document.large and box.shape[1] * box.shape[2] > LARGEST_REGION_PX:
            words = translate("This region has {:,} megapixels: choose one of at most {:,}.")
            text = filled(words, box.shape[1] * box.shape[2] // 1_000_000, LARGEST_REGION_PX // 1_000_000)
            self._notices.failed.emit(Problem(text))
            return
        document, given_up = self._open_image.document, dict[int, ObjectRecord]()
        if not self._run_state.options.keep:
            inside = np.unique(document.labels[box.clip(document.shape).slices]).tolist()
            if not self._may_replace(inside):
                return
            if not self._run_state.options.keep:
                given_up = {n: document.objects[n] for n in inside if n in document.objects}
        keep = self._run_state.options.keep
        landing = RegionLanding(self._run_results, document, given_up, keep, done)
        goes_on = self.goes_on(landing)
        if goes_on is None:
            self.propose_region(box, partial(landing.land, document), asks=True, **changes)
            return
        name, land = goes_on
        aside = translate("Segmenting a region of {}").format(name)
        self.propose_region(box, lambda found: None if found is None else land(found), aside=aside, **changes)

    def propose_region(
        self,
        box: Box,
        done: Callable[[RegionResult | None], None],
        *,
        aside: str = "",
        asks: bool = False,
        **changes: Any,
    ) -> None:
        """Run the model on a block as `segment_region` does, and hand over what it found instead of keeping it.

        `done` gets None where nothing came of it: the run failed or was cancelled, or another one is at work. With
        `aside`, the run is called so and goes on when another image is opened; `asks` as for `Jobs.run`.
        """
        box = box.clip(self._open_image.document.shape)
        if self._open_image.image is None or self._jobs.busy or box.empty:
            done(None)
            return
        options = self._run_state.options.changed(**changes) if changes else self._run_state.options
        settings = options.settings_for(box.z1 - box.z0, self._images.chosen)
        work = partial(
            tasks.segment_region, self._open_image.image, box, settings, self._models.loader(options.model)
        )

        def ended(ending: Ending) -> None:
            if ending is not Ending.DONE:
                done(None)

        self._jobs.run(
            self._models.holding(work),
            name=translate("Segmenting a region"),
            outlives_image=bool(aside),
            aside=aside,
            asks=asks,
            then=done,
            ended=ended,
        )

    def begin_thresholds(self, name: str = "") -> None:
        """Let the thresholds that follow be a step of their own, which `name` names; else it says what was changed."""
        self._gesture += 1
        self._gesture_name = name

    def mask_again(self) -> None:
        """Apply the thresholds to the flows of the last run, in the background; the newest request wins.

        A person set them for this image, which is work: a run on the whole folder does not lose them.
        """
        flows = self._run_state.flows
        if flows is not None and self._jobs.busy:
            # A run applies them to what it finds; an export does not, nor a run that is cancelled.
            self._late = self._open_image.document
            return
        # What waited goes with these.
        self._late = None
        if flows is None or not self._may_mask_again():
            return
        pending = self._run_results.pending(StepKind.THRESHOLDS, self._gesture_name)
        pending = replace(pending, flows=flows, gesture=self._gesture)
        # The model and what it saw stay what they were, whatever is chosen by now.
        last = self._run_state.last_settings
        pending = replace(pending, settings={**last, **thresholds_in(pending.settings), BY_HAND: True})
        # The steps along the flows depend on the diameter that the run used, which may have been measured.
        # All but the thresholds is that of the run, too.
        thresholds = thresholds_in(pending.settings)
        settings = replace(self._run_state.settings_of_masks, **thresholds, diameter=flows.diameter)
        result = partial(tasks.mask_again, flows, settings, self._run_state.memory)
        kept_masks = self._run_results.previous(self._run_state.options.keep)
        work = self._masks_first.before(partial(result, kept_masks), flows, settings, self._run_state.memory)
        self._jobs.run(
            work,
            name=THRESHOLDS,
            lane=Lane.LIVE,
            then=partial(self._run_results.land, pending, result),
            ended=self._masks_first.ended(),
        )

    def _catch_up(self) -> None:
        """Apply the thresholds that were moved meanwhile, unless a result came with them."""
        if self._jobs.busy:
            return
        late, self._late = self._late, None
        if late is not self._open_image.document:
            return
        shown = thresholds_in(self._run_state.remembered)
        if shown != thresholds_in(self._run_state.last_settings):
            self.mask_again()

    def _may_mask_again(self) -> bool:
        """Ask once about what new thresholds are to replace in the present state: a slider moves them many times."""
        document = self._open_image.document
        if document.state is self._given_up:
            return True
        if not self._may_replace(document.objects):
            return False
        if not self._run_state.options.keep:
            self._given_up = document.state
        return True

    def _may_replace(self, ids: Iterable[int]) -> bool:
        """Ask where the run is to replace what a person touched, and how much that is; False where it must not run."""
        if self._run_state.options.keep:
            return True
        objects = self._open_image.document.objects
        count = sum(objects[n].touched for n in ids if n in objects)
        return self._run_state.may_replace(count, self._questions)
