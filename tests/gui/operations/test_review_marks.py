"""What accepting objects and putting them off writes down."""

from __future__ import annotations

import numpy as np

from cpsam_gui.operations import reviewing
from cpsam_gui.operations.common import NOTHING
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import Origin

SHAPE = (1, 20, 20)


def document() -> Document:
    labels = np.zeros(SHAPE, np.uint32)
    labels[0, 2:6, 2:6], labels[0, 2:6, 10:14] = 1, 2
    made = Document(SHAPE)
    with made.step("Segment"):
        made.write(Box.whole(SHAPE), labels, Origin.MODEL)
    return made


def marks(made: Document, number: int) -> tuple[bool, bool, bool]:
    row = made.objects[number]
    return row.locked, row.verified, row.uncertain


def test_an_accepted_object_is_locked_and_no_longer_uncertain() -> None:
    made = document()
    assert reviewing.put_off(made, [1]) is None
    assert (marks(made, 1), marks(made, 2)) == ((False, False, True), (False, False, False))
    assert reviewing.accept_objects(made, [1]) is None
    assert (marks(made, 1), marks(made, 2)) == ((True, True, False), (False, False, False))
    assert reviewing.put_off(made, [1]) is None
    assert marks(made, 1)[1:] == (False, True)


def test_where_there_is_nothing_to_mark_it_is_said() -> None:
    made = document()
    for mark in (reviewing.accept_objects, reviewing.put_off):
        assert mark(made, [7]) == NOTHING
    assert not any(marks(made, number) != (False, False, False) for number in (1, 2))


def test_a_step_says_how_many_objects_it_marked() -> None:
    made = document()
    reviewing.accept_objects(made, [1])
    reviewing.put_off(made, [1, 2])
    assert [step.name for step in made.history][-2:] == ["Accept", "Mark uncertain 2 objects"]
