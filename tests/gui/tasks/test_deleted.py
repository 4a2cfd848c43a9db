"""Runs, new thresholds and the review do not bring back what a person deleted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_gui import operations, tasks
from cpsam_gui.operations.reviewing import refuse
from cpsam_gui.state.box import Box
from cpsam_gui.state.deleted import DeletedPlaces
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.project import checked_facts, fields_of_facts
from cpsam_gui.tasks.coverage import MissedCells, find_missed

if TYPE_CHECKING:
    from cpsam_gui.state.steps import Labels

DIAGONAL, ROUND, SMALL, FAR = 1, 2, 3, 4


def scene(planes: int = 1) -> Labels:
    """A thin diagonal cell, a round one in the corner of its box, a small one beside that, and one far away."""
    labels = np.zeros((planes, 60, 60), np.uint32)
    for row in range(4, 34):
        labels[:, row, row : row + 3] = DIAGONAL
    labels[:, 5:17, 22:34] = ROUND
    labels[:, 5:17, 36:42] = SMALL
    labels[:, 45:55, 45:55] = FAR
    return labels


def segmented(labels: Labels) -> Document:
    document = Document(labels.shape)
    document.replace("Segment", labels.copy(), tasks.records_of(labels), kind=StepKind.SEGMENT)
    return document


def with_thresholds(document: Document, labels: Labels, kind: StepKind = StepKind.THRESHOLDS) -> int:
    """Apply other thresholds, or run the model, which find these objects, as the window does; say what was left out."""
    numbers = np.unique(labels[labels > 0])
    result = SimpleNamespace(labels=labels, objects=SimpleNamespace(ids=numbers), output=None)
    rows = {number: row for number, row in document.objects.items() if row.touched}
    kept = tasks.PreviousMasks(
        document.snapshot(), rows, document.next_id, document.colours.copy(), document.facts.deleted
    )
    found = tasks.combine(result, document.shape, kept, lambda *_: None)
    document.replace("Thresholds", found.labels, found.records, kind=kind, keeps=True)
    return found.left_out


def places(document: Document) -> set[int]:
    """Return which cells of the scene are there."""
    cells = scene(document.shape[0])
    return {n for n in (DIAGONAL, ROUND, SMALL, FAR) if document.labels[cells == n].all()}


@pytest.mark.parametrize("planes", [1, 3])
def test_what_was_deleted_stays_away_and_its_neighbours_stay(planes: int) -> None:
    document = segmented(scene(planes))
    operations.delete(document, [DIAGONAL])
    with_thresholds(document, scene(planes))
    assert places(document) == {ROUND, SMALL, FAR}
    # A slider moves on, and its results are one step.
    with_thresholds(document, scene(planes))
    assert places(document) == {ROUND, SMALL, FAR} and len(document.steps) == 3
    document.undo()
    document.undo()
    with_thresholds(document, scene(planes))
    assert places(document) == {DIAGONAL, ROUND, SMALL, FAR}


def test_a_deletion_that_was_redone_counts() -> None:
    document = segmented(scene())
    operations.delete(document, [FAR])
    document.undo()
    document.redo()
    with_thresholds(document, scene())
    assert places(document) == {DIAGONAL, ROUND, SMALL}


def test_a_result_that_joins_it_with_another_does_not_let_it_back_in() -> None:
    document = segmented(scene())
    operations.delete(document, [SMALL])
    joined = scene()
    joined[0, 5:17, 22:42] = ROUND
    with_thresholds(document, joined)
    with_thresholds(document, scene())
    assert places(document) == {DIAGONAL, ROUND, FAR}


def test_parts_of_what_was_merged_stay_away_with_it() -> None:
    document = segmented(scene())
    operations.merge(document, [SMALL, ROUND])
    operations.delete(document, [SMALL])
    with_thresholds(document, scene())
    assert places(document) == {DIAGONAL, FAR}


def test_what_was_merged_only_is_not_deleted() -> None:
    document = segmented(scene())
    operations.merge(document, [SMALL, ROUND])
    assert document.facts.deleted is None


def test_what_was_erased_bit_by_bit_stays_away() -> None:
    document = segmented(scene())
    for row in range(45, 55):
        with document.step("Erase"):
            document.write(Box(0, 1, row, row + 1, 45, 55), np.zeros((1, 1, 10), np.uint32))
    with_thresholds(document, scene())
    assert places(document) == {DIAGONAL, ROUND, SMALL}


def test_what_the_model_found_again_since_may_come_and_go() -> None:
    document = segmented(scene())
    operations.delete(document, [FAR])
    with document.step("Segment region", StepKind.SEGMENT_REGION):
        number = np.uint32(document.new_id())
        document.write(Box(0, 1, 45, 55, 45, 55), np.full((1, 10, 10), number), Origin.MODEL)
    with_thresholds(document, scene())
    assert places(document) == {DIAGONAL, ROUND, SMALL, FAR}


def test_a_run_leaves_out_what_was_deleted_and_says_how_much() -> None:
    document = segmented(scene())
    operations.delete(document, [DIAGONAL, FAR])
    assert with_thresholds(document, scene(), StepKind.SEGMENT) == 2
    assert places(document) == {ROUND, SMALL}
    # So does the one after that.
    assert with_thresholds(document, scene(), StepKind.SEGMENT) == 2
    assert places(document) == {ROUND, SMALL}


def test_what_was_drawn_where_something_was_deleted_is_found_there_again() -> None:
    document = segmented(scene())
    operations.delete(document, [FAR])
    with document.step("Draw"):
        document.write(Box(0, 1, 45, 55, 45, 55), np.full((1, 10, 10), 9, np.uint32))
    assert document.facts.deleted is None
    document.undo()
    assert document.facts.deleted is not None


def test_masks_from_elsewhere_begin_anew() -> None:
    document = segmented(scene())
    operations.delete(document, [FAR])
    document.replace("Import", scene(), tasks.records_of(scene()), kind=StepKind.IMPORT)
    assert document.facts.deleted is None


@pytest.mark.parametrize("planes", [1, 3])
def test_the_pixels_are_those_that_were_emptied_whatever_the_order(planes: int) -> None:
    rng = np.random.default_rng(4)
    labels = np.ones((planes, 30, 40), np.uint32)
    document, expected = segmented(labels), np.zeros(labels.shape, np.bool_)
    for _ in range(60):
        z, y, x = (int(rng.integers(0, length)) for length in labels.shape)
        box = Box(z, z + 2, y, y + int(rng.integers(1, 12)), x, x + int(rng.integers(1, 20))).clip(
            labels.shape
        )
        values = (rng.random(box.shape) < 0.6).astype(np.uint32)
        before = document.labels[box.slices].copy() > 0
        with document.step("Paint"):
            document.write(box, values)
        now = values > 0
        expected[box.slices] = (expected[box.slices] | before & ~now) & ~now
        deleted = document.facts.deleted
        assert deleted is not None
        assert np.array_equal(deleted.mask(), expected)
        assert np.array_equal(deleted.mask(box), expected[box.slices])
    while document.can_undo:
        document.undo()
    assert document.facts.deleted is None


def test_files_hold_the_places_and_nonsense_in_them_is_left_out() -> None:
    document = segmented(scene(3))
    operations.delete(document, [FAR, DIAGONAL])
    stored = fields_of_facts(document.facts)
    assert checked_facts(stored) == document.facts
    good = stored["deleted"]
    for bad in (
        3,
        {},
        {**good, "shape": [3, 60]},
        {**good, "shape": [0, 0, 0]},
        {**good, "shape": [3, 60, 10**30]},
        {**good, "shape": [1, 10, 10]},
        {**good, "runs": "AAAA"},
        {**good, "runs": "ä"},
        {**good, "runs": None},
    ):
        assert checked_facts({**stored, "deleted": bad}).deleted is None
    assert DeletedPlaces.of((1, 2, 3), np.zeros(0, np.int64), np.zeros(0, np.int64)) is None
    assert fields_of_facts(ImageFacts())["deleted"] is None


def test_a_new_result_and_masks_that_were_cleared_begin_anew() -> None:
    document = segmented(scene())
    operations.delete(document, [FAR])
    operations.clear(document)
    with_thresholds(document, scene())
    assert places(document) == {DIAGONAL, ROUND, SMALL, FAR}


def test_all_objects_can_be_deleted() -> None:
    document = segmented(scene())
    operations.delete(document, list(document.objects))
    with_thresholds(document, scene())
    assert not document.objects


def test_the_review_does_not_call_it_missed() -> None:
    document = segmented(scene())
    logits = np.where(scene()[0] > 0, 3.0, -3.0).astype(np.float32)
    operations.delete(document, [FAR])

    def missed() -> int:
        return len(find_missed(logits, document.snapshot(), document.facts.deleted, lambda *_: None))

    assert missed() == 0
    document.undo()
    with document.step("Segment region", StepKind.SEGMENT_REGION):
        document.write(Box(0, 1, 45, 55, 45, 55), np.zeros((1, 10, 10), np.uint32), Origin.MODEL)
    assert missed() == 1, "the model left it out, and no person"


@pytest.mark.parametrize("planes", [1, 3])
def test_where_a_person_said_that_there_is_no_cell_no_run_puts_one(planes: int) -> None:
    cells = scene(planes)
    document = segmented(np.where(cells == FAR, np.uint32(0), cells))
    logits = np.where(cells > 0, 3.0, -3.0).astype(np.float32)

    def missed() -> tuple[MissedCells, ...]:
        seen = logits[0] if planes == 1 else logits
        return find_missed(seen, document.snapshot(), document.facts.deleted, lambda *_: None)

    (place,) = missed()
    assert np.array_equal(place.mask, cells[place.box.slices] == FAR)
    refuse(document, place.box, place.mask)
    assert not missed()
    assert with_thresholds(document, cells, StepKind.SEGMENT) == 1
    assert places(document) == {DIAGONAL, ROUND, SMALL} and not missed()
    assert checked_facts(fields_of_facts(document.facts)) == document.facts
    document.undo()
    document.undo()
    assert missed() == (place,) and document.facts.deleted is None
