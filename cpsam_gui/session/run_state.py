"""What the next run does and what the last one left: options, flows, thresholds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from cpsam_core.errors import SettingsError
from cpsam_core.segment.mask_memory import MaskMemory
from cpsam_gui.operations.identities import Identities
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled
from cpsam_gui.runs.as_command import Call
from cpsam_gui.runs.options import (
    BY_HAND,
    STACK_SETTINGS,
    THRESHOLDS,
    RunOptions,
    recalled,
    remembered,
    seen_by,
    thresholds_in,
)
from cpsam_gui.runs.starting_options import StartingOptions
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.session.run_traces import RunTrace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpsam_core.data.image_input import ImageInput
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.segmenter import Settings
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner


class RunState:
    """Options of the next run on the open image, and the flows of the last one, which new thresholds are applied to."""

    options_changed = Signal()
    """Model, settings, device or the fate of existing masks were changed."""
    flows_changed = Signal()
    """The flows are those of another run, or there are none any more; with them the diameter that it used."""
    notes_changed = Signal()
    """There is something else to say of the last run, or nothing any more."""

    def __init__(self, open_image: OpenImage, models: Models, images: Images) -> None:
        self._open_image, self._models, self._images = open_image, models, images
        self._options = RunOptions()
        self._start = StartingOptions()
        self._flows: NetworkOutput | None = None
        self._notes: tuple[str, ...] = ()
        self.memory = MaskMemory()
        """Objects that thresholds choose from, of these flows."""
        self.identities = Identities()
        """The objects of the last run under all thresholds so far."""
        self.last_settings: dict[str, Any] = {}
        """Thresholds of the last run, which are saved with the masks and come back with them."""
        open_image.adopted.connect(self.forget)

    @property
    def flows(self) -> NetworkOutput | None:
        """What the network gave in the last run, for later: thresholds can change without it."""
        return self._flows

    @flows.setter
    def flows(self, output: NetworkOutput | None) -> None:
        self._flows = output
        # Objects of the last thresholds, for those that only choose among them.
        self.memory = (output.memory if output is not None else None) or MaskMemory()
        self.flows_changed.emit()

    @property
    def trace(self) -> RunTrace:
        """What is known of the run that made the masks, to be put back when they come back."""
        return RunTrace(self._flows, self.memory, self.identities, self.last_settings, self._notes)

    @trace.setter
    def trace(self, trace: RunTrace) -> None:
        self._flows, self.memory, self.identities = trace.flows, trace.memory, trace.identities
        self.last_settings, self.notes = dict(trace.settings), trace.notes
        self.flows_changed.emit()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed or is doubtful in the last run of the model on this image."""
        return self._notes

    @notes.setter
    def notes(self, notes: tuple[str, ...]) -> None:
        if notes != self._notes:
            self._notes = notes
            self.notes_changed.emit()

    @property
    def options(self) -> RunOptions:
        """What the next run does."""
        return self._options

    @options.setter
    def options(self, options: RunOptions) -> None:
        if options == self._options:
            return
        self._start.choose_all(options, self._folder)
        self._put(options)

    def change(self, **values: Any) -> None:
        """Change options by name; see `RunOptions.changed`.

        Raises
        ------
        SettingsError
            A value makes no sense; nothing was changed.
        """
        options = self._options.changed(**values)
        self._start.choose(values, self._folder)
        self._put(options)

    def recall(self, settings: Mapping[str, Any], *, opened: bool = False) -> None:
        """Take over what is remembered with masks; `opened` says that the image was opened with them.

        It is no choice of the person's: what an image without settings of its own begins with, `StartingOptions` says.
        """
        known = recalled(settings)
        if self._open_image.document.shape[0] == 1:
            known = {name: value for name, value in known.items() if name not in STACK_SETTINGS}
        # A file may hold anything: values that make no sense are left out.
        with suppress(SettingsError):
            self._put(self._options.changed(**known))
            if opened:
                own = THRESHOLDS if settings.get(BY_HAND) is True else ()
                self._start.see({n: v for n, v in known.items() if n not in own}, self._folder)

    def take_back(self, settings: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        """Go back to settings that a step of the history had; `others` were chosen in their place."""
        self._start.take_back(recalled(settings), others)
        self.recall(settings)

    @property
    def for_next(self) -> RunOptions:
        """What a run begins with on an image of this folder that has no settings of its own."""
        return self._start.options(self._folder)

    @property
    def _folder(self) -> Path | None:
        """The folder of the open image."""
        path = self._open_image.path
        return path and path.parent

    def _put(self, options: RunOptions) -> None:
        if options == self._options:
            return
        if options.model != self._options.model:
            self._models.changed(options.model)
        self._options = options
        self.options_changed.emit()

    def may_replace(self, touched: int, questions: Questioner) -> bool:
        """Ask where a run is to replace objects that a person touched, and how many; False where it must not run.

        Who wants them kept changes the option, which later runs follow.
        """
        if self._options.keep or not touched:
            return True
        one = translate("1 object that you touched will be replaced")
        question = Question(
            one
            if touched == 1
            else filled(translate("{:,} objects that you touched will be replaced"), touched),
            translate(
                "They were drawn, corrected, locked, classified or accepted by hand. The History panel "
                "brings them back."
            ),
            (
                Answer("keep", translate("Keep them")),
                Answer("replace", translate("Replace them")),
                Answer("cancel", translate("Cancel")),
            ),
        )
        answer = questions.ask(question)
        if answer == "keep":
            self.change(keep=True)
        return answer in ("keep", "replace")

    @property
    def settings(self) -> Settings:
        """The settings of the engine that fit the open image."""
        return self._options.settings_for(self._open_image.document.shape[0], self._images.chosen)

    @property
    def settings_of_masks(self) -> Settings:
        """The settings that made the masks; those of the panel may be ahead of them."""
        return self._fitting(self.options_of_masks)

    @property
    def options_of_masks(self) -> RunOptions:
        """The model and the settings of the last run; where the file does not say them all, those of the panel."""
        options, model = self._options, self.last_settings.get("model")
        # A file may hold anything: values that make no sense are left out.
        with suppress(SettingsError):
            options = options.changed(**recalled(self.last_settings))
        return options.changed(name=model) if isinstance(model, str) and model else options

    def _fitting(self, options: RunOptions) -> Settings:
        """Return the settings of options that fit the open image, with the channels of its last run."""
        channels: tuple[int | str, ...] | None = self._images.chosen
        if "channels" in self.last_settings:
            from cpsam_core.data.image_input import ImageInput

            channels = ImageInput.from_dict(self.last_settings).channels
        return options.settings_for(self._open_image.document.shape[0], channels)

    def set_plane_distance(self, pixels: float | None) -> None:
        """Take planes to lie so far apart, which is kept with the masks; None for what the file says."""
        self.change(anisotropy=pixels)
        self.last_settings = {**self.last_settings, "anisotropy": pixels}

    def forget(self) -> None:
        """Drop the flows and settings of an image that is left."""
        self.flows, self.last_settings, self.notes = None, {}, ()
        self.identities = Identities()
        self._put(self.for_next)

    @property
    def remembered(self) -> dict[str, Any]:
        """What is remembered of a run with the present options."""
        return self.remembered_of(self._options)

    def remembered_of(self, options: RunOptions) -> dict[str, Any]:
        """What is remembered of a run on the open image with these options."""
        reading, planes = self._images.reading, self._open_image.document.shape[0]
        settings = options.settings_for(planes, self._images.chosen)
        return remembered(options, settings, reading.axes, reading.time)

    def seen(self) -> ImageInput:
        """Return how a run would see the open image now."""
        reading = self._images.reading
        return seen_by(self.settings, reading.axes, reading.time)

    def call(self, *, next_one: bool = False) -> Call:
        """Return the run that found the masks as the command line and Python know it; without masks the next one."""
        reading, image, found = (
            self._images.reading,
            self._open_image.image,
            self.found_masks and not next_one,
        )
        options = self.options_of_masks if found else self._options
        settings = self.settings_of_masks if found else self.settings
        settings = replace(settings, axes=reading.axes or settings.axes)
        path = "" if self._open_image.path is None else str(self._open_image.path)
        # Not as it was asked for: the first one is taken where nobody says which.
        time, scene = (None, None) if image is None else (image.key.time, image.key.scene)
        return Call(path, options.model, settings, time, scene)

    @property
    def found_masks(self) -> bool:
        """Whether there are objects, and a run is remembered that found them."""
        return "model" in self.last_settings and bool(self._open_image.document.objects)


def threshold_state(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the thresholds in remembered settings, and whether they were set by hand."""
    return {**thresholds_in(settings), BY_HAND: settings.get(BY_HAND) is True}
