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
from cpsam_gui.state.view import View
from cpsam_gui.tools import TOOLS, Desk, Pointer

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
    assert len(tool.shapes()) == 3, "two parts and the seed of this plane"
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
    assert tool.shapes()
    desk.view.plane = 9
    assert bool(tool.shapes()) == (scope is Scope.BODY)
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
    assert len(tool.shapes()) > 1
    tool.finish()
    assert planes(desk.document.labels > 0) == list(range(*expected))
