"""The tiles that a layer of the canvas is made of: where they lie, and one of them, coloured.

A level says how samples relate to pixels: level 2 takes every fourth pixel, level 0 all, level -1 shows each pixel as
2 x 2 samples.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

Key: TypeAlias = tuple[int, int, int]
"""Level, row and column of a tile."""
Area: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left and right in image pixels."""

# Samples on a side.
TILE_SAMPLES = 256
# Rectangles of one tile that are coloured one by one; with more the whole tile is quicker.
FEW = 8


class PaintedTile:
    """One coloured tile: an array, the picture that shares its memory, and what of it is out of date."""

    __slots__ = ("dirty", "image", "pixels", "rect", "stale")

    def __init__(self, pixels: NDArray[np.uint32], rect: QRectF) -> None:
        self.pixels = pixels
        self.rect = rect
        self.stale = False
        self.dirty: list[Area] = []
        rows, columns = pixels.shape
        # Any buffer will do, which the stubs do not say.
        memory: Any = pixels.data
        self.image = QImage(memory, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)

    def soil(self, area: Area, samples: float) -> None:
        """Note that an area, which covers so many samples, must be coloured anew."""
        if self.stale or area in self.dirty:
            return
        if len(self.dirty) >= FEW or samples > TILE_SAMPLES * TILE_SAMPLES / 2:
            self.stale = True
            self.dirty.clear()
        else:
            self.dirty.append(area)


def span_px(level: int) -> int:
    """Return how many image pixels a tile of a level covers on a side."""
    return TILE_SAMPLES << level if level >= 0 else max(TILE_SAMPLES >> -level, 1)


def sampling(level: int) -> tuple[int, int]:
    """Return the step between pixels that are taken, and how many samples a pixel gets on a side."""
    return 1 << max(level, 0), 1 << max(-level, 0)


def area_of(key: Key) -> QRectF:
    """Return the image area of a tile; it may reach outside the image."""
    span = span_px(key[0])
    return QRectF(key[2] * span, key[1] * span, span, span)


def keys_in(level: int, top: float, bottom: float, left: float, right: float) -> Iterator[Key]:
    """Yield the places of the tiles of one level in an area."""
    span = span_px(level)
    for row in range(max(int(top // span), 0), ceil(bottom / span)):
        for column in range(max(int(left // span), 0), ceil(right / span)):
            yield level, row, column
