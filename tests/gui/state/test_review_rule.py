"""What a step means for how far the work on an image is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cpsam_gui.state import review_rule
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.state.review_rule import after, any_checked, first_open
from cpsam_gui.state.steps import StepKind


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
        # Who doubts an outline does not answer for it.
        ({}, {"uncertain": True}, False),
        ({"uncertain": True}, {"uncertain": True, "judged": True}, True),
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


def tables(rows: dict[int, ObjectRecord]) -> tuple[dict[int, ObjectRecord], ColumnRecords]:
    """Return the same rows as objects and as columns, which large images have."""
    columns = ColumnRecords()
    for number, row in rows.items():
        columns[number] = row
    return rows, columns


@pytest.mark.parametrize(
    ("fields", "checked"),
    [({}, False), ({"locked": True}, True), ({"origin": Origin.HAND}, True), ({"uncertain": True}, False)],
)
def test_any_checked_object_is_found_in_rows_and_in_columns(fields: dict[str, Any], checked: bool) -> None:
    for table in tables({1: record(), 3: record(**fields)}):
        assert any_checked(table) is checked


def test_the_first_open_object_is_found_in_rows_and_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two rows at a time, so that some are found in a later look.
    monkeypatch.setattr(review_rule, "LOOKED_AT_ROWS", 2)
    rows = {number: record(verified=number in (4, 6)) for number in range(1, 8)}
    ids, order = np.array([7, 6, 5, 4, 3], np.uint32), np.array([3, 1, 2, 4, 0])
    for table in tables(rows):
        assert first_open(table, ids, order, 0) == 5
        assert first_open(table, ids, order, 5) == 3
        assert first_open(table, ids, order[:2], 0) == 0
        assert first_open(table, ids, order[3:], 3) == 7


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("kind", [StepKind.THRESHOLDS, StepKind.SEGMENT])
def test_new_thresholds_that_keep_deletions_leave_an_image_corrected(kind: StepKind, keeps: bool) -> None:
    swapped: Any = SimpleNamespace(swap=object(), kind=kind, edits=(), records={}, keeps=keeps)
    stays = keeps and kind is StepKind.THRESHOLDS
    for before in (ReviewState.CORRECTED, ReviewState.VERIFIED):
        told = after(swapped, ImageFacts(before), {1: record()})
        assert told.review is (ReviewState.CORRECTED if stays else ReviewState.SEGMENTED)
    assert after(swapped, ImageFacts(), {1: record()}).review is ReviewState.SEGMENTED
