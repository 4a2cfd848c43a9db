"""What a person touched survives every run and every change of thresholds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpsam_gui import operations, tasks
from cpsam_gui.operations import reviewing
from cpsam_gui.state import review_rule
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.slice import Slice
from tests.gui.operations.test_random import SHAPE, edits


def result_of_a_run(seed: int) -> SimpleNamespace:
    """What the engine gives: squares at places that change from run to run."""
    dice = np.random.default_rng(seed)
    labels, count = np.zeros(SHAPE, np.uint32), 0
    for plane, y, x in dice.integers(0, (SHAPE[0], 40, 56), (12, 3)).tolist():
        place = labels[plane, y : y + 7, x : x + 7]
        if not place.any():
            count += 1
            place[...] = count
    numbers = np.arange(1, count + 1)
    objects = SimpleNamespace(ids=numbers, flow_errors=np.full(count, 0.1), probabilities=np.full(count, 0.9))
    return SimpleNamespace(labels=labels, objects=objects, output=None)


def run(document: Document, seed: int) -> None:
    """Segment anew as the window does: what is touched is kept, the rest gives way."""
    rows = {number: row for number, row in document.objects.items() if row.touched}
    kept = tasks.PreviousMasks(document.labels.copy(), rows, document.next_id)
    found = tasks.combine(result_of_a_run(seed), document.shape, kept, lambda *_: None)
    document.replace("Segment", found.labels, found.records)


def touched(document: Document) -> dict[int, bytes]:
    return {n: (document.labels == n).tobytes() for n, row in document.objects.items() if row.touched}


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(edits, st.tuples(st.just(run), st.integers(0, 99))), min_size=2, max_size=12))
def test_runs_never_lose_what_a_person_touched(sequence: list) -> None:
    document = Document(SHAPE)
    run(document, 7)
    for operation, *values in sequence:
        before, position = touched(document), document.position
        operation(document, *values)
        after = touched(document)
        if operation is run:
            assert after == before
        for number in before.keys() - after.keys():
            # gone by an edit that stands in the history, or no longer marked
            assert document.position > position, number
    end = document.position
    last = touched(document)
    document.go_to(1)
    document.go_to(end)
    assert touched(document) == last


@pytest.fixture
def document() -> Document:
    made = Document((1, 40, 60))
    labels = np.zeros((1, 40, 60), np.uint32)
    labels[0, 10:20, 10:40] = 1
    with made.step("Segment"):
        made.write(Box.whole(made.shape), labels, Origin.MODEL)
    made.rule = lambda step, facts: review_rule.after(step, facts, made.objects)
    assert not made.objects[1].touched
    return made


def test_both_parts_of_a_split_are_touched(document: Document) -> None:
    assert operations.split(document, Slice(0, 0), [(5.0, 25.0), (25.0, 25.0)]) is None
    assert len(document.objects) == 2
    assert all(row.touched for row in document.objects.values())


@pytest.mark.parametrize(
    "touch",
    [
        lambda d: operations.set_class(d, [1], 2),
        lambda d: operations.set_locked(d, [1]),
        lambda d: reviewing.accept_objects(d, [1]),
        lambda d: operations.grow(d, [1], 1),
    ],
)
def test_every_touch_counts_and_is_a_correction(document: Document, touch: object) -> None:
    touch(document)  # type: ignore[operator]
    assert document.objects[1].touched
    assert document.facts.review is ReviewState.CORRECTED


def test_a_mark_of_doubt_is_kept_and_is_no_correction(document: Document) -> None:
    operations.set_uncertain(document, [1])
    assert document.objects[1].touched and not document.objects[1].checked
    assert document.facts.review is not ReviewState.CORRECTED


def test_a_proposal_that_was_chosen_is_touched(document: Document) -> None:
    labels = np.ones((1, 6, 6), np.uint32)
    made, why = operations.accept(
        document, operations.Proposal(Box(0, 1, 30, 36, 2, 8), labels, {1: {"probability": 0.4}}), "Find cell"
    )
    assert why is None
    row = document.objects[made[0]]
    assert (row.touched, row.origin, row.probability) == (True, Origin.MODEL, 0.4)


def test_locked_objects_take_a_class(document: Document) -> None:
    operations.set_locked(document, [1])
    assert operations.set_class(document, [1], 3) is None
    assert document.objects[1].class_id == 3
    assert document.objects[1].locked


def test_pieces_become_objects(document: Document) -> None:
    with document.step("Draw"):
        block = document.labels.copy()
        block[0, 30:33, 10:14] = 1
        block[0, 30:36, 50:56] = 1
        document.write(Box.whole(document.shape), block)
    with document.step("Class"):
        document.update([1], class_id=4)
    assert operations.in_pieces(document, [1]) == [1]
    assert operations.separate_pieces(document, [1]) == "1 object became 3"
    assert sorted(row.area for row in document.objects.values()) == [12, 36, 300]
    assert document.objects[1].area == 300
    assert {row.class_id for row in document.objects.values()} == {4}
    assert len({row.colour for row in document.objects.values()}) == 3
    assert operations.separate_pieces(document, [1]) == "Each selected object is a single piece"


def test_corners_that_touch_are_one_piece(document: Document) -> None:
    with document.step("Draw"):
        block = document.labels.copy()
        block[0, 20:24, 40:44] = 1
        document.write(Box.whole(document.shape), block)
    assert operations.in_pieces(document, [1]) == []
