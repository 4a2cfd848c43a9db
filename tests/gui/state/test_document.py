from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.state.steps import StepKind

SHAPE = (2, 300, 280)  # more than one tile each way


def snapshot(document: Document) -> tuple[bytes, dict[int, ObjectRecord]]:
    return document.labels.tobytes(), dict(document.objects)


def put(document: Document, box: Box, number: int, name: str = "Put", origin: Origin = Origin.HAND) -> None:
    with document.step(name):
        document.write(box, np.full(box.shape, number, np.uint32), origin)


def test_write_keeps_the_table_in_step_with_the_pixels() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 1, 10, 20, 10, 20), 1)
    put(document, Box(0, 1, 15, 20, 10, 20), 2)
    assert document.objects[1].area == 50
    assert document.objects[2].area == 50
    assert document.objects[2].origin is Origin.HAND
    put(document, Box(0, 1, 10, 20, 10, 20), 0)
    assert not document.objects
    document.undo()
    assert document.objects[1].area == 50


def test_the_planes_of_an_object_are_those_that_show_it() -> None:
    document = Document((9, 30, 30))
    put(document, Box(1, 8, 2, 12, 2, 12), 1)
    # Cut in the middle, and its ends given to another object.
    put(document, Box(4, 8, 2, 12, 2, 12), 2)
    put(document, Box(1, 2, 2, 12, 2, 12), 2)
    assert document.planes_of(1) == range(2, 4)
    assert document.planes_of(2) == range(1, 8)


def test_labels_are_handed_out_read_only() -> None:
    document = Document(SHAPE)
    with pytest.raises(ValueError, match="read-only"):
        document.labels[0, 0, 0] = 1


def test_writing_needs_a_step_and_a_place_inside() -> None:
    document = Document(SHAPE)
    with pytest.raises(RuntimeError, match="inside a step"):
        document.write(Box(0, 1, 0, 1, 0, 1), np.ones((1, 1, 1), np.uint32))
    with pytest.raises(ValueError, match="outside"), document.step("x"):
        document.write(Box(0, 1, -1, 1, 0, 1), np.ones((1, 2, 1), np.uint32))
    assert not document.writing


def test_an_error_inside_a_step_takes_it_back() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 1, 0, 4, 0, 4), 1)
    before = snapshot(document)
    with pytest.raises(KeyError), document.step("broken"):
        document.write(Box(0, 1, 2, 9, 2, 9), np.full((1, 7, 7), 5, np.uint32))
        raise KeyError
    assert snapshot(document) == before
    assert document.steps == ("Put",)


def test_changes_of_model_objects_are_marked_as_edited() -> None:
    document = Document(SHAPE)
    labels = np.zeros(SHAPE, np.uint32)
    labels[0, :5, :5] = 1
    document.replace("Run", labels, {1: ObjectRecord(25, Box(0, 1, 0, 5, 0, 5), Origin.MODEL)})
    put(document, Box(0, 1, 0, 1, 0, 1), 0)
    assert document.objects[1].origin is Origin.EDITED
    document.undo()
    assert document.objects[1].origin is Origin.MODEL


def test_replace_is_one_step_and_swaps_by_reference() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 1, 0, 4, 0, 4), 1)
    before = snapshot(document)
    labels = np.zeros(SHAPE, np.uint32)
    labels[1, 100:200, 100:200] = 9
    document.replace("Run", labels, {9: ObjectRecord(10_000, Box(1, 2, 100, 200, 100, 200), Origin.MODEL)})
    assert np.shares_memory(document.labels, labels)
    after = snapshot(document)
    document.undo()
    assert snapshot(document) == before
    document.redo()
    assert snapshot(document) == after
    assert document.new_id() == 10


def test_new_thresholds_take_the_place_of_the_last_ones() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 1, 0, 4, 0, 4), 1)
    before = snapshot(document)
    for size in (5, 6, 7):
        labels = np.zeros(SHAPE, np.uint32)
        labels[0, :size] = 2
        rows = {2: ObjectRecord(size * SHAPE[2], Box(0, 1, 0, size, 0, SHAPE[2]), Origin.MODEL)}
        document.replace("Thresholds", labels, rows, kind=StepKind.THRESHOLDS)
    assert document.steps == ("Put", "Thresholds")
    assert document.objects[2].area == 7 * SHAPE[2]
    document.undo()
    assert snapshot(document) == before
    document.redo()
    assert document.objects[2].area == 7 * SHAPE[2]


def test_no_id_is_used_twice() -> None:
    document = Document(SHAPE)
    first = document.new_id()
    put(document, Box(0, 1, 0, 4, 0, 4), first)
    document.undo()
    assert document.new_id() > first


def test_history_is_bounded_by_bytes_but_keeps_the_last_step() -> None:
    document = Document(SHAPE, history_bytes=2000)
    rng = np.random.default_rng(1)
    for _ in range(6):
        with document.step("Noise"):
            document.write(Box(0, 1, 0, 50, 0, 50), rng.integers(0, 9, (1, 50, 50)).astype(np.uint32))
    assert document.steps == ("Noise",)
    assert document.dropped == 5
    assert document.can_undo


def test_a_new_step_drops_the_undone_ones() -> None:
    document = Document(SHAPE)
    for number in (1, 2, 3):
        put(document, Box(0, 1, number * 10, number * 10 + 5, 0, 5), number, f"Put {number}")
    document.go_to(1)
    assert document.steps == ("Put 1", "Put 2", "Put 3")
    put(document, Box(0, 1, 90, 95, 0, 5), 4, "Put 4")
    assert document.steps == ("Put 1", "Put 4")


def test_modified_follows_the_saved_state() -> None:
    document = Document(SHAPE)
    assert not document.modified
    put(document, Box(0, 1, 0, 4, 0, 4), 1)
    assert document.modified
    document.mark_saved()
    assert not document.modified
    document.undo()
    assert document.modified
    put(document, Box(0, 1, 0, 4, 0, 4), 2)
    document.undo()
    assert document.modified, "the saved state is no longer in the history"


def test_nothing_changed_is_no_step() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 1, 0, 4, 0, 4), 0)
    assert document.steps == ()


def test_changed_tells_where() -> None:
    document = Document(SHAPE)
    boxes: list[Box] = []
    document.changed.connect(boxes.append)
    box = Box(1, 2, 250, 260, 250, 262)
    put(document, box, 3)
    document.undo()
    assert boxes[0] == box
    assert all(one.intersection(box) == one for one in boxes[1:])
    assert sum(np.prod(one.shape) for one in boxes[1:]) == np.prod(box.shape)


# A random edit: plane, corner, size, label; or undo, redo, replace.
edits = st.lists(
    st.one_of(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, 290),
            st.integers(0, 270),
            st.integers(1, 120),
            st.integers(0, 6),
        ),
        st.sampled_from(["undo", "redo", "replace", "lock", "abort"]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(edits)
def test_undo_and_redo_return_to_the_same_bytes(script: list[object]) -> None:
    document = Document(SHAPE)
    states = [snapshot(document)]
    at = 0
    for entry in script:
        if entry == "undo":
            document.undo()
            at = max(at - 1, 0)
        elif entry == "redo":
            document.redo()
            at = min(at + 1, len(states) - 1)
        else:
            position = document.position
            apply(document, entry)
            if document.position > position:
                states = [*states[: at + 1], snapshot(document)]
                at += 1
        assert snapshot(document) == states[at]
        check_table(document)
    for position in (*range(len(states)), *reversed(range(len(states)))):
        document.go_to(position)
        assert snapshot(document) == states[position]


def apply(document: Document, entry: object) -> None:
    if entry == "replace":
        labels = np.zeros(SHAPE, np.uint32)
        labels[0, 5:25, 5:25] = 77
        document.replace("Run", labels, {77: ObjectRecord(400, Box(0, 1, 5, 25, 5, 25), Origin.MODEL)})
    elif entry == "lock":
        with document.step("Lock"):
            document.update(list(document.objects), locked=True, uncertain=bool(document.position % 2))
    elif entry == "abort":
        document.begin("Given up")
        document.write(Box(0, 1, 3, 40, 3, 40), np.full((1, 37, 37), 4, np.uint32))
        document.abort()
    elif isinstance(entry, tuple):
        z, y, x, size, number = entry
        box = Box(z, z + 1, y, y + size, x, x + size).clip(SHAPE)
        with document.step("Edit"):
            document.write(box, np.full(box.shape, number, np.uint32))
            second = box.grow(-(size // 4))
            if not second.empty:
                document.write(second, np.full(second.shape, number // 2, np.uint32))


def check_table(document: Document) -> None:
    areas = np.bincount(document.labels.ravel())
    assert {number: row.area for number, row in document.objects.items()} == {
        int(number): int(areas[number]) for number in np.flatnonzero(areas) if number
    }
    for number, row in document.objects.items():
        inside = np.count_nonzero(document.labels[row.box.slices] == number)
        assert inside == row.area
