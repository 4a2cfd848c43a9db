"""Masks to flow targets: diffusion from the centre of every object.

Source: Cellpose (the flow field of a mask), used unchanged by the paper (section "Whole-dataset training").
Heat is fed into the pixel of an object nearest its centre of mass and spreads inside the object only; the
flows are the unit vectors of the gradient of the heat, and so point to the centre along the object.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cpsam_core.dynamics.diffusion import Heat, Heating, diffuse, steps_needed, ways
from cpsam_core.dynamics.objects import Object, objects_in
from cpsam_core.dynamics.sheets import Sheet, pack
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.labels.runs import bands
from cpsam_core.progress import Progress, silent
from cpsam_core.system.side_by_side import on_all_cores, workers

Border = Literal["reference", "clean"]
Vectors: TypeAlias = list[NDArray[np.float64]]
"""Components of the unit flows of a band, (z,) y, x."""

# Of which the vectors are made at a time: temporaries stay in the cache.
BAND_PIXELS = 1 << 16
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
    labels = _checked(labels)
    if border not in ("reference", "clean"):
        raise SettingsError(f'border is "reference" or "clean", not {border!r}')
    if (niter is not None and niter < 0) or (threads is not None and threads < 1):
        raise SettingsError(f"niter is at least 0 and threads at least 1, not {niter} and {threads}")
    flows = np.zeros((labels.ndim, *labels.shape), np.float32)
    warm = heat_map(labels, niter, threads, progress, exact=exact)
    if warm is None:
        return flows

    def write(band: slice) -> None:
        for axis, vector in enumerate(warm.vectors(band, border)):
            flows[axis, band] = vector

    on_all_cores(write, bands(labels.shape, BAND_PIXELS), threads)
    return flows


class HeatMap:
    """The heat in the objects of a label image, with one pixel of margin around it."""

    def __init__(self, labels: NDArray[np.integer], heat: Heat) -> None:
        self._labels, self._heat = labels, heat

    @property
    def quick(self) -> bool:
        """Whether it is that of a plane in single precision."""
        return self._heat.ndim == 2 and self._heat.dtype == np.float32

    def vectors(self, band: slice, border: Border = "reference") -> Vectors:
        """Return the components (float64) of the unit flows of a band of the first axis."""
        return _gradient(self._labels, self._heat, border, band)

    def around(self, band: slice) -> NDArray[np.float32]:
        """Return the heat of a band and of one pixel around it, where it is `quick`."""
        part: NDArray[np.float32] = self._heat[band.start : band.stop + 2]
        return part


def heat_map(
    labels: NDArray[np.integer],
    niter: int | None = None,
    threads: int | None = None,
    progress: Progress = silent,
    *,
    exact: bool = True,
) -> HeatMap | None:
    """Return the heat from which `flows_from_masks`, which says more, has its vectors; None without objects."""
    objects = objects_in(labels)
    if not objects:
        return None
    steps = steps_needed(max(sum(item.shape) for item in objects), labels.ndim) if niter is None else niter
    return HeatMap(labels, _heat(labels, objects, steps, threads or workers(), progress, exact))


def _checked(labels: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.integer]:
    if labels.ndim not in (2, 3) or labels.dtype.kind not in "iub":
        raise ImageError(f"masks must be a plane or volume of integers, not {labels.ndim}D {labels.dtype}")
    if labels.dtype == bool:
        return labels.view(np.uint8)
    if labels.dtype.kind == "i" and labels.size and labels.min() < 0:
        raise ImageError("masks hold negative numbers; 0 is background, objects are numbered from 1")
    return labels.astype(labels.dtype.newbyteorder("="), copy=False)


def _heat(
    labels: NDArray[np.integer],
    objects: list[Object],
    steps: int,
    threads: int,
    progress: Progress,
    exact: bool,
) -> Heat:
    """Return the heat of all objects, with one pixel of margin around the image."""
    large = labels.size > SINGLE_PRECISION_PIXELS
    heat: Heat = np.zeros([n + 2 for n in labels.shape], np.float64 if exact and not large else np.float32)
    left = objects
    for how in ways(steps, labels.ndim, exact):
        if how is Heating.DOUBLE and left and not large:
            # Or single precision would lose their heat when it is kept.
            heat = heat.astype(np.float64, copy=False)
        sheets, left = pack(left, how is Heating.DOUBLE), []
        for done, cold in enumerate(_diffused(labels, sheets, steps, heat, threads, how), 1):
            # Those for which this was not precise enough.
            left += cold
            progress(done, len(sheets), "flows of masks")
    return heat


def _diffused(
    labels: NDArray[np.integer], sheets: list[Sheet], steps: int, heat: Heat, threads: int, how: Heating
) -> Iterator[list[Object]]:
    """Run the diffusion of all sheets in threads; yield what `diffuse` returns of each."""
    stop = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(diffuse, labels, sheet, steps, heat, stop, how) for sheet in sheets]
        try:
            for future in running:
                yield future.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _gradient(labels: NDArray[np.integer], heat: Heat, border: Border, band: slice) -> Vectors:
    """Return the unit vectors of the heat's central differences of one band of rows (planes), float64."""
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
    for difference in differences:
        difference /= length
    return differences


def _with_margin(labels: NDArray[np.integer], band: slice) -> NDArray[np.integer]:
    """Return the labels of a band with one pixel around it, 0 beyond the image."""
    first, last = max(0, band.start - 1), min(labels.shape[0], band.stop + 1)
    margin = [(first - band.start + 1, band.stop + 1 - last)] + [(1, 1)] * (labels.ndim - 1)
    return np.pad(labels[first:last], margin)
