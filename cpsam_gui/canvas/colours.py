"""Pixels to colours: brightness levels of channels, fills and outlines of labels. Arrays only, no Qt.

Colours are premultiplied ARGB in one unsigned 32-bit number each, which is what the painter takes as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from cpsam_gui.state.view import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from cpsam_gui.state.view import ChannelView, MaskStyle

    Pixels: TypeAlias = NDArray[np.uint32]

OPAQUE = np.uint32(0xFF000000)
MARKED = np.uint32(0xFFFFFFFF)
# In samples of the picture.
MARGIN_SAMPLES = 2
# The least span of brightness that can be shown.
LEAST_SPAN = 1e-300


@lru_cache(maxsize=32)
def channel_table(channel: ChannelView, entries: int, low: float, high: float) -> Pixels:
    """Return the colours of `entries` brightness steps between `low` and `high`; uint32 (entries,), read-only.

    They are remembered: a stack that is paged through asks for the same ones with every plane.
    """
    values = 4 * np.linspace(low / 4, high / 4, entries)
    # Halves: the difference of two numbers near the limits of float64 is over it.
    span = max(channel.high / 2 - channel.low / 2, LEAST_SPAN)
    shade = np.clip((values / 2 - channel.low / 2) / span, 0, 1) ** (1 / max(channel.gamma, 1e-3))
    red, green, blue = (np.round(shade * part).astype(np.uint32) for part in channel.colour)
    table = np.asarray(OPAQUE | red << 16 | green << 8 | blue, np.uint32)
    table.flags.writeable = False
    return table


class ImageColours:
    """Colours blocks of one plane (y, x, c) for display; the channels add up."""

    def __init__(self, plane: NDArray[Any], channels: Sequence[ChannelView]) -> None:
        self._plane = plane
        self._shown = [(index, channel) for index, channel in enumerate(channels) if channel.visible]
        self._tables: dict[int, Pixels] = {}
        if plane.dtype in (np.uint8, np.uint16):
            entries = 256 if plane.dtype == np.uint8 else 65536
            self._tables = {i: channel_table(c, entries, 0, entries - 1) for i, c in self._shown}

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the plane."""
        return self._plane.shape[0], self._plane.shape[1]

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> Pixels:
        """Return the colours of a strided block; `magnify` is ignored, the painter magnifies images."""
        block = self._block(y, x)
        total: NDArray[np.uint8] | None = None
        for index, channel in self._shown:
            colours = self._colours(block[..., index], index, channel)
            parts = colours.view(np.uint8).reshape(*colours.shape, 4)
            total = parts if total is None else np.asarray(cv2.add(total, parts), np.uint8)
        if total is None:
            return np.full(block.shape[:2], OPAQUE, np.uint32)
        packed: Pixels = np.ascontiguousarray(total).view(np.uint32)[..., 0]
        return packed

    def _block(self, y: slice, x: slice) -> NDArray[Any]:
        block: NDArray[Any] = self._plane[y, x]
        return block

    def _colours(self, values: NDArray[Any], index: int, channel: ChannelView) -> Pixels:
        if index in self._tables:
            known: Pixels = np.take(self._tables[index], values, mode="wrap")
            return known
        # Large whole numbers and float64 need all their digits where the range shown is narrow.
        kind = np.float32 if values.dtype.itemsize < 4 or values.dtype == np.float32 else np.float64
        reach = np.finfo(kind)
        low, high = (float(np.clip(limit, reach.min, reach.max)) for limit in (channel.low, channel.high))
        wide: NDArray[Any] = np.asarray(values, kind)
        with np.errstate(all="ignore"):
            # Halves: the difference of numbers near the limits of their type is over it.
            steps = (wide / 2 - kind(low / 2)) / kind(high / 2 - low / 2) * 255
        places: NDArray[np.uint8] = np.nan_to_num(np.clip(steps, 0, 255)).astype(np.uint8)
        made: Pixels = np.take(channel_table(channel, 256, channel.low, channel.high), places, mode="wrap")
        return made


class SlabColours(ImageColours):
    """Colours the brightest pixels of several planes (z, y, x, c); they are looked for where they come into view."""

    def __init__(self, planes: NDArray[Any], channels: Sequence[ChannelView]) -> None:
        super().__init__(planes[0], channels)
        self._planes = planes

    def _block(self, y: slice, x: slice) -> NDArray[Any]:
        block: NDArray[Any] = self._planes[:, y, x].max(axis=0)
        return block


class LabelColours:
    """Colours blocks of one plane of labels: fills and outlines; the selection and what is hovered in white.

    Whoever calls :meth:`mark` colours the places of the objects concerned anew.
    """

    def __init__(
        self,
        plane: NDArray[np.uint32],
        fills: Pixels,
        lines: Pixels,
        style: MaskStyle,
        selected: Iterable[int] = (),
        hovered: int = 0,
    ) -> None:
        self._plane = plane
        self._fills, self._lines = fills, lines
        self._style = style
        self.selected: frozenset[int] = frozenset()
        self.hovered = 0
        self._chosen: NDArray[np.bool_] = np.zeros(1, bool)
        self.mark(frozenset(selected), hovered)

    def mark(self, selected: frozenset[int], hovered: int) -> None:
        """Show these objects as selected and one as hovered."""
        if selected != self.selected:
            # One place more than the largest id, so that larger ids are clipped to an entry that is False.
            self._chosen = np.zeros(max(selected, default=-1) + 2, bool)
            self._chosen[list(selected)] = True
        self.selected, self.hovered = selected, hovered

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the plane."""
        return self._plane.shape[0], self._plane.shape[1]

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> Pixels:
        """Return the colours of a strided block, each pixel `magnify` x `magnify` for thin crisp outlines."""
        step = y.step or 1
        # A few samples more on each side, so that outlines do not open at the borders of tiles.
        top, left = (min(MARGIN_SAMPLES, edge.start // step) for edge in (y, x))
        reach = MARGIN_SAMPLES * step
        labels = self._plane[
            y.start - top * step : y.stop + reach : step, x.start - left * step : x.stop + reach : step
        ]
        rows, columns = len(range(y.start, y.stop, step)), len(range(x.start, x.stop, step))
        inner = (
            slice(top * magnify, (top + rows) * magnify),
            slice(left * magnify, (left + columns) * magnify),
        )
        labels = np.ascontiguousarray(labels)
        if magnify > 1:
            labels = labels.repeat(magnify, 0).repeat(magnify, 1)
        centre = labels[inner]
        if self._style.overlay is Overlay.OUTLINE:
            colours = np.zeros(centre.shape, np.uint32)
        else:
            colours = np.take(self._fills, centre, mode="clip")
        if self._style.overlay is not Overlay.FILL:
            edges = edges_of(labels)[inner]
            colours[edges] = np.take(self._lines, centre[edges], mode="clip")
        if self.selected:
            _outline(colours, np.take(self._chosen, labels, mode="clip"), 2, inner)
        if self.hovered:
            _outline(colours, labels == self.hovered, 1, inner)
        return np.ascontiguousarray(colours)


def _outline(colours: Pixels, mask: NDArray[np.bool_], width: int, inner: tuple[slice, slice]) -> None:
    """Draw the rim of a mask over the colours of its `inner` part."""
    if mask.any():
        colours[rim(mask, width)[inner]] = MARKED


def rim(mask: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return the outermost `width` pixels of a mask (y, x), not counting the border of the array."""
    square = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    outermost: NDArray[np.bool_] = mask & (cv2.erode(mask.view(np.uint8), square) == 0)
    return outermost


def edges_of(labels: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return the pixels of objects that touch another label above, below, left or right."""
    edges = np.zeros(labels.shape, bool)
    rows = labels[1:] != labels[:-1]
    columns = labels[:, 1:] != labels[:, :-1]
    edges[1:] |= rows
    edges[:-1] |= rows
    edges[:, 1:] |= columns
    edges[:, :-1] |= columns
    edges &= labels != 0
    return edges
