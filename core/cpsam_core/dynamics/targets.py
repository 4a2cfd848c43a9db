"""Masks to flow targets: diffusion from the centre of every object.

Source: Cellpose (the flow field of a mask), used unchanged by the paper (section "Whole-dataset training").
Heat is fed into the pixel of an object nearest its centre of mass and spreads inside the object only; the
flows are the unit vectors of the gradient of the heat, and so point to the centre along the object.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import fastremap
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.dynamics.diffusion import LONG_PX, Heat, Object, diffuse, pack, steps_needed
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.progress import Progress, silent

Border = Literal["reference", "clean"]

BAND_PIXELS = 65_536
# Pixels from which on the heat map is kept in float32, as in the reference.
SINGLE_PRECISION_PIXELS = 40_000_000


def flows_from_masks(
    labels: NDArray[np.integer] | NDArray[np.bool_],
    *,
    border: Border = "reference",
    niter: int | None = None,
    threads: int | None = None,
    progress: Progress = silent,
    exact: bool = True,
) -> NDArray[np.float32]:
    """Return the unit flows of a label image.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer or bool array
        0 is background; ids need not be consecutive.
    border : {"reference", "clean"}
        What the gradient reads beyond an object's border: the touching object's heat, as the reference does (its
        issue 1486), or zero ("clean").
    niter : int, optional
        Diffusion steps; by default as many as the reference takes, from the extent of the largest object.
    threads : int, optional
        Threads to use; by default one per processor core. The result does not depend on it.
    progress : Progress
        Called after each sheet of objects; may raise `Cancelled`.
    exact : bool
        Compute in double precision. Without it the work takes half the time; vectors differ by up to 1e-4, and by up
        to 0.1 at the single pixel in the centre of an object: fine for means over objects.

    Returns
    -------
    (2, y, x) or (3, z, y, x) float32
        Unit vectors in array order (z,) y, x; zero in the background and where heat is even.

    Raises
    ------
    ImageError
        If the labels are not a plane or volume of integers from 0.
    SettingsError
        If `niter` or `threads` is negative or `border` is neither.
    """
    if border not in ("reference", "clean"):
        raise SettingsError(f'border is "reference" or "clean", not {border!r}')
    if (niter is not None and niter < 0) or (threads is not None and threads < 1):
        raise SettingsError(f"niter is at least 0 and threads at least 1, not {niter} and {threads}")
    labels = _checked(labels)
    objects = _find(labels)
    flows = np.zeros((labels.ndim, *labels.shape), np.float32)
    if not objects:
        return flows
    steps = steps_needed(objects) if niter is None else niter
    workers = threads or os.cpu_count() or 1
    heat = _heat(labels, objects, steps, workers, progress, exact)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda band: _gradient(labels, heat, border, band, flows), _bands(labels.shape)))
    return flows


def _checked(labels: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.integer]:
    if labels.ndim not in (2, 3) or labels.dtype.kind not in "iub":
        raise ImageError(f"masks must be a plane or volume of integers, not {labels.ndim}D {labels.dtype}")
    if labels.dtype == bool:
        return labels.view(np.uint8)
    if labels.dtype.kind == "i" and labels.size and labels.min() < 0:
        raise ImageError("masks hold negative numbers; 0 is background, objects are numbered from 1")
    return labels.astype(labels.dtype.newbyteorder("="), copy=False)


def _find(labels: NDArray[np.integer]) -> list[Object]:
    """Return every object with its box; only ids that are far apart cost a renumbered copy."""
    largest = int(labels.max(initial=0))
    if largest == 0:
        return []
    compact, original = labels, None
    if largest > labels.size:
        compact, back = fastremap.renumber(labels, preserve_zero=True)
        original = {new: old for old, new in back.items()}
    return [
        Object(int(original[index]) if original else index, box, tuple(s.stop - s.start for s in box))
        for index, box in enumerate(ndimage.find_objects(compact), 1)
        if box is not None
    ]


def _heat(
    labels: NDArray[np.integer],
    objects: list[Object],
    steps: int,
    workers: int,
    progress: Progress,
    exact: bool,
) -> Heat:
    """Return the heat of all objects, with one pixel of margin around the image."""
    single = not exact or labels.size > SINGLE_PRECISION_PIXELS
    heat: Heat = np.zeros([n + 2 for n in labels.shape], np.float32 if single else np.float64)
    rough = [item for item in objects if not exact and max(item.shape) < LONG_PX]
    precise = [item for item in objects if exact or max(item.shape) >= LONG_PX]
    sheets = [(sheet, False) for sheet in pack(rough, False)] + [
        (sheet, True) for sheet in pack(precise, True)
    ]
    stop = threading.Event()
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(diffuse, labels, sheet, steps, heat, stop, kind) for sheet, kind in sheets]
        try:
            for done, future in enumerate(running, 1):
                future.result()
                progress(done, len(sheets), "flows of masks")
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return heat


def _bands(shape: tuple[int, ...]) -> list[slice]:
    rows = max(1, BAND_PIXELS // max(1, int(np.prod(shape[1:]))))
    return [slice(start, min(start + rows, shape[0])) for start in range(0, shape[0], rows)]


def _gradient(
    labels: NDArray[np.integer], heat: Heat, border: Border, band: slice, flows: NDArray[np.float32]
) -> None:
    """Write the unit vectors of the heat's central differences of one band of rows (planes)."""
    ndim = labels.ndim
    here, halo = labels[band], heat[band.start : band.stop + 2]
    around = _with_margin(labels, band) if border == "clean" else None
    core = [slice(1, -1)] * ndim
    differences = []
    for axis in range(ndim):
        sides = []
        for offset in (slice(2, None), slice(0, -2)):
            window = (*core[:axis], offset, *core[axis + 1 :])
            side = halo[window]
            sides.append(side if around is None else side * (around[window] == here))
        # Squares leave float32's range.
        differences.append(np.subtract(sides[0], sides[1], dtype=np.float64))
    length = differences[0] * differences[0]
    for difference in differences[1:]:
        length += difference * difference
    np.sqrt(length, out=length)
    # Heat far from the centre of a long object is tiny, so only an exact zero counts as no direction.
    length[(here == 0) | (length == 0)] = np.inf
    for axis, difference in enumerate(differences):
        np.divide(difference, length, out=flows[axis, band], casting="same_kind")


def _with_margin(labels: NDArray[np.integer], band: slice) -> NDArray[np.integer]:
    """Return the labels of a band with one pixel around it, 0 beyond the image."""
    first, last = max(0, band.start - 1), min(labels.shape[0], band.stop + 1)
    margin = [(first - band.start + 1, band.stop + 1 - last)] + [(1, 1)] * (labels.ndim - 1)
    return np.pad(labels[first:last], margin)
