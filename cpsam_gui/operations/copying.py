"""Copies of objects: taken from one slice, put down in any slice of any image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.common import MIN_PIXELS, clip
from cpsam_gui.operations.painting import WriteMode, paint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Slice


@dataclass(frozen=True, slots=True)
class Piece:
    """One object of a copy."""

    y0: int
    x0: int
    mask: Mask
    """bool, rows and columns."""
    class_id: int = 0


@dataclass(frozen=True, slots=True)
class CopiedObjects:
    """Objects as they were in one slice, where they were: `y` and `x` are rows and columns of it."""

    pieces: tuple[Piece, ...]
    y: int
    x: int
    """Their middle."""


def copy(document: Document, ids: Iterable[int], shown: Slice) -> CopiedObjects | None:
    """Return a copy of what objects have in a slice; None where they have nothing there."""
    pieces = []
    for number in dict.fromkeys(ids):
        row = document.objects.get(number)
        if row is None or not shown.meets(row.box):
            continue
        box = shown.flat(row.box)
        y0, _, x0, _ = shown.area(box)
        mask = shown.flatten(document.labels[box.slices]) == number
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if len(rows):
            tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
            pieces.append(Piece(y0 + int(rows[0]), x0 + int(columns[0]), tight, row.class_id))
    if not pieces:
        return None
    ends = [(p.y0, p.x0, p.y0 + p.mask.shape[0], p.x0 + p.mask.shape[1]) for p in pieces]
    top, left, bottom, right = (
        f(v) for f, v in zip((min, min, max, max), zip(*ends, strict=True), strict=True)
    )
    return CopiedObjects(tuple(pieces), (top + bottom) // 2, (left + right) // 2)


def paste(
    document: Document, copied: CopiedObjects, shown: Slice, y: int, x: int, mode: WriteMode = WriteMode.KEEP
) -> tuple[list[int], str | None]:
    """Put a copy down in a slice, its middle at row `y` and column `x`, as one step.

    Returns
    -------
    tuple
        The new ids, and why some are missing.
    """
    mode = WriteMode.KEEP if mode is WriteMode.REPLACE else mode
    made = []
    with document.step("Paste" if len(copied.pieces) == 1 else f"Paste {len(copied.pieces)} objects"):
        for piece in copied.pieces:
            top, left = piece.y0 + y - copied.y, piece.x0 + x - copied.x
            height, width = piece.mask.shape
            there = shown.box(top, top + height, left, left + width)
            box, mask = clip(document, there, shown.lift(piece.mask))
            if box.empty:
                continue
            free = mask if mode is WriteMode.OVERWRITE else mask & (document.labels[box.slices] == 0)
            if np.count_nonzero(free) < min(MIN_PIXELS, int(piece.mask.sum())):
                continue
            number = document.new_id()
            paint(document, box, mask, number, mode)
            if number in document.objects:
                document.update([number], class_id=piece.class_id)
                made.append(number)
    if not made:
        return [], "There is no free background there"
    lost = len(copied.pieces) - len(made)
    return made, f"{lost} of {len(copied.pieces)} found no room" if lost else None
