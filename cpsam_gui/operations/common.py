"""What all operations share: words for the status line, clipping, locked objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.objects import Origin
from cpsam_gui.state.palette import unused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels

LOCKED = "Locked objects stay as they are; unlock them first (L)"
NOTHING = "Select an object first"
# A smaller new object is a slip of the hand.
MIN_PIXELS = 3


def known(document: Document, ids: Iterable[int]) -> list[int]:
    """Return those of `ids` that exist, each once, in their order."""
    return [number for number in dict.fromkeys(ids) if number in document.objects]


def unlocked(document: Document, ids: Iterable[int]) -> list[int]:
    """Return those of `ids` that exist and may be changed."""
    return [number for number in known(document, ids) if not document.objects[number].locked]


def locked_in(document: Document, block: Labels) -> Mask:
    """Return where a block belongs to locked objects."""
    mask = np.zeros(block.shape, bool)
    for number in np.unique(block).tolist():
        record = document.objects.get(number)
        if record is not None and record.locked:
            mask |= block == number
    return mask


def clip(document: Document, box: Box, mask: Mask) -> tuple[Box, Mask]:
    """Cut a block and its mask to the image."""
    inside = box.clip(document.shape)
    if inside.empty:
        return inside, mask[:0]
    return inside, mask[inside.inside(box)]


def recolour(document: Document, number: int, reach: int = 24) -> None:
    """Choose a colour for a new object that its neighbours do not have, inside an open step."""
    around = document.objects[number].box.grow(reach).clip(document.shape)
    near = np.unique(document.labels[around.slices]).tolist()
    taken = [document.objects[other].colour for other in near if other and other != number]
    document.update([number], colour=unused(taken, number))


def keep_row(document: Document, number: int, row: ObjectRecord) -> None:
    """Give an object that was drawn anew what was known about it, inside an open step."""
    if number in document.objects:
        document.update(
            [number],
            class_id=row.class_id,
            colour=row.colour,
            uncertain=row.uncertain,
            judged=row.judged,
            origin=edited(row),
        )


def edited(row: ObjectRecord) -> Origin:
    """Return the origin of an object after a correction by hand."""
    return Origin.EDITED if row.origin is Origin.MODEL else row.origin


def divide(document: Document, number: int, box: Box, parts: NDArray[np.int32]) -> list[int]:
    """Divide an object inside an open step; return the new ids, the largest part keeps the old one.

    Every part counts as touched: a person parted it.

    Parameters
    ----------
    box
        A block that holds what is divided: the whole object, or one plane of it.
    parts
        (z, y, x) of the shape of `box`, numbered from 1; what is 0 stays with the largest part.
    """
    row, block = document.objects[number], document.labels[box.slices]
    mine = block == number
    sizes = np.bincount(parts[mine & (parts > 0)], minlength=int(parts.max(initial=0)) + 1)
    order = [part for part in np.argsort(-sizes, kind="stable").tolist() if sizes[part]]
    owner = np.full(sizes.size, number, np.uint32)
    fresh = [document.new_id() for _ in order[1:]]
    owner[order[1:]] = fresh
    document.write(box, np.where(mine, owner[parts], block), origin=edited(row))
    document.update(fresh, class_id=row.class_id, uncertain=row.uncertain)
    for new in fresh:
        recolour(document, new)
    return fresh
