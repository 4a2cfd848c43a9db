"""From labels to polygons that run along the sides of pixels, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Polygon", "fill", "trace"]

# Walking clockwise round a pixel: along its top, right, bottom and left side. For each side the step (row,
# column) to the pixel outside, the step walked, and the corner (row, column) at which the side starts.
_OUTSIDE = ((-1, 0), (0, 1), (1, 0), (0, -1))
_AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
_CORNER = ((0, 0), (0, 1), (1, 1), (1, 0))


@dataclass(frozen=True, eq=False)
class Polygon:
    """Outer border of an object: its `id` and corners `xy`, int32 (n, 2), clockwise, in units of pixels."""

    id: int
    xy: npt.NDArray[np.int32]


def trace(labels: npt.NDArray[Any]) -> list[Polygon]:
    """Draw polygons along the sides of pixels, so that each covers exactly the pixels of its object.

    Pixels that touch at a corner only are connected. Holes are not drawn; of several parts the largest is.

    Parameters
    ----------
    labels
        Integers (y, x).

    Returns
    -------
    list of Polygon
        Ascending by id.
    """
    sides = _Sides.of(labels)
    order, starts = _cycles(sides.following)
    if not len(starts):
        return []
    ids = sides.ids[order[starts]]
    # Right sides minus left sides, a row high each: the area inside, negative for a hole.
    signed = np.where(sides.direction == 1, sides.corner[:, 0], 0) - np.where(
        sides.direction == 3, sides.corner[:, 0], 0
    )
    areas = np.add.reduceat(signed[order], starts)
    ends = np.append(starts[1:], len(order))
    best = np.lexsort((-areas, ids))
    first = np.ones(len(best), bool)
    first[1:] = ids[best][1:] != ids[best][:-1]
    found = []
    for cycle in best[first]:
        walk = order[starts[cycle] : ends[cycle]]
        turns = sides.direction[walk] != np.roll(sides.direction[walk], 1)
        found.append(Polygon(int(ids[cycle]), sides.corner[walk[turns]]))
    return found


def fill(rings: Sequence[npt.NDArray[Any]], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Mark the pixels whose centre is inside an odd number of rings: the rule of ImageJ.

    Parameters
    ----------
    rings
        Corners (n, 2), x and y, in units of pixel corners; pixel (0, 0) has its centre at (0.5, 0.5).
    shape
        Rows and columns of the result.

    Returns
    -------
    ndarray
        bool (y, x). Parts outside are cut off.
    """
    height, width = shape
    flips = np.zeros((height, width + 1), np.int32)
    for ring in rings:
        ends = np.asarray(ring, np.float64)
        x0, y0 = ends.T
        x1, y1 = np.roll(ends, -1, axis=0).T
        # Rows whose middle the side crosses.
        top = np.clip(np.ceil(np.minimum(y0, y1) - 0.5), 0, height).astype(np.int64)
        bottom = np.clip(np.ceil(np.maximum(y0, y1) - 0.5), 0, height).astype(np.int64)
        count = bottom - top
        side = np.repeat(np.arange(len(ends)), count)
        row = np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count) + top[side]
        crossing = x0[side] + (row + 0.5 - y0[side]) * (x1 - x0)[side] / (y1 - y0)[side]
        column = np.clip(np.ceil(crossing - 0.5), 0, width).astype(np.int64)
        np.add.at(flips, (row, column), 1)
    return (np.cumsum(flips[:, :-1], axis=1) & 1).astype(bool)


@dataclass(frozen=True, eq=False)
class _Sides:
    """Sides between an object's pixel and another value, and for each the side that follows it clockwise."""

    ids: npt.NDArray[Any]
    direction: npt.NDArray[np.int8]
    corner: npt.NDArray[np.int32]
    following: npt.NDArray[np.int64]

    @classmethod
    def of(cls, labels: npt.NDArray[Any]) -> _Sides:
        padded = np.pad(labels, 1)
        width = padded.shape[1]
        flat = padded.ravel()
        keys, followers, corners = [], [], []
        for direction, ((oy, ox), (ay, ax), (cy, cx)) in enumerate(
            zip(_OUTSIDE, _AHEAD, _CORNER, strict=True)
        ):
            shifted = padded[1 + oy : padded.shape[0] - 1 + oy, 1 + ox : width - 1 + ox]
            y, x = np.nonzero((labels > 0) & (labels != shifted))
            pixel = (y + 1) * width + x + 1
            value = flat[pixel]
            ahead = pixel + ay * width + ax
            diagonal = ahead + oy * width + ox
            # Turn left where the object goes on there, else straight on, else right, round the same pixel.
            follower = np.where(flat[ahead] == value, ahead * 4 + direction, pixel * 4 + (direction + 1) % 4)
            follower = np.where(flat[diagonal] == value, diagonal * 4 + (direction + 3) % 4, follower)
            keys.append(pixel * 4 + direction)
            followers.append(follower)
            corners.append(np.stack([x + cx, y + cy], axis=1).astype(np.int32))
        key = np.concatenate(keys)
        order = np.argsort(key)
        key = key[order]
        return cls(
            ids=flat[key // 4],
            direction=(key % 4).astype(np.int8),
            corner=np.concatenate(corners)[order],
            following=np.searchsorted(key, np.concatenate(followers)[order]),
        )


def _cycles(following: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the sides ordered cycle by cycle, and where each cycle starts in that order."""
    # A walk cannot be vectorised; over plain lists it takes 0.1 microseconds a side.
    after = following.tolist()
    seen = bytearray(len(after))
    order: list[int] = []
    starts: list[int] = []
    for start in range(len(after)):
        if seen[start]:
            continue
        starts.append(len(order))
        side = start
        while not seen[side]:
            seen[side] = 1
            order.append(side)
            side = after[side]
    return np.array(order, np.int64), np.array(starts, np.int64)
