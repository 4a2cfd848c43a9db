"""Texture of objects from pairs of neighbouring pixels (Haralick, Shanmugam and Dinstein, 1973).

A channel is divided into levels of grey from the least to the largest value of the image. For each direction (4 in a
plane, 13 in a stack) the pairs of pixels at a step that lie in the same object are counted both ways; the measures of
the directions are averaged. The definitions are those of scikit-image's `graycoprops`.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.measure.grouped import Floats, Ints, Places
from cpsam_core.measure.objects import Column
from cpsam_core.measure.scene import Scene
from cpsam_core.progress import Progress

MEASURES = ("contrast", "homogeneity", "correlation", "energy", "entropy")


def texture_measures(scene: Scene, progress: Progress) -> dict[str, Column]:
    """Return the columns of every channel; NaN for objects without pairs of pixels."""
    columns: dict[str, Column] = {}
    directions = [
        way for way in product((-1, 0, 1), repeat=scene.labels.ndim) if way > (0,) * scene.labels.ndim
    ]
    pairs = [_pairs(scene, np.array(way) * scene.recipe.step) for way in directions]
    for number, (name, values) in enumerate(scene.each_channel()):
        grey = grey_levels(values, scene.recipe.levels)
        total = np.zeros((len(MEASURES), len(scene.objects)))
        for places, one, other in pairs:
            total += haralick(places, grey[one], grey[other], len(scene.objects), scene.recipe.levels)
        for measure, column in zip(MEASURES, total / len(pairs), strict=True):
            columns[f"texture_{measure}_{name}"] = column
        progress(number + 1, len(scene.channels), "texture")
    return columns


def grey_levels(values: NDArray[Any], levels: int) -> NDArray[np.int64]:
    """Return values as levels from 0 to `levels` - 1, between the least and the largest finite one."""
    exact = values.astype(np.float64)
    finite = exact[np.isfinite(exact)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    scaled = (np.nan_to_num(exact, nan=low, posinf=high, neginf=low) - low) * (
        levels / max(high - low, 1e-300)
    )
    return np.minimum(scaled, levels - 1).astype(np.int64)


def _pairs(scene: Scene, way: NDArray[np.int64]) -> tuple[Ints, Ints, Ints]:
    """Return object and flat places of the pairs of pixels of one direction, in the order of objects."""
    shape = scene.labels.shape
    here = tuple(slice(max(0, -step), size - max(0, step)) for step, size in zip(way, shape, strict=True))
    there = tuple(slice(max(0, step), size - max(0, -step)) for step, size in zip(way, shape, strict=True))
    first, second = scene.labels[here], scene.labels[there]
    same = np.nonzero((first > 0) & (first == second))
    moved = [axis + part.start for axis, part in zip(same, here, strict=True)]
    one = np.ravel_multi_index(moved, shape)
    other = np.ravel_multi_index([axis + step for axis, step in zip(moved, way, strict=True)], shape)
    places = Places(scene.objects.ids).of(first[same])
    if (places < 0).any():
        kept = places >= 0
        return places[kept], one[kept], other[kept]
    return places, one, other


def haralick(places: Ints, one: Ints, other: Ints, count: int, levels: int) -> Floats:
    """Return (measure, n) of pairs of grey levels, in the order of `MEASURES`; NaN for objects without pairs.

    Parameters
    ----------
    places : (pairs,) int
        Object of each pair.
    one, other : (pairs,) int
        Levels of its pixels, from 0; each pair counts both ways.
    count, levels : int
        Number of objects and of levels.
    """

    def total(values: NDArray[Any]) -> Floats:
        return np.asarray(np.bincount(places, weights=values, minlength=count), np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = np.bincount(places, minlength=count).astype(np.float64)
        pairs[pairs == 0] = np.nan
        difference = (one - other) ** 2
        contrast = total(difference) / pairs
        homogeneity = total(1 / (1 + difference)) / pairs
        mean = total(one + other) / (2 * pairs)
        variance = total(one * one + other * other) / (2 * pairs) - mean**2
        # Both ways, the mean of (i - m)(j - m) is the variance less half the contrast.
        correlation = np.where(variance > 1e-9, 1 - contrast / (2 * variance), np.where(pairs > 0, 1, np.nan))
    # Which levels meet, whichever comes first: a pair of different levels fills two cells of the matrix.
    keys = np.sort((places * levels + np.minimum(one, other)) * levels + np.maximum(one, other))
    starts = np.flatnonzero(np.diff(keys, prepend=-1) != 0)
    met = np.diff(np.append(starts, len(keys)))
    owner, cell = np.divmod(keys[starts], levels * levels)
    cells = np.where(cell // levels == cell % levels, 1, 2)
    share = met / (cells * pairs[owner])
    energy = np.sqrt(np.bincount(owner, weights=cells * share**2, minlength=count))
    entropy = np.bincount(owner, weights=-cells * share * np.log(share), minlength=count)
    known = np.where(pairs > 0, 1.0, np.nan)
    return np.stack([contrast, homogeneity, correlation, energy * known, entropy * known])
