"""A layer of the canvas: tiles coloured when they come into view, repainted only where something changed."""

from __future__ import annotations

from collections import OrderedDict
from math import floor, log2
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PyQt6.QtWidgets import QWidget

TILE = 512  # samples on a side
CACHE_BYTES = 192 << 20
MAX_MAGNIFY = 8
LAZY = TILE * TILE  # samples; larger changes are coloured when they come into view


class Colours(Protocol):
    """Where a layer gets its colours from."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns in image pixels."""
        ...

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> NDArray[np.uint32]:
        """Return premultiplied ARGB of a strided block."""
        ...


class Tile:
    """One coloured tile: an array and the picture that shares its memory."""

    __slots__ = ("image", "pixels", "rect")

    def __init__(self, pixels: NDArray[np.uint32], rect: QRectF) -> None:
        self.pixels = pixels
        self.rect = rect
        rows, columns = pixels.shape
        memory: Any = pixels.data  # any buffer will do, which the stubs do not say
        self.image = QImage(memory, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)


class TileLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Paints one set of colours over the image area. Coordinates are image pixels.

    A level says how samples relate to pixels: level 2 takes every fourth pixel, level 0 all, level -1 shows
    each pixel as 2 x 2 samples (for labels, whose outlines stay thin that way).
    """

    def __init__(self, *, magnify: bool = False, smooth: bool = False) -> None:
        super().__init__()
        self._colours: Colours | None = None
        self._magnify = magnify
        self._smooth = smooth
        self._tiles: OrderedDict[tuple[int, int, int], Tile] = OrderedDict()
        self._bytes = 0
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def set_colours(self, colours: Colours | None) -> None:
        """Show other colours; everything is coloured anew when it is next in view."""
        if (colours and colours.shape) != (self._colours and self._colours.shape):
            self.prepareGeometryChange()
            self.informViewBoundsChanged()
        self._colours = colours
        self._clear()
        self.update()

    def refresh(self, top: int, bottom: int, left: int, right: int) -> None:
        """Colour a rectangle anew, in image pixels; the cost grows with the rectangle only."""
        if self._colours is None:
            return
        for key in list(self._tiles):
            level, row, column = key
            span = _span(level)
            y, x = row * span, column * span
            if y >= bottom or y + span <= top or x >= right or x + span <= left:
                continue
            if (bottom - top) * (right - left) > LAZY << 2 * max(level, 0):
                self._drop(key)  # made again when it is next in view
            else:
                self._recolour(self._tiles[key], level, y, x, (top, bottom, left, right))
        self.update(QRectF(left, top, right - left, bottom - top))

    def boundingRect(self) -> QRectF:
        """Return the image area; called by Qt."""
        if self._colours is None:
            return QRectF()
        rows, columns = self._colours.shape
        return QRectF(0, 0, columns, rows)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the tiles in view, colouring those that are missing; called by Qt."""
        if self._colours is None:
            return
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        device = painter.device()
        detail *= device.devicePixelRatio() if device is not None else 1.0
        level = self._level(detail)
        area = option.exposedRect.intersected(self.boundingRect())
        span = _span(level)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth and detail < 4)
        for row in range(int(area.top() // span), int(np.ceil(area.bottom() / span))):
            for column in range(int(area.left() // span), int(np.ceil(area.right() / span))):
                tile = self._tile(level, row, column)
                painter.drawImage(tile.rect, tile.image)

    def _level(self, detail: float) -> int:
        if detail <= 0:
            return 0
        level = -floor(log2(detail))
        lowest = -int(log2(MAX_MAGNIFY)) if self._magnify else 0
        return max(level, lowest)

    def _tile(self, level: int, row: int, column: int) -> Tile:
        key = (level, row, column)
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
            return tile
        span, step, magnify = _span(level), 1 << max(level, 0), 1 << max(-level, 0)
        rows, columns = self._colours.shape if self._colours else (0, 0)
        y = slice(row * span, min((row + 1) * span, rows), step)
        x = slice(column * span, min((column + 1) * span, columns), step)
        pixels = self._colours(y, x, magnify) if self._colours else np.zeros((1, 1), np.uint32)
        unit = step / magnify if self._magnify else step
        rect = QRectF(x.start, y.start, pixels.shape[1] * unit, pixels.shape[0] * unit)
        tile = Tile(np.ascontiguousarray(pixels), rect)
        self._tiles[key] = tile
        self._bytes += tile.pixels.nbytes
        while self._bytes > CACHE_BYTES and len(self._tiles) > 16:
            self._drop(next(iter(self._tiles)))
        return tile

    def _recolour(self, tile: Tile, level: int, y: int, x: int, area: tuple[int, int, int, int]) -> None:
        """Colour the samples of a tile at (`y`, `x`) anew that lie in `area` (top, bottom, left, right)."""
        if self._colours is None:
            return
        step, magnify = 1 << max(level, 0), 1 << max(-level, 0)
        rows, columns = (length // magnify for length in tile.pixels.shape)
        top, bottom = max((area[0] - y) // step, 0), min(-((y - area[1]) // step), rows)
        left, right = max((area[2] - x) // step, 0), min(-((x - area[3]) // step), columns)
        if top >= bottom or left >= right:
            return
        limits = self._colours.shape
        part = self._colours(
            slice(y + top * step, min(y + bottom * step, limits[0]), step),
            slice(x + left * step, min(x + right * step, limits[1]), step),
            magnify,
        )
        tile.pixels[top * magnify : bottom * magnify, left * magnify : right * magnify] = part

    def _drop(self, key: tuple[int, int, int]) -> None:
        self._bytes -= self._tiles.pop(key).pixels.nbytes

    def _clear(self) -> None:
        self._tiles.clear()
        self._bytes = 0


def _span(level: int) -> int:
    """Return how many image pixels a tile of a level covers on a side."""
    return TILE << level if level >= 0 else max(TILE >> -level, 1)
