from __future__ import annotations

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.steps import PixelEdit, Step
from cpsam_gui.state.transaction import TILE_PX, Transaction
from cpsam_gui.state.undo_stack import UndoStack


def step(name: str, size: int = 10) -> Step:
    return Step(name, (PixelEdit(Box(0, 1, 0, 1, 0, 1), bytes(size)),))


def test_steps_and_place() -> None:
    line = UndoStack(1000)
    assert line.top is line.next is None
    one, two = step("one"), step("two")
    line.push(one)
    line.push(two)
    assert (line.names, line.position, line.top) == (("one", "two"), 2, two)
    line.position = 1
    assert line.next is two
    line.push(step("three"))
    assert line.names == ("one", "three")
    assert len(line) == 2


def test_the_oldest_go_where_there_is_too_much() -> None:
    line = UndoStack(25)
    for name in "abcd":
        line.push(step(name))
    assert line.names == ("c", "d")
    assert line.dropped == 2
    line.push(step("large", 100))
    assert line.names == ("large",), "the last one stays whatever its size"


def test_the_saved_state_is_known_though_its_step_was_let_go() -> None:
    line = UndoStack(25)
    line.push(step("a"))
    line.mark_saved()
    line.push(step("b"))
    line.push(step("c"))
    assert line.modified
    line.position = 0
    assert not line.modified, "the state after the first step is the oldest that can be gone back to"
    line.push(step("d"))
    line.position = 0
    assert not line.modified
    line.mark_saved()
    line.push(step("e"))
    line.mark_saved()
    line.exchange_top(step("e"))
    assert line.modified, "another result took the place of the saved one"


def test_a_draft_holds_what_was_there_before() -> None:
    labels = np.arange(3 * 300 * 290, dtype=np.uint32).reshape(3, 300, 290)
    before = labels.copy()
    draft, store = Transaction("x"), ArrayLabels(labels)
    boxes = [Box(0, 1, 100, 140, 120, 135), Box(0, 1, 250, 300, 280, 290), Box(1, 3, 0, TILE_PX + 1, 5, 6)]
    for box in (*boxes, boxes[0]):
        draft.remember(store, box)
        labels[box.slices] += 1
    for box, old in draft.blocks():
        np.testing.assert_array_equal(old, before[box.slices])
    for edit in draft.edits(store):
        edit.apply(store)
    np.testing.assert_array_equal(labels, before)


def test_a_history_that_begins_anew_has_nothing_before_it_and_counts_as_saved() -> None:
    line = UndoStack(25)
    line.push(step("masks"))
    line.push(step("a"))
    line.position -= 1
    line.clear()
    assert (line.names, line.position, line.top, line.next, line.modified) == ((), 0, None, None, False)
    line.push(step("b"))
    assert line.names == ("b",) and line.modified
    line.position -= 1
    assert not line.modified
