"""Writing shapes into the labels, in one of three modes; erasing."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from cpsam_gui import drawing
from cpsam_gui.operations.common import LOCKED, MIN_PIXELS, clip, keep_row, locked_in, recolour
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cpsam_gui.drawing.shapes import Mask, Point
    from cpsam_gui.state.document import Document


class WriteMode(str, Enum):
    """What drawing does where there are objects already. Locked ones are kept in every mode."""

    KEEP = "keep"
    """Others keep their pixels: only background is written."""
    OVERWRITE = "overwrite"
    """Others lose the pixels that are drawn over."""
    REPLACE = "replace"
    """The drawn shape takes the place of the object that it touches; others are kept."""


def paint(document: Document, box: Box, mask: Mask, number: int, mode: WriteMode = WriteMode.KEEP) -> None:
    """Give the pixels under `mask` to object `number` as far as the mode allows, inside an open step."""
    box, mask = clip(document, box, mask)
    record = document.objects.get(number)
    if box.empty or (record is not None and record.locked):
        return
    block = document.labels[box.slices]
    free = _free(document, box, mask, mode) & (block != number)
    if free.any():
        document.write(box, np.where(free, np.uint32(number), block))
        if record is None:
            recolour(document, number)


def lies_near(document: Document, number: int, plane: int, y: float, x: float, reach: float) -> bool:
    """Whether an object has a pixel within `reach` pixels of a place, in this plane or the one above or below it.

    Objects that are drawn plane by plane go on in the next plane.
    """
    top, left = int(y - reach), int(x - reach)
    bottom, right = int(y + reach) + 2, int(x + reach) + 2
    around = Box(plane - 1, plane + 2, top, bottom, left, right).clip(document.shape)
    if around.empty:
        return False
    rows, columns = np.nonzero((document.labels[around.slices] == number).any(axis=0))
    away = np.hypot(rows + around.y0 + 0.5 - y, columns + around.x0 + 0.5 - x)
    return bool(away.size) and float(away.min()) <= reach


def _free(document: Document, box: Box, mask: Mask, mode: WriteMode) -> Mask:
    """Return the pixels of `mask` that may be written."""
    block = document.labels[box.slices]
    open_to_it: Mask = ~locked_in(document, block) if mode is WriteMode.OVERWRITE else block == 0
    return mask & open_to_it


def wipe(document: Document, number: int, plane: int | None) -> None:
    """Take all pixels of an object away in one plane, or in all, inside an open step."""
    box = document.objects[number].box
    box = box if plane is None else _on(box, plane)
    block = document.labels[box.slices]
    document.write(box, np.where(block == number, np.uint32(0), block))


def _on(box: Box, plane: int) -> Box:
    return Box(plane, plane + 1, box.y0, box.y1, box.x0, box.x1)


def erase(document: Document, box: Box, mask: Mask, only: Collection[int] = ()) -> None:
    """Set the pixels under `mask` to background, of the objects `only` where given, inside an open step."""
    box, mask = clip(document, box, mask)
    if box.empty:
        return
    block = document.labels[box.slices]
    gone = mask & (block != 0) & ~locked_in(document, block)
    if only:
        gone &= np.isin(block, list(only))
    if gone.any():
        document.write(box, np.where(gone, np.uint32(0), block))


def add_polygon(
    document: Document, plane: int, points: Sequence[Point], mode: WriteMode = WriteMode.KEEP
) -> tuple[int, str | None]:
    """Make an object of what a closed line encloses; return its id, or 0 and the reason."""
    box, mask = drawing.polygon(plane, points)
    return add(document, box, mask, mode)


def add(
    document: Document,
    box: Box,
    mask: Mask,
    mode: WriteMode = WriteMode.KEEP,
    name: str = "Draw",
    into: int = 0,
) -> tuple[int, str | None]:
    """Write a shape in one plane as one step: as a new object, or `into` one that exists.

    Returns
    -------
    tuple
        The id of the object, or 0, and why not all was done.
    """
    box, mask = clip(document, box, mask)
    if box.empty:
        return 0, "That is outside the image"
    if mode is WriteMode.REPLACE:
        touched = most_touched(document, box, mask)
        if touched:
            return (
                (0, LOCKED)
                if document.objects[touched].locked
                else redraw(document, touched, box, mask, name)
            )
    if into and into in document.objects and document.objects[into].locked:
        return 0, LOCKED
    free = np.count_nonzero(_free(document, box, mask, mode))
    if free < (1 if into else MIN_PIXELS):
        return (
            0,
            "There is no free background inside the outline" if mode is not WriteMode.OVERWRITE else LOCKED,
        )
    number = into or document.new_id()
    with document.step(name):
        paint(document, box, mask, number, mode)
    return number, None


def most_touched(document: Document, box: Box, mask: Mask) -> int:
    """Return the object that has the most pixels under a mask inside the image; 0 where there is none."""
    numbers, pixels = np.unique(document.labels[box.slices][mask], return_counts=True)
    counted = [(int(count), int(number)) for number, count in zip(numbers, pixels, strict=True) if number]
    return max(counted, default=(0, 0))[1]


def redraw(
    document: Document, number: int, box: Box, mask: Mask, name: str = "Redraw"
) -> tuple[int, str | None]:
    """Give an object another mask in one plane as one step; others keep their pixels."""
    row = document.objects[number]
    if row.locked:
        return 0, LOCKED
    box, mask = clip(document, box, mask)
    if box.empty:
        return 0, "That is outside the image"
    block = document.labels[box.slices]
    if np.count_nonzero(mask & ((block == 0) | (block == number))) < MIN_PIXELS:
        return 0, "There is no room for the new outline"
    whole = box.union(_on(row.box, box.z0))
    values = document.labels[whole.slices].copy()
    values[values == number] = 0
    inner = values[0, box.y0 - whole.y0 : box.y1 - whole.y0, box.x0 - whole.x0 : box.x1 - whole.x0]
    inner[mask[0] & (inner == 0)] = number
    with document.step(name):
        document.write(whole, values)
        keep_row(document, number, row)
    return number, None


def with_rest(document: Document, number: int, box: Box, mask: Mask) -> tuple[Box, Mask]:
    """Return a new outline (1, y, x) with what an outline cannot hold: other parts of the object, its holes."""
    row = document.objects[number]
    whole = box.union(_on(row.box, box.z0)).clip(document.shape)
    box, mask = clip(document, box, mask)
    before = document.labels[whole.slices][0] == number
    after = np.zeros(whole.shape, bool)
    if box.empty:
        return whole, after
    after[0, box.y0 - whole.y0 : box.y1 - whole.y0, box.x0 - whole.x0 : box.x1 - whole.x0] = mask[0]
    parts, count = ndimage.label(before)
    if count:
        sizes = np.bincount(parts.ravel())[1:]
        largest = parts == int(sizes.argmax()) + 1
        after[0] &= ~(drawing.fill_holes(largest) & ~largest)
        after[0] |= before & ~largest
    return whole, after
