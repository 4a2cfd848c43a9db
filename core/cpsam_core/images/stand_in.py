"""Arrays that are not in memory: what reads parts of them, and stand-ins that have their shape and nothing else."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Grid", "stand_in"]


class Grid(Protocol):
    """An array that is read in parts: of a file, or in memory."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        ...

    def __getitem__(self, index: tuple[slice, ...]) -> npt.NDArray[Any]:
        """Read a part."""
        ...


def stand_in(grid: Grid) -> npt.NDArray[Any]:
    """Return an array of that shape and type that takes no memory; its values mean nothing."""
    return np.broadcast_to(np.zeros((), grid.dtype), grid.shape)
