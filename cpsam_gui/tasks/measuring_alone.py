"""One object measured on its own, for who asks about it while there is no table. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.pixels import lazy_pixels_of

if TYPE_CHECKING:
    from cpsam_core.images import Image
    from cpsam_gui.state.readable_document import ReadableDocument

MOST_VOXELS = 1 << 20
"""Of the block of an object; a larger one takes longer than a hover may, and is told of by its row alone."""


def measure_alone(document: ReadableDocument, image: Image, number: int) -> dict[str, float]:
    """Return what the table would say of an object, by column; nothing of one that is too large for that.

    Pixels that stay in the file are left there: of such an image the shape is measured alone.
    """
    from cpsam_core.measure import measure

    box = document.objects[number].box
    if np.prod(box.shape) > MOST_VOXELS:
        return {}
    mask = document.labels[box.slices] == number
    seen = lazy_pixels_of(image) is None and image.pixels.dtype.kind in "buif"
    found = measure(
        mask.astype(np.uint8),
        image.pixels[box.slices] if seen else None,
        channels=image.channel_names if seen else (),
        pixel_size=image.pixel_size,
        z_step=image.z_step,
        pixel_height=image.pixel_height,
    )
    return {name: float(column[0]) for name, column in found.columns.items()} if len(found) else {}
