"""Changing the masks of objects: holes, growing, smoothing. Without a `plane`, in all planes, each by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_gui import drawing
from cpsam_gui.operations.common import LOCKED, NOTHING, known, unlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.document import Document


def fill_holes(document: Document, ids: Iterable[int], plane: int | None = None) -> str | None:
    """Fill the holes of objects; other objects inside a hole are kept."""
    return _reshape(document, ids, "Fill holes", drawing.fill_holes, "There are no holes to fill", plane)


def grow(document: Document, ids: Iterable[int], pixels: int = 1, plane: int | None = None) -> str | None:
    """Grow objects into the background by `pixels`, or shrink them where negative."""
    name = "Grow" if pixels > 0 else "Shrink"
    return _reshape(
        document,
        ids,
        name,
        lambda mask: drawing.grow(mask, pixels),
        "No room to grow",
        plane,
        abs(pixels) + 1,
    )


def smooth(document: Document, ids: Iterable[int], plane: int | None = None) -> str | None:
    """Smooth the outlines of objects."""
    return _reshape(document, ids, "Smooth", drawing.smooth, "The outline is already smooth", plane, 3)


def _reshape(
    document: Document,
    ids: Iterable[int],
    name: str,
    change: Callable[[Mask], Mask],
    idle: str,
    plane: int | None,
    margin: int = 1,
) -> str | None:
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step(name):
        for number in free:
            _rewrite(document, number, change, plane, margin)
    return idle if document.position == position else None


def _rewrite(
    document: Document, number: int, change: Callable[[Mask], Mask], plane: int | None, margin: int = 0
) -> None:
    """Replace the mask of one object in one plane, or plane by plane in all; others keep theirs."""
    box = document.objects[number].box.grow(margin).clip(document.shape)
    if plane is not None:
        box = replace(box, z0=plane, z1=plane + 1)
    block = document.labels[box.slices]
    values = block.copy()
    for labels, target in zip(block, values, strict=True):
        before = labels == number
        if before.any():
            after = change(before)
            target[before & ~after] = 0
            target[after & (labels == 0)] = number
    document.write(box, values)
