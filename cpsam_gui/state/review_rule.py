"""How far the work on an image is, as it follows from what was done. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Step

CORRECTED = (ReviewState.CORRECTED, ReviewState.VERIFIED)
"""Somebody did something to the image."""
LOOKED_AT_ROWS = 1 << 16
"""Of the order of a review, at a time, for the first object that is open."""


def after(step: Step, facts: ImageFacts, objects: Mapping[int, ObjectRecord]) -> ImageFacts:
    """Return the facts after a new step, of which `objects` is the table; `deletions` said what stays deleted.

    A run or an import makes an image segmented, and corrected where work by hand came through it; any change of
    pixels or classes by hand makes it corrected, also one that was verified, and so does the first touch of an object,
    such as accepting it. A mark of doubt is none, and unlocking changes nothing. Runs and new thresholds that keep
    what a person did leave a corrected image so though no object tells: what was deleted stays away.
    """
    if step.swap is not None:
        stays = step.keeps and step.kind is StepKind.THRESHOLDS and facts.review in CORRECTED
        by_hand = stays or facts.deleted is not None or any_checked(objects)
        return facts.changed(review=ReviewState.CORRECTED if by_hand else ReviewState.SEGMENTED)
    if step.edits or any(_matters(*sides) for sides in step.records.values()):
        return facts.changed(review=ReviewState.CORRECTED)
    return facts


def any_checked(objects: Mapping[int, ObjectRecord]) -> bool:
    """Whether a person answers for any object of a table."""
    if isinstance(objects, ColumnRecords):
        return bool(objects.checked.any())
    return any(row.checked for row in objects.values())


def settled(row: ObjectRecord) -> bool:
    """Whether somebody looked at an object and decided."""
    return row.verified or row.uncertain or row.locked


def all_settled(objects: Mapping[int, ObjectRecord]) -> bool:
    """Whether somebody decided on each object of a table."""
    if isinstance(objects, ColumnRecords):
        return not objects.is_open(objects.ids).any()
    return all(settled(row) for row in objects.values())


def first_open(
    objects: Mapping[int, ObjectRecord], ids: NDArray[np.uint32], order: NDArray[np.int64], but: int
) -> int:
    """Return the first id, in an order that says places of the ids, that nobody decided on; 0 without one.

    `but` is left out.
    """
    if isinstance(objects, ColumnRecords):
        # Millions of rows: a look at columns, until one is found.
        for first in range(0, len(order), LOOKED_AT_ROWS):
            here = ids[order[first : first + LOOKED_AT_ROWS]]
            here = here[objects.is_open(here) & (here != but)]
            if here.size:
                return int(here[0])
        return 0
    for number in ids[order].tolist():
        if number in objects and number != but and not settled(objects[number]):
            return int(number)
    return 0


def _matters(before: ObjectRecord | None, now: ObjectRecord | None) -> bool:
    if before is None or now is None or before.class_id != now.class_id:
        return True
    return now.checked and not before.checked
