"""Whole objects: deleting, joining, classes and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.common import LOCKED, NOTHING, known, unlocked
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.state.document import Document


def delete(document: Document, ids: Iterable[int]) -> str | None:
    """Delete objects."""
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    with document.step("Delete" if len(free) == 1 else f"Delete {len(free)} objects"):
        for number in free:
            box = document.objects[number].box
            block = document.labels[box.slices]
            document.write(box, np.where(block == number, np.uint32(0), block))
    return LOCKED if len(free) < len(chosen) else None


def merge(document: Document, ids: Iterable[int]) -> str | None:
    """Join objects under the id of the first; gaps between them stay."""
    chosen = known(document, ids)
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


def set_locked(document: Document, ids: Iterable[int]) -> str | None:
    """Lock objects, or unlock them where all are locked."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    lock = not all(document.objects[number].locked for number in chosen)
    with document.step("Lock" if lock else "Unlock", StepKind.MARK):
        document.update(chosen, locked=lock)
    count = len(chosen)
    return f"{count:,} object{'' if count == 1 else 's'} {'locked' if lock else 'unlocked'}"


def set_uncertain(document: Document, ids: Iterable[int]) -> str | None:
    """Mark objects as uncertain, or as certain where all are uncertain."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    doubt = not all(document.objects[number].uncertain for number in chosen)
    with document.step("Mark uncertain" if doubt else "Mark certain", StepKind.MARK):
        document.update(chosen, uncertain=doubt)
    count = len(chosen)
    return f"{count:,} object{'' if count == 1 else 's'} marked as {'uncertain' if doubt else 'certain'}"


def set_class(document: Document, ids: Iterable[int], class_id: int) -> str | None:
    """Give objects a class, locked ones too: a lock holds their pixels. 0 is none."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    with document.step(f"Class {class_id}" if class_id else "No class"):
        document.update(chosen, class_id=class_id, judged=True)
    return None


def clear(document: Document) -> str | None:
    """Delete all objects but locked ones."""
    kept = [number for number, record in document.objects.items() if record.locked]
    if len(kept) == len(document.objects):
        return LOCKED if kept else "There are no masks"
    labels = ArrayLabels.empty(document.shape)
    for number in kept:
        box = document.objects[number].box
        labels.write(box, np.where(document.labels[box.slices] == number, number, labels.read(box)))
    document.replace("Clear all", labels, {number: document.objects[number] for number in kept})
    return None
