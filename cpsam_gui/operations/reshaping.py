"""Changing the masks of objects: holes, growing, smoothing. In one slice, or in all planes, each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui import drawing
from cpsam_gui.operations.common import LOCKED, NOTHING, known, unlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Slice


def fill_holes(document: Document, ids: Iterable[int], shown: Slice | None = None) -> str | None:
    """Fill the holes of objects; other objects inside a hole are kept."""
    return _reshape(document, ids, "Fill holes", drawing.fill_holes, "There are no holes to fill", shown)


def grow(document: Document, ids: Iterable[int], pixels: int = 1, shown: Slice | None = None) -> str | None:
    """Grow objects into the background by `pixels`, or shrink them where negative."""
    name = "Grow" if pixels > 0 else "Shrink"
    return _reshape(
        document,
        ids,
        name,
        lambda mask: drawing.grow(mask, pixels),
        "No room to grow",
        shown,
        abs(pixels) + 1,
    )


def smooth(document: Document, ids: Iterable[int], shown: Slice | None = None) -> str | None:
    """Smooth the outlines of objects."""
    return _reshape(document, ids, "Smooth", drawing.smooth, "The outline is already smooth", shown, 3)


def _reshape(
    document: Document,
    ids: Iterable[int],
    name: str,
    change: Callable[[Mask], Mask],
    idle: str,
    shown: Slice | None,
    margin: int = 1,
) -> str | None:
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step(name):
        for number in free:
            _rewrite(document, number, change, shown, margin)
    return idle if document.position == position else None


def _rewrite(
    document: Document, number: int, change: Callable[[Mask], Mask], shown: Slice | None, margin: int = 0
) -> None:
    """Replace the mask of one object in one slice, or plane by plane in all; others keep theirs."""
    whole = document.objects[number].box
    box = (whole.grow(margin) if shown is None else shown.flat(whole, margin)).clip(document.shape)
    block = document.labels[box.slices]
    values = block.copy()
    planes = (block, values) if shown is None else ([shown.flatten(block)], [shown.flatten(values)])
    for labels, target in zip(*planes, strict=True):
        before = labels == number
        if before.any():
            after = change(before)
            target[before & ~after] = 0
            target[after & (labels == 0)] = number
    document.write(box, values)
