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
NECK = 4
"""The cost of a step rises with this power of the narrowness, so that borders settle in necks."""
EDGE = 6.0
"""How much a step of intensity adds to the cost."""
NEIGHBOURS = {2: ((0, 1), (1, 0), (1, 1), (1, -1)), 3: ((0, 0, 1), (0, 1, 0), (1, 0, 0))}
"""Steps to half of the neighbours; in bodies across faces only, since all would take four times as long."""


def split(mask: Mask, points: Sequence[Point]) -> NDArray[np.int32] | None:
    """Cut a mask (y, x) along a line; None where the line does not divide it.

    The pixels under the line go to the nearest part. Parts are numbered from 1, the largest first.
    """
    cut = line(mask.shape, points) & mask
    parts, count = ndimage.label(mask & ~cut, CROSS)
    if not divided(mask, parts, CROSS).any():
        return None
    nearest = ndimage.distance_transform_edt(parts == 0, return_distances=False, return_indices=True)
    filled = np.where(mask, parts[tuple(nearest)], 0)
    sizes = np.bincount(filled.ravel(), minlength=count + 1)
    order = np.argsort(-sizes[1:], kind="stable") + 1
    rank = np.zeros(count + 1, np.int32)
    rank[order] = np.arange(1, count + 1)
    numbered: NDArray[np.int32] = rank[filled]
    return numbered


def divided(mask: Mask, parts: NDArray[np.int32], structure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each part, from 0, whether its piece of the mask was cut into several; specks may be gone."""
    pieces, many = ndimage.label(mask, structure)
    numbers, first = np.unique(parts, return_index=True)
    home = pieces.ravel()[first]
    cut = np.bincount(home[numbers > 0], minlength=many + 1) > 1
    found = np.zeros(int(numbers[-1]) + 1, bool)
    found[numbers[numbers > 0]] = cut[home[numbers > 0]]
    return found


def split_by_seeds(
    mask: Mask,
    seeds: Sequence[Sequence[float]],
    image: NDArray[np.floating] | None = None,
    spacing: Sequence[float] | None = None,
) -> NDArray[np.int32]:
    """Divide a mask between seeds: a watershed by topographic distance.

    A pixel goes to the seed from which it is reached most cheaply. Steps cost more where the object is narrow,
    so that borders settle in necks; with `image` they cost more where the intensity changes instead.

    Parameters
    ----------
    mask
        Object (y, x), or body (z, y, x).
    seeds
        Positions in pixels of the array; those outside the mask count at the nearest pixel of it.
    image
        Intensities from 0 to 1, of the shape of the mask.
    spacing
        Size of a pixel along each axis; 1 where it is left out.

    Returns
    -------
    array
        int32, of the shape of the mask: 0 outside the mask, else the number of the seed, from 1.

    Source: F. Meyer, Topographic distance and watershed lines, Signal Processing 38 (1994).
    """
    size = tuple(spacing) if spacing is not None else (1.0,) * mask.ndim
    parts = np.zeros(mask.shape, np.int32)
    if not seeds or not mask.any():
        return parts
    number = np.full(mask.shape, -1, np.int64)
    inside = np.nonzero(mask)
    number[inside] = np.arange(len(inside[0]))
    depth = depth_of(mask, size)
    places = _pixels(mask, seeds, size)
    if image is None:
        places = _lobes(mask, depth, places, size)
    starts = [int(number[place]) for place in places]
    graph = _graph(number, _cost(mask, depth, image), size)
    _, _, source = dijkstra(graph, directed=False, indices=starts, min_only=True, return_predecessors=True)
    table = np.zeros(len(inside[0]), np.int32)
    # of two seeds at one place the first stays
    for seed, start in reversed(list(enumerate(starts, start=1))):
        table[source == start] = seed
    parts[inside] = table
    return parts


def depth_of(mask: Mask, spacing: Sequence[float]) -> NDArray[np.float64]:
    """Return how far each pixel of a mask lies from what is not the mask; the edge of the array is not."""
    inner = (slice(1, -1),) * mask.ndim
    depth: NDArray[np.float64] = ndimage.distance_transform_edt(np.pad(mask, 1), sampling=spacing)[inner]
    return depth


def _pixels(mask: Mask, seeds: Sequence[Sequence[float]], spacing: Sequence[float]) -> list[tuple[int, ...]]:
    """Return the pixel of the mask nearest to each seed."""
    nearest = ndimage.distance_transform_edt(
        ~mask, sampling=spacing, return_distances=False, return_indices=True
    )
    places = []
    for seed in seeds:
        place = tuple(min(max(int(v), 0), n - 1) for v, n in zip(seed, mask.shape, strict=True))
        places.append(tuple(int(axis[place]) for axis in nearest))
    return places


def _lobes(
    mask: Mask, depth: NDArray[np.float64], places: list[tuple[int, ...]], spacing: Sequence[float]
) -> list[tuple[int, ...]]:
    """Move each seed to the middle of the lobe that it is in, unless another seed is in that lobe, too."""
    smooth = np.where(mask, ndimage.gaussian_filter(depth, [2.0 / step for step in spacing]), 0)
    tops = np.array([_climb(smooth, place) for place in places])
    apart = np.sqrt((((tops[:, None] - tops[None]) * np.asarray(spacing)) ** 2).sum(-1))
    np.fill_diagonal(apart, np.inf)
    alone = apart.min(1) > depth[tuple(tops.T)]
    return [
        tuple(int(v) for v in top) if free else place
        for top, place, free in zip(tops, places, alone.tolist(), strict=True)
    ]


def _climb(height: NDArray[np.float64], place: tuple[int, ...]) -> tuple[int, ...]:
    """Return the local maximum that lies uphill of a pixel."""
    while True:
        low = [max(v - 1, 0) for v in place]
        window = height[tuple(slice(a, v + 2) for a, v in zip(low, place, strict=True))]
        step = np.unravel_index(int(window.argmax()), window.shape)
        best = tuple(a + int(d) for a, d in zip(low, step, strict=True))
        if height[best] <= height[place]:
            return place
        place = best


def _cost(mask: Mask, depth: NDArray[np.float64], image: NDArray[np.floating] | None) -> NDArray[np.float64]:
    """Return what a step on each pixel costs."""
    cost: NDArray[np.float64] = (max(float(depth.max()), 1.0) / np.maximum(depth, 1)) ** NECK
    if image is not None:
        slope = ndimage.gaussian_gradient_magnitude(np.asarray(image, np.float64), 1.0)
        # Here intensity tells, not shape.
        cost = 1 + EDGE * slope / max(float(np.percentile(slope[mask], 99)), 1e-6)
    return cost


def _graph(number: NDArray[np.int64], cost: NDArray[np.float64], spacing: Sequence[float]) -> coo_matrix:
    """Return the graph of the pixels that have a number, each joined to its neighbours."""
    count = int(number.max()) + 1
    rows, columns, prices = [], [], []
    for step in NEIGHBOURS[number.ndim]:
        lengths = number.shape
        one = tuple(slice(max(0, -d), n - max(0, d)) for d, n in zip(step, lengths, strict=True))
        two = tuple(slice(max(0, d), n - max(0, -d)) for d, n in zip(step, lengths, strict=True))
        both = (number[one] >= 0) & (number[two] >= 0)
        rows.append(number[one][both])
        columns.append(number[two][both])
        length = float(np.linalg.norm(np.multiply(step, spacing)))
        prices.append((cost[one][both] + cost[two][both]) / 2 * length)
    edges = (np.concatenate(rows), np.concatenate(columns))
    return coo_matrix((np.concatenate(prices), edges), (count, count)).tocsr()
