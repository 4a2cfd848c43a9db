"""Tools that reach through the planes of a stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_gui import operations
from cpsam_gui.operations import Scope, WriteMode
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.view import View
from cpsam_gui.tools import TOOLS, Desk, Pointer
from tests.gui.tools.drawing_of import shapes_of

SPACING = (2.0, 1.0, 1.0)


@pytest.fixture
def desk() -> Desk:
    """Two balls that touch, one id; planes two pixels apart."""
    z, y, x = np.ogrid[:12, :40, :60]
    one = ((z - 5.5) * 2) ** 2 + (y - 20) ** 2 + (x - 20) ** 2 <= 81
    two = ((z - 5.5) * 2) ** 2 + (y - 20) ** 2 + (x - 36) ** 2 <= 81
    document = Document((12, 40, 60))
    with document.step("Draw"):
        document.write(Box.whole(document.shape), (one | two).astype(np.uint32))
    made = Desk(document, View(plane=5, brush_diameter=8.0), spacing=lambda: SPACING)
    made.options.scope = Scope.BODY
    return made


def dab(desk: Desk, key: str, y: float, x: float) -> None:
    tool = TOOLS[key](desk)
    assert tool.press(Pointer(y, x))
    tool.release(Pointer(y, x))


def planes(changed: np.ndarray) -> list[int]:
    return np.flatnonzero(changed.any((1, 2))).tolist()


@pytest.mark.parametrize(("scope", "expected"), [(Scope.PLANE, [5]), (Scope.BODY, [3, 4, 5, 6, 7])])
def test_the_brush_is_a_ball(desk: Desk, scope: Scope, expected: list[int]) -> None:
    desk.options.scope = scope
    before = desk.document.labels.copy()
    dab(desk, "brush", 5.5, 5.5)
    assert planes(desk.document.labels != before) == expected


def test_the_eraser_is_a_ball(desk: Desk) -> None:
    before = desk.document.labels.copy()
    dab(desk, "eraser", 20.5, 20.5)
    assert planes(desk.document.labels != before) == [3, 4, 5, 6, 7]
    desk.document.undo()
    np.testing.assert_array_equal(desk.document.labels, before)


def test_a_brush_that_replaces_takes_the_whole_body_away(desk: Desk) -> None:
    desk.options.mode = WriteMode.REPLACE
    dab(desk, "brush", 20.5, 20.5)
    assert planes(desk.document.labels > 0) == [3, 4, 5, 6, 7]


@pytest.mark.parametrize(("scope", "expected"), [(Scope.PLANE, [5]), (Scope.BODY, list(range(1, 11)))])
def test_a_line_splits_the_body(desk: Desk, scope: Scope, expected: list[int]) -> None:
    desk.options.scope = scope
    tool = TOOLS["split"](desk)
    assert tool.press(Pointer(4.5, 28.5))
    tool.move(Pointer(20.5, 28.5))
    tool.move(Pointer(36.5, 28.5))
    tool.release(Pointer(36.5, 28.5))
    assert not desk.problems
    assert planes(desk.document.labels > 1) == expected


def test_seeds_in_two_planes_split_the_body(desk: Desk) -> None:
    tool = TOOLS["seeds"](desk)
    assert tool.press(Pointer(20.5, 16.5))
    desk.view.plane = 7
    assert tool.press(Pointer(20.5, 40.5))
    assert len(shapes_of(tool)) == 3, "two parts and the seed of this plane"
    tool.finish()
    assert not desk.problems
    labels = desk.document.labels
    assert labels[5, 20, 20] != labels[5, 20, 36]
    assert {int(n) for n in np.unique(labels) if n} == {1, 2}


def test_seeds_of_one_plane_stay_in_it(desk: Desk) -> None:
    desk.options.scope = Scope.PLANE
    tool = TOOLS["seeds"](desk)
    tool.press(Pointer(20.5, 16.5))
    desk.view.plane = 7
    tool.press(Pointer(20.5, 40.5))
    assert desk.problems
    desk.view.plane = 5
    tool.press(Pointer(20.5, 40.5))
    tool.finish()
    assert planes(desk.document.labels > 1) == [5]


def test_a_flat_image_has_no_bodies() -> None:
    desk = Desk(Document((1, 20, 20)), View(brush_diameter=6.0))
    desk.options.scope = Scope.BODY
    assert not desk.whole
    dab(desk, "brush", 10.5, 10.5)
    assert desk.document.objects[1].area > 20


@dataclass
class Run:
    """What a perfect run on the volume left."""

    flows: np.ndarray
    logits: np.ndarray
    diameter: float | None = 18.0


@pytest.mark.parametrize(("scope", "expected"), [(Scope.BODY, range(1, 11)), (Scope.PLANE, [5])])
def test_a_click_finds_a_body_or_what_it_has_in_the_plane(
    desk: Desk, scope: Scope, expected: list[int]
) -> None:
    truth = desk.document.labels.copy()
    run = Run(
        (5 * flows_from_masks(truth)).astype(np.float32), np.where(truth > 0, 4.0, -8.0).astype(np.float32)
    )
    operations.delete(desk.document, [1])
    desk.maps, desk.options.scope = lambda: run, scope
    tool = TOOLS["find"](desk)
    assert tool.press(Pointer(20.5, 28.5))
    assert shapes_of(tool)
    desk.view.plane = 9
    assert bool(shapes_of(tool)) == (scope is Scope.BODY)
    desk.view.plane = 5
    assert tool.press(Pointer(20.5, 28.5)), "a click on the proposal takes it over"
    found = desk.document.labels > 0
    assert planes(found) == list(expected)
    inside = truth[list(expected)] > 0
    assert np.count_nonzero(found[list(expected)] & inside) > 0.95 * np.count_nonzero(inside)


@pytest.mark.parametrize(("scope", "expected"), [(Scope.BODY, (0, 11)), (Scope.PLANE, (5, 6))])
def test_a_box_goes_through_as_many_planes_as_it_is_wide(
    desk: Desk, scope: Scope, expected: tuple[int, int]
) -> None:
    asked: list[Box] = []

    def segment(box: Box, done: Callable[[Any], None]) -> Callable[[], None]:
        asked.append(box)
        labels = np.zeros(box.shape, np.uint32)
        labels[:, 2:8, 2:8] = 1
        done(operations.Proposal(box, labels))
        return lambda: None

    operations.delete(desk.document, [1])
    desk.segment, desk.options.scope = segment, scope
    tool = TOOLS["segment_box"](desk)
    tool.press(Pointer(2.0, 3.0))
    tool.move(Pointer(20.0, 23.0))
    tool.release(Pointer(20.0, 23.0))
    assert [(box.z0, box.z1) for box in asked] == [expected]
    assert len(shapes_of(tool)) > 1
    tool.finish()
    assert planes(desk.document.labels > 0) == list(range(*expected))


# The slice in which each orthogonal view shows both balls or the middle of one, and where they are in it.
XZ, YZ = Slice(1, 20), Slice(2, 20)


def in_view(shown: Slice, z: float, y: float, x: float, **held: bool) -> Pointer:
    """Return the pointer at a voxel in an orthogonal view."""
    row, column = shown.place((z, y, x))
    return Pointer(row, column, slice=shown, **held)


@pytest.mark.parametrize("shown", [XZ, YZ])
def test_a_proposal_is_seen_and_taken_in_every_view(desk: Desk, shown: Slice) -> None:
    truth = desk.document.labels.copy()
    run = Run(
        (5 * flows_from_masks(truth)).astype(np.float32), np.where(truth > 0, 4.0, -8.0).astype(np.float32)
    )
    operations.delete(desk.document, [1])
    desk.maps, desk.view.plane = lambda: run, 9
    tool = TOOLS["find"](desk)
    assert tool.press(in_view(shown, 5.5, 20.5, 20.5))
    assert desk.view.plane == 5, "the canvas shows what was clicked"
    for view in (Slice(0, 5), XZ, YZ):
        seen = np.array([point for shape in tool.proposed(view) for point in shape.points])
        rows, columns = np.nonzero(view.of(truth))
        assert seen.min(0) == pytest.approx((rows.min(), columns.min()), abs=1.5)
        assert seen.max(0) == pytest.approx((rows.max() + 1, columns.max() + 1), abs=1.5)
    assert not tool.proposed(Slice(1, 1)), "nothing of it is there"
    assert tool.press(in_view(shown, 4.5, 20.5, 20.5)), "a click on the proposal in this view takes it over"
    assert np.count_nonzero((desk.document.labels > 0) & (truth > 0)) > 0.95 * np.count_nonzero(truth)


@pytest.mark.parametrize(
    ("shown", "start", "stop", "expected"),
    [
        (XZ, (2.0, 20.5, 4.0), (9.0, 20.5, 24.0), Box(2, 9, 10, 31, 4, 24)),
        (YZ, (2.0, 4.0, 20.5), (9.0, 24.0, 20.5), Box(2, 9, 4, 24, 10, 31)),
    ],
)
def test_a_box_in_an_orthogonal_view_says_which_planes(
    desk: Desk, shown: Slice, start: Any, stop: Any, expected: Box
) -> None:
    asked: list[Box] = []

    def segment(box: Box, done: Callable[[Any], None]) -> Callable[[], None]:
        asked.append(box)
        done(operations.Proposal(box, np.ones(box.shape, np.uint32)))
        return lambda: None

    operations.delete(desk.document, [1])
    desk.segment, desk.options.scope, desk.view.plane = segment, Scope.PLANE, 11
    tool = TOOLS["segment_box"](desk)
    assert tool.press(in_view(shown, *start))
    tool.move(in_view(shown, *stop))
    assert tool.drawn_in == shown
    tool.release(in_view(shown, *stop))
    assert asked == [expected]
    assert all(len(tool.proposed(view)) == 2 for view in (Slice(0, 5), XZ, YZ)), (
        "the frame, and what it holds"
    )
    middle = (expected.z0 + expected.z1) / 2, (expected.y0 + expected.y1) / 2, (expected.x0 + expected.x1) / 2
    tool.press(in_view(shown, *middle))
    tool.release(in_view(shown, *middle))
    assert planes(desk.document.labels > 0) == list(range(expected.z0, expected.z1))


@pytest.mark.parametrize("scope", list(Scope))
def test_seeds_in_an_orthogonal_view_split_the_body(desk: Desk, scope: Scope) -> None:
    desk.options.scope = scope
    tool = TOOLS["seeds"](desk)
    assert tool.press(in_view(XZ, 5.5, 20.5, 16.5))
    assert tool.press(in_view(XZ, 6.5, 20.5, 40.5))
    assert sum(shape.handles for shape in tool.proposed(XZ)) == 2
    assert sum(shape.filled for shape in tool.proposed(XZ)) == 2
    assert sum(shape.filled for shape in tool.proposed(YZ)) == 1, "this cuts the middle of one part"
    tool.finish()
    assert not desk.problems
    assert planes(desk.document.labels > 1) == list(range(1, 11))


@pytest.mark.parametrize("shown", [XZ, YZ])
def test_an_outline_is_drawn_in_the_view_in_which_it_is_begun(desk: Desk, shown: Slice) -> None:
    operations.delete(desk.document, [1])
    tool = TOOLS["lasso"](desk)
    corners = [(2.0, 4.0, 4.0), (2.0, 14.0, 14.0), (9.0, 14.0, 14.0), (9.0, 4.0, 4.0)]
    assert tool.press(in_view(shown, *corners[0]))
    for corner in corners[1:]:
        tool.move(in_view(shown, *corner))
    tool.release(in_view(shown, *corners[-1]))
    drawn = desk.document.labels > 0
    top, bottom, left, right = shown.area(Box(2, 9, 4, 14, 4, 14))
    assert np.array_equal(np.argwhere(shown.of(drawn)).min(0), (top, left))
    assert np.array_equal(np.argwhere(shown.of(drawn)).max(0), (bottom - 1, right - 1))
    assert np.unique(np.nonzero(drawn)[shown.across]).tolist() == [shown.index]


def test_a_brush_that_replaces_in_an_orthogonal_view_takes_that_slice_away(desk: Desk) -> None:
    desk.options.scope, desk.options.mode = Scope.PLANE, WriteMode.REPLACE
    before = desk.document.labels.copy()
    tool = TOOLS["brush"](desk)
    assert tool.press(in_view(XZ, 5.5, 20.5, 20.5))
    tool.release(in_view(XZ, 5.5, 20.5, 20.5))
    changed = desk.document.labels != before
    assert np.flatnonzero(changed.any((0, 2))).tolist() == [XZ.index]
    assert 0 < np.count_nonzero(desk.document.labels[:, XZ.index]) < np.count_nonzero(before[:, XZ.index])


def test_a_stroke_beside_the_selected_body_goes_on_with_it_in_every_view(desk: Desk) -> None:
    desk.view.select(1)
    tool = TOOLS["brush"](desk)
    # In the plane of the canvas nothing is near (10, 45), which is row and column in the orthogonal view.
    assert tool.press(in_view(XZ, 10.5, 20.5, 46.5))
    tool.release(in_view(XZ, 10.5, 20.5, 46.5))
    assert set(desk.document.objects) == {1}
    desk.view.select(1)
    assert tool.press(in_view(XZ, 0.5, 20.5, 57.5))
    tool.release(in_view(XZ, 0.5, 20.5, 57.5))
    assert len(desk.document.objects) == 2, "this one is too far away"


@pytest.mark.parametrize("key", ["select_box", "select_lasso"])
def test_objects_are_selected_in_every_view(desk: Desk, key: str) -> None:
    tool = TOOLS[key](desk)
    corners = [(1.0, 20.5, 6.0), (1.0, 20.5, 50.0), (11.0, 20.5, 50.0), (11.0, 20.5, 6.0)]
    tool.press(in_view(XZ, *corners[0]))
    for corner in corners[1:3]:
        tool.move(in_view(XZ, *corner))
    if key == "select_lasso":
        tool.move(in_view(XZ, *corners[3]))
    tool.release(in_view(XZ, *corners[3 if key == "select_lasso" else 2]))
    assert desk.view.selection == {1}


def test_keys_over_a_body_say_what_a_click_does_in_every_view(desk: Desk) -> None:
    tool = TOOLS["select"](desk)
    tool.move(in_view(XZ, 5.5, 20.5, 20.5, ctrl=True))
    assert tool.proposed(XZ) and tool.proposed(YZ) and tool.proposed(Slice(0, 5))
    tool.click(in_view(XZ, 5.5, 20.5, 20.5, ctrl=True))
    assert not desk.document.objects
