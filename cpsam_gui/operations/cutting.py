"""Splitting objects: by a drawn line, and between seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import drawing
from cpsam_gui.operations.common import LOCKED, divide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Point
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Slice


NO_OBJECT = "The line crosses no object"


def split(document: Document, shown: Slice, points: Sequence[Point]) -> str | None:
    """Cut what the objects that a line crosses have in a slice; the largest part keeps the id."""
    crossed = crossed_by(document, shown, points)
    free = [number for number in crossed if not document.objects[number].locked]
    if not free:
        return LOCKED if crossed else NO_OBJECT
    with document.step("Split"):
        done = [_split_one(document, number, shown, points) for number in free]
    return None if any(done) else "The line must cross the object from one side to the other"


def crossed_by(document: Document, shown: Slice, points: Sequence[Point]) -> list[int]:
    """Return the objects that a line crosses; points are rows and columns of the slice."""
    plane = shown.of(document.labels)
    array = np.asarray(points, np.float64)
    low = np.maximum(np.floor(array.min(0)).astype(int), 0)
    high = np.minimum(np.ceil(array.max(0)).astype(int) + 1, plane.shape)
    if (high <= low).any():
        return []
    reach = plane[low[0] : high[0], low[1] : high[1]]
    local = [(y - int(low[0]), x - int(low[1])) for y, x in points]
    under = reach[drawing.line((reach.shape[0], reach.shape[1]), local)]
    return [number for number in np.unique(under).tolist() if number]


def _split_one(document: Document, number: int, shown: Slice, points: Sequence[Point]) -> bool:
    box = shown.flat(document.objects[number].box)
    top, _, left, _ = shown.area(box)
    mask = shown.flatten(document.labels[box.slices]) == number
    parts = drawing.split(mask, [(row - top, column - left) for row, column in points])
    if parts is None:
        return False
    divide(document, number, box, shown.lift(parts))
    return True


def split_into(document: Document, number: int, box: Box, parts: NDArray[np.int32]) -> str | None:
    """Divide what an object has in a block into `parts` (z, y, x), numbered from 1, as one step."""
    row = document.objects.get(number)
    body = min(parts.shape) > 1
    if row is None or len(np.unique(parts[parts > 0])) < 2:
        return f"Put a seed into each part of the {'body' if body else 'object'}"
    if row.locked:
        return LOCKED
    with document.step("Split body with seeds" if body else "Split with seeds"):
        divide(document, number, box, parts)
    return None
