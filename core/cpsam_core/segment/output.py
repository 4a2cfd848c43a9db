"""What a network gave for an image: all that thresholds, projects and exports need of a run, handed on as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cpsam_core.segment.mask_memory import MaskMemory


@dataclass(frozen=True, eq=False)
class NetworkOutput:
    """The maps of a run at the size of the image.

    Attributes
    ----------
    flows : (2, y, x), (2, z, y, x) or (3, z, y, x) float32
        The network's flows, 5 times unit vectors, (z,) y, x; three components after `do_3D`.
    logits : (y, x) or (z, y, x) float32
        Cell logits.
    diameter : float or None
        Of the cells in pixels, as the run took or measured it; None where nobody knows, as in files of others.
    class_logits : (class, y, x) or (class, z, y, x) float32, or None
        Class maps, for networks that have them; background first.
    memory : MaskMemory or None
        Candidates that were found in these very flows and logits, for other thresholds; planes only.
    device : str
        Where the network computed, and pixels are followed.
    """

    flows: NDArray[np.float32]
    logits: NDArray[np.float32]
    diameter: float | None = None
    class_logits: NDArray[np.float32] | None = None
    memory: MaskMemory | None = None
    device: str = "cpu"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) of the image in pixels."""
        return (1, *self.logits.shape)[-3:]

    @property
    def by_plane(self) -> bool:
        """Whether it is a stack of planes, each predicted by itself."""
        return self.logits.ndim == 3 and len(self.flows) == 2

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether it belongs to labels of this shape, (y, x) or (z, y, x)."""
        return self.shape == (1, *shape)[-3:]
