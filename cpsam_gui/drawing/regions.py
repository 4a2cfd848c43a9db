"""Masks of regions: filled by likeness of intensity, without holes, grown, shrunk, smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy import ndimage

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask

# Side of the window that a fill looks at, in pixels.
FIRST_PX, LARGEST_PX = 128, 2048
# Pixels; a fill does not stop at every grain of noise.
BLUR_PIXELS = 1.0


def flood(
    plane: NDArray[Any],
    y: int,
    x: int,
    tolerance: float,
    shades: Callable[[NDArray[Any]], NDArray[np.float32]],
    closed: Callable[[Box], Mask],
    z: int = 0,
    largest: int = LARGEST_PX,
) -> tuple[Box, Mask, bool]:
    """Fill the region around a pixel whose intensities are like those at the pixel.

    The work is done in a window that grows until the region lies inside, up to `largest` pixels a side, so
    that its cost does not depend on the size of the image.

    Parameters
    ----------
    plane
        Pixels (y, x, c).
    y, x
        Where to start, inside the plane.
    tolerance
        Greatest difference of any channel, in the units of `shades`.
    shades
        Turns a block of pixels (y, x, c) into the intensities (y, x, c) that are compared.
    closed
        Returns where (y, x) the fill may not go in a block.
    z
        Number of the plane, for the block that is returned.

    Returns
    -------
    tuple
        The block and its mask (1, y, x) without holes, and whether the region went on beyond the window.
    """
    side = FIRST_PX
    whole = Box(z, z + 1, 0, plane.shape[0], 0, plane.shape[1])
    while True:
        box = Box(z, z + 1, y - side // 2, y + side // 2, x - side // 2, x + side // 2).intersection(whole)
        block = shades(plane[box.slices[1:]])
        mask = _alike(block, ~closed(box), y - box.y0, x - box.x0, tolerance)
        cut = _touches(mask, box, whole)
        if not cut or side >= largest:
            # Holes are noise and debris; but a hole that the fill may not enter stays.
            return box, (fill_holes(mask) & ~closed(box))[None], cut
        side *= 2


def _alike(block: NDArray[np.float32], free: Mask, row: int, column: int, tolerance: float) -> Mask:
    """Return what is joined to a pixel of a block (y, x, c) and like it."""
    smooth = np.asarray(cv2.GaussianBlur(block, (0, 0), BLUR_PIXELS), np.float32).reshape(block.shape)
    middle = smooth[row, column]
    region = ((np.abs(smooth - middle) <= tolerance).all(-1) & free).view(np.uint8)
    if region[row, column]:
        cv2.floodFill(region, None, (column, row), 2, flags=4)
    mask: Mask = region == 2
    # Blurring makes the rim of a region unlike its middle; there the pixels themselves are asked.
    rim = (cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~mask
    mask |= rim & free & (np.abs(block - middle) <= tolerance).all(-1)
    return mask


def _touches(mask: Mask, box: Box, whole: Box) -> bool:
    """Whether a mask goes up to a side of its block that is not a side of the image."""
    sides = (
        (box.y0 > whole.y0, mask[0]),
        (box.y1 < whole.y1, mask[-1]),
        (box.x0 > whole.x0, mask[:, 0]),
        (box.x1 < whole.x1, mask[:, -1]),
    )
    return any(inner and bool(side.any()) for inner, side in sides)


def fill_holes(mask: Mask) -> Mask:
    """Return a mask (y, x) with everything it encloses."""
    filled: Mask = ndimage.binary_fill_holes(mask)
    return filled


def grow(mask: Mask, pixels: int) -> Mask:
    """Return a mask (y, x) grown by `pixels`, or shrunk where negative, by a disc."""
    size = 2 * abs(pixels) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    source = np.ascontiguousarray(mask, np.uint8)
    if pixels >= 0:
        return cv2.dilate(source, disc) > 0
    return cv2.erode(source, disc, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def smooth(mask: Mask, sigma: float = 2.0) -> Mask:
    """Return a mask (y, x) with its outline smoothed by a Gaussian of `sigma` pixels."""
    blurred = cv2.GaussianBlur(np.ascontiguousarray(mask, np.float32), (0, 0), sigma)
    return blurred >= 0.5
