"""Smooth a noisy image, sharpen a blurred one: Gaussian filters that wrap around the borders.

The reference filters by Fourier transform with a Gaussian drawn on a grid that spans ``linspace(-height/2,
height/2 + 1)`` along both axes. Two things follow, and are kept because users compare results: in an image
that is wider than high the filter is stretched by width/height along x, and its centre lies up to a pixel
beside the pixel. Here the same filter is applied as two short ones, one for each axis, in bands of rows: no
transform of the whole image, no padding to a size that transforms well.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

_NEGLIGIBLE = 1e-9  # weights below this part of the largest one are left out
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
    if smooth_radius <= 0 and sharpen_radius <= 0:
        return plane.copy()
    if sharpen_radius <= 0:
        return _blur(plane, smooth_radius)[0]
    surroundings, centre = _blur(plane, sharpen_radius)
    if smooth_radius > 0:
        sharpened, _ = _blur(plane, smooth_radius)
    else:
        # the surroundings leave out the pixel itself
        sharpened = plane * np.float32(1 + centre)
    sharpened -= surroundings
    return sharpened


def _blur(plane: FloatArray, sigma: float) -> tuple[FloatArray, float]:
    """Blur a plane; also return the weight of the pixel itself."""
    height, width = plane.shape
    down, top = _weights(height, height, sigma)
    along, left = _weights(width, height, sigma)
    if plane.min() == plane.max():  # rounding must not make contrast where there is none
        return plane.copy(), float(down[top] * along[left])
    columns = np.arange(-left, width + len(along) - 1 - left) % width
    blurred = np.empty_like(plane)
    for start in range(0, height, _BAND_ROWS):
        stop = min(start + _BAND_ROWS, height)
        rows = np.arange(start - top, stop + len(down) - 1 - top) % height
        # of the wrapped band only what the filter sees completely is kept
        filtered = cv2.sepFilter2D(plane[rows][:, columns], cv2.CV_32F, along, down, anchor=(left, top))
        blurred[start:stop] = filtered[top : top + stop - start, left : left + width]
    return blurred, float(down[top] * along[left])


def _weights(length: int, height: int, sigma: float) -> tuple[NDArray[np.float64], int]:
    """Return the weights of the Gaussian along one axis, and the index of the pixel itself among them."""
    exponent = -np.square(np.linspace(-height / 2, height / 2 + 1, length)) / (2 * sigma**2)
    weights = np.exp(exponent - exponent.max())
    weights /= weights.sum()
    own = length // 2
    used = np.flatnonzero(weights > _NEGLIGIBLE * weights.max())
    first, last = min(int(used[0]), own), max(int(used[-1]), own)
    return weights[first : last + 1], own - first
