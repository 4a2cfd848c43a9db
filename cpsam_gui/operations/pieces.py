"""Objects in several pieces: finding them, and making each piece an object of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import ndimage

from cpsam_gui.operations.common import LOCKED, NOTHING, divide, known, unlocked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from cpsam_gui.state.document import Document

NEIGHBOURS = ndimage.generate_binary_structure(3, 3)
"""Pixels that touch at a corner are one piece."""


def pieces_of(document: Document, number: int) -> NDArray[np.int32]:
    """Return the pieces of an object, numbered from 1 in its box (z, y, x)."""
    mask = document.labels[document.objects[number].box.slices] == number
    if len(mask) == 1:
        # A seventh of the time: this is asked after each step, for all that it changed.
        flat = cv2.connectedComponents(mask[0].view(np.uint8), connectivity=8, ltype=cv2.CV_32S)[1]
        return np.asarray(flat[None], np.int32)
    parts: NDArray[np.int32] = ndimage.label(mask, NEIGHBOURS)[0]
    return parts


def count_pieces(document: Document, number: int) -> int:
    """Return in how many pieces an object is; 0 where there is none."""
    return int(pieces_of(document, number).max(initial=0)) if number in document.objects else 0


def in_pieces(document: Document, ids: Iterable[int]) -> list[int]:
    """Return those of `ids` that consist of more than one piece."""
    return [number for number in known(document, ids) if count_pieces(document, number) > 1]


def separate_pieces(document: Document, ids: Iterable[int]) -> str | None:
    """Make each piece of objects an object of its own; the largest piece keeps the id."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    apart = in_pieces(document, chosen)
    free = unlocked(document, apart)
    if not free:
        return LOCKED if apart else "Each selected object is a single piece"
    count = 0
    with document.step("Separate pieces"):
        for number in free:
            box = document.objects[number].box
            count += 1 + len(divide(document, number, box, pieces_of(document, number)))
    return f"{len(free):,} object{'' if len(free) == 1 else 's'} became {count:,}"
