"""How long the next run will take, and on which device: told before it starts, learnt from every run."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal
from PyQt6.QtCore import QSettings

from cpsam_gui.program.settings_values import stored
from cpsam_gui.runs.estimate import Estimate, TileTimes, guessed_device, guessed_pace, tiles_of

if TYPE_CHECKING:
    from cpsam_core.segment.segmenter import Settings
    from cpsam_gui.runs.models import ModelChoice, Models
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState

STORED = "segment/pace"
# Size of a published model that is not here yet.
PUBLISHED_BYTES = 1_200_000_000


class RunForecast:
    """Knows the pace of the models on this machine."""

    changed = Signal()
    """A run told more about the model and the image."""

    def __init__(self, open_image: OpenImage, models: Models, run_state: RunState) -> None:
        self._open_image, self._models, self._run_state = open_image, models, run_state
        self._pace: TileTimes | None = None

    @property
    def pace(self) -> TileTimes:
        """What was learnt, in this session and in earlier ones."""
        if self._pace is None:
            self._pace = TileTimes(_stored())
        return self._pace

    def estimate(self, times: int = 1) -> Estimate | None:
        """Return what the next run on so many time points of the open image will take; None without an image."""
        if self._open_image.image is None:
            return None
        choice, settings = self._run_state.options.model, self._run_state.settings
        flows = self._run_state.flows
        known = flows.diameter if flows is not None else None
        loaded = self._models.loaded(choice)
        device = loaded.device if loaded is not None and loaded.device else guessed_device(choice)
        pace = self.pace.of(choice, device) or guessed_pace(self._weights(choice.name), device)
        seconds = None if pace is None else pace * times * self._tiles(settings, choice, known)
        return Estimate(seconds, device, loaded.precision if loaded is not None else "", loaded is not None)

    def learn(self, choice: ModelChoice, seconds: float) -> None:
        """Take over what a run on the open image took, whose flows are there now."""
        flows, settings = self._run_state.flows, self._run_state.settings
        if flows is None:
            return
        known = flows.diameter
        settings = replace(settings, diameter=known or settings.diameter)
        loaded = self._models.loaded(choice)
        if loaded is not None and loaded.device:
            self.pace.learn(choice, loaded.device, seconds, self._tiles(settings, choice, known))
            QSettings().setValue(STORED, json.dumps(self.pace.known))
        self.changed.emit()

    def _tiles(self, settings: Settings, choice: ModelChoice, known: float | None) -> int:
        loaded, image = self._models.loaded(choice), self._open_image.image
        return tiles_of(
            self._open_image.document.shape,
            settings,
            tile=loaded.tile if loaded is not None else 256,
            diameter=loaded.diameter if loaded is not None else self._wanted(choice.name),
            known=known,
            anisotropy=image.plane_distance if image is not None else None,
        )

    def _wanted(self, name: str) -> float | str | None:
        """Return the diameter that a model's card wants."""
        card = next((model.card for model in self._models.listed() if model.name == name), None)
        return card.diameter if card is not None else None

    def _weights(self, name: str) -> int | None:
        """Return the bytes of a model's file; a published one is large, whether it is here or not."""
        found = next((model for model in self._models.listed() if model.name == name), None)
        if found is None:
            return None
        return PUBLISHED_BYTES if found.kind == "published" and found.size is None else found.size


def _stored() -> dict[str, float]:
    """Return what earlier sessions learnt; anything else in the settings is left out."""
    return stored(STORED, _paces, {})


def _paces(text: Any) -> dict[str, float]:
    known = json.loads(str(text))
    paces = {str(key): float(value) for key, value in known.items() if isinstance(value, int | float)}
    return {key: value for key, value in paces.items() if 0 < value < math.inf}
