"""Fill many small polygons at once: the rows of all of them are worked out together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["PolygonLines", "Strokes", "polygons_in", "strokes_of"]

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PolygonLines:
    """A polygon on its way into an image.

    Attributes
    ----------
    owner
        Which of the objects given it is part of.
    rings
        Corners (n, 2), x and y.
    low, high
        First and last column and row (x, y) in the image that it may have pixels in; `high` is left out.
    pixels
        Of that box.
    crossings
        About how many rows its sides cross in all.
    clipped
        Whether it reaches beyond the image.
    """

    owner: int
    rings: Sequence[npt.NDArray[np.float64]]
    low: Whole
    high: Whole
    pixels: int
    crossings: int
    clipped: bool


def polygons_in(
    objects: Sequence[Sequence[Sequence[npt.NDArray[Any]]]], corner: tuple[int, ...]
) -> Iterator[PolygonLines]:
    """Yield the polygons of objects, each a list of polygons of rings, with their place in an image.

    Parameters
    ----------
    objects
        Rings have corners (n, 2), x and y.
    corner
        Columns and rows of the image.
    """
    parts = [(number, rings) for number, one in enumerate(objects) for rings in one]
    if not parts:
        return
    rings = [np.asarray(ring, np.float64) for _, one in parts for ring in one]
    lengths = np.array([len(ring) for ring in rings])
    starts, ends = _sides(rings, lengths)
    counts = np.array([len(one) for _, one in parts])
    first_ring = np.cumsum(counts) - counts
    first = (np.cumsum(lengths) - lengths)[first_ring]
    lowest, highest = np.minimum.reduceat(starts, first), np.maximum.reduceat(starts, first)
    low = np.clip(np.floor(lowest), 0, corner).astype(np.int64)
    high = np.clip(np.ceil(highest), 0, corner).astype(np.int64)
    clipped = np.any((lowest < 0) | (highest > corner), axis=1)
    pixels = np.maximum(high - low, 0).prod(axis=1)
    rows = np.abs(np.clip(ends[:, 1], 0, corner[1]) - np.clip(starts[:, 1], 0, corner[1]))
    crossings = np.add.reduceat(rows, first).astype(np.int64) + 1
    for place, (number, one) in enumerate(parts):
        start = int(first_ring[place])
        yield PolygonLines(
            number,
            rings[start : start + len(one)],
            low[place],
            high[place],
            int(pixels[place]),
            int(crossings[place]),
            bool(clipped[place]),
        )


@dataclass(frozen=True, eq=False)
class Strokes:
    """Runs of pixels along rows, in the order of their polygons.

    Attributes
    ----------
    polygon
        Place of the polygon in the list.
    row, start, length
        Where the run is, and its pixels; none is empty.
    """

    polygon: Whole
    row: Whole
    start: Whole
    length: Whole


def strokes_of(polygons: Sequence[PolygonLines]) -> Strokes:
    """Return the pixels whose centre is inside an odd number of rings of a polygon, as `polygons.fill` does."""
    rings = [ring for one in polygons for ring in one.rings]
    lengths = np.array([len(ring) for ring in rings])
    owner = np.repeat(np.arange(len(polygons)), [len(one.rings) for one in polygons])
    starts, ends = _sides(rings, lengths)
    side_of = np.repeat(owner, lengths)
    low, size = np.stack([one.low for one in polygons]), np.stack([one.high - one.low for one in polygons])
    starts, ends = starts - low[side_of], ends - low[side_of]
    height = size[side_of, 1]
    top = np.clip(np.ceil(np.minimum(starts[:, 1], ends[:, 1]) - 0.5), 0, height).astype(np.int64)
    bottom = np.clip(np.ceil(np.maximum(starts[:, 1], ends[:, 1]) - 0.5), 0, height).astype(np.int64)
    crossed = np.flatnonzero(bottom > top)
    side = np.repeat(crossed, (bottom - top)[crossed])
    count = (bottom - top)[crossed]
    row = np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count) + top[side]
    (x0, y0), (x1, y1) = starts.T, ends.T
    crossing = x0[side] + (row + 0.5 - y0[side]) * (x1 - x0)[side] / (y1 - y0)[side]
    column = np.clip(np.ceil(crossing - 0.5), 0, size[side_of[side], 0]).astype(np.int64)
    return _paired(side_of[side], row, column, low)


def _sides(
    rings: Sequence[npt.NDArray[np.float64]], lengths: Whole
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return where the sides of all rings start and end."""
    starts = np.concatenate(rings)
    following = np.arange(1, len(starts) + 1)
    following[np.cumsum(lengths) - 1] = np.cumsum(lengths) - lengths
    return starts, starts[following]


def _paired(polygon: Whole, row: Whole, column: Whole, low: Whole) -> Strokes:
    """Return the runs between the first and the second crossing of a row, the third and the fourth, and so on."""
    order = np.lexsort((column, row, polygon))
    # Each closed ring crosses a row an even number of times.
    first, second = order[0::2], order[1::2]
    length = column[second] - column[first]
    kept = length > 0
    first = first[kept]
    return Strokes(
        polygon[first],
        row[first] + low[polygon[first], 1],
        column[first] + low[polygon[first], 0],
        length[kept],
    )
