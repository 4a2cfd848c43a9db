"""Edits of the document, each one step of history. No Qt.

A function returns None when it did its work, or words for the status line that say why it did not.
Locked objects are never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import drawing
from .box import Box
from .palette import unused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from .document import Document
    from .drawing import Mask, Point
    from .history import Labels

LOCKED = "Locked objects stay as they are; unlock them first (L)"
NOTHING = "Select an object first"
MIN_PIXELS = 3  # a smaller new object is a slip of the hand


def _locked(document: Document, block: Labels) -> Mask:
    """Return where a block belongs to locked objects."""
    mask = np.zeros(block.shape, bool)
    for number in np.unique(block).tolist():
        record = document.objects.get(number)
        if record is not None and record.locked:
            mask |= block == number
    return mask


def _clip(document: Document, box: Box, mask: Mask) -> tuple[Box, Mask]:
    """Cut a block and its mask to the image."""
    inside = box.clip(document.shape)
    if inside.empty:
        return inside, mask[:0]
    return inside, mask[
        inside.z0 - box.z0 : inside.z1 - box.z0, inside.y0 - box.y0 : inside.y1 - box.y0,
        inside.x0 - box.x0 : inside.x1 - box.x0,
    ]  # fmt: skip


def paint(document: Document, box: Box, mask: Mask, number: int) -> None:
    """Give the background pixels under `mask` to object `number`, inside an open step."""
    box, mask = _clip(document, box, mask)
    if box.empty:
        return
    block = document.labels[box.slices]
    record = document.objects.get(number)
    if record is not None and record.locked:
        return
    free = mask & (block == 0)
    if free.any():
        is_new = record is None
        document.write(box, np.where(free, np.uint32(number), block))
        if is_new:
            recolour(document, number)


def erase(document: Document, box: Box, mask: Mask, only: Collection[int] = ()) -> None:
    """Set the pixels under `mask` to background, of the objects `only` where given, inside an open step."""
    box, mask = _clip(document, box, mask)
    if box.empty:
        return
    block = document.labels[box.slices]
    gone = mask & (block != 0) & ~_locked(document, block)
    if only:
        gone &= np.isin(block, list(only))
    if gone.any():
        document.write(box, np.where(gone, np.uint32(0), block))


def recolour(document: Document, number: int, reach: int = 24) -> None:
    """Choose a colour for a new object that its neighbours do not have, inside an open step."""
    around = document.objects[number].box.grow(reach).clip(document.shape)
    near = np.unique(document.labels[around.slices]).tolist()
    taken = [document.objects[other].colour for other in near if other and other != number]
    document.update([number], colour=unused(taken, number))


def add_polygon(document: Document, plane: int, points: Sequence[Point]) -> tuple[int, str | None]:
    """Make a new object of the background inside a closed line; return its id, or 0 and the reason."""
    box, mask = drawing.polygon(plane, points)
    box, mask = _clip(document, box, mask)
    free = mask & (document.labels[box.slices] == 0) if not box.empty else mask
    if np.count_nonzero(free) < MIN_PIXELS:
        return 0, "There is no free background inside the outline"
    number = document.new_id()
    with document.step("Draw"):
        paint(document, box, mask, number)
    return number, None


def delete(document: Document, ids: Iterable[int]) -> str | None:
    """Delete objects."""
    chosen = [number for number in dict.fromkeys(ids) if number in document.objects]
    free = [number for number in chosen if not document.objects[number].locked]
    if not free:
        return LOCKED if chosen else NOTHING
    with document.step("Delete" if len(free) == 1 else f"Delete {len(free)} objects"):
        for number in free:
            _rewrite(document, number, lambda mask: np.zeros_like(mask))
    return LOCKED if len(free) < len(chosen) else None


def _rewrite(document: Document, number: int, change: Callable[[Mask], Mask], margin: int = 0) -> None:
    """Replace the mask of one object, plane by plane; others keep theirs."""
    box = document.objects[number].box.grow(margin).clip(document.shape)
    block = document.labels[box.slices]
    values = block.copy()
    for plane, target in zip(block, values, strict=True):
        before = plane == number
        if before.any():
            after = change(before)
            target[before & ~after] = 0
            target[after & (plane == 0)] = number
    document.write(box, values)


def merge(document: Document, ids: Iterable[int]) -> str | None:
    """Join objects under the id of the first; gaps between them stay."""
    chosen = [number for number in dict.fromkeys(ids) if number in document.objects]
    if any(document.objects[number].locked for number in chosen):
        return LOCKED
    if len(chosen) < 2:
        return "Select two objects or more to merge them"
    target = np.uint32(chosen[0])
    with document.step("Merge"):
        for number in chosen[1:]:
            box = document.objects[number].box
            block = document.labels[box.slices]
            document.write(box, np.where(block == number, target, block))
    return None


def split(document: Document, plane: int, points: Sequence[Point]) -> str | None:
    """Cut the objects that a line crosses; the largest part keeps the id."""
    array = np.asarray(points, np.float64)
    low, high = np.floor(array.min(0)).astype(int), np.ceil(array.max(0)).astype(int) + 1
    reach = Box(plane, plane + 1, int(low[0]), int(high[0]), int(low[1]), int(high[1])).clip(document.shape)
    if reach.empty:
        return "The line crosses no object"
    local = [(y - reach.y0, x - reach.x0) for y, x in points]
    under = document.labels[reach.slices][0][drawing.line(reach.shape[1:], local)]
    crossed = [number for number in np.unique(under).tolist() if number]
    free = [number for number in crossed if not document.objects[number].locked]
    if not free:
        return LOCKED if crossed else "The line crosses no object"
    with document.step("Split"):
        done = [_split_one(document, number, plane, points) for number in free]
    return None if any(done) else "The line must cross the object from one side to the other"


def _split_one(document: Document, number: int, plane: int, points: Sequence[Point]) -> bool:
    whole = document.objects[number].box
    box = Box(plane, plane + 1, whole.y0, whole.y1, whole.x0, whole.x1)
    block = document.labels[box.slices]
    parts = drawing.split(block[0] == number, [(y - box.y0, x - box.x0) for y, x in points])
    if parts is None:
        return False
    before = document.objects[number]
    ids = [number, *(document.new_id() for _ in range(int(parts.max()) - 1))]
    values = block.copy()
    for part, new in enumerate(ids, start=1):
        values[0][parts == part] = new
    document.write(box, values, origin=before.origin)
    document.update(ids[1:], class_id=before.class_id)
    for new in ids[1:]:
        recolour(document, new)
    return True


def fill_holes(document: Document, ids: Iterable[int]) -> str | None:
    """Fill the holes of objects; other objects inside a hole are kept."""
    return _reshape(document, ids, "Fill holes", drawing.fill_holes, "There are no holes to fill")


def grow(document: Document, ids: Iterable[int], pixels: int = 1) -> str | None:
    """Grow objects into the background by `pixels`, or shrink them where negative."""
    name = "Grow" if pixels > 0 else "Shrink"
    return _reshape(
        document, ids, name, lambda mask: drawing.grow(mask, pixels), "No room to grow", abs(pixels) + 1
    )


def smooth(document: Document, ids: Iterable[int]) -> str | None:
    """Smooth the outlines of objects."""
    return _reshape(document, ids, "Smooth", drawing.smooth, "The outline is smooth already", 3)


def _reshape(
    document: Document,
    ids: Iterable[int],
    name: str,
    change: Callable[[Mask], Mask],
    idle: str,
    margin: int = 1,
) -> str | None:
    chosen = [number for number in dict.fromkeys(ids) if number in document.objects]
    free = [number for number in chosen if not document.objects[number].locked]
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step(name):
        for number in free:
            _rewrite(document, number, change, margin)
    return idle if document.position == position else None


def set_locked(document: Document, ids: Iterable[int]) -> str | None:
    """Lock objects, or unlock them where all are locked."""
    chosen = [number for number in ids if number in document.objects]
    if not chosen:
        return NOTHING
    lock = not all(document.objects[number].locked for number in chosen)
    with document.step("Lock" if lock else "Unlock"):
        document.update(chosen, locked=lock)
    return f"{len(chosen)} object{'s' if len(chosen) > 1 else ''} {'locked' if lock else 'unlocked'}"


def clear(document: Document) -> str | None:
    """Delete all objects but locked ones."""
    kept = [number for number, record in document.objects.items() if record.locked]
    if len(kept) == len(document.objects):
        return LOCKED if kept else "There are no masks"
    labels = np.zeros(document.shape, np.uint32)
    for number in kept:
        place = document.objects[number].box.slices
        labels[place][document.labels[place] == number] = number
    document.replace("Clear all", labels, {number: document.objects[number] for number in kept})
    return None
