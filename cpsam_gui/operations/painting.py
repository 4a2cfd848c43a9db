"""Writing shapes into the labels, in one of three modes; erasing."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from cpsam_gui import drawing
from cpsam_gui.operations.common import LOCKED, MIN_PIXELS, clip, keep_row, locked_in, recolour
from cpsam_gui.state.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cpsam_gui.drawing.bodies import Spacing
    from cpsam_gui.drawing.shapes import Mask, Point
    from cpsam_gui.state.box import Box
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


def lies_near(
    document: Document,
    number: int,
    shown: Slice,
    place: Point,
    reach: float,
    spacing: Spacing = (1.0, 1.0, 1.0),
) -> bool:
    """Whether an object has a pixel within `reach` pixels of a row and column, in this slice or one beside it.

    Objects that are drawn plane by plane go on in the next plane.
    """
    steps = shown.place(spacing)
    low = [math.floor(at - reach / step) for at, step in zip(place, steps, strict=True)]
    high = [math.ceil(at + reach / step) + 1 for at, step in zip(place, steps, strict=True)]
    around = shown.box(low[0], high[0], low[1], high[1])
    around = around.union(replace(shown, index=shown.index - 1).flat(around))
    around = around.union(replace(shown, index=shown.index + 1).flat(around)).clip(document.shape)
    if around.empty:
        return False
    top, _, left, _ = shown.area(around)
    seen = shown.flatten((document.labels[around.slices] == number).any(axis=shown.across, keepdims=True))
    rows, columns = np.nonzero(seen)
    away = np.hypot((rows + top + 0.5 - place[0]) * steps[0], (columns + left + 0.5 - place[1]) * steps[1])
    return bool(away.size) and float(away.min()) <= reach


def _free(document: Document, box: Box, mask: Mask, mode: WriteMode) -> Mask:
    """Return the pixels of `mask` that may be written."""
    block = document.labels[box.slices]
    open_to_it: Mask = ~locked_in(document, block) if mode is WriteMode.OVERWRITE else block == 0
    return mask & open_to_it


def wipe(document: Document, number: int, shown: Slice | None) -> None:
    """Take all pixels of an object away in one slice, or in all, inside an open step."""
    box = document.objects[number].box
    box = box if shown is None else shown.flat(box)
    block = document.labels[box.slices]
    document.write(box, np.where(block == number, np.uint32(0), block))


def erase(document: Document, box: Box, mask: Mask, only: Collection[int] = ()) -> bool:
    """Set the pixels under `mask` to background, of the objects `only` where given, inside an open step.

    Return whether there were any.
    """
    box, mask = clip(document, box, mask)
    if box.empty:
        return False
    block = document.labels[box.slices]
    gone = mask & (block != 0) & ~locked_in(document, block)
    if only:
        gone &= np.isin(block, list(only))
    if not gone.any():
        return False
    document.write(box, np.where(gone, np.uint32(0), block))
    return True


def add_polygon(
    document: Document, shown: Slice, points: Sequence[Point], mode: WriteMode = WriteMode.KEEP
) -> tuple[int, str | None]:
    """Make an object of what a closed line encloses in a slice; return its id, or 0 and the reason."""
    box, mask = drawing.polygon(shown, points)
    return add(document, box, mask, mode)


def add(
    document: Document,
    box: Box,
    mask: Mask,
    mode: WriteMode = WriteMode.KEEP,
    name: str = "Draw",
    into: int = 0,
) -> tuple[int, str | None]:
    """Write a shape in one slice as one step: as a new object, or `into` one that exists.

    Returns
    -------
    tuple
        The id of the object, or 0, and why not all was done.
    """
    shown = slice_of(box)
    box, mask = clip(document, box, mask)
    if box.empty:
        return 0, "That is outside the image"
    if mode is WriteMode.REPLACE:
        touched = most_touched(document, box, mask)
        if touched:
            return (
                (0, LOCKED)
                if document.objects[touched].locked
                else redraw(document, touched, box, mask, name, shown)
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
    document: Document,
    number: int,
    box: Box,
    mask: Mask,
    name: str = "Redraw",
    shown: Slice | None = None,
) -> tuple[int, str | None]:
    """Give an object another mask in one slice as one step; others keep their pixels."""
    row = document.objects[number]
    if row.locked:
        return 0, LOCKED
    box, mask = clip(document, box, mask)
    if box.empty:
        return 0, "That is outside the image"
    block = document.labels[box.slices]
    if np.count_nonzero(mask & ((block == 0) | (block == number))) < MIN_PIXELS:
        return 0, "There is no room for the new outline"
    whole = box.union((shown or slice_of(box)).flat(row.box))
    values = document.labels[whole.slices].copy()
    values[values == number] = 0
    inner = values[box.inside(whole)]
    inner[mask & (inner == 0)] = number
    with document.step(name):
        document.write(whole, values)
        keep_row(document, number, row)
    return number, None


def with_rest(document: Document, number: int, box: Box, mask: Mask) -> tuple[Box, Mask]:
    """Return a new outline in one slice with what an outline cannot hold: other parts of the object, its holes."""
    shown = slice_of(box)
    whole = box.union(shown.flat(document.objects[number].box)).clip(document.shape)
    box, mask = clip(document, box, mask)
    before = shown.flatten(document.labels[whole.slices]) == number
    after = np.zeros(whole.shape, bool)
    if box.empty:
        return whole, after
    after[box.inside(whole)] = mask
    parts, count = ndimage.label(before)
    if count:
        sizes = np.bincount(parts.ravel())[1:]
        largest = parts == int(sizes.argmax()) + 1
        flat = shown.flatten(after)
        flat &= ~(drawing.fill_holes(largest) & ~largest)
        flat |= before & ~largest
    return whole, after


def slice_of(box: Box) -> Slice:
    """Return the slice that a block one voxel thick lies in: a plane, where several could be meant."""
    across = box.shape.index(min(box.shape)) if box.shape[0] > 1 else 0
    return Slice(across, (box.z0, box.y0, box.x0)[across])
