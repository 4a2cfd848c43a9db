"""Pixels of the open image that may stay in its file. No Qt; the readers of the engine are not loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.images.lazy_pixels import LazyPixels


def lazy_pixels_of(image: Image | None) -> LazyPixels | None:
    """Return the pixels of an image where they stay in the file, None where they are an array."""
    pixels: Any = None if image is None else image.pixels
    return None if pixels is None or isinstance(pixels, np.ndarray) else pixels


def overview_of(image: Image) -> NDArray[Any]:
    """Return pixels (z, y, x, c) that stand for all: the array itself, of pixels in a file one plane in little."""
    lazy = lazy_pixels_of(image)
    return image.pixels if lazy is None else lazy.overview[np.newaxis]
