"""What a step means for how far the work on an image is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.state.review_rule import after


def record(**fields: Any) -> ObjectRecord:
    from cpsam_gui.state.box import Box

    plain: dict[str, Any] = {"area": 9, "box": Box(0, 1, 0, 3, 0, 3), "origin": Origin.MODEL}
    return ObjectRecord(**{**plain, **fields})


def step(before: ObjectRecord | None, now: ObjectRecord | None) -> Any:
    return SimpleNamespace(swap=None, edits=(), records={1: (before, now)})


@pytest.mark.parametrize(
    ("before", "now", "corrected"),
    [
        ({"class_id": 1}, {"class_id": 2}, True),
        ({"class_id": 2}, {"class_id": 2}, False),
        ({}, {"locked": True}, True),
        ({"locked": True}, {}, False),
        ({"locked": True}, {"locked": True, "class_id": 3}, True),
    ],
)
def test_a_changed_class_counts_as_a_correction(
    before: dict[str, Any], now: dict[str, Any], corrected: bool
) -> None:
    facts = ImageFacts(ReviewState.SEGMENTED)
    told = after(step(record(**before), record(**now)), facts, {})
    assert told.review is (ReviewState.CORRECTED if corrected else ReviewState.SEGMENTED)


def test_a_new_or_a_deleted_object_counts_as_a_correction() -> None:
    facts = ImageFacts(ReviewState.VERIFIED)
    for sides in ((None, record()), (record(), None)):
        assert after(step(*sides), facts, {}).review is ReviewState.CORRECTED
