"""Normalise by blocks, so that dark regions of an unevenly lit image come out as bright as the others."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cpsam_core.preprocess.resample import LinearAxis, resize_part

FloatArray = NDArray[np.float32]

# Share of a block.
_OVERLAP = 0.1
_BAND_ROWS = 512


def normalize_blocks(
    stack: FloatArray,
    block: int,
    percentile: tuple[float, float],
    *,
    whole_stack: bool,
    top_row: bool = False,
) -> NDArray[np.bool_]:
    """Bring the percentiles of overlapping blocks to 0 and 1, with smooth transitions; in place.

    The percentiles of the blocks are smoothed with a Gaussian of one block along y (twice for a whole stack)
    and interpolated linearly to every pixel, as in the reference. A block without contrast takes the
    percentiles of the nearest block that has some.

    Parameters
    ----------
    stack : ndarray (z, y, x), float32
        One channel; changed in place.
    block : int
        Edge of a block in pixels.
    percentile : (float, float)
        Percentiles that become 0 and 1.
    whole_stack : bool
        Use the mean over all planes for each block, else each plane's own, smoothed along z.
    top_row : bool
        Use the limits of the topmost blocks for all rows, as the reference does with a plane without z axis.

    Returns
    -------
    ndarray (z,), bool
        Which planes have any contrast; the others are set to 0.
    """
    limits = np.stack([block_limits(_reader(plane), plane.shape, block, percentile) for plane in stack])
    limits, alive, made = smoothed_limits(limits, whole_stack=whole_stack, top_row=top_row)
    for number, plane in enumerate(stack):
        if made[number]:
            apply_limits(plane, limits[0 if whole_stack else number])
        else:
            plane[:] = 0
    return alive


def smoothed_limits(
    limits: FloatArray, *, whole_stack: bool, top_row: bool = False
) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the limits (z or 1, 2, rows, columns) that pixels are brought to 0 and 1 by.

    Parameters
    ----------
    limits : ndarray (z, 2, rows, columns), float32
        Of each block, as :func:`block_limits` returns them; changed in place.
    whole_stack, top_row : bool
        As for :func:`normalize_blocks`.

    Returns
    -------
    limits : ndarray
    alive : ndarray (z,), bool
        Which planes have any contrast, as :func:`normalize_blocks` returns it.
    made : ndarray (z,), bool
        Which planes are normalised; the others become 0.
    """
    span = np.ptp(limits)
    flat: NDArray[np.bool_] = np.asarray(limits[:, 1] - limits[:, 0] <= min(1e-3, 1e-3 * float(span)))
    alive: NDArray[np.bool_] = np.logical_not(np.all(flat, axis=(1, 2)))
    count = len(limits)
    for z in np.flatnonzero(alive):
        _fill_flat(limits[z], flat[z])
    _fill_dead_planes(limits, alive)
    if whole_stack:
        limits = limits[alive].mean(axis=0, keepdims=True) if alive.any() else limits[:1]
        limits = gaussian_filter1d(limits, 1, axis=2)
    elif count > 1:
        limits = gaussian_filter1d(limits, 1, axis=0)
    limits = gaussian_filter1d(limits, 1, axis=2)
    if top_row:
        limits = limits[:, :, :1]
    made = np.full(count, alive.any()) if whole_stack else alive
    return limits, made, made


def _reader(plane: FloatArray) -> Callable[[slice, slice], FloatArray]:
    return lambda rows, columns: plane[rows, columns]


def _starts(length: int, block: int) -> tuple[NDArray[np.intp], int]:
    size = min(block, length)
    count = 1 if length <= block else math.ceil((1 + 2 * _OVERLAP) * length / block)
    return np.linspace(0, length - size, count).astype(np.intp), size


def block_limits(
    read: Callable[[slice, slice], FloatArray],
    shape: tuple[int, ...],
    block: int,
    percentile: tuple[float, float],
) -> FloatArray:
    """Return the lower and upper percentile of every block, (2, rows, columns), of a plane that is read in parts."""
    tops, height = _starts(shape[0], block)
    lefts, width = _starts(shape[1], block)
    limits = np.empty((2, len(tops), len(lefts)), np.float32)
    for j, top in enumerate(tops):
        for k, left in enumerate(lefts):
            values = read(slice(top, top + height), slice(left, left + width)).ravel().copy()
            limits[:, j, k] = np.percentile(values, percentile, overwrite_input=True)
    return limits


def _fill_flat(limits: FloatArray, flat: NDArray[np.bool_]) -> None:
    """Give blocks without contrast the limits of the nearest block that has some."""
    if not flat.any():
        return
    empty = np.argwhere(flat)
    filled = np.argwhere(~flat)
    for row, column in empty:
        nearest = filled[np.square(filled - (row, column)).sum(axis=1).argmin()]
        limits[:, row, column] = limits[:, nearest[0], nearest[1]]


def _fill_dead_planes(limits: FloatArray, alive: NDArray[np.bool_]) -> None:
    """Let planes without contrast not pull at their neighbours when limits are smoothed along z."""
    living = np.flatnonzero(alive)
    if not len(living):
        return
    for z in np.flatnonzero(~alive):
        limits[z] = limits[living[np.abs(living - z).argmin()]]


def apply_limits(
    plane: FloatArray,
    limits: FloatArray,
    origin: tuple[int, int] = (0, 0),
    shape: tuple[int, int] | None = None,
) -> None:
    """Bring the interpolated limits to 0 and 1, in bands of rows: no map of the image's size is made.

    Parameters
    ----------
    plane : ndarray (y, x), float32
        The plane or a part of it; changed in place.
    limits : ndarray (2, rows, columns), float32
    origin : (int, int)
        First row and column of the part.
    shape : (int, int), optional
        Of the whole plane; None where `plane` is it.
    """
    rows, columns = limits.shape[1:]
    height, width = shape or (plane.shape[0], plane.shape[1])
    positions = np.clip((np.arange(height) + 0.5) * rows / height - 0.5, 0, rows - 1)
    positions = positions[origin[0] : origin[0] + len(plane)]
    below = positions.astype(np.intp)
    above = np.minimum(below + 1, rows - 1)
    weight = (positions - below).astype(np.float32)[:, None]
    axis = LinearAxis(columns, width)
    across = slice(origin[1], origin[1] + plane.shape[1])
    for start in range(0, len(plane), _BAND_ROWS):
        band = slice(start, min(start + _BAND_ROWS, len(plane)))
        at_rows = limits[:, below[band]] * (1 - weight[band]) + limits[:, above[band]] * weight[band]
        count = band.stop - start
        same = LinearAxis(count, count)
        low, high = (
            (resize_part(one, (0, 0), (same, axis), (slice(0, count), across)) for one in at_rows)
            if columns > 1
            else at_rows
        )
        plane[band] -= low
        plane[band] /= high - low
