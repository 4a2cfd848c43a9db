"""Outlines of objects as shapes, for previews; made once for each object and kept while it stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui import drawing
from cpsam_gui.tools.base import PreviewShape, Tint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.drawing.shapes import Line, Mask
    from cpsam_gui.state.document import Document

# Objects that are outlined; more cannot be told apart anyway.
FEW = 200
# Pixels; the outline of a larger object takes longer than a frame.
LARGE_PIXELS = 1 << 22


class Marks:
    """Outlines of the objects of a document in one plane."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[tuple[int, int, object], list[Line]] = {}

    def of(self, ids: Iterable[int], plane: int, tint: Tint) -> list[PreviewShape]:
        """Return filled outlines of objects."""
        shapes: list[PreviewShape] = []
        for number in list(ids)[:FEW]:
            lines = self._lines(number, plane)
            shapes += [PreviewShape(line, closed=True, tint=tint, filled=True) for line in lines]
        return shapes

    def _lines(self, number: int, plane: int) -> list[Line]:
        row = self._document.objects.get(number)
        if row is None or row.box.shape[1] * row.box.shape[2] > LARGE_PIXELS:
            return []
        key = (number, plane, row)
        if key not in self._known:
            if len(self._known) > 2 * FEW:
                self._known.clear()
            box = row.box
            mask = self._document.labels[plane, box.y0 : box.y1, box.x0 : box.x1] == number
            self._known[key] = drawing.outlines(mask, box.y0, box.x0)
        return self._known[key]


def region(mask: Mask, y0: float, x0: float, tint: Tint = Tint.ADD) -> list[PreviewShape]:
    """Return a mask (y, x) at (`y0`, `x0`) as a filled shape."""
    return [
        PreviewShape(line, closed=True, tint=tint, filled=True) for line in drawing.outlines(mask, y0, x0)
    ]
