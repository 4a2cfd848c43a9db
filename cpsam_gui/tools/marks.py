"""Outlines of objects as shapes, for previews; made once for each object and kept while it stays the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cpsam_gui import drawing
from cpsam_gui.tools.base import PreviewShape, Tint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.drawing.shapes import Line, Mask
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Slice

# Objects that are outlined; more cannot be told apart anyway.
FEW = 200
# Pixels; the outline of a larger object takes longer than a frame.
LARGE_PIXELS = 1 << 22


class Marks:
    """Outlines of the objects of a document in a slice."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[tuple[int, Slice, object], list[Line]] = {}

    def of(self, ids: Iterable[int], shown: Slice, tint: Tint) -> list[PreviewShape]:
        """Return filled outlines of objects."""
        shapes: list[PreviewShape] = []
        for number in list(ids)[:FEW]:
            lines = self._lines(number, shown)
            shapes += [PreviewShape(line, closed=True, tint=tint, filled=True) for line in lines]
        return shapes

    def _lines(self, number: int, shown: Slice) -> list[Line]:
        row = self._document.objects.get(number)
        if row is None or not shown.meets(row.box):
            return []
        box = shown.flat(row.box)
        if math.prod(box.shape) > LARGE_PIXELS:
            return []
        key = (number, shown, row)
        if key not in self._known:
            if len(self._known) > 2 * FEW:
                self._known.clear()
            top, _, left, _ = shown.area(box)
            mask = shown.flatten(self._document.labels[box.slices]) == number
            self._known[key] = drawing.outlines(mask, top, left)
        return self._known[key]


def region(mask: Mask, y0: float, x0: float, tint: Tint = Tint.ADD) -> list[PreviewShape]:
    """Return a mask, rows and columns, at (`y0`, `x0`) as a filled shape."""
    return [
        PreviewShape(line, closed=True, tint=tint, filled=True) for line in drawing.outlines(mask, y0, x0)
    ]
