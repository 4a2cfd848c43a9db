"""Runs of the model, and the thresholds that are changed after them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cpsam_gui import tasks
from cpsam_gui.history import Origin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cpsam_core.segment import Settings

    from .session import Session

THRESHOLDS = "Change thresholds"


@dataclass(frozen=True, slots=True)
class Flows:
    """What the last run left for later: thresholds can change without the network."""

    flows: NDArray[np.float32]
    logits: NDArray[np.float32]
    diameter: float | None = None
    """Of the cells in pixels, as the run took or measured it."""


class Runs:
    """Segments the open image; the results land in the document as one step."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.flows: Flows | None = None
        self.last_settings: dict[str, Any] = {}
        """Thresholds of the last run, which are saved with the masks and come back with them."""

    def forget(self) -> None:
        """Drop the flows and settings of an image that is left."""
        self.flows, self.last_settings = None, {}

    def segment(self, model: str, settings: Settings, *, keep: bool = True) -> None:
        """Run a model on the open image; objects that are locked or drawn by hand stay where `keep`."""
        if self._session.image is None or self._session.jobs.busy:
            return
        kept = self._kept() if keep else tasks.Kept(first_id=self._session.document.next_id)
        work = partial(
            tasks.segment, self._session.image, settings, partial(self._session.models.load, model), kept
        )
        self._session.jobs.start("Segmenting", work, partial(self._found, model=model, settings=settings))

    def mask_again(self, settings: Settings, *, keep: bool = True) -> None:
        """Apply other thresholds to the flows of the last run, in the background; the newest request wins."""
        if self.flows is None or self._session.jobs.busy:
            return
        kept = self._kept() if keep else tasks.Kept(first_id=self._session.document.next_id)
        position = self._session.document.position

        def done(found: tasks.Found) -> None:
            if self._session.document.position == position and not self._session.document.writing:
                self.swap(THRESHOLDS, replace(found, settings={**self.last_settings, **_values(settings)}))
                self._session.message.emit(f"{len(found.records)} objects")

        # The steps along the flows depend on the diameter that the run used, which may have been measured.
        settings = replace(settings, diameter=self.flows.diameter)
        work = partial(tasks.mask_again, self.flows.flows, self.flows.logits, settings, kept)
        self._session.jobs.start_live(THRESHOLDS, work, done)

    def _kept(self) -> tasks.Kept:
        """Return what a run must not touch: locked objects, and those drawn or corrected by hand."""
        rows = {
            number: row for number, row in self._session.document.objects.items()
            if row.locked or row.origin is not Origin.MODEL
        }  # fmt: skip
        return tasks.Kept(
            self._session.document.snapshot() if rows else None, rows, self._session.document.next_id
        )

    def _found(self, found: tasks.Found, model: str, settings: Settings) -> None:
        self.swap(f"Segment with {model}", replace(found, settings={"model": model, **_values(settings)}))
        self._session.message.emit(f"{len(found.records)} objects found")

    def swap(self, name: str, found: tasks.Found) -> None:
        """Put a whole result into the document as one step; its flows serve later changes of thresholds."""
        self._session.tool.cancel()
        if found.flows is not None and found.logits is not None:
            self.flows = Flows(found.flows, found.logits, found.diameter)
        if found.settings:
            self.last_settings = dict(found.settings)
            self._session.settings_changed.emit()
        self._session.view.selection = frozenset()
        # Moving a slider makes one step, not one for each position.
        self._session.document.replace(name, found.labels, found.records, merge=name == THRESHOLDS)


def _values(settings: Settings) -> dict[str, Any]:
    """Return what is remembered of the settings of a run."""
    names = ("diameter", "flow_threshold", "cellprob_threshold", "min_size")
    return {name: getattr(settings, name) for name in names}
