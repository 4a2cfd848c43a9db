"""A plane of a volume that is looked at: across which axis, and where. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Voxel = tuple[float, float, float]


def slab_around(plane: int, count: int, depth: int) -> tuple[int, int]:
    """Return the planes (first, end) of a slab of `count` planes around one, or of all where `count` is 0."""
    if count == 0:
        return 0, depth
    first = max(plane - (count - 1) // 2, 0)
    return first, min(max(plane + count // 2 + 1, first + 1), depth)


@dataclass(frozen=True, slots=True)
class Slice:
    """A plane of a volume, as it is shown: rows and columns are (y, x), (z, x) or (y, z).

    Attributes
    ----------
    across
        The axis of sight: 0 for z, 1 for y, 2 for x.
    index
        Where along that axis.
    """

    across: int
    index: int

    @property
    def axes(self) -> tuple[int, int]:
        """Which axes of the volume (z, y, x) its rows and columns run along."""
        return ((1, 2), (0, 2), (1, 0))[self.across]

    def voxel(self, row: float, column: float) -> Voxel:
        """Return the position (z, y, x) of a place in the view; the middle of the slice along the axis of sight."""
        middle = self.index + 0.5
        return ((middle, row, column), (row, middle, column), (column, row, middle))[self.across]

    def place(self, voxel: Voxel) -> tuple[float, float]:
        """Return the row and column of a position (z, y, x)."""
        z, y, x = voxel
        return ((y, x), (z, x), (y, z))[self.across]

    def of(self, volume: Any) -> NDArray[Any]:
        """Return the slice of a volume (z, y, x, ...), as it is shown: a view of it.

        Of a volume that is no array but is read as it is indexed, it is what is indexed in the same way.
        """
        if self.across == 0:
            plane: NDArray[Any] = volume[self.index]
        elif not isinstance(volume, np.ndarray):
            plane = cast("NDArray[Any]", LazySection(volume, self))
        elif self.across == 1:
            plane = volume[:, self.index]
        else:
            plane = volume[:, :, self.index].swapaxes(0, 1)
        return plane

    def sides(self, shape: Sequence[int]) -> tuple[int, int]:
        """Return how many rows and columns the slice of a volume of this shape (z, y, x) has."""
        depth, height, width = shape[:3]
        return ((height, width), (depth, width), (height, depth))[self.across]

    def box(self, top: int, bottom: int, left: int, right: int) -> Box:
        """Return the block, one voxel thick, of rows and columns of the slice (ends left out)."""
        z = y = x = (self.index, self.index + 1)
        if self.across == 0:
            y, x = (top, bottom), (left, right)
        elif self.across == 1:
            z, x = (top, bottom), (left, right)
        else:
            y, z = (top, bottom), (left, right)
        return Box(*z, *y, *x)

    def flat(self, box: Box, margin: int = 0) -> Box:
        """Return the part of a block in the slice, widened by rows and columns; it is taken to reach into it."""
        top, bottom, left, right = self.area(box)
        return self.box(top - margin, bottom + margin, left - margin, right + margin)

    def lift(self, plane: NDArray[Any]) -> NDArray[Any]:
        """Return rows and columns of the slice as a block (z, y, x) one voxel thick: a view of them."""
        return np.expand_dims(plane.swapaxes(0, 1) if self.across == 2 else plane, self.across)

    def flatten(self, block: NDArray[Any]) -> NDArray[Any]:
        """Return a block (z, y, x) one voxel thick as rows and columns of the slice: a view of it."""
        return Slice(self.across, 0).of(block)

    def within(self, shape: tuple[int, int, int]) -> bool:
        """Whether a volume of this shape has such a slice."""
        return 0 <= self.index < shape[self.across]

    def meets(self, box: Box) -> bool:
        """Whether a block reaches into the slice."""
        low, high = ((box.z0, box.z1), (box.y0, box.y1), (box.x0, box.x1))[self.across]
        return low <= self.index < high

    def area(self, box: Box) -> tuple[int, int, int, int]:
        """Return rows (first, end) and columns (first, end) of a block in the view."""
        rows, columns = (
            ((box.y0, box.y1), (box.x0, box.x1)),
            ((box.z0, box.z1), (box.x0, box.x1)),
            ((box.y0, box.y1), (box.z0, box.z1)),
        )[self.across]
        return *rows, *columns

    def cut(self, box: Box, mask: NDArray[Any]) -> tuple[Box, NDArray[Any]]:
        """Return what a block and its mask (z, y, x) have in the slice; an empty block where that is nothing."""
        low = (box.z0, box.y0, box.x0)[self.across]
        at = self.index - low
        inside = 0 <= at < mask.shape[self.across]
        part = slice(at, at + 1) if inside else slice(0, 0)
        bounds = [[box.z0, box.z1], [box.y0, box.y1], [box.x0, box.x1]]
        bounds[self.across] = [self.index, self.index + int(inside)]
        taken = mask[(slice(None),) * self.across + (part,)]
        (z0, z1), (y0, y1), (x0, x1) = bounds
        return Box(z0, z1, y0, y1, x0, x1), taken


class LazySection:
    """A slice across y or x of a volume larger than memory; parts of it are read as they are indexed.

    Parameters
    ----------
    volume
        Indexed by slices (z, y, x); with steps it takes samples of a coarser level where it has one.
    section
        Which slice; its axis of sight is y or x.
    """

    ndim = 2

    def __init__(self, volume: Any, section: Slice) -> None:
        self._volume, self._section = volume, section
        depth, height, width = volume.shape[:3]
        sides = (depth, width) if section.across == 1 else (height, depth)
        self.shape = (*sides, *volume.shape[3:])
        self.dtype = volume.dtype

    def __getitem__(self, place: tuple[slice, slice]) -> NDArray[Any]:
        """Return a part, by slices of rows and columns."""
        rows, columns = (
            slice(*side.indices(length)) for side, length in zip(place, self.shape[:2], strict=True)
        )
        across, index = self._section.across, self._section.index
        step = columns.step if across == 1 else rows.step
        # A sample of the level that the step asks for: those at its multiples.
        first = index - index % step
        here = slice(first, first + 1, step)
        if across == 1:
            part: NDArray[Any] = self._volume[rows, here, columns][:, 0]
            return part
        part = self._volume[columns, rows, here][:, :, 0]
        return part.swapaxes(0, 1)
