"""Reading an image and choosing how its channels are shown first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.progress import silent
from cpsam_gui.files import earlier_work
from cpsam_gui.palette import CHANNEL_COLOURS
from cpsam_gui.view import ChannelView

from .saving import read_masks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress

    from .records import Found

RGB = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
SHOWN = 6  # channels that are visible at first; more would only be white
SAMPLE = 1 << 18  # pixels looked at for the brightness levels: quick, and plenty for percentiles


@dataclass(frozen=True, slots=True)
class Opened:
    """An image ready to be shown."""

    image: Image
    channels: tuple[ChannelView, ...]
    found: Found | None = None
    """Masks that were saved beside the image."""
    masks_from: Path | None = None
    problem: str = ""
    """Why the saved masks could not be read."""


def open_image(path: Path, progress: Progress, *, shipped: bool = False) -> Opened:
    """Read an image, the masks saved beside it, and work out how its channels are shown first."""
    from cpsam_core.images import read_image

    progress(0, 3, "Reading")
    image = read_image(path)
    progress(1, 3, "Measuring brightness")
    opened = prepare(image)
    progress(2, 3, "Reading masks")
    if shipped:
        return replace(opened, image=replace(image, path=None))
    earlier = earlier_work(path)
    if earlier is None:
        return opened
    try:
        return replace(opened, found=read_masks(earlier, image.pixels.shape[:3], silent), masks_from=earlier)
    except ImageError as error:
        return replace(opened, problem=str(error))


def prepare(image: Image) -> Opened:
    """Choose colours and brightness levels for the channels of an image."""
    count = image.pixels.shape[-1]
    colours = RGB if image.is_rgb else ((255, 255, 255),) if count == 1 else CHANNEL_COLOURS
    channels = []
    for index, name in enumerate(image.channel_names):
        plain = image.is_rgb and image.pixels.dtype == np.uint8
        low, high = (0.0, 255.0) if plain else levels(image.pixels[..., index])
        channels.append(ChannelView(name, colours[index % len(colours)], low, high, visible=index < SHOWN))
    return Opened(image, tuple(channels))


def levels(channel: NDArray[Any], low: float = 0.5, high: float = 99.8) -> tuple[float, float]:
    """Return the brightness percentiles of a channel, from a sample of its finite pixels."""
    step = max(1, round((channel.size / SAMPLE) ** (1 / max(channel.ndim, 1))))
    sample = channel[tuple(slice(None, None, step if size > step else 1) for size in channel.shape)]
    values = np.asarray(sample, np.float32).ravel()
    values = values[np.isfinite(values)]
    if values.size == 0:
        return 0.0, 1.0
    bottom, top = (float(value) for value in np.percentile(values, (low, high)))
    return bottom, top if top > bottom else bottom + 1.0


def demo_path() -> Path:
    """Return the shipped image."""
    from cpsam_core.demo import demo_image

    return demo_image()
