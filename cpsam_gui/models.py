"""Which models there are, and the one that is loaded: loading takes seconds, so it is kept between runs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress

    from .tasks import Segments

log = logging.getLogger(__name__)

DEFAULT = "cpsam-lite"


def load_segmenter(name: str, progress: Progress) -> Segments:
    """Load a model by name or path with the engine, fetching it if need be; imports torch."""
    from cpsam_core.segment import Segmenter

    return Segmenter.load(name, progress=progress)


class Models:
    """Loads models on demand and keeps the last one. Called from job threads, one at a time."""

    def __init__(self, load: Callable[[str, Progress], Segments] = load_segmenter) -> None:
        self._load = load
        self._name: str | None = None
        self._kept: Segments | None = None

    def load(self, name: str, progress: Progress) -> Segments:
        """Return the model of this name, from memory where it was the last one used."""
        if self._kept is None or self._name != name:
            self._kept = None  # free the old one first: two large models may not fit
            self._kept = self._load(name, progress)
            self._name = name
            log.info("loaded the model %s", name)
        return self._kept

    def names(self) -> list[str]:
        """Return the models to offer, the user's own too; published ones are fetched on first use."""
        from cpsam_core.weights import list_models

        return [model.name for model in list_models()]
