"""Normalise by blocks, so that dark regions of an unevenly lit image come out as bright as the others."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cpsam_core.preprocess.resample import resize_maps

FloatArray = NDArray[np.float32]

_OVERLAP = 0.1  # of a block
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
    limits = np.stack([_block_limits(plane, block, percentile) for plane in stack])  # (z, 2, rows, columns)
    span = np.ptp(limits)
    flat: NDArray[np.bool_] = np.asarray(limits[:, 1] - limits[:, 0] <= min(1e-3, 1e-3 * float(span)))
    alive: NDArray[np.bool_] = np.logical_not(np.all(flat, axis=(1, 2)))
    for z in np.flatnonzero(alive):
        _fill_flat(limits[z], flat[z])
    _fill_dead_planes(limits, alive)

    if whole_stack:
        limits = limits[alive].mean(axis=0, keepdims=True) if alive.any() else limits[:1]
        limits = gaussian_filter1d(limits, 1, axis=2)
    elif len(stack) > 1:
        limits = gaussian_filter1d(limits, 1, axis=0)
    limits = gaussian_filter1d(limits, 1, axis=2)
    if top_row:
        limits = limits[:, :, :1]

    for number, plane in enumerate(stack):
        if alive[number] or (whole_stack and alive.any()):
            _apply(plane, limits[0 if whole_stack else number])
        else:
            plane[:] = 0
    return np.full(len(stack), alive.any()) if whole_stack else alive


def _starts(length: int, block: int) -> tuple[NDArray[np.intp], int]:
    size = min(block, length)
    count = 1 if length <= block else math.ceil((1 + 2 * _OVERLAP) * length / block)
    return np.linspace(0, length - size, count).astype(np.intp), size


def _block_limits(plane: FloatArray, block: int, percentile: tuple[float, float]) -> FloatArray:
    """Return the lower and upper percentile of every block, (2, rows, columns)."""
    tops, height = _starts(plane.shape[0], block)
    lefts, width = _starts(plane.shape[1], block)
    limits = np.empty((2, len(tops), len(lefts)), np.float32)
    for j, top in enumerate(tops):
        windows = np.stack([plane[top : top + height, left : left + width].ravel() for left in lefts])
        limits[:, j] = np.percentile(windows, percentile, axis=1, overwrite_input=True)
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


def _apply(plane: FloatArray, limits: FloatArray) -> None:
    """Bring the interpolated limits to 0 and 1, in bands of rows: no map of the image's size is made."""
    rows, columns = limits.shape[1:]
    height, width = plane.shape
    positions = np.clip((np.arange(height) + 0.5) * rows / height - 0.5, 0, rows - 1)
    below = positions.astype(np.intp)
    above = np.minimum(below + 1, rows - 1)
    weight = (positions - below).astype(np.float32)[:, None]
    for start in range(0, height, _BAND_ROWS):
        band = slice(start, min(start + _BAND_ROWS, height))
        at_rows = limits[:, below[band]] * (1 - weight[band]) + limits[:, above[band]] * weight[band]
        low, high = resize_maps(at_rows, (band.stop - start, width)) if columns > 1 else at_rows
        plane[band] -= low
        plane[band] /= high - low
