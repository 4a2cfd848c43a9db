"""Objects of the last thresholds, so that another flow threshold or smallest size needs no new following of flows."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cpsam_core.dynamics import Candidates, Masks
    from cpsam_core.progress import Progress
    from cpsam_core.segment.settings import Settings


class MaskMemory:
    """Serves one pair of flows (2, y, x) and logits (y, x) of a plane; make another for others.

    It keeps four bytes a pixel. May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[Any, ...] | None = None
        self._found: Candidates | None = None

    @property
    def known(self) -> bool:
        """Whether candidates are there already, for whichever settings."""
        with self._lock:
            return self._found is not None

    def find(
        self, flows: NDArray[np.float32], logits: NDArray[np.float32], settings: Settings, progress: Progress
    ) -> Masks:
        """Return what `dynamics.find_masks` does, at once where only the choice among known objects changed."""
        from cpsam_core.dynamics import choose_masks

        found = self.candidates(flows, logits, settings, progress)
        return choose_masks(found, flow_threshold=settings.flow_threshold, min_size=settings.min_size)

    def candidates(
        self, flows: NDArray[np.float32], logits: NDArray[np.float32], settings: Settings, progress: Progress
    ) -> Candidates:
        """Return the objects before flow threshold and smallest size reject some of them."""
        from cpsam_core.dynamics import find_candidates

        key = (settings.cellprob_threshold, settings.steps, settings.max_size_fraction)
        with self._lock:
            found = self._found if self._key == key else None
        if found is None:
            found = find_candidates(
                flows,
                logits,
                cellprob_threshold=settings.cellprob_threshold,
                niter=settings.steps,
                max_size_fraction=settings.max_size_fraction,
                progress=progress,
            )
            with self._lock:
                self._key, self._found = key, found
        return found
