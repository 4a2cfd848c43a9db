"""What the numbers of a file stand for, where they are not brightness as it is: palettes, inks, inverted scales.

A reader gives the numbers as they are stored, for label images keep object numbers there, and one of these with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Meaning", "from_cmyk", "from_inverted", "from_lab", "from_palette", "from_ycbcr"]

Array = npt.NDArray[Any]
Meaning = Callable[[Array, str], tuple[Array, str]]
"""Turns stored numbers and their axes into brightness or colours and their axes."""


def from_palette(colours: npt.NDArray[np.uint8]) -> Meaning:
    """Return what looks each number up in a table (n, 3); a palette of grays gives one channel."""
    is_gray = bool((colours[:, :1] == colours).all())
    table = colours[:, 0] if is_gray else colours

    def convert(array: Array, axes: str) -> tuple[Array, str]:
        return table[np.minimum(array, len(table) - 1)], axes if is_gray else axes + "S"

    return convert


def from_inverted(bits: int) -> Meaning:
    """Return what turns a scale round whose 0 is white (TIFF's WhiteIsZero) and whose numbers have so many bits."""

    def convert(array: Array, axes: str) -> tuple[Array, str]:
        if array.dtype.kind == "b":
            return ~array, axes
        if array.dtype.kind != "u":
            # Nothing says where the scale of signed numbers and fractions ends.
            return array, axes
        top = array.dtype.type((1 << min(bits, 8 * array.dtype.itemsize)) - 1)
        return top - np.minimum(array, top), axes

    return convert


def from_cmyk(array: Array, axes: str) -> tuple[Array, str]:
    """Turn four inks into red, green and blue."""
    inks = np.moveaxis(array, axes.index("S"), -1)
    top = np.iinfo(array.dtype).max
    light = (top - inks[..., :3].astype(np.float32)) * (top - inks[..., 3:4].astype(np.float32)) / top
    return np.round(light).astype(array.dtype), axes.replace("S", "") + "S"


def from_ycbcr(array: Array, axes: str) -> tuple[Array, str]:
    """Turn luminance and two differences of colours (8 bits, full range, ITU-R BT.601) into red, green and blue."""
    parts = np.moveaxis(array, axes.index("S"), -1).astype(np.float32)
    light, blue, red = parts[..., 0], parts[..., 1] - 128, parts[..., 2] - 128
    mixed = np.stack(
        [light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue], axis=-1
    )
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8), axes.replace("S", "") + "S"


def from_lab(offset: bool) -> Meaning:
    """Return what turns CIE L*a*b* into red, green and blue; white stays white.

    Parameters
    ----------
    offset
        Whether a* and b* are stored from 0 up (ICC's way) and not as signed numbers (CIE's way in TIFF).
    """

    def convert(array: Array, axes: str) -> tuple[Array, str]:
        stored = np.moveaxis(array, axes.index("S"), -1)[..., :3]
        # Steps of one unit of a* and b*.
        unit = 1 << (8 * array.dtype.itemsize - 8)
        lab = np.empty(stored.shape, np.float32)
        lab[..., 0] = stored[..., 0] * np.float32(100 / np.iinfo(array.dtype).max)
        colour = stored[..., 1:].astype(np.float32) if offset else _signed(stored[..., 1:])
        lab[..., 1:] = colour / unit - (128 if offset else 0)
        flat = lab.reshape(1, -1, 3)
        rgb = np.clip(cv2.cvtColor(flat, cv2.COLOR_Lab2RGB), 0, 1).reshape(lab.shape)
        return np.round(rgb * 255).astype(np.uint8), axes.replace("S", "") + "S"

    return convert


def _signed(array: Array) -> npt.NDArray[np.float32]:
    whole = np.ascontiguousarray(array)
    return whole.view(np.dtype(f"i{whole.dtype.itemsize}")).astype(np.float32)
