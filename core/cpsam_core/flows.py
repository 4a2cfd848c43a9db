"""Masks to flow targets: diffusion from the centre of every object.

Source: Cellpose (the flow field of a mask), used unchanged by the paper (section "Whole-dataset training").
Heat is fed into the pixel of an object nearest its centre of mass and spreads inside the object only; the
flows are the unit vectors of the gradient of the heat, and so point to the centre along the object.

All objects diffuse at once, packed side by side into sheets that are small enough to stay in the processor's
cache for all iterations. That is where the speed comes from: no step touches memory outside the sheet.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import fastremap
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .errors import ImageError
from .progress import Progress, silent

Border = Literal["reference", "clean"]
Slices = tuple[slice, ...]

SHEET_PIXELS = 32_768  # 256 kB of float64, three of which fit in a second-level cache
BAND_ROWS = 256
SINGLE_PRECISION_PIXELS = 40_000_000  # from here on the heat map is kept in float32, as in the reference


@dataclass(frozen=True)
class _Object:
    label: int
    box: Slices
    shape: tuple[int, ...]


def flows_from_masks(
    labels: NDArray[np.integer],
    *,
    border: Border = "reference",
    niter: int | None = None,
    threads: int | None = None,
    progress: Progress = silent,
) -> NDArray[np.float32]:
    """Return the unit flows of a label image.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array
        0 is background; ids need not be consecutive.
    border : {"reference", "clean"}
        What the gradient reads beyond an object's border: the touching object's heat, as the reference does (its
        issue 1486), or zero ("clean").
    niter : int, optional
        Diffusion steps; by default as many as the reference takes, from the extent of the largest object.
    threads : int, optional
        Threads to use; by default one per processor core.
    progress : Progress
        Called after each sheet of objects.

    Returns
    -------
    (2, y, x) or (3, z, y, x) float32
        Unit vectors in array order (z,) y, x; zero in the background.

    Raises
    ------
    ImageError
        If the labels are not a plane or volume of integers.
    """
    if labels.ndim not in (2, 3) or labels.dtype.kind not in "iub":
        raise ImageError(f"masks must be a plane or volume of integers, not {labels.ndim}D {labels.dtype}")
    objects = _find(labels)
    if not objects:
        return np.zeros((labels.ndim, *labels.shape), np.float32)
    steps = _steps(objects) if niter is None else niter
    single = labels.size > SINGLE_PRECISION_PIXELS
    heat = np.zeros([n + 2 for n in labels.shape], np.float32 if single else np.float64)  # one pixel of margin
    sheets = list(_sheets(objects))
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        done = pool.map(lambda sheet: _diffuse(labels, sheet, steps, heat), sheets)
        for count, _ in enumerate(done, 1):
            progress(count, len(sheets), "flows of masks")
    return _gradient(labels, heat, border)


def _find(labels: NDArray[np.integer]) -> list[_Object]:
    if labels.size == 0 or not labels.any():
        return []
    compact, back = fastremap.renumber(labels, preserve_zero=True)  # ids may be far apart
    original = {new: old for old, new in back.items()}
    boxes = ndimage.find_objects(compact)
    return [
        _Object(int(original[index]), box, tuple(s.stop - s.start for s in box))
        for index, box in enumerate(boxes, 1)
    ]


def _steps(objects: list[_Object]) -> int:
    if len(objects[0].shape) == 2:
        return 2 * max(sum(item.shape) + 2 for item in objects)
    return 6 * max(sum(item.shape) + 3 for item in objects)


@dataclass(frozen=True)
class _Sheet:
    """Objects and where their corners lie in a common array with one empty pixel between and around them."""

    shape: tuple[int, ...]
    objects: list[_Object]
    corners: list[tuple[int, ...]]


def _sheets(objects: list[_Object]) -> Iterator[_Sheet]:
    """Pack objects in shelves, tallest first, so that shelves waste little."""
    ordered = sorted(objects, key=lambda item: item.shape)
    if len(objects[0].shape) == 3:  # volumes: objects of similar size along z, one sheet a run
        for run in _runs(ordered):
            width = sum(item.shape[2] + 1 for item in run) + 1
            depth, height = (max(item.shape[axis] for item in run) + 2 for axis in (0, 1))
            starts = itertools.accumulate((item.shape[2] + 1 for item in run), initial=1)
            yield _Sheet((depth, height, width), run, [(1, 1, x) for x, _ in zip(starts, run, strict=False)])
        return
    for run in _runs(ordered):
        width = max(128, max(item.shape[1] for item in run) + 2)
        corners: list[tuple[int, ...]] = []
        top, x, shelf = 1, 1, 0
        for item in run:
            if x + item.shape[1] + 1 > width:
                top, x, shelf = top + shelf + 1, 1, 0
            corners.append((top, x))
            x += item.shape[1] + 1
            shelf = max(shelf, item.shape[0])
        yield _Sheet((top + shelf + 1, width), run, corners)


def _runs(ordered: list[_Object]) -> Iterator[list[_Object]]:
    run: list[_Object] = []
    pixels = 0
    for item in ordered:
        area = int(np.prod([n + 1 for n in item.shape]))
        if run and pixels + area > SHEET_PIXELS:
            yield run
            run, pixels = [], 0
        run.append(item)
        pixels += area
    if run:
        yield run


def _diffuse(labels: NDArray[np.integer], sheet: _Sheet, steps: int, heat: NDArray[np.floating]) -> None:
    """Run the diffusion of one sheet and put its heat where the objects lie in the image."""
    inside = np.zeros(sheet.shape, bool)
    places: list[tuple[_Object, Slices, NDArray[np.bool_]]] = []
    sources = []
    for item, corner in zip(sheet.objects, sheet.corners, strict=True):
        mask = labels[item.box] == item.label
        place = tuple(slice(c, c + n) for c, n in zip(corner, item.shape, strict=True))
        inside[place] = mask
        places.append((item, place, mask))
        centre = tuple(c + p for c, p in zip(corner, _centre(mask), strict=True))
        sources.append(int(np.ravel_multi_index(centre, sheet.shape)))
    spread = _spread_plane if inside.ndim == 2 else _spread_volume
    warm = spread(inside, np.array(sources), steps)
    for item, place, mask in places:
        target = heat[tuple(slice(s.start + 1, s.stop + 1) for s in item.box)]
        np.copyto(target, warm[place], where=mask, casting="same_kind")


def _centre(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the pixel of an object nearest its centre of mass, ties as in the reference."""
    points = np.stack(np.nonzero(mask))
    mean = points.mean(axis=1)
    if mask.ndim == 2:
        mean = np.round(mean)
        y, x = (int(v) for v in mean)
        if mask[y, x]:
            return y, x
    nearest = ((points - mean[:, None]) ** 2).sum(axis=0).argmin()
    return tuple(int(v) for v in points[:, nearest])


def _spread_plane(inside: NDArray[np.bool_], sources: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
    """Mean over the 3 x 3 neighbours inside the object, `steps` times, a unit of heat fed in before each."""
    row = inside.shape[1]
    warm = np.zeros(inside.size)
    sums = np.zeros(inside.size)
    weight = inside.ravel() / 9.0
    # The margins are empty, so neighbours are shifts of the flat array and rows may run into each other.
    left, middle, right = warm[:-2], warm[1:-1], warm[2:]
    across = sums[1:-1]
    above, here, below = sums[: -2 * row], sums[row:-row], sums[2 * row :]
    centre, centre_weight = warm[row:-row], weight[row:-row]
    for _ in range(steps):
        warm[sources] += 1
        np.add(left, right, out=across)
        np.add(across, middle, out=across)
        np.add(above, below, out=centre)
        np.add(centre, here, out=centre)
        np.multiply(centre, centre_weight, out=centre)
    return warm.reshape(inside.shape)


def _spread_volume(inside: NDArray[np.bool_], sources: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
    """Mean over a voxel and its six face neighbours inside the object, as `_spread_plane` otherwise."""
    plane, row = inside.shape[1] * inside.shape[2], inside.shape[2]
    warm, sums = np.zeros(inside.size), np.zeros(inside.size)
    weight = (inside.ravel() / 7.0)[plane:-plane]
    total = sums[plane:-plane]
    stop = inside.size - plane
    for _ in range(steps):
        warm[sources] += 1
        np.add(warm[: -2 * plane], warm[2 * plane :], out=total)
        for shift in (-row, row, -1, 1, 0):
            np.add(total, warm[plane + shift : stop + shift], out=total)
        np.multiply(total, weight, out=warm[plane:-plane])
    return warm.reshape(inside.shape)


def _gradient(labels: NDArray[np.integer], heat: NDArray[np.floating], border: Border) -> NDArray[np.float32]:
    """Unit vectors of the heat's central differences, band by band to keep temporaries small."""
    ndim = labels.ndim
    flows = np.zeros((ndim, *labels.shape), np.float32)
    padded = np.pad(labels, 1) if border == "clean" else None
    core = [slice(1, -1)] * ndim
    for start in range(0, labels.shape[0], BAND_ROWS):
        stop = min(start + BAND_ROWS, labels.shape[0])
        band, halo = slice(start, stop), slice(start, stop + 2)
        inside = labels[band] != 0
        differences = []
        for axis in range(ndim):
            sides = []
            for offset in (slice(2, None), slice(0, -2)):
                window = tuple(core[:axis]) + (offset,) + tuple(core[axis + 1 :])
                side = heat[halo][window]
                if padded is not None:
                    side = side * (padded[halo][window] == labels[band])
                sides.append(side)
            differences.append(sides[0] - sides[1])
        length = np.sqrt(sum(d * d for d in differences))
        # Heat far from the centre of a long object is tiny, so only an exact zero counts as no direction.
        length[length == 0] = 1
        for axis, difference in enumerate(differences):
            np.divide(difference, length, out=flows[axis, band], where=inside, casting="same_kind")
    return flows
