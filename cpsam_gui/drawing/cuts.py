"""Cutting an object: along a line, and between seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from cpsam_gui.drawing.shapes import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask, Point

CROSS = ndimage.generate_binary_structure(2, 1)
NECK = 4  # the cost of a step rises with this power of the narrowness, so that borders settle in necks
EDGE = 6.0  # and to steps of intensity


def split(mask: Mask, points: Sequence[Point]) -> NDArray[np.int32] | None:
    """Cut a mask (y, x) along a line; None where the line does not divide it.

    The pixels under the line go to the nearest part. Parts are numbered from 1, the largest first.
    """
    cut = line(mask.shape, points) & mask
    parts, count = ndimage.label(mask & ~cut, CROSS)
    before = ndimage.label(mask, CROSS)[1]
    if count <= before:
        return None
    nearest = ndimage.distance_transform_edt(parts == 0, return_distances=False, return_indices=True)
    filled = np.where(mask, parts[tuple(nearest)], 0)
    sizes = np.bincount(filled.ravel(), minlength=count + 1)
    order = np.argsort(-sizes[1:], kind="stable") + 1
    rank = np.zeros(count + 1, np.int32)
    rank[order] = np.arange(1, count + 1)
    numbered: NDArray[np.int32] = rank[filled]
    return numbered


def split_by_seeds(
    mask: Mask, seeds: Sequence[Point], image: NDArray[np.floating] | None = None
) -> NDArray[np.int32]:
    """Divide a mask (y, x) between seeds: a watershed by topographic distance.

    A pixel goes to the seed from which it is reached most cheaply. Steps cost more where the object is narrow,
    so that borders settle in necks; with `image` they cost more where the intensity changes instead.

    Parameters
    ----------
    mask
        Object (y, x).
    seeds
        Positions (y, x) in pixels of the array; those outside the mask count at the nearest pixel of it.
    image
        Intensities (y, x) from 0 to 1.

    Returns
    -------
    array
        int32 (y, x): 0 outside the mask, else the number of the seed, from 1.

    Source: F. Meyer, Topographic distance and watershed lines, Signal Processing 38 (1994).
    """
    parts = np.zeros(mask.shape, np.int32)
    if not seeds or not mask.any():
        return parts
    number = np.full(mask.shape, -1, np.int64)
    inside = np.nonzero(mask)
    number[inside] = np.arange(len(inside[0]))
    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    places = _pixels(mask, seeds)
    if image is None:
        places = _lobes(mask, depth, places)
    starts = [int(number[place]) for place in places]
    graph = _graph(number, _cost(mask, depth, image))
    _, _, source = dijkstra(graph, directed=False, indices=starts, min_only=True, return_predecessors=True)
    table = np.zeros(len(inside[0]), np.int32)
    for seed, start in reversed(
        list(enumerate(starts, start=1))
    ):  # of two seeds at one place the first stays
        table[source == start] = seed
    parts[inside] = table
    return parts


def _pixels(mask: Mask, seeds: Sequence[Point]) -> list[tuple[int, int]]:
    """Return the pixel of the mask nearest to each seed."""
    nearest = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    places = []
    for seed in seeds:
        row, column = (min(max(int(v), 0), n - 1) for v, n in zip(seed, mask.shape, strict=True))
        places.append((int(nearest[0, row, column]), int(nearest[1, row, column])))
    return places


def _lobes(mask: Mask, depth: NDArray[np.float64], places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Move each seed to the middle of the lobe that it is in, unless another seed is in that lobe, too."""
    smooth = np.where(mask, ndimage.gaussian_filter(depth, 2.0), 0)
    tops = np.array([_climb(smooth, place) for place in places])
    apart = np.hypot(*(tops[:, None] - tops[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    alone = apart.min(1) > depth[tuple(tops.T)]
    return [
        (int(top[0]), int(top[1])) if free else place
        for top, place, free in zip(tops, places, alone.tolist(), strict=True)
    ]


def _climb(height: NDArray[np.float64], place: tuple[int, int]) -> tuple[int, int]:
    """Return the local maximum that lies uphill of a pixel."""
    while True:
        y, x = place
        y0, x0 = max(y - 1, 0), max(x - 1, 0)
        window = height[y0 : y + 2, x0 : x + 2]
        row, column = divmod(int(window.argmax()), window.shape[1])
        if height[y0 + row, x0 + column] <= height[place]:
            return place
        place = (y0 + row, x0 + column)


def _cost(mask: Mask, depth: NDArray[np.float64], image: NDArray[np.floating] | None) -> NDArray[np.float64]:
    """Return what a step on each pixel costs."""
    cost: NDArray[np.float64] = (max(float(depth.max()), 1.0) / np.maximum(depth, 1)) ** NECK
    if image is not None:
        slope = ndimage.gaussian_gradient_magnitude(np.asarray(image, np.float64), 1.0)
        # Here intensity tells, not shape.
        cost = 1 + EDGE * slope / max(float(np.percentile(slope[mask], 99)), 1e-6)
    return cost


def _graph(number: NDArray[np.int64], cost: NDArray[np.float64]) -> coo_matrix:
    """Return the graph of the pixels that have a number, each joined to its eight neighbours."""
    count = int(number.max()) + 1
    rows, columns, prices = [], [], []
    height, width = number.shape
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        one = (slice(0, height - dy), slice(max(0, -dx), width - max(0, dx)))
        two = (slice(dy, height), slice(max(0, dx), width - max(0, -dx)))
        both = (number[one] >= 0) & (number[two] >= 0)
        rows.append(number[one][both])
        columns.append(number[two][both])
        prices.append((cost[one][both] + cost[two][both]) / 2 * np.hypot(dy, dx))
    edges = (np.concatenate(rows), np.concatenate(columns))
    return coo_matrix((np.concatenate(prices), edges), (count, count)).tocsr()
