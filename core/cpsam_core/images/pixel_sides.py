"""Walks along the sides of pixels round the areas of a label image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Cycles", "Ring"]

Ring = npt.NDArray[np.int32]
"""Corners x, y of a closed line, int32 (n, 2); the first is not repeated at the end."""

# Walking clockwise round a pixel: along its top, right, bottom and left side. For each side the step (row,
# column) to the pixel outside, the step walked, and the corner (row, column) at which the side starts.
_OUTSIDE = ((-1, 0), (0, 1), (1, 0), (0, -1))
_AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
_CORNER = ((0, 0), (0, 1), (1, 1), (1, 0))


@dataclass(frozen=True, eq=False)
class Cycles:
    """Closed walks along the sides between an area and whatever is beside it, the area on the right hand."""

    values: npt.NDArray[Any]
    areas: npt.NDArray[np.int64]
    corners: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> Cycles:
        """Walk round all areas of one value; pixels that meet at a corner belong together."""
        sides = _Sides.of(values)
        order, starts = _order(sides.following)
        if not len(starts):
            nothing = np.zeros(0, np.int64)
            return cls(sides.ids, nothing, np.zeros((0, 2), np.int32), np.zeros(1, np.int64))
        direction, corner = sides.direction[order], sides.corner[order]
        # Right sides minus left sides, a row high each: the area inside, negative for a hole.
        signed = np.where(direction == 1, corner[:, 0], 0) - np.where(direction == 3, corner[:, 0], 0)
        ends = np.append(starts[1:], len(order))
        before = np.roll(direction, 1)
        before[starts] = direction[ends - 1]
        turns = direction != before
        return cls(
            values=sides.ids[order[starts]],
            areas=np.add.reduceat(signed.astype(np.int64), starts),
            corners=corner[turns],
            bounds=np.append(0, np.cumsum(np.add.reduceat(turns.astype(np.int64), starts))),
        )

    def ring(self, index: int) -> Ring:
        """Return the corners of one walk."""
        return self.corners[self.bounds[index] : self.bounds[index + 1]]


@dataclass(frozen=True, eq=False)
class _Sides:
    """Sides between an object's pixel and another value, and for each the side that follows it clockwise."""

    ids: npt.NDArray[Any]
    direction: npt.NDArray[np.int8]
    corner: npt.NDArray[np.int32]
    following: npt.NDArray[np.int64]

    @classmethod
    def of(cls, labels: npt.NDArray[Any]) -> _Sides:
        # So that every pixel has neighbours.
        padded = np.pad(labels, 1)
        width = padded.shape[1]
        flat = padded.ravel()
        pixels = _bordering(flat, width)
        first = np.cumsum([0, *map(len, pixels)])
        following = np.empty(first[4], np.int64)
        for direction, pixel in enumerate(pixels):
            (oy, ox), (ay, ax) = _OUTSIDE[direction], _AHEAD[direction]
            ahead = pixel + ay * width + ax
            diagonal = ahead + oy * width + ox
            left = flat[diagonal] == flat[pixel]
            straight = (flat[ahead] == flat[pixel]) & ~left
            # Turn left where the area goes on there, else straight on, else right, round the same pixel.
            follower = following[first[direction] : first[direction + 1]]
            for chosen, target, turn in (
                (left, diagonal, 3),
                (straight, ahead, 0),
                (~(left | straight), pixel, 1),
            ):
                towards = (direction + turn) % 4
                follower[chosen] = first[towards] + np.searchsorted(pixels[towards], target[chosen])
        directions = np.repeat(np.arange(4, dtype=np.int8), np.diff(first))
        pixel = np.concatenate(pixels)
        row, column = np.divmod(pixel, width)
        corner = np.stack([column, row], axis=1).astype(np.int32) - 1
        corner += np.array(_CORNER, np.int32)[:, ::-1][directions]
        return cls(flat[pixel], directions, corner, following)


def _bordering(flat: npt.NDArray[Any], width: int) -> list[npt.NDArray[np.int64]]:
    """Return the pixels of areas that have another value above, to the right, below and to the left of them."""
    across = np.flatnonzero(flat[1:] != flat[:-1])
    down = np.flatnonzero(flat[width:] != flat[:-width])
    candidates = (down + width, across, down, across + 1)
    return [pixel[flat[pixel] > 0] for pixel in candidates]


def _order(following: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the sides ordered cycle by cycle, and where each cycle starts in that order."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components, depth_first_order

    count = len(following)
    if count == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # Of 32 bits: scipy 1.11 takes no others here.
    steps, rows = np.ones(count, bool), np.arange(count + 1, dtype=np.int32)
    graph = csr_array((steps, following.astype(np.int32), rows), shape=(count, count))
    cycles, cycle = connected_components(graph, directed=True, connection="strong")
    start = np.empty(cycles, np.int64)
    # The lowest of each cycle is written last.
    start[cycle[::-1]] = rows[count - 1 :: -1]
    # All cycles cut open and strung together are one path: what walks it is compiled, a loop here would be slow.
    before = np.empty(count, np.int64)
    before[following] = rows[:-1]
    path = following.copy()
    path[before[start[:-1]]] = start[1:]
    graph = csr_array((steps, path.astype(np.int32), rows), shape=(count, count))
    order = depth_first_order(graph, int(start[0]), return_predecessors=False).astype(np.int64)
    lengths = np.bincount(cycle, minlength=cycles)
    return order, np.cumsum(lengths) - lengths
