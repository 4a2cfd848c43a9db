"""From labels to polygons that run along the sides of pixels, and back.

Coordinates are those of pixel corners: pixel (row 0, column 0) is the square from (0, 0) to (1, 1), its centre is at
(0.5, 0.5), x runs to the right and y down. ImageJ, QuPath and COCO count like this. A polygon along the sides of
pixels, filled by the centres of pixels, gives back exactly the pixels that it was drawn round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.pixel_sides import Cycles, Ring
from cpsam_core.labels import runs_of

__all__ = ["Outline", "PolygonBudget", "Ring", "RoiShape", "fill", "mark", "outlines_of", "shapes_of"]


MOST_CROSSINGS = 1 << 22
"""Crossings of rows and sides worked out at a time: what a polygon asks for in memory stays bounded."""

SPENT_ALWAYS, SPENT_A_PIXEL, SPENT_A_CROSSING = 1 << 30, 8, 8
"""What drawing may cost whatever the image is, what it may cost more for each of its pixels, and what a crossing costs;
in pixels looked at, of which some 50 million take a second."""


@dataclass(frozen=True, eq=False)
class Outline:
    """All borders of an object.

    Attributes
    ----------
    id
        Number of the object.
    rings
        Its outer borders, clockwise on the screen, and those of its holes, the other way round. A pixel is in the
        object where an odd number of rings goes round it. Parts that meet at a corner share a ring, which touches
        itself there.
    """

    id: int
    rings: tuple[Ring, ...]


@dataclass(frozen=True, eq=False)
class RoiShape:
    """An object as valid polygons in the sense of GeoJSON: no ring touches itself.

    Attributes
    ----------
    id
        Number of the object.
    parts
        Polygons: the outer ring, clockwise on the screen, then those of its holes, the other way round. Pixels that
        meet at a corner only are parts of their own.
    """

    id: int
    parts: tuple[tuple[Ring, ...], ...]


def outlines_of(labels: npt.NDArray[Any]) -> list[Outline]:
    """Draw the borders of all objects along the sides of pixels.

    Parameters
    ----------
    labels
        Integers (y, x).

    Returns
    -------
    list of Outline
        Ascending by id; rings from the largest outer one down to the largest hole.
    """
    cycles = Cycles.of(labels)
    order = np.lexsort((-cycles.areas, cycles.values))
    found = ((int(cycles.values[i]), cycles.ring(int(i))) for i in order)
    return [
        Outline(number, tuple(ring for _, ring in rings))
        for number, rings in groupby(found, key=lambda one: one[0])
    ]


def shapes_of(labels: npt.NDArray[Any]) -> list[RoiShape]:
    """Draw valid polygons, with holes, along the sides of the pixels of all objects.

    Each piece of an object whose pixels hang together by their sides is a polygon. Where the border of such a piece
    meets itself at a corner, one of the two sides of that corner is a hole, so that no ring passes a point twice.

    Parameters
    ----------
    labels
        Integers (y, x).

    Returns
    -------
    list of Shape
        Ascending by id.
    """
    pieces, owners = _pieces(labels)
    cycles = Cycles.of(pieces)
    ids = owners[cycles.values]
    order = np.lexsort((-cycles.areas, cycles.values, ids))
    found: list[tuple[int, tuple[Ring, ...]]] = []
    # A piece has one outer ring, the only one of positive area, and it comes first.
    for _, places in groupby(order.tolist(), key=lambda i: int(cycles.values[i])):
        chosen = list(places)
        found.append((int(ids[chosen[0]]), tuple(cycles.ring(i) for i in chosen)))
    return [
        RoiShape(number, tuple(part for _, part in parts))
        for number, parts in groupby(found, key=lambda one: one[0])
    ]


class PolygonBudget:
    """Work that is left for the polygons of a file: a few that cross every row a million times take hours.

    Parameters
    ----------
    pixels
        Of the image.
    """

    def __init__(self, pixels: int) -> None:
        self._left = SPENT_ALWAYS + SPENT_A_PIXEL * pixels

    def spend(self, pixels: int, crossings: int) -> None:
        """Take off the pixels that are looked at and the rows that sides cross.

        Raises
        ------
        ImageError
            It is used up.
        """
        self._left -= pixels + SPENT_A_CROSSING * crossings
        if self._left < 0:
            raise ImageError(
                "The outlines cover the image so often that drawing them would take hours; they are not read."
            )


def mark(
    target: npt.NDArray[np.bool_], rings: Sequence[npt.NDArray[Any]], budget: PolygonBudget | None = None
) -> tuple[tuple[slice, slice], npt.NDArray[np.bool_]] | None:
    """Mark the pixels of a polygon in an image (y, x); only the part that it lies in is looked at.

    Returns
    -------
    place : slices of rows and columns
    inside : bool array
        The pixels of that place that are in the polygon. None where no part of it lies in the image.

    Raises
    ------
    ImageError
        The budget is used up.
    """
    points = np.concatenate([np.asarray(ring, np.float64) for ring in rings])
    low = np.clip(np.floor(points.min(axis=0)), 0, target.shape[::-1]).astype(np.int64)
    high = np.clip(np.ceil(points.max(axis=0)), 0, target.shape[::-1]).astype(np.int64)
    if (high <= low).any():
        return None
    (left, top), (right, bottom) = low.tolist(), high.tolist()
    if budget is not None:
        rows = np.clip(points[:, 1], top, bottom)
        budget.spend((bottom - top) * (right - left), int(np.abs(np.diff(rows)).sum()))
    inside = fill([ring - low for ring in rings], (bottom - top, right - left))
    place = slice(top, bottom), slice(left, right)
    target[place] |= inside
    return place, inside


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
        starts = np.asarray(ring, np.float64)
        ends = np.concatenate([starts[1:], starts[:1]])
        # Rows whose middle the side crosses.
        top = np.clip(np.ceil(np.minimum(starts[:, 1], ends[:, 1]) - 0.5), 0, height).astype(np.int64)
        bottom = np.clip(np.ceil(np.maximum(starts[:, 1], ends[:, 1]) - 0.5), 0, height).astype(np.int64)
        crossed = np.flatnonzero(bottom > top)
        step = max(1, MOST_CROSSINGS // max(height, 1))
        for first in range(0, len(crossed), step):
            sides = crossed[first : first + step]
            _flip(flips, starts[sides], ends[sides], top[sides], bottom[sides])
    return (np.cumsum(flips[:, :-1], axis=1) & 1).astype(bool)


def _flip(
    flips: npt.NDArray[np.int32],
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    top: npt.NDArray[np.int64],
    bottom: npt.NDArray[np.int64],
) -> None:
    """Count in each row the first pixel whose centre lies right of each side that crosses the row."""
    count = bottom - top
    side = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count) + top[side]
    (x0, y0), (x1, y1) = starts.T, ends.T
    crossing = x0[side] + (row + 0.5 - y0[side]) * (x1 - x0)[side] / (y1 - y0)[side]
    column = np.clip(np.ceil(crossing - 0.5), 0, flips.shape[1] - 1).astype(np.int64)
    np.add.at(flips, (row, column), 1)


def _pieces(labels: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Number the pieces whose pixels hang together by their sides.

    Returns
    -------
    pieces : (y, x) integers
    owners : (n,) integers
        The object of each piece; entry 0 is the background.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    runs = runs_of(labels)
    starts, ends = runs.starts, runs.starts + runs.lengths
    # Runs of the next row that lie below each run, at least in part.
    width = labels.shape[1]
    first = np.searchsorted(ends, starts + width, side="right")
    last = np.searchsorted(starts, ends + width, side="left")
    count = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(starts)), count)
    below = np.arange(len(above)) - np.repeat(np.cumsum(count) - count, count) + first[above]
    same = runs.values[above] == runs.values[below]
    # Of 32 bits: scipy 1.11 takes no others here.
    ends_of = (above[same].astype(np.int32), below[same].astype(np.int32))
    links = coo_array((np.ones(same.sum(), bool), ends_of), shape=(len(starts),) * 2)
    number, piece = connected_components(links, directed=False) if len(starts) else (0, np.zeros(0, np.int32))
    owners = np.zeros(number + 1, runs.values.dtype)
    owners[piece + 1] = runs.values
    pieces = np.zeros(labels.shape, np.int32)
    pieces[labels > 0] = np.repeat(piece + 1, runs.lengths)
    return pieces, owners
