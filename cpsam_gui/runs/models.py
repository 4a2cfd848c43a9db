"""Which models there are, and the one that is loaded: loading takes seconds, so it is kept between runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from cpsam_gui.runs.accelerator import Accelerator
from cpsam_gui.runs.options import DEFAULT_MODEL as DEFAULT
from cpsam_gui.runs.options import ModelChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress
    from cpsam_core.weights import ModelInfo
    from cpsam_gui.runs.segmenter import Segments

T = TypeVar("T")

log = logging.getLogger(__name__)

__all__ = ["DEFAULT", "LoadedModel", "ModelChoice", "Models", "load_segmenter"]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """What is known about the network in memory, in words and numbers."""

    device: str = ""
    """As torch calls it: cpu, cuda:0, mps; empty where the segmenter does not say."""
    precision: str = ""
    tile: int = 256
    diameter: float | str | None = None
    """What the model's card wants where the user leaves the diameter open."""


def load_segmenter(choice: ModelChoice, progress: Progress) -> Segments:
    """Load a model by name or path with the engine, fetching it if need be; imports torch."""
    from cpsam_core.segment.segmenter import Segmenter

    return Segmenter.load(choice.name, choice.device, choice.precision, progress)


class Models:
    """Loads models on demand and keeps the last one; knows the device that they share."""

    def __init__(self, load: Callable[[ModelChoice, Progress], Segments] = load_segmenter) -> None:
        self._load = load
        self._key: tuple[ModelChoice, object] | None = None
        self._kept: Segments | None = None
        self.device = Accelerator()
        self.real = load is load_segmenter
        """Whether networks are loaded by the engine; tests bring segmenters of their own."""

    def load(self, choice: ModelChoice, progress: Progress) -> Segments:
        """Return a model, from memory where it was the last one used and its file is still the same.

        Called from job threads, by the one that holds the device.
        """
        key = (choice, _stamp(choice.name))
        if self._kept is None or self._key != key:
            # First: two large models may not fit.
            self.free()
            self._kept = self._load(choice, progress)
            # A model that was fetched has a file now.
            self._key = (choice, _stamp(choice.name))
            log.info("loaded the model %s", choice.name)
        return self._kept

    def loader(self, choice: ModelChoice) -> Callable[[Progress], Segments]:
        """Return what a job loads a model with."""
        return partial(self.load, choice)

    def holding(self, work: Callable[[Progress], T]) -> Callable[[Progress], T]:
        """Return `work` that holds the device meanwhile, before what runs in the background."""

        def hold(progress: Progress) -> T:
            with self.device.foreground(progress):
                return work(progress)

        return hold

    def changed(self, choice: ModelChoice) -> None:
        """Let the model in memory go where it is no longer what the user chose to compute with."""
        key = self._key
        if key is not None and (key[0].device, key[0].precision) != (choice.device, choice.precision):
            self.free()

    def free(self) -> None:
        """Let the model in memory go."""
        self._kept = self._key = None

    def loaded(self, choice: ModelChoice) -> LoadedModel | None:
        """Return what is known about this model if it is the one in memory."""
        kept, key = self._kept, self._key
        if kept is None or key is None or key[0] != choice:
            return None
        network: Any = getattr(kept, "network", None)
        return LoadedModel(
            str(getattr(network, "device", "")),
            str(getattr(network, "precision", "")).removeprefix("torch."),
            int(getattr(network, "tile", 256)),
            getattr(network, "diameter", None),
        )

    def listed(self) -> tuple[ModelInfo, ...]:
        """Return the models to offer: the embedded one, the published ones, the user's own."""
        from cpsam_core.weights import list_models

        return list_models()

    def known(self, name: str) -> bool:
        """Whether there is a model of this name or path, here or to be fetched."""
        from cpsam_core.weights import is_known

        return is_known(name)

    def names(self) -> list[str]:
        """Return the names of the models to offer; published ones are fetched on first use."""
        return [model.name for model in self.listed()]


def _stamp(name: str) -> object:
    """Return what changes when a model's file is replaced, as a retraining under the same name does."""
    from cpsam_core.system.file_identity import identity_of
    from cpsam_core.system.paths import expanded
    from cpsam_core.weights.library import own_file

    path = expanded(name)
    try:
        if not path.is_file():
            own = own_file(name)
            if own is None:
                return None
            path = own
    except (OSError, ValueError):
        return None
    return str(path), identity_of(path)
