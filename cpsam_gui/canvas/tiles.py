"""A layer of the canvas: tiles coloured when they come into view, repainted only where something changed.

Colouring is spread over frames: a paint takes a few milliseconds for it at most and shows what it has, an older
state of a tile or a coarser one, until the rest follows in the next turns of the event loop. Colours whose pixels lie
in a file are made in threads.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from functools import partial
from math import ceil, floor, log2
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from cpsam_gui.canvas.fetching import TileFetcher
from cpsam_gui.canvas.tile_grid import TILE_SAMPLES, PaintedTile, area_of, keys_in, sampling, span_px

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.canvas.tile_grid import Area, Key

CACHE_BYTES = 192 << 20
MAX_MAGNIFY = 8
# Seconds that one paint takes for colouring; what is left follows in the next turns.
BUDGET_S = 0.006
# Screen pixels a sample; from here on the pixels of an image show as squares.
SMOOTH_BELOW_PX = 4


class Colours(Protocol):
    """Where a layer gets its colours from."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns in image pixels."""
        ...

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> NDArray[np.uint32]:
        """Return premultiplied ARGB of a strided block."""
        ...


class TileLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Paints one set of colours over the image area. Coordinates are image pixels.

    A level says how samples relate to pixels: level 2 takes every fourth pixel, level 0 all, level -1 shows
    each pixel as 2 x 2 samples (for labels, whose outlines stay thin that way).
    """

    unreadable = pyqtSignal(str)
    """A tile could not be read; why, in words."""

    def __init__(self, *, magnify: bool = False, smooth: bool = False) -> None:
        super().__init__()
        self._colours: Colours | None = None
        self._magnify = magnify
        self._smooth = smooth
        self._tiles: OrderedDict[Key, PaintedTile] = OrderedDict()
        self._levels: Counter[int] = Counter()
        self._bytes = 0
        self._waiting: list[QRectF] = []
        self._slow = False
        self._fetcher: TileFetcher | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def set_colours(self, colours: Colours | None, *, keep: bool = False, slow: bool = False) -> None:
        """Show other colours; everything is coloured anew when it is next in view.

        With `keep`, the old colours stay on the screen until then: for another look of the same thing. Colours that
        are `slow`, since they read a file, are made in threads.
        """
        if (colours and colours.shape) != (self._colours and self._colours.shape):
            self.prepareGeometryChange()
            self.informViewBoundsChanged()
            keep = False
        self._colours, self._slow = colours, slow
        if self._fetcher is not None:
            self._fetcher.forget()
        if keep and colours is not None:
            for tile in self._tiles.values():
                tile.stale = True
                tile.dirty.clear()
        else:
            self._tiles.clear()
            self._levels.clear()
            self._bytes = 0
        self.update()

    def refresh(self, top: int, bottom: int, left: int, right: int) -> None:
        """Colour a rectangle anew, in image pixels, where and when it is in view."""
        if self._colours is None:
            return
        area = (top, bottom, left, right)
        for key in self._touched(area):
            step, magnify = sampling(key[0])
            self._tiles[key].soil(area, (bottom - top) * (right - left) * (magnify / step) ** 2)
        self.update(QRectF(left, top, right - left, bottom - top))

    @property
    def settled(self) -> bool:
        """Whether everything in view has its colours."""
        return not self._waiting and (self._fetcher is None or self._fetcher.idle)

    def boundingRect(self) -> QRectF:
        """Return the image area; called by Qt."""
        if self._colours is None:
            return QRectF()
        rows, columns = self._colours.shape
        return QRectF(0, 0, columns, rows)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the tiles in view, colouring those that are missing as time allows; called by Qt."""
        if self._colours is None:
            return
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        device = painter.device()
        dots = device.devicePixelRatio() if device is not None else 1.0
        # Lines that are one sample thick would be too thin to see if samples followed the dots of a dense screen.
        level = self._level(detail if self._magnify else detail * dots)
        area = option.exposedRect.intersected(self.boundingRect())
        smooth = detail * dots < 1 or (self._smooth and detail < SMOOTH_BELOW_PX)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        end = perf_counter() + BUDGET_S
        for key in keys_in(level, area.top(), area.bottom(), area.left(), area.right()):
            tile = self._tiles.get(key)
            if tile is not None and tile.dirty and self._slow:
                tile.stale = True
            if tile is None or tile.stale:
                if self._slow:
                    self._ask(key)
                elif perf_counter() < end:
                    tile = self._make(key)
                else:
                    self._waiting.append(area_of(key))
                    end = 0.0
            elif tile.dirty:
                self._clean(tile, key)
            if tile is not None:
                self._tiles.move_to_end(key)
                painter.drawImage(tile.rect, tile.image)
            else:
                self._draw_coarse(painter, key)
        if self._waiting:
            self._timer.start()

    def _level(self, detail: float) -> int:
        """Return the level for so many screen pixels an image pixel."""
        if detail <= 0:
            return 0
        if detail <= 1:
            # At least one sample a screen pixel.
            return -ceil(log2(detail))
        # At most one sample a screen pixel, so that no line falls between two.
        return -min(floor(log2(detail)), int(log2(MAX_MAGNIFY))) if self._magnify else 0

    def _go_on(self) -> None:
        """Paint again what had to wait."""
        waiting, self._waiting = self._waiting, []
        for rect in waiting:
            self.update(rect)

    def _draw_coarse(self, painter: QPainter, key: Key) -> None:
        """Draw the place of a missing tile from a coarser one, of which the coarsest covers everything."""
        rows, columns = self._colours.shape if self._colours else (1, 1)
        coarsest = max(ceil(log2(max(rows, columns) / TILE_SAMPLES)), key[0] + 1)
        place = area_of(key).intersected(self.boundingRect())
        for level in range(key[0] + 1, coarsest + 1):
            row, column = int(place.top() // span_px(level)), int(place.left() // span_px(level))
            tile = self._tiles.get((level, row, column))
            if tile is None and level == coarsest:
                if self._slow:
                    self._ask((level, row, column))
                else:
                    tile = self._make((level, row, column))
            if tile is not None:
                self._tiles.move_to_end((level, row, column))
                step, magnify = sampling(level)
                scale = magnify / step
                source = QRectF(
                    (place.left() - tile.rect.left()) * scale,
                    (place.top() - tile.rect.top()) * scale,
                    place.width() * scale,
                    place.height() * scale,
                )
                painter.drawImage(place, tile.image, source)
                return

    def _make(self, key: Key) -> PaintedTile:
        """Colour a whole tile."""
        y, x, magnify = self._samples(key)
        return self._put(key, self._colours(y, x, magnify) if self._colours else np.zeros((1, 1), np.uint32))

    def _ask(self, key: Key) -> None:
        """Have a whole tile coloured in a thread."""
        colours = self._colours
        if colours is None:
            return
        if self._fetcher is None:
            self._fetcher = TileFetcher()
            self._fetcher.arrived.connect(self._arrived)
            self._fetcher.failed.connect(self._failed)
        self._fetcher.ask(colours, key, partial(colours, *self._samples(key)))

    def _arrived(self, colours: object, key: Key, pixels: NDArray[np.uint32]) -> None:
        """Show a tile that a thread made, unless other colours are shown by now."""
        if colours is self._colours:
            self._put(key, pixels)
            self.update(area_of(key))

    def _failed(self, colours: object, key: Key, words: str) -> None:
        """Leave a tile empty that could not be read."""
        if colours is self._colours:
            self._put(key, np.zeros((1, 1), np.uint32))
            self.unreadable.emit(words)

    def _samples(self, key: Key) -> tuple[slice, slice, int]:
        """Return rows and columns of a tile with the step between samples, and how many each gets on a side."""
        level, row, column = key
        span, (step, magnify) = span_px(level), sampling(level)
        rows, columns = self._colours.shape if self._colours else (0, 0)
        y = slice(row * span, min((row + 1) * span, rows), step)
        x = slice(column * span, min((column + 1) * span, columns), step)
        return y, x, magnify

    def _put(self, key: Key, pixels: NDArray[np.uint32]) -> PaintedTile:
        """Keep the colours of a tile."""
        level, (step, magnify), span = key[0], sampling(key[0]), span_px(key[0])
        unit = step / magnify if self._magnify else step
        rect = QRectF(key[2] * span, key[1] * span, pixels.shape[1] * unit, pixels.shape[0] * unit)
        tile = PaintedTile(np.ascontiguousarray(pixels), rect)
        if key in self._tiles:
            self._drop(key)
        self._tiles[key] = tile
        self._levels[level] += 1
        self._bytes += tile.pixels.nbytes
        while self._bytes > CACHE_BYTES and len(self._tiles) > 64:
            self._drop(next(iter(self._tiles)))
        return tile

    def _clean(self, tile: PaintedTile, key: Key) -> None:
        """Colour the parts of a tile anew that are out of date."""
        level, row, column = key
        span, (step, magnify) = span_px(level), sampling(level)
        for area in tile.dirty:
            self._recolour(tile, row * span, column * span, step, magnify, area)
        tile.dirty.clear()

    def _recolour(self, tile: PaintedTile, y: int, x: int, step: int, magnify: int, area: Area) -> None:
        """Colour the samples of a tile at (`y`, `x`) anew that lie in `area`."""
        if self._colours is None:
            return
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

    def _touched(self, area: Area) -> Iterator[Key]:
        """Yield the tiles that share pixels with an area."""
        for level in tuple(self._levels):
            cells = ((area[1] - area[0]) // span_px(level) + 2) * ((area[3] - area[2]) // span_px(level) + 2)
            if cells < len(self._tiles):
                yield from (key for key in keys_in(level, *area) if key in self._tiles)
            else:
                span = span_px(level)
                for key in self._tiles:
                    y, x = key[1] * span, key[2] * span
                    inside = y < area[1] and y + span > area[0] and x < area[3] and x + span > area[2]
                    if key[0] == level and inside:
                        yield key

    def _drop(self, key: Key) -> None:
        self._bytes -= self._tiles.pop(key).pixels.nbytes
        self._levels[key[0]] -= 1
        if not self._levels[key[0]]:
            del self._levels[key[0]]
