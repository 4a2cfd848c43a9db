"""Pictures of masks and flows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.images import arrange, flow_picture, overlay_picture, picture_of

__all__ = ["dx_to_circ", "image_to_rgb", "mask_overlay", "show_segmentation"]


def dx_to_circ(flows: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an RGB picture of flows (2, ...)."""
    return flow_picture(flows[-2:])


def image_to_rgb(image: NDArray[Any], channels: Any = None, channel_axis: int = -1) -> NDArray[np.uint8]:
    """Return an image as a picture for the screen, uint8 (y, x, 3)."""
    return picture_of(arrange(image))


def mask_overlay(image: NDArray[Any], masks: NDArray[Any], colors: Any = None) -> NDArray[np.uint8]:
    """Return the image with its objects drawn over it, uint8 (y, x, 3)."""
    return overlay_picture(arrange(image), np.asarray(masks, np.uint32))


def show_segmentation(
    fig: Any,
    img: NDArray[Any],
    maski: NDArray[Any],
    flowi: NDArray[Any],
    channels: Any = None,
    file_name: Any = None,
) -> None:
    """Show image, overlay, masks and flows beside each other in a figure of matplotlib."""
    pictures = {
        "image": image_to_rgb(img),
        "outlines": mask_overlay(img, maski),
        "masks": np.ma.masked_equal(maski, 0),
        "flows": flowi,
    }
    for number, (title, picture) in enumerate(pictures.items(), 1):
        axes = fig.add_subplot(1, len(pictures), number)
        axes.imshow(picture, cmap="prism" if title == "masks" else None)
        axes.set_title(title)
        axes.axis("off")
