"""Smooth a noisy image, sharpen a blurred one: Gaussian filters that wrap around the borders.

The reference filters by Fourier transform with a Gaussian drawn on a grid that spans ``linspace(-height/2,
height/2 + 1)`` along both axes. Two things follow, and are kept because users compare results: in an image
that is wider than high the filter is stretched by width/height along x, and its centre lies up to a pixel
beside the pixel. Here the same filter is applied as two short ones, one for each axis, in bands of rows: no
transform of the whole image, no padding to a size that transforms well.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

# Weights below this part of the largest one are left out.
_NEGLIGIBLE = 1e-9
_BAND_ROWS = 512


def smooth_and_sharpen(
    plane: FloatArray, smooth_radius: float = 0.0, sharpen_radius: float = 0.0
) -> FloatArray:
    """Filter one channel of one plane.

    Parameters
    ----------
    plane : ndarray (y, x), float32
        Finite values in any unit.
    smooth_radius : float
        Standard deviation in pixels of the Gaussian that smooths; 0 for none. A tenth to a quarter of a cell.
    sharpen_radius : float
        Standard deviation in pixels of the Gaussian whose result is taken away; 0 for none. An eighth to half
        of a cell, two to three times the smoothing radius where both are used.

    Returns
    -------
    ndarray (y, x), float32
        Smoothed image; or image minus its surroundings; or smoothed image minus its surroundings.
    """
    height, width = plane.shape
    everything = (slice(0, height), slice(0, width))
    is_even = plane.min() == plane.max()
    return filtered_part(
        lambda rows, columns: plane[rows][:, columns],
        (height, width),
        everything,
        smooth_radius,
        sharpen_radius,
        is_even=bool(is_even),
    )


def filtered_part(
    read: Callable[[NDArray[np.intp], NDArray[np.intp]], FloatArray],
    shape: tuple[int, int],
    part: tuple[slice, slice],
    smooth_radius: float,
    sharpen_radius: float,
    *,
    is_even: bool = False,
) -> FloatArray:
    """Filter a part of a plane; the same as in the filtered whole plane.

    Parameters
    ----------
    read : callable
        Returns the pixels of rows and columns of the plane, given by their numbers: the filter wraps around borders.
    shape : (int, int)
        Of the whole plane.
    part : (slice, slice)
        Rows and columns to make.
    smooth_radius, sharpen_radius : float
        As for :func:`smooth_and_sharpen`.
    is_even : bool
        Whether all pixels of the plane are equal: rounding must not make contrast there.

    Returns
    -------
    ndarray (y, x), float32
    """
    rows, columns = (np.arange(side.start, side.stop) for side in part)
    if smooth_radius <= 0 and sharpen_radius <= 0:
        return read(rows, columns).copy()
    if sharpen_radius <= 0:
        return _blur(read, shape, part, smooth_radius, is_even)[0]
    surroundings, centre = _blur(read, shape, part, sharpen_radius, is_even)
    if smooth_radius > 0:
        sharpened, _ = _blur(read, shape, part, smooth_radius, is_even)
    else:
        # the surroundings leave out the pixel itself
        sharpened = read(rows, columns) * np.float32(1 + centre)
    sharpened -= surroundings
    return sharpened


def _blur(
    read: Callable[[NDArray[np.intp], NDArray[np.intp]], FloatArray],
    shape: tuple[int, int],
    part: tuple[slice, slice],
    sigma: float,
    is_even: bool,
) -> tuple[FloatArray, float]:
    """Blur a part of a plane; also return the weight of the pixel itself."""
    height, width = shape
    down, top = _weights(height, height, sigma)
    along, left = _weights(width, height, sigma)
    centre = float(down[top] * along[left])
    first, last = part[1].start, part[1].stop
    if is_even:
        rows = np.arange(part[0].start, part[0].stop)
        return read(rows, np.arange(first, last)).copy(), centre
    columns = np.arange(first - left, last + len(along) - 1 - left) % width
    blurred = np.empty((part[0].stop - part[0].start, last - first), np.float32)
    for start in range(part[0].start, part[0].stop, _BAND_ROWS):
        stop = min(start + _BAND_ROWS, part[0].stop)
        rows = np.arange(start - top, stop + len(down) - 1 - top) % height
        # of the wrapped band only what the filter sees completely is kept
        filtered = cv2.sepFilter2D(read(rows, columns), cv2.CV_32F, along, down, anchor=(left, top))
        inner = filtered[top : top + stop - start, left : left + last - first]
        blurred[start - part[0].start : stop - part[0].start] = inner
    return blurred, centre


def _weights(length: int, height: int, sigma: float) -> tuple[NDArray[np.float64], int]:
    """Return the weights of the Gaussian along one axis, and the index of the pixel itself among them."""
    exponent = -np.square(np.linspace(-height / 2, height / 2 + 1, length)) / (2 * sigma**2)
    weights = np.exp(exponent - exponent.max())
    weights /= weights.sum()
    own = length // 2
    used = np.flatnonzero(weights > _NEGLIGIBLE * weights.max())
    first, last = min(int(used[0]), own), max(int(used[-1]), own)
    return weights[first : last + 1], own - first
