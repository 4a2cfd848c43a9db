"""Runs of the model on the open image, and the thresholds that are changed after them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal
from PyQt6.QtCore import QTimer

from cpsam_core.errors import SettingsError
from cpsam_core.segment.mask_memory import MaskMemory
from cpsam_core.segment.settings import NATIVE_DIAMETER
from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Ending, Lane
from cpsam_gui.operations.region_run import land
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.runs.as_command import Call
from cpsam_gui.runs.options import RunOptions, recalled, remembered, seen_by, typical_diameter
from cpsam_gui.session.forecast import RunForecast
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.state.steps import StepKind
from cpsam_gui.tools import RunDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from cpsam_core.data.image_input import ImageInput
    from cpsam_core.progress import Progress
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.segmenter import Settings
    from cpsam_gui.jobs.jobs import Job, Jobs
    from cpsam_gui.runs.estimate import Estimate
    from cpsam_gui.runs.models import ModelChoice, Models
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.tasks import RegionResult

    Result: TypeAlias = Callable[[tasks.PreviousMasks, Progress], tasks.MaskResult]
    """Puts the result of a run together with what stays."""

SEEN = ("channels", "normalize", "axes", "time", "scene")
"""What is remembered of how a run saw the image; new thresholds change nothing in it."""
THRESHOLDS = "Change thresholds"
REGION = "Segment region"
PATIENCE = 50  # milliseconds between looks at whether a stroke has ended that a result must wait for


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    """A result on its way into the document that it was made for."""

    name: str
    kind: StepKind
    document: Document
    revision: int
    """State of the document that the result was put together with."""
    position: int
    options: RunOptions
    settings: dict[str, Any]
    """What is remembered of the settings."""
    flows: NetworkOutput | None = None
    """The flows that new thresholds were applied to; None for a run of the network."""


class SegmentationController:
    """Segments the open image; each result lands in the document as one step."""

    options_changed = Signal()
    """Model, settings, device or the fate of existing masks were changed."""
    settings_changed = Signal()
    """The thresholds that belong to the masks came with them."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        images: Images,
        gestures: Gestures,
        questions: Questioner,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._models = models
        self._images = images
        self._gestures = gestures
        self._questions = questions
        self._may_drop: Document | None = None
        self._options = RunOptions()
        self._revision = 0
        self.desk = RunDesk(self._disk_size, self._set_disk_size, self.segment_region)
        """What tools may ask of the next run."""
        self.forecast = RunForecast(open_image, models)
        self._flows: NetworkOutput | None = None
        self.memory = MaskMemory()
        """Objects that thresholds choose from, of these flows."""
        self.last_settings: dict[str, Any] = {}
        """Thresholds of the last run, which are saved with the masks and come back with them."""
        open_image.adopted.connect(self.forget)
        self._open_image.history_changed.connect(self._count)

    # -- what a run does ---------------------------------------------------------------------------------

    @property
    def flows(self) -> NetworkOutput | None:
        """What the network gave in the last run, for later: thresholds can change without it."""
        return self._flows

    @flows.setter
    def flows(self, output: NetworkOutput | None) -> None:
        self._flows = output
        # Objects of the last thresholds, for those that only choose among them.
        self.memory = MaskMemory()

    @property
    def options(self) -> RunOptions:
        """What the next run does."""
        return self._options

    @options.setter
    def options(self, options: RunOptions) -> None:
        if options == self._options:
            return
        if options.model != self._options.model:
            self._models.changed(options.model)
        self._options = options
        self.options_changed.emit()

    def change(self, **values: Any) -> None:
        """Change options by name; see `RunOptions.changed`.

        Raises
        ------
        SettingsError
            A value makes no sense; nothing was changed.
        """
        self.options = self._options.changed(**values)

    @property
    def settings(self) -> Settings:
        """The settings of the engine that fit the open image."""
        return self._options.settings_for(self._open_image.document.shape[0], self._images.chosen)

    def set_plane_distance(self, pixels: float | None) -> None:
        """Take planes to lie so far apart, which is kept with the masks; None for what the file says."""
        self.change(anisotropy=pixels)
        self.last_settings = {**self.last_settings, "anisotropy": pixels}

    def estimate(self) -> Estimate | None:
        """Return what the next run on the open image will take; None without an image."""
        known = self.flows.diameter if self.flows is not None else None
        return self.forecast.estimate(self._options.model, self.settings, known)

    def forget(self) -> None:
        """Drop the flows and settings of an image that is left."""
        self.flows, self.last_settings = None, {}

    # -- runs --------------------------------------------------------------------------------------------

    def call(self) -> Call:
        """Return the run on the open image as the command line and Python know it."""
        reading = self._images.reading
        settings = replace(self.settings, axes=reading.axes or self.settings.axes)
        path = "" if self._open_image.path is None else str(self._open_image.path)
        return Call(path, self._options.model, settings, reading.time)

    def segment(self) -> None:
        """Run the model on the open image as the options say; what it would drop of a person's work is asked first."""
        if self._open_image.image is None or self._jobs.busy:
            return
        if not self._may_replace(self._open_image.document.objects):
            return
        options = self._options
        pending = self._pending(StepKind.SEGMENT, f"Segment with {options.model.title}")
        work = partial(
            tasks.segment,
            self._open_image.image,
            self.settings,
            self._loader(options.model),
            self._kept(options.keep),
        )
        self._jobs.run(
            self._holding(work),
            name=translate("Segmenting"),
            then=partial(self._finished, pending),
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
        pending = replace(self._pending(StepKind.SEGMENT, name), options=options)
        load, kept = self._loader(options.model), self._kept(options.keep)

        def work(progress: Progress) -> tasks.RunOutcome:
            with hold(progress) as report:
                return tasks.segment(image, settings, load, kept, report)

        def land(outcome: tasks.RunOutcome) -> None:
            self._finished(pending, outcome)
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
        if not self._options.keep:
            inside = np.unique(
                self._open_image.document.labels[box.clip(self._open_image.document.shape).slices]
            )
            if not self._may_replace(inside.tolist()):
                return
        land = partial(self._region_found, self._open_image.document, self._options.keep, done)
        self.propose_region(box, land, **changes)

    def propose_region(self, box: Box, done: Callable[[RegionResult | None], None], **changes: Any) -> None:
        """Run the model on a block as `segment_region` does, and hand over what it found instead of keeping it.

        `done` gets None where nothing came of it: the run failed or was cancelled, or another one is at work.
        """
        box = box.clip(self._open_image.document.shape)
        if self._open_image.image is None or self._jobs.busy or box.empty:
            done(None)
            return
        options = self._options.changed(**changes) if changes else self._options
        settings = options.settings_for(box.z1 - box.z0, self._images.chosen)
        work = partial(
            tasks.segment_region, self._open_image.image, box, settings, self._loader(options.model)
        )

        def ended(ending: Ending) -> None:
            if ending is not Ending.DONE:
                done(None)

        self._jobs.run(self._holding(work), name=REGION, then=done, ended=ended)

    def mask_again(self) -> None:
        """Apply the thresholds to the flows of the last run, in the background; the newest request wins."""
        flows = self.flows
        if flows is None or self._jobs.busy:
            return
        if self._may_drop is not self._open_image.document:
            if not self._may_replace(self._open_image.document.objects):
                return
            if not self._options.keep:
                # A slider changes thresholds many times: one answer is enough.
                self._may_drop = self._open_image.document
        pending = replace(self._pending(StepKind.THRESHOLDS, THRESHOLDS), flows=flows)
        # What the network saw stays what it was, whatever is chosen by now.
        kept = {name: value for name, value in pending.settings.items() if name not in SEEN}
        seen = {name: value for name, value in self.last_settings.items() if name in SEEN}
        others = {name: value for name, value in self.last_settings.items() if name not in SEEN}
        pending = replace(pending, settings={**others, **kept, **seen})
        # The steps along the flows depend on the diameter that the run used, which may have been measured.
        settings = replace(self.settings, diameter=flows.diameter)
        result = partial(tasks.mask_again, flows, settings, self.memory)
        work = partial(result, self._kept(self._options.keep))
        self._jobs.run(work, name=THRESHOLDS, lane=Lane.LIVE, then=partial(self._land, pending, result))

    def _may_replace(self, ids: Iterable[int]) -> bool:
        """Ask where the run is to replace what a person touched, and how much that is; False where it must not run."""
        objects = self._open_image.document.objects
        count = 0 if self._options.keep else sum(objects[n].touched for n in ids if n in objects)
        if not count:
            return True
        one = translate("1 object that you touched will be replaced")
        question = Question(
            one if count == 1 else translate("{:,} objects that you touched will be replaced").format(count),
            translate(
                "They were drawn, corrected, locked, classed or accepted by hand. The History panel brings them back."
            ),
            (
                Answer("keep", translate("Keep them")),
                Answer("replace", translate("Replace them")),
                Answer("cancel", translate("Cancel")),
            ),
        )
        answer = self._questions.ask(question)
        if answer == "keep":
            self.change(keep=True)
        return answer in ("keep", "replace")

    def _pending(self, kind: StepKind, name: str) -> _Pending:
        document, options = self._open_image.document, self._options
        return _Pending(
            name,
            kind,
            document,
            self._revision,
            document.position,
            options,
            self._remembered(options),
        )

    def _remembered(self, options: RunOptions) -> dict[str, Any]:
        reading = self._images.reading
        return remembered(options, self.settings, reading.axes, reading.time)

    def seen(self) -> ImageInput:
        """Return how a run would see the open image now."""
        reading = self._images.reading
        return seen_by(self.settings, reading.axes, reading.time)

    def _loader(self, model: ModelChoice) -> Callable[[Progress], Segments]:
        return partial(self._models.load, model)

    def _holding(self, work: Callable[[Progress], Any]) -> Callable[[Progress], Any]:
        """Return `work` that holds the device meanwhile."""

        def hold(progress: Progress) -> Any:
            with self._models.device.foreground(progress):
                return work(progress)

        return hold

    def _kept(self, keep: bool) -> tasks.PreviousMasks:
        """Return what is there: what a person touched stays, and objects that are found again keep id and colour."""
        document = self._open_image.document
        if not document.objects:
            return tasks.PreviousMasks(first_id=document.next_id)
        rows = {number: row for number, row in document.objects.items() if keep and row.touched}
        return tasks.PreviousMasks(document.snapshot(), rows, document.next_id, document.colours.copy())

    # -- size of the cells -------------------------------------------------------------------------------

    def size_from_masks(self) -> float | None:
        """Set the diameter to the median of the masks and return it; None where there are none."""
        diameter = typical_diameter(self._open_image.document.objects.values())
        if diameter is None:
            self._notices.message.emit(translate("There are no masks yet to take the size from"))
        else:
            self.change(diameter=round(diameter, 1))
        return diameter

    def _disk_size(self) -> float:
        """Return the diameter that a disk on the canvas starts with."""
        set_to = self._options.settings.diameter
        measured = self.flows.diameter if self.flows is not None else None
        return set_to if isinstance(set_to, float) else measured or NATIVE_DIAMETER

    def _set_disk_size(self, diameter: float) -> None:
        self.change(diameter=round(max(diameter, 1.0), 1))

    def measure(self) -> None:
        """Let the model measure the cells of the plane shown, in the background, and set the diameter."""
        options = self._options
        if self._open_image.image is None or self._jobs.busy:
            return

        def done(diameter: float | None) -> None:
            if diameter is None:
                words = translate("The model saw no cells to measure; the diameter stays as it is")
                self._notices.message.emit(words)
            else:
                self.change(diameter=round(diameter, 1))
                self._notices.message.emit(translate("The cells measure about {:.0f} px").format(diameter))

        work = partial(
            tasks.measure,
            self._open_image.image,
            self._open_image.view.plane,
            self.settings,
            self._loader(options.model),
        )
        self._jobs.run(self._holding(work), name=translate("Measuring the cells"), then=done)

    # -- results -----------------------------------------------------------------------------------------

    def _count(self) -> None:
        self._revision += 1

    def _finished(self, pending: _Pending, outcome: tasks.RunOutcome) -> None:
        """Put the result of a run on the whole image into the document."""
        self._land(pending, partial(tasks.combine, outcome.result, pending.document.shape), outcome.found)
        if self._open_image.document is pending.document and self.flows is not None:
            used = replace(self.settings, diameter=self.flows.diameter or self.settings.diameter)
            self.forecast.learn(pending.options.model, used, self.flows.diameter, outcome.seconds)

    def _land(self, pending: _Pending, result: Result, found: tasks.MaskResult) -> None:
        """Swap a result in; where the document has changed since, put it together with the changes first."""
        live = pending.flows is not None
        if self._open_image.document is not pending.document or (live and not self._wanted(pending)):
            return
        if self._open_image.document.writing:  # a stroke under way is never lost
            QTimer.singleShot(PATIENCE, partial(self._land, pending, result, found))
        elif self._revision != pending.revision:
            again = replace(pending, revision=self._revision)
            self._jobs.run(
                partial(result, self._kept(pending.options.keep)),
                name=pending.name,
                lane=Lane.LIVE if live else Lane.BESIDE,
                then=partial(self._land, again, result),
            )
        else:
            self._take(pending.kind, pending.name, replace(found, settings=pending.settings))
            words = translate("{:,} objects") if live else translate("{:,} objects found")
            said = (words.format(len(found.records)), *map(translate_said, found.notes))
            self._notices.message.emit(". ".join(said))
            if not live and _thresholds(self._remembered(self._options)) != _thresholds(pending.settings):
                self.mask_again()  # they were moved during the run

    def _wanted(self, pending: _Pending) -> bool:
        """Whether new thresholds still belong to the last run, which may have been undone or replaced."""
        return pending.flows is self.flows and pending.document.position >= pending.position

    def _region_found(
        self,
        document: Document,
        keep: bool,
        done: Callable[[list[int]], None] | None,
        found: RegionResult | None,
    ) -> None:
        if found is None or self._open_image.document is not document:
            return
        if document.writing:
            QTimer.singleShot(PATIENCE, partial(self._region_found, document, keep, done, found))
            return
        new = land(document, REGION, found, keep=keep)
        self._keep_flows(found)
        words = (
            translate("1 object in the region") if len(new) == 1 else translate("{:,} objects in the region")
        )
        self._notices.message.emit(words.format(len(new)))
        if done is not None:
            done(new)

    def _keep_flows(self, found: RegionResult) -> None:
        """Let later changes of thresholds know what the run on the region saw, where there was a run on the whole."""
        if self.flows is None or found.output is None:
            return
        planes, rows, columns = found.box.slices
        volume = self.flows.logits.ndim == 3
        if len(found.output.flows) != len(self.flows.flows):
            return  # a volume there and planes here
        place = (planes, rows, columns) if volume else (rows, columns)
        target = self.flows.logits[place]
        target[...] = found.output.logits.reshape(target.shape)
        target = self.flows.flows[(slice(None), *place)]
        target[...] = found.output.flows.reshape(target.shape)
        # others than a project may hold
        self.flows = replace(self.flows)

    def swap(self, kind: StepKind, name: str, found: tasks.MaskResult) -> None:
        """Put masks that were read into the document as one step; their thresholds and flows come with them."""
        self._take(kind, name, found)
        if found.settings:
            # A file may hold anything: values that make no sense are left out.
            with suppress(SettingsError):
                self.change(**recalled(found.settings))
            self._images.recall(found.settings)
            self.settings_changed.emit()

    def put_ahead(self, found: tasks.MaskResult) -> None:
        """Put in what was found before the image was opened; thresholds that were moved since then are applied."""
        self._take(StepKind.SEGMENT, f"Segment with {self._options.model.title}", found)
        if _thresholds(self._remembered(self._options)) != _thresholds(dict(found.settings)):
            self.mask_again()

    def _take(self, kind: StepKind, name: str, found: tasks.MaskResult) -> None:
        self._gestures.tool.cancel()
        if found.output is not None:
            self.flows = found.output
        if found.settings:
            self.last_settings = dict(found.settings)
        self._open_image.view.selection = frozenset()
        self._open_image.document.replace(name, found.labels, found.records, kind=kind)


def _thresholds(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in SEEN}
