"""Masks of regions: filled by likeness of intensity, without holes, grown, shrunk, smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy import ndimage

from cpsam_gui.state.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box

# Side of the window that a fill looks at, in pixels.
FIRST_PX, LARGEST_PX = 128, 2048
PLANE = Slice(0, 0)
# Pixels; a fill does not stop at every grain of noise.
BLUR_PIXELS = 1.0


def flood(
    plane: NDArray[Any],
    y: int,
    x: int,
    tolerance: float,
    shades: Callable[[NDArray[Any]], NDArray[np.float32]],
    closed: Callable[[Box], Mask],
    shown: Slice = PLANE,
    largest: int = LARGEST_PX,
) -> tuple[Box, Mask, bool]:
    """Fill the region around a pixel whose intensities are like those at the pixel.

    The work is done in a window that grows until the region lies inside, up to `largest` pixels a side, so
    that its cost does not depend on the size of the image.

    Parameters
    ----------
    plane
        Pixels (row, column, c).
    y, x
        Row and column where to start, inside the plane.
    tolerance
        Greatest difference of any channel, in the units of `shades`.
    shades
        Turns a block of pixels (y, x, c) into the intensities (y, x, c) that are compared.
    closed
        Returns where (row, column) the fill may not go in a block one voxel thick.
    shown
        The slice that the pixels are, for the block that is returned.

    Returns
    -------
    tuple
        The block and its mask (z, y, x) without holes, and whether the region went on beyond the window.
    """
    side = FIRST_PX
    height, width = plane.shape[:2]
    while True:
        top, bottom = max(y - side // 2, 0), min(y + side // 2, height)
        left, right = max(x - side // 2, 0), min(x + side // 2, width)
        box = shown.box(top, bottom, left, right)
        block = shades(plane[top:bottom, left:right])
        mask = _alike(block, ~closed(box), y - top, x - left, tolerance)
        cut = _touches(mask, (top > 0, bottom < height, left > 0, right < width))
        if not cut or side >= largest:
            # Holes are noise and debris; but a hole that the fill may not enter stays.
            return box, shown.lift(fill_holes(mask) & ~closed(box)), cut
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


def _touches(mask: Mask, inner: tuple[bool, bool, bool, bool]) -> bool:
    """Whether a mask goes up to one of its sides (top, bottom, left, right) that is not a side of the image."""
    sides = mask[0], mask[-1], mask[:, 0], mask[:, -1]
    return any(free and bool(side.any()) for free, side in zip(inner, sides, strict=True))


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
