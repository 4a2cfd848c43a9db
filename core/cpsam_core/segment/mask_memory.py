"""Objects found in one pair of flows and logits, remembered: thresholds that only choose among them act at once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cpsam_core.dynamics import CandidateRuns, ChosenMasks, PathMemory
    from cpsam_core.progress import Progress
    from cpsam_core.segment.settings import Settings

MOST = 8
"""Cell thresholds whose objects are remembered, the last ones."""


class MaskMemory:
    """Serves one pair of flows (2, y, x) and logits (y, x) of a plane; make another for others.

    It keeps the runs of the objects, some 2 kB for one of a thousand pixels, and the paths of the last cell threshold,
    8 bytes for each pixel in a cell. May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[tuple[Any, ...], CandidateRuns] = OrderedDict()
        self._paths: PathMemory | None = None

    @property
    def known(self) -> bool:
        """Whether candidates are there already, for whichever settings."""
        with self._lock:
            return bool(self._found)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        with self._lock:
            paths = 0 if self._paths is None else self._paths.nbytes
            return sum(one.nbytes for one in self._found.values()) + paths

    def recall(self, settings: Settings) -> CandidateRuns | None:
        """Return the objects that these settings choose among, where they are there already."""
        with self._lock:
            return self._found.get(_key(settings))

    def find(
        self,
        flows: NDArray[np.float32],
        logits: NDArray[np.float32],
        settings: Settings,
        progress: Progress,
        device: str = "cpu",
    ) -> ChosenMasks:
        """Return what `dynamics.find_masks` does, at once where only the choice among known objects changed."""
        found = self.candidates(flows, logits, settings, progress, device)
        return found.choose(flow_threshold=settings.flow_threshold, min_size=settings.min_size)

    def candidates(
        self,
        flows: NDArray[np.float32],
        logits: NDArray[np.float32],
        settings: Settings,
        progress: Progress,
        device: str = "cpu",
    ) -> CandidateRuns:
        """Return the objects before flow threshold and smallest size reject some of them."""
        from cpsam_core import dynamics

        key = _key(settings)
        with self._lock:
            found = self._found.get(key)
            paths = self._paths = self._paths or dynamics.PathMemory()
        if found is None:
            dense = dynamics.find_candidates(
                flows,
                logits,
                cellprob_threshold=settings.cellprob_threshold,
                niter=settings.steps,
                max_size_fraction=settings.max_size_fraction,
                device=device,
                progress=progress,
                paths=paths,
            )
            found = dynamics.CandidateRuns.of(dense, logits)
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > MOST:
                self._found.popitem(last=False)
        return found


def _key(settings: Settings) -> tuple[Any, ...]:
    """Return what decides on the candidates."""
    return settings.cellprob_threshold, settings.steps, settings.max_size_fraction
