"""Which models there are, and the one that is loaded: loading takes seconds, so it is kept between runs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tasks import Segments

log = logging.getLogger(__name__)

DEFAULT = "cpsam-lite"
PUBLISHED = ("cpsam_v2", "cpsam")


def load_segmenter(name: str) -> Segments:
    """Load a model by name or path with the engine; imports torch."""
    from cpsam_core.segment import Segmenter

    return Segmenter.load(name)


class Models:
    """Loads models on demand and keeps the last one. Called from job threads, one at a time."""

    def __init__(self, load: Callable[[str], Segments] = load_segmenter) -> None:
        self._load = load
        self._name: str | None = None
        self._kept: Segments | None = None

    def load(self, name: str) -> Segments:
        """Return the model of this name, from memory where it was the last one used."""
        if self._kept is None or self._name != name:
            self._kept = None  # free the old one first: two large models may not fit
            self._kept = self._load(name)
            self._name = name
            log.info("loaded the model %s", name)
        return self._kept

    def names(self) -> list[str]:
        """Return the models to offer; those that are not here yet are fetched on first use."""
        return [DEFAULT, *PUBLISHED]
