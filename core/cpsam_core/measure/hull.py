"""Pixels inside the convex hull of objects, for the solidity.

As in scikit-image: the hull goes round the middles of the pixels' edges, and a pixel counts whose centre lies in it or
on its border. In a plane the hulls of all objects are found together: the left side of a hull is the convex envelope
of the leftmost pixels of its rows, and points above the line between their neighbours leave it, all at once, until
none is left to leave. Coordinates are doubled, so that all of this is exact in integers.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

from cpsam_core.measure.grouped import GroupedPixels, Ints
from cpsam_core.progress import Progress, silent

# Objects.
REPORT_EVERY = 50


def hull_sizes(objects: GroupedPixels, progress: Progress = silent) -> Ints:
    """Return (n,): pixels (voxels) inside the convex hull of each object."""
    if len(objects) == 0:
        return np.zeros(0, np.int64)
    if len(objects.runs.shape) == 2:
        return _hull_areas(objects)
    sizes = np.zeros(len(objects), np.int64)
    for number in range(len(objects)):
        sizes[number] = _hull_volume(objects, number)
        if number % REPORT_EVERY == 0:
            progress(number, len(objects), "convex hulls")
    return sizes


def _hull_areas(objects: GroupedPixels) -> Ints:
    index, rows, left, right = _sides(objects)
    tops, bottoms = objects.boxes[:, 0, 0], objects.boxes[:, 0, 1]
    heights = bottoms - tops
    owners = np.repeat(np.arange(len(objects)), heights)
    before = np.repeat(np.cumsum(heights) - heights, heights)
    # Also rows where an object of pieces has no pixel.
    every_row = np.arange(len(owners)) - before + tops[owners]
    first = _envelope_at(index, rows, left, owners, every_row)
    last = -_envelope_at(index, rows, -right, owners, every_row)
    counts = np.maximum(last - first + 1, 0)
    return np.bincount(owners, weights=counts, minlength=len(objects)).astype(np.int64)


def hull_corners(objects: GroupedPixels) -> tuple[Ints, Ints, Ints]:
    """Return the corners of the convex hulls of objects of a plane: object from 0, and row and column, doubled.

    Those of an object follow each other around it; it has at least four.
    """
    if len(objects) == 0:
        return (np.zeros(0, np.int64),) * 3
    index, rows, left, right = _sides(objects)
    span = 2 * int(rows.max()) + 8
    left_key, left_x = _corners(index, rows, left, span)
    right_key, right_x = _corners(index, rows, -right, span)
    right_key, right_x = right_key[::-1], -right_x[::-1]
    owner = np.concatenate([left_key // span, right_key // span])
    y = np.concatenate([left_key, right_key]) % span - 1
    x = np.concatenate([left_x, right_x])
    # Down the left side, up the right: that side is in falling order already.
    order = np.argsort(owner, kind="stable")
    return owner[order], y[order], x[order]


def _sides(objects: GroupedPixels) -> tuple[Ints, Ints, Ints, Ints]:
    """Return object, row, first and last column of each row of each object."""
    (rows, _), (left, right) = objects.positions
    new = np.ones(len(rows), bool)
    new[1:] = (np.diff(rows) != 0) | (np.diff(objects.index) != 0)
    starts = np.flatnonzero(new)
    return (
        objects.index[starts],
        rows[starts],
        np.minimum.reduceat(left, starts),
        np.maximum.reduceat(right, starts),
    )


def _corners(index: Ints, rows: Ints, columns: Ints, span: int) -> tuple[Ints, Ints]:
    """Return the corners of the lower convex envelope: object times `span` plus row and 1, and column, doubled."""
    owner = np.repeat(index, 3)
    y = (2 * rows[:, np.newaxis] + np.array([-1, 0, 1])).ravel()
    x = (2 * columns[:, np.newaxis] + np.array([0, -1, 0])).ravel()
    key = owner * span + y + 1
    # Rows below each other share a point.
    starts = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    owner, y, key = owner[starts], y[starts], key[starts]
    x = np.minimum.reduceat(x, starts)
    kept = _envelope(owner, y, x)
    return key[kept], x[kept]


def _envelope_at(index: Ints, rows: Ints, columns: Ints, owners: Ints, wanted: Ints) -> Ints:
    """Return the first whole column inside the hull in the wanted rows of the objects `owners`."""
    span = 2 * int(rows.max()) + 8
    key, x = _corners(index, rows, columns, span)
    y = key % span - 1
    at = np.searchsorted(key, owners * span + 2 * wanted + 1, side="right") - 1
    height = y[at + 1] - y[at]
    above = x[at] * height + (x[at + 1] - x[at]) * (2 * wanted - y[at])
    return np.asarray(-(-above // (2 * height)))


def _envelope(owner: Ints, y: Ints, x: Ints) -> Ints:
    """Return which points are corners of the lower convex envelope of x over y, for each owner apart."""
    kept = np.arange(len(y))
    while True:
        a, b, c = kept[:-2], kept[1:-1], kept[2:]
        over = (x[b] - x[a]) * (y[c] - y[a]) >= (x[c] - x[a]) * (y[b] - y[a])
        over &= owner[a] == owner[c]
        if not over.any():
            return kept
        keep = np.ones(len(kept), bool)
        keep[1:-1] = ~over
        kept = kept[keep]


def _hull_volume(objects: GroupedPixels, number: int) -> int:
    stop = objects.first[number + 1] if number + 1 < len(objects) else len(objects.index)
    part = slice(objects.first[number], stop)
    (z, _), (y, _), (left, right) = (
        (first[part] - low, last[part] - low)
        for (first, last), low in zip(objects.positions, objects.boxes[number, :, 0], strict=True)
    )
    ends = np.concatenate([np.stack([z, y, left], 1), np.stack([z, y, right], 1)]).astype(float)
    steps = np.concatenate([np.eye(3), -np.eye(3)]) / 2
    points = np.unique((ends[:, np.newaxis] + steps).reshape(-1, 3), axis=0)
    sides = ConvexHull(points).equations
    depth, height, _ = objects.boxes[number, :, 1] - objects.boxes[number, :, 0]
    lines = np.stack(np.meshgrid(np.arange(depth), np.arange(height), indexing="ij"), axis=-1).reshape(-1, 2)
    # (lines, sides): inside where rest + a x <= 0.
    rest = lines @ sides[:, :2].T + sides[:, 3]
    slope = sides[:, 2]
    flat, rising, falling = np.abs(slope) < 1e-12, slope >= 1e-12, slope <= -1e-12
    slack = 1e-9
    highest = np.floor((-rest[:, rising] / slope[rising]).min(axis=1) + slack)
    lowest = np.ceil((-rest[:, falling] / slope[falling]).max(axis=1) - slack)
    counts = np.maximum(highest - lowest + 1, 0)
    counts[(rest[:, flat] > slack).any(axis=1)] = 0
    return int(counts.sum())
