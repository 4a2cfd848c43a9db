from __future__ import annotations

import numpy as np
import pytest

from cpsam_gui import drawing, operations
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.palette import COLOURS
from cpsam_gui.state.slice import Slice


def draw(document: Document, number: int, y0: int, y1: int, x0: int, x1: int) -> None:
    box = Box(0, 1, y0, y1, x0, x1)
    with document.step("Draw"):
        document.write(box, np.full(box.shape, number, np.uint32))
        document.update([number], colour=number)


@pytest.fixture
def document() -> Document:
    """Two squares that touch, one apart."""
    made = Document((1, 60, 60))
    draw(made, 1, 10, 20, 10, 20)
    draw(made, 2, 10, 20, 20, 30)
    draw(made, 3, 40, 50, 40, 50)
    return made


def lock(document: Document, number: int) -> None:
    with document.step("Lock"):
        document.update([number], locked=True)


def test_paint_takes_background_only(document: Document) -> None:
    box, mask = drawing.stroke(Slice(0, 0), (15, 19), (15, 19), 6)
    before = np.count_nonzero(document.labels == 2)
    with document.step("Brush"):
        operations.paint(document, box, mask, 1)
    assert np.count_nonzero(document.labels == 2) == before
    assert document.objects[1].area > 100


def test_paint_outside_the_image_does_nothing(document: Document) -> None:
    box, mask = drawing.stroke(Slice(0, 0), (-50, -50), (-60, -50), 6)
    with document.step("Brush"):
        operations.paint(document, box, mask, 9)
    assert 9 not in document.objects


def test_a_new_object_gets_a_colour_that_its_neighbours_lack(document: Document) -> None:
    number, why = operations.add_polygon(document, Slice(0, 0), [(21, 12), (21, 28), (30, 28), (30, 12)])
    assert why is None
    colours = {document.objects[n].colour % len(COLOURS) for n in (1, 2)}
    assert document.objects[number].colour % len(COLOURS) not in colours


def test_add_polygon_needs_free_background(document: Document) -> None:
    number, why = operations.add_polygon(document, Slice(0, 0), [(12, 12), (12, 18), (18, 18), (18, 12)])
    assert number == 0
    assert why is not None
    assert "background" in why


def test_erase_only_the_selected(document: Document) -> None:
    box, mask = drawing.stroke(Slice(0, 0), (15, 20), (15, 20), 4)
    with document.step("Erase"):
        operations.erase(document, box, mask, {2})
    assert document.objects[1].area == 100
    assert document.objects[2].area < 100


def test_locked_objects_are_never_touched(document: Document) -> None:
    lock(document, 1)
    before = document.labels == 1
    box, mask = drawing.stroke(Slice(0, 0), (15, 20), (15, 20), 8)
    with document.step("Erase"):
        operations.erase(document, box, mask)
        operations.paint(document, box, mask, 1)
    assert operations.delete(document, [1]) == operations.LOCKED
    assert operations.merge(document, [2, 1]) == operations.LOCKED
    assert operations.grow(document, [1]) == operations.LOCKED
    assert operations.split(document, Slice(0, 0), [(5, 15), (25, 15)]) == operations.LOCKED
    assert operations.clear(document) is None
    np.testing.assert_array_equal(document.labels == 1, before)
    assert set(document.objects) == {1}


def test_delete_many_is_one_step(document: Document) -> None:
    assert operations.delete(document, [1, 3, 99]) is None
    assert set(document.objects) == {2}
    assert document.steps[-1] == "Delete 2 objects"
    document.undo()
    assert set(document.objects) == {1, 2, 3}
    assert operations.delete(document, []) == operations.NOTHING


def test_merge_keeps_the_first_id(document: Document) -> None:
    assert operations.merge(document, [2, 1]) is None
    assert set(document.objects) == {2, 3}
    assert document.objects[2].area == 200
    assert operations.merge(document, [2]) is not None


def test_split_keeps_the_id_for_the_larger_part(document: Document) -> None:
    assert operations.split(document, Slice(0, 0), [(5, 13), (25, 13)]) is None
    new = max(document.objects)
    assert document.objects[1].area + document.objects[new].area == 100
    assert document.objects[1].area > document.objects[new].area
    assert document.objects[new].colour % len(COLOURS) != document.objects[1].colour % len(COLOURS)


def test_split_needs_to_cross(document: Document) -> None:
    steps = len(document.steps)
    assert operations.split(document, Slice(0, 0), [(12, 12), (14, 14)]) is not None
    assert operations.split(document, Slice(0, 0), [(55, 0), (55, 20)]) == "The line crosses no object"
    assert operations.split(document, Slice(0, 0), [(-9, -9), (-5, -5)]) == "The line crosses no object"
    assert len(document.steps) == steps


def test_split_across_two_objects_cuts_both(document: Document) -> None:
    assert operations.split(document, Slice(0, 0), [(15, 5), (15, 35)]) is None
    assert len(document.objects) == 5


def test_split_parts_of_a_model_object_stay_the_models_children(document: Document) -> None:
    with document.step("x"):
        document.update([1], origin=Origin.MODEL)
    operations.split(document, Slice(0, 0), [(5, 13), (25, 13)])
    assert document.objects[1].origin is Origin.EDITED


def test_fill_holes_keeps_another_object_inside(document: Document) -> None:
    with document.step("Hole"):
        document.write(Box(0, 1, 42, 48, 42, 48), np.zeros((1, 6, 6), np.uint32))
        document.write(Box(0, 1, 44, 46, 44, 46), np.full((1, 2, 2), 7, np.uint32))
    assert operations.fill_holes(document, [3]) is None
    assert document.objects[7].area == 4
    assert document.objects[3].area == 96
    assert operations.fill_holes(document, [3]) == "There are no holes to fill"


def test_grow_and_shrink_never_take_from_neighbours(document: Document) -> None:
    assert operations.grow(document, [1], 2) is None
    assert document.objects[2].area == 100
    assert document.objects[1].area > 100
    assert operations.grow(document, [2], -2) is None
    assert document.objects[2].area == 36


def test_lock_is_a_switch(document: Document) -> None:
    operations.set_locked(document, [1])
    assert document.objects[1].locked
    operations.set_locked(document, [1, 2])
    assert document.objects[2].locked
    operations.set_locked(document, [1, 2])
    assert not document.objects[1].locked


def test_clear_without_masks_says_so() -> None:
    assert operations.clear(Document((1, 5, 5))) == "There are no masks"
