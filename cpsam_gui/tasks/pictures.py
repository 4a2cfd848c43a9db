"""Small pictures of image files for the folder panel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import ImageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def thumbnail(path: Path, size: int) -> NDArray[np.uint8] | None:
    """Return a small RGB picture (y, x, 3) of an image file; None where it cannot be read."""
    import cv2

    from cpsam_core.images import picture_of, read_image

    try:
        image = read_image(path)
    except ImageError:
        return None
    step = max(1, max(image.pixels.shape[1:3]) // (4 * size))
    middle = image.pixels.shape[0] // 2
    small = replace(image, pixels=image.pixels[middle : middle + 1, ::step, ::step])
    picture = picture_of(small)
    scale = size / max(picture.shape[:2])
    shape = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)
