"""Small pictures of image files for the folder panel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_gui.state.pixels import overview_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def thumbnail(path: Path, size: int) -> NDArray[np.uint8] | None:
    """Return a small RGB picture (y, x, 3) of an image file; None where it cannot be read."""
    import cv2

    from cpsam_core.images import picture_of, read_image
    from cpsam_gui.tasks.large import large_raw, open_large
    from cpsam_gui.tasks.opening import prepare

    try:
        raw = large_raw(path, None)
        image = read_image(path, time=0) if raw is None else open_large(path, None, None, None)
        pixels = overview_of(image)
    except ImageError:
        return None
    step = max(1, max(pixels.shape[1:3]) // (4 * size))
    middle = pixels.shape[0] // 2
    small = replace(image, pixels=pixels[middle : middle + 1, ::step, ::step])
    # In the colours of the view, by which images are told apart in both.
    picture = picture_of(small, colours=[one.colour for one in prepare(small).channels if one.visible])
    scale = size / max(picture.shape[:2])
    shape = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)
