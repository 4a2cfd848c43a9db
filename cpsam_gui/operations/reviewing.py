"""What a review says of objects: accepted, or doubtful; and of places without one: that there is no cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.common import NOTHING, known
from cpsam_gui.state.deleted import changed
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.review_rule import CORRECTED
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document


def accept_objects(document: Document, ids: Iterable[int]) -> str | None:
    """Accept objects as they are: nothing changes them any more until they are unlocked."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    with document.step(_named("Accept", len(chosen)), StepKind.MARK):
        document.update(chosen, locked=True, verified=True, uncertain=False)
    return None


def put_off(document: Document, ids: Iterable[int]) -> str | None:
    """Mark objects as looked at and uncertain, for somebody who knows better."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    with document.step(_named("Mark uncertain", len(chosen)), StepKind.MARK):
        document.update(chosen, uncertain=True, verified=False)
    return None


def refuse(document: Document, box: Box, mask: Mask) -> None:
    """Note that there is no cell at pixels of a block: as with objects that were deleted, no run brings one there."""
    facts, there = document.facts, document.store.read(box) > 0
    deleted = changed(facts.deleted, document.shape, [(box, mask & ~there, np.zeros_like(there))])
    review = facts.review if facts.review in CORRECTED else ReviewState.CORRECTED
    with document.step("No cell", StepKind.MARK):
        document.set_facts(deleted=deleted, review=review)


def _named(name: str, count: int) -> str:
    return name if count == 1 else f"{name} {count:,} objects"
