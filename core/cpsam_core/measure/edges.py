"""What the edges of objects tell: perimeter, surface, and which objects are neighbours.

Images are taken in bands of rows (planes) with a margin, so that a large image needs little memory more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import SphericalVoronoi

from cpsam_core.labels.runs import bands
from cpsam_core.measure.grouped import Floats, Ints, Labels, Places
from cpsam_core.progress import Progress, silent

# Pixels: neighbours along the axes and across the corners of a plane.
TOUCHING_PIXELS = 1.5


def _perimeter_weights() -> Floats:
    """Return the length that an edge pixel stands for, by 1 + 2 neighbours beside + 10 neighbours across.

    Source: K. Benkrid and D. Crookes, "Design and FPGA implementation of a perimeter estimator" (2000), as in
    scikit-image.
    """
    weights = np.zeros(50)
    weights[[5, 7, 15, 17, 25, 27]] = 1
    weights[[21, 33]] = np.sqrt(2)
    weights[[13, 23]] = (1 + np.sqrt(2)) / 2
    return weights


WEIGHTS = _perimeter_weights()


def perimeters(labels: Labels, ids: Labels, progress: Progress = silent) -> Floats:
    """Return the length of the outline of each object of a plane, holes included, in pixels.

    Parameters
    ----------
    labels : (y, x) uint32
    ids : (n,) uint32
        Objects to measure, in rising order.
    """
    places, total = Places(ids), np.zeros(len(ids))
    for block in _blocks(labels, 2, progress, "outlines"):
        core = block[1:-1, 1:-1]
        edge = core > 0
        same = (block[:-2, 1:-1] == core) & (block[2:, 1:-1] == core)
        same &= (block[1:-1, :-2] == core) & (block[1:-1, 2:] == core)
        outline = np.where(edge & ~same, core, np.uint32(0))
        width = outline.shape[1]
        inner = np.zeros(outline.shape, bool)
        inner[1:-1, 1:-1] = outline[1:-1, 1:-1] > 0
        at, flat = np.flatnonzero(inner), outline.reshape(-1)
        own = flat[at]
        code = np.ones(len(at), np.uint8)
        for step in (1, -1, width, -width):
            code += (flat[at + step] == own).view(np.uint8) << 1
        for step in (width + 1, width - 1, 1 - width, -1 - width):
            code += (flat[at + step] == own) * np.uint8(10)
        total += _add_up(places.of(own), WEIGHTS[code], len(ids))
    return total


def surfaces(labels: Labels, ids: Labels, spacing: tuple[float, ...], progress: Progress = silent) -> Floats:
    """Return the surface of each object of a volume, in squared units of the spacing.

    By Crofton's formula: four times the area that the object shows on average, from the 13 directions between
    neighbouring voxels, each of the weight of its part of the sphere.

    Parameters
    ----------
    labels : (z, y, x) uint32
    ids : (n,) uint32
        Objects to measure, in rising order.
    spacing : (z, y, x) float
        Distance of voxels along each axis.
    """
    places, total = Places(ids), np.zeros(len(ids))
    steps, weights = _directions(spacing)
    voxel = float(np.prod(spacing))
    for block in _blocks(labels, 1, progress, "surfaces"):
        at, offsets = _near_edges(block), steps @ np.array([s // block.itemsize for s in block.strides])
        flat = block.reshape(-1)
        own = flat[at]
        shown = np.zeros(len(at))
        for offset, step, weight in zip(offsets.tolist(), steps, weights, strict=True):
            length = float(np.linalg.norm(step * spacing))
            shown += (flat[at + offset] != own) * (4 * weight * voxel / length)
        total += _add_up(places.of(own), shown, len(ids))
    return total


def neighbour_pairs(labels: Labels, near: float = TOUCHING_PIXELS, progress: Progress = silent) -> Labels:
    """Return (pairs, 2): ids of objects that come as near to each other as `near` pixels, each pair both ways.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) uint32
    near : float
        Distance between the centres of two pixels; the default is that of pixels that touch, across corners too.
    """
    reach = int(near)
    if reach < 1:
        return np.zeros((0, 2), np.uint32)
    steps = [
        step
        for step in product(range(-reach, reach + 1), repeat=labels.ndim)
        if step > (0,) * labels.ndim and sum(k * k for k in step) <= near * near
    ]
    found: list[NDArray[np.uint64]] = []
    for block in _blocks(labels, reach, progress, "neighbours"):
        strides = np.array([stride // block.itemsize for stride in block.strides])
        flat = block.reshape(-1)
        at = _outline(block, reach)
        own = flat[at].astype(np.uint64)
        for step in steps:
            other = flat[at + int(np.dot(step, strides))]
            # Ahead only: pairs are put in order and turned round at the end.
            beside = (other > 0) & (other != own)
            pair = np.stack([own[beside], other[beside].astype(np.uint64)])
            found.append(np.unique((pair.min(axis=0) << np.uint64(32)) | pair.max(axis=0)))
    keys = np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint64)
    pairs = np.stack([keys >> np.uint64(32), keys & np.uint64(0xFFFFFFFF)], axis=1).astype(np.uint32)
    return np.concatenate([pairs, pairs[:, ::-1]])


def neighbour_counts(pairs: Labels, ids: Labels) -> Ints:
    """Return how many neighbours each of the objects `ids` has."""
    places = Places(ids).of(pairs[:, 0])
    return np.bincount(places[places >= 0], minlength=len(ids)).astype(np.int64)


def _blocks(labels: Labels, margin: int, progress: Progress, note: str) -> Iterator[Labels]:
    """Yield bands of the image with a margin on all sides, which is 0 beyond the image."""
    parts = list(bands(labels.shape))
    for number, band in enumerate(parts):
        first, last = max(0, band.start - margin), min(len(labels), band.stop + margin)
        size = (band.stop - band.start + 2 * margin, *(n + 2 * margin for n in labels.shape[1:]))
        block = np.zeros(size, np.uint32)
        top = first - band.start + margin
        inside = (slice(top, top + last - first), *(slice(margin, margin + n) for n in labels.shape[1:]))
        block[inside] = labels[first:last]
        yield block
        progress(number + 1, len(parts), note)


def _outline(block: Labels, margin: int) -> Ints:
    """Return the flat places of object pixels inside the margin that have another value beside them."""
    inner = (slice(margin, -margin),) * block.ndim
    core = block[inner]
    different = np.zeros(core.shape, bool)
    for axis in range(block.ndim):
        for step in (-1, 1):
            window = list(inner)
            window[axis] = slice(margin + step, block.shape[axis] - margin + step)
            different |= block[tuple(window)] != core
    edge = np.zeros(block.shape, bool)
    edge[inner] = different & (core > 0)
    return np.flatnonzero(edge)


def _near_edges(block: Labels) -> Ints:
    """Return the flat places of object voxels inside a margin of 1 that may have another value around them."""
    changed = np.zeros(block.shape, bool)
    for axis in range(block.ndim):
        values, marks = np.moveaxis(block, axis, 0), np.moveaxis(changed, axis, 0)
        different = values[1:] != values[:-1]
        marks[1:] |= different
        marks[:-1] |= different
    # A step across corners meets a change beside one of its ends or between.
    for axis in range(block.ndim):
        marks = np.moveaxis(changed, axis, 0)
        wider = marks.copy()
        wider[1:] |= marks[:-1]
        wider[:-1] |= marks[1:]
        marks[...] = wider
    inside = np.zeros(block.shape, bool)
    core = (slice(1, -1),) * block.ndim
    inside[core] = changed[core] & (block[core] > 0)
    return np.flatnonzero(inside)


@lru_cache(maxsize=8)
def _directions(spacing: tuple[float, ...]) -> tuple[Ints, Floats]:
    """Return the 26 steps to neighbouring voxels and the part of the sphere that is nearest to each."""
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)])
    ways = steps * np.array(spacing)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    areas = SphericalVoronoi(ways).calculate_areas()
    return steps, np.asarray(areas / areas.sum())


def _add_up(places: Ints, values: Floats, count: int) -> Floats:
    known = places >= 0
    if not known.all():
        places, values = places[known], values[known]
    return np.asarray(np.bincount(places, weights=values, minlength=count), np.float64)
