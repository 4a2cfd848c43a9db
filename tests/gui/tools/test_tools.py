from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from cpsam_gui import operations
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.view import View
from cpsam_gui.tools import TOOLS, Desk, Pointer, Tool
from cpsam_gui.tools.paint import NOT_SELECTED


@pytest.fixture
def desk() -> Desk:
    document = Document((2, 100, 100))
    with document.step("Draw"):
        for number, corner in ((1, 10), (2, 60)):
            box = Box(0, 1, corner, corner + 20, corner, corner + 20)
            document.write(box, np.full(box.shape, number, np.uint32))
    return Desk(document, View(brush_diameter=6.0))


def drag(tool: Tool, way: Iterable[tuple[float, float]], **held: bool) -> None:
    points = list(way)
    assert tool.press(Pointer(*points[0], **held))
    for y, x in points[1:]:
        tool.move(Pointer(y, x, **held))
    tool.release(Pointer(*points[-1], **held))


def circle(y: float, x: float, radius: float, steps: int = 40) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * np.pi, steps)
    return [(y + radius * np.sin(a), x + radius * np.cos(a)) for a in angles]


def test_every_tool_says_how_it_works() -> None:
    for key, tool in TOOLS.items():
        assert tool.key == key
        assert len(tool.hint) > 20
        assert tool.cursor in {"arrow", "cross", "blank"}


def test_select_by_click(desk: Desk) -> None:
    tool = TOOLS["select"](desk)
    assert not tool.press(Pointer(15, 15)), "a drag must pan"
    tool.click(Pointer(15, 15))
    assert desk.view.selection == {1}
    tool.click(Pointer(50, 50))
    assert not desk.view.selection


def test_hidden_masks_are_not_hit(desk: Desk) -> None:
    desk.view.set_masks(visible=False)
    TOOLS["select"](desk).click(Pointer(15, 15, ctrl=True))
    assert 1 in desk.document.objects


def test_ctrl_click_deletes_and_alt_click_merges(desk: Desk) -> None:
    tool = TOOLS["select"](desk)
    tool.click(Pointer(15, 15))
    tool.click(Pointer(65, 65, alt=True))
    assert set(desk.document.objects) == {1}
    assert desk.view.selection == {1}
    tool.click(Pointer(65, 65, ctrl=True))
    assert not desk.document.objects
    assert len(desk.document.steps) == 3


def test_brush_starts_a_new_object_then_adds_to_it(desk: Desk) -> None:
    tool = TOOLS["brush"](desk)
    drag(tool, [(45.5, 45.5), (45.5, 52.5)])
    (new,) = desk.view.selection
    area = desk.document.objects[new].area
    drag(tool, [(50.5, 45.5), (50.5, 52.5)])
    assert desk.document.objects[new].area > area
    assert desk.document.steps[-2:] == ("Brush", "Brush")
    drag(tool, [(90.5, 10.5), (90.5, 20.5)])
    assert len(desk.document.objects) == 4
    (other,) = desk.view.selection
    assert other != new
    drag(tool, [(90.5, 60.5), (90.5, 70.5)], shift=True)
    assert desk.view.selection == {other}
    assert len(desk.document.objects) == 4


@pytest.mark.parametrize(("away", "count"), [(5.0, 2), (7.5, 3)])
def test_a_stroke_within_the_width_of_the_brush_belongs_to_the_selected_object(
    desk: Desk, away: float, count: int
) -> None:
    desk.view.select(1)
    drag(TOOLS["brush"](desk), [(20, 30 + away), (20, 31 + away)])
    assert len(desk.document.objects) == count


def test_an_object_is_drawn_on_in_the_next_plane(desk: Desk) -> None:
    desk.view.select(1)
    desk.view.plane = 1
    drag(TOOLS["brush"](desk), [(20, 15), (20, 25)])
    assert desk.document.objects[1].box.z1 == 2
    assert len(desk.document.objects) == 2


def test_brush_on_an_object_adds_to_that_one(desk: Desk) -> None:
    drag(TOOLS["brush"](desk), [(20, 20), (20, 40)])
    assert desk.view.selection == {1}
    assert desk.document.objects[1].area > 400


def test_a_stroke_is_taken_back_by_cancel(desk: Desk) -> None:
    before = desk.document.labels.copy()
    tool = TOOLS["brush"](desk)
    tool.press(Pointer(45, 45))
    tool.move(Pointer(45, 60))
    assert tool.busy
    tool.cancel()
    np.testing.assert_array_equal(desk.document.labels, before)
    assert not tool.busy
    assert not desk.document.writing


@pytest.mark.parametrize("key", ["brush", "eraser"])
def test_ctrl_click_deletes_with_the_tools_that_paint(desk: Desk, key: str) -> None:
    tool = TOOLS[key](desk)
    assert not tool.press(Pointer(15, 15, ctrl=True)), "a drag must pan"
    tool.click(Pointer(15, 15, ctrl=True))
    assert set(desk.document.objects) == {2}
    tool.click(Pointer(65, 65))
    assert set(desk.document.objects) == {2}


def test_the_eraser_says_why_it_takes_nothing(desk: Desk) -> None:
    tool = TOOLS["eraser"](desk)
    desk.view.select(2)
    drag(tool, [(15, 15), (15, 20)])
    assert desk.problems == [NOT_SELECTED]
    drag(tool, [(65, 65), (65, 70)])
    drag(tool, [(50, 50), (50, 55)])
    assert desk.problems == [NOT_SELECTED]
    desk.view.select(0)
    operations.set_locked(desk.document, [1])
    drag(tool, [(15, 15), (15, 20)])
    assert desk.problems == [NOT_SELECTED, operations.LOCKED]


def test_eraser_minds_the_selection(desk: Desk) -> None:
    tool = TOOLS["eraser"](desk)
    desk.view.select(2)
    drag(tool, [(10, 10), (30, 30)])
    assert desk.document.objects[1].area == 400
    desk.view.select()
    drag(tool, [(10, 10), (30, 30)])
    assert desk.document.objects[1].area < 400


def test_tools_draw_on_the_plane_shown(desk: Desk) -> None:
    desk.view.plane = 1
    drag(TOOLS["brush"](desk), [(15, 15), (15, 18)])
    assert desk.document.labels[1, 15, 15] == 3
    assert desk.document.labels[0, 15, 15] == 1


def test_hover_outline_closes_where_it_began(desk: Desk) -> None:
    tool = TOOLS["outline"](desk)
    way = [(y, x) for y, x in circle(50, 50, 15) if True]
    assert tool.press(Pointer(*way[0]))
    tool.release(Pointer(*way[0]))
    for y, x in way[1:]:
        tool.move(Pointer(y, x))
    assert not tool.busy
    (new,) = desk.view.selection
    # Overlap with the squares at both ends is left to them.
    assert 500 < desk.document.objects[new].area < np.pi * 15**2
    assert desk.document.objects[1].area == 400


def test_select_starts_an_outline_by_right_click_or_shift(desk: Desk) -> None:
    for held in ({"right": True}, {"shift": True}):
        tool = TOOLS["select"](desk)
        tool.press(Pointer(40, 40, **held))
        for y, x in ((40, 50), (50, 50), (50, 40)):
            tool.move(Pointer(y, x))
        assert tool.shapes()
        tool.press(Pointer(50, 40, right=True))
        assert not tool.busy
        assert desk.document.objects[desk.document.next_id - 1].area == pytest.approx(100, abs=10)
        desk.document.undo()


def test_lasso(desk: Desk) -> None:
    drag(TOOLS["lasso"](desk), circle(45, 20, 8))
    assert len(desk.document.objects) == 3


def test_a_click_is_no_lasso(desk: Desk) -> None:
    tool = TOOLS["lasso"](desk)
    drag(tool, [(45, 45), (45, 45)])
    assert len(desk.document.objects) == 2
    assert desk.problems


def test_polygon_with_a_moved_corner_and_one_taken_back(desk: Desk) -> None:
    tool = TOOLS["polygon"](desk)
    for y, x in ((35, 35), (35, 55), (55, 55), (99, 99)):
        tool.press(Pointer(y, x, scale=4))
        tool.release(Pointer(y, x, scale=4))
    tool.back()  # type: ignore[attr-defined]
    drag(tool, [(55, 55), (50, 56), (45, 55)], scale=4)
    tool.press(Pointer(45, 35, scale=4))
    tool.release(Pointer(45, 35, scale=4))
    tool.press(Pointer(35, 35, scale=4))
    tool.release(Pointer(35, 35, scale=4))
    assert not tool.busy
    assert desk.document.objects[3].area == pytest.approx(200, abs=12)


def test_polygon_closes_by_double_click_and_by_enter(desk: Desk) -> None:
    for end in ("double", "finish"):
        tool = TOOLS["polygon"](desk)
        for y, x in ((35, 35), (35, 55), (55, 55)):
            tool.press(Pointer(y, x, scale=4))
            tool.release(Pointer(y, x, scale=4))
        tool.double(Pointer(55, 55, scale=4)) if end == "double" else tool.finish()
        assert len(desk.document.objects) == 3
        desk.document.undo()


def test_split_tool(desk: Desk) -> None:
    tool = TOOLS["split"](desk)
    drag(tool, [(20, 5), (20, 20), (20, 35)])
    assert len(desk.document.objects) == 3
    drag(tool, [(50, 5), (50, 35)])
    assert "crosses no object" in desk.problems[-1]


def test_locked_selection_is_not_painted(desk: Desk) -> None:
    operations.set_locked(desk.document, [1])
    desk.view.select(1)
    drag(TOOLS["brush"](desk), [(33, 15), (33, 25)])
    assert desk.document.objects[1].area == 400
    assert len(desk.document.objects) == 2
    drag(TOOLS["eraser"](desk), [(15, 15), (15, 25)])
    assert desk.document.objects[1].area == 400


def test_a_locked_object_is_why_nothing_is_merged(desk: Desk) -> None:
    """What was said instead is what had been done."""
    operations.set_locked(desk.document, [2])
    rows = desk.document.objects
    way = [((box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2) for box in (rows[1].box, rows[2].box)]
    drag(TOOLS["merge"](desk), way)
    assert len(desk.document.objects) == 2
    assert desk.problems[-1] == operations.LOCKED
    drag(TOOLS["merge"](desk), way[:1])
    assert "Drag from one object" in desk.problems[-1]
