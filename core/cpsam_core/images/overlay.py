"""A picture of the result: the image in 8 bits with coloured outlines and a light fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import fastremap
import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.channel_colours import shown_colours
from cpsam_core.images.colours import object_colours
from cpsam_core.images.image import Image, arrange
from cpsam_core.images.label_files import check_same_shape
from cpsam_core.labels import outlines as outline_pixels

__all__ = ["overlay_picture", "picture_of", "shown_plane"]

CHANNEL_COLOURS = ((0, 255, 0), (255, 0, 255), (0, 128, 255), (255, 160, 0), (255, 255, 255), (0, 255, 255))
"""Green and magenta first: a pair that colour-blind people tell apart."""

BAND_ROWS = 256
"""Rows blended at a time, so that their floats stay few."""

SAMPLE_PX = 1 << 20
"""Pixels that the brightness range is taken from."""


def overlay_picture(
    image: Image | npt.ArrayLike,
    labels: npt.NDArray[Any],
    *,
    plane: int | None = None,
    opacity: float = 0.25,
    outlines: bool = True,
    colours: Mapping[int, tuple[int, int, int]] | None = None,
) -> npt.NDArray[np.uint8]:
    """Draw labels over their image.

    Parameters
    ----------
    image
        An image, or an array that :func:`cpsam_core.images.arrange` understands.
    labels
        Integers (y, x) or (z, y, x), of the image's size.
    plane
        Plane of a stack to show; None: the one with the most labelled pixels.
    opacity
        Of the fill, from 0 to 1.
    outlines
        Whether to draw the border pixels in full colour.
    colours
        RGB by number of the object, for those that shall not have a colour of their own.

    Returns
    -------
    ndarray
        uint8 (y, x, 3), RGB.

    Raises
    ------
    ImageError
        The sizes differ, or there is no such plane.
    """
    if not isinstance(image, Image):
        image = arrange(image)
    check_same_shape(image, labels)
    plane, labels = shown_plane(labels, plane)
    picture = picture_of(image, plane)
    compact, numbers = fastremap.renumber(labels, preserve_zero=True)
    table = np.zeros((len(numbers) + 1, 3), np.uint8)
    table[list(numbers.values())] = object_colours(np.array(list(numbers)))
    for number, colour in (colours or {}).items():
        if number in numbers:
            table[numbers[number]] = colour
    for top in range(0, len(labels), BAND_ROWS):
        rows = slice(top, top + BAND_ROWS)
        inside = compact[rows] > 0
        tint = table[compact[rows][inside]].astype(np.float32)
        picture[rows][inside] = (picture[rows][inside] * (1 - opacity) + tint * opacity).astype(np.uint8)
    if outlines:
        edges = outline_pixels(labels)
        picture[edges] = table[compact[edges]]
    return picture


def shown_plane(labels: npt.NDArray[Any], plane: int | None = None) -> tuple[int, npt.NDArray[Any]]:
    """Return which plane a picture shows and its labels (y, x): the one with the most labelled pixels unless given.

    Raises
    ------
    ImageError
        There is no such plane.
    """
    if labels.ndim == 2:
        return 0, labels
    if plane is None:
        plane = int(np.count_nonzero(labels, axis=(1, 2)).argmax())
    if not 0 <= plane < len(labels):
        raise ImageError(f"There is no plane {plane}: the image has {len(labels)}, counted from 0.")
    return plane, labels[plane]


def picture_of(
    image: Image, plane: int = 0, colours: Sequence[tuple[int, int, int]] | None = None
) -> npt.NDArray[np.uint8]:
    """Return a plane as an RGB picture of 8 bits.

    Colour pictures of 8 bits stay as they are. Otherwise each channel (all three together in a colour
    picture) is stretched from its 0.5th to its 99.8th percentile; a single channel is gray, several are added
    up in colours, six at most.

    Parameters
    ----------
    image
        Any image.
    plane
        Index along z.
    colours
        RGB of the first channels of several; those without one are left out. None takes those of the file or of
        the names, and of channels that have neither green and magenta first.

    Returns
    -------
    ndarray
        uint8 (y, x, 3), a copy.
    """
    pixels = image.pixels[plane]
    if image.is_rgb:
        if pixels.dtype == np.uint8:
            return np.array(pixels)
        return _stretched(pixels)
    if pixels.shape[2] == 1:
        return np.repeat(_stretched(pixels), 3, axis=2)
    total = np.zeros((*pixels.shape[:2], 3), np.float32)
    if colours is None:
        colours = shown_colours(image, CHANNEL_COLOURS)[: len(CHANNEL_COLOURS)]
    for channel, colour in zip(range(pixels.shape[2]), colours, strict=False):
        total += _stretched(pixels[..., channel : channel + 1]) * (np.asarray(colour, np.float32) / 255)
    return np.clip(total, 0, 255).astype(np.uint8)


def _stretched(pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return uint8 from low to high percentile; what is no number is black."""
    step = max(1, int((pixels[..., 0].size / SAMPLE_PX) ** 0.5))
    sample = pixels[::step, ::step].astype(np.float32)
    sample = sample[np.isfinite(sample)]
    low, high = np.percentile(sample, (0.5, 99.8)) if sample.size else (0.0, 0.0)
    if high <= low:
        # A flat picture, or one whose only light is rarer than the percentile.
        low, high = (float(sample.min()), float(sample.max())) if sample.size else (0.0, 1.0)
    factor = np.float32(255 / (high - low) if high > low else 1.0)
    result = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(pixels), BAND_ROWS):
        scaled = (pixels[top : top + BAND_ROWS].astype(np.float32) - np.float32(low)) * factor
        np.clip(scaled, 0, 255, out=scaled)
        scaled[np.isnan(scaled)] = 0
        result[top : top + BAND_ROWS] = scaled
    return result
