"""The tools of session three: write modes, selecting many, filling, seeds, outlines, copies, finding."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np
import pytest

from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_gui import operations
from cpsam_gui.drawing import regions
from cpsam_gui.operations import WriteMode
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.view import ChannelView, View
from cpsam_gui.tools import TOOLS, Desk, Pointer, Tint, Tool
from cpsam_gui.tools import select as select_module
from tests.gui.tools.drawing_of import shapes_of


@pytest.fixture
def desk() -> Desk:
    """Two squares, 1 and 2, on the first of two planes; the image is bright in a third place, too."""
    document = Document((2, 100, 100))
    pixels = np.zeros((2, 100, 100, 1), np.uint8)
    with document.step("Draw"):
        for number, corner in ((1, 10), (2, 60)):
            box = Box(0, 1, corner, corner + 20, corner, corner + 20)
            document.write(box, np.full(box.shape, number, np.uint32))
            pixels[box.slices] = 200
    pixels[:, 10:30, 60:90] = 200
    view = View(brush_diameter=6.0, channels=(ChannelView("gray", (255, 255, 255), 0, 255),))
    return Desk(document, view, pixels=pixels)


def drag(tool: Tool, way: Iterable[tuple[float, float]], **held: bool) -> None:
    points = list(way)
    assert tool.press(Pointer(*points[0], scale=4, **held))
    for y, x in points[1:]:
        tool.move(Pointer(y, x, scale=4, **held))
    tool.release(Pointer(*points[-1], scale=4, **held))


def click(tool: Tool, y: float, x: float, **held: bool) -> None:
    p = Pointer(y, x, scale=4, **held)
    tool.move(p)
    if tool.press(p):
        tool.release(p)
    else:
        tool.click(p)


SQUARE = [(20, 20), (20, 50), (50, 50), (50, 20)]


@pytest.mark.parametrize(
    ("mode", "first", "count"), [("keep", 400, 3), ("overwrite", 300, 3), ("replace", 900, 2)]
)
def test_write_modes_of_a_lasso(desk: Desk, mode: str, first: int, count: int) -> None:
    desk.options.mode = WriteMode(mode)
    drag(TOOLS["lasso"](desk), SQUARE)
    assert desk.document.objects[1].area == pytest.approx(first, abs=2)
    assert len(desk.document.objects) == count
    assert len(desk.document.steps) == 2


@pytest.mark.parametrize("mode", list(WriteMode))
def test_no_write_mode_touches_a_locked_object(desk: Desk, mode: WriteMode) -> None:
    operations.set_locked(desk.document, [1])
    before = desk.document.labels == 1
    desk.options.mode = mode
    drag(TOOLS["lasso"](desk), SQUARE)
    drag(TOOLS["brush"](desk), [(20, 5), (20, 40)], shift=True)
    np.testing.assert_array_equal(desk.document.labels == 1, before)


def test_replacing_keeps_what_is_known_of_the_object(desk: Desk) -> None:
    operations.set_class(desk.document, [1], 4)
    colour = desk.document.objects[1].colour
    desk.options.mode = WriteMode.REPLACE
    drag(TOOLS["lasso"](desk), SQUARE)
    assert desk.document.objects[1].class_id == 4
    assert desk.document.objects[1].colour == colour
    drag(TOOLS["brush"](desk), [(25, 25), (90, 25)])
    assert desk.document.objects[1].class_id == 4
    assert desk.document.label_at(0, 85, 25) == 1
    assert desk.document.label_at(0, 45, 45) == 0
    desk.document.undo()
    assert desk.document.label_at(0, 45, 45) == 1


def test_the_brush_overwrites_in_one_step(desk: Desk) -> None:
    desk.options.mode = WriteMode.OVERWRITE
    drag(TOOLS["brush"](desk), [(20, 5), (20, 35)], shift=True)
    assert desk.document.objects[1].area < 400
    desk.document.undo()
    assert desk.document.objects[1].area == 400


def test_modes_follow_each_other(desk: Desk) -> None:
    seen = []
    for _ in range(3):
        desk.options.next_mode()
        seen.append(desk.options.mode)
    assert seen == [WriteMode.OVERWRITE, WriteMode.REPLACE, WriteMode.KEEP]


def test_box_select_with_modifiers(desk: Desk) -> None:
    tool = TOOLS["select_box"](desk)
    drag(tool, [(5, 5), (12, 12)])
    assert desk.view.selection == {1}
    drag(tool, [(75, 75), (95, 95)], shift=True)
    assert desk.view.selection == {1, 2}
    drag(tool, [(0, 0), (40, 40)], ctrl=True)
    assert desk.view.selection == {2}
    click(tool, 20, 20, shift=True)
    assert desk.view.selection == {1, 2}
    click(tool, 45, 45)
    assert not desk.view.selection
    drag(tool, [(35, 35), (55, 55)])
    assert not desk.view.selection
    assert not tool.busy


def test_a_large_box_is_looked_at_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select_module, "COUNTED_PIXELS", 10)
    tool = TOOLS["select_box"](desk)
    drag(tool, [(5, 5), (62, 62)])
    assert desk.view.selection == {1, 2}
    drag(tool, [(5, 5), (59, 59)])
    assert desk.view.selection == {1}
    drag(TOOLS["select_lasso"](desk), [(5, 5), (5, 95), (62, 95)])
    assert desk.view.selection == {1}


def test_lasso_select(desk: Desk) -> None:
    tool = TOOLS["select_lasso"](desk)
    drag(tool, [(50, 50), (50, 95), (95, 95), (95, 50)])
    assert desk.view.selection == {2}
    assert len(desk.document.objects) == 2, "nothing is drawn"
    drag(tool, [(0, 0), (0, 40), (40, 40), (40, 0)], shift=True)
    assert desk.view.selection == {1, 2}


def test_keys_held_over_an_object_show_what_a_click_would_do(desk: Desk) -> None:
    tool = TOOLS["select"](desk)
    tool.move(Pointer(20, 20, ctrl=True))
    assert {shape.tint for shape in shapes_of(tool)} == {Tint.REMOVE}
    desk.view.select(2)
    tool.move(Pointer(20, 20, alt=True))
    assert len(shapes_of(tool)) == 2
    tool.move(Pointer(20, 20))
    assert not shapes_of(tool)


def test_fill_takes_the_region_under_the_pointer(desk: Desk) -> None:
    tool = TOOLS["fill"](desk)
    tool.move(Pointer(20, 70))
    assert shapes_of(tool)
    click(tool, 20, 70)
    (new,) = desk.view.selection
    assert desk.document.objects[new].area == pytest.approx(600, abs=110)
    assert desk.document.label_at(0, 50, 50) == 0


def test_fill_of_the_ground_stops_at_objects_and_takes_a_tolerance(desk: Desk) -> None:
    tool = TOOLS["fill"](desk)
    assert "%" in (tool.adjust(3) or "")
    click(tool, 50, 50)
    assert desk.document.objects[1].area == 400
    assert desk.document.label_at(0, 99, 5) == desk.document.label_at(0, 50, 50) != 0


def test_fill_adds_to_the_object_under_the_pointer(desk: Desk) -> None:
    operations.delete(desk.document, [1])
    with desk.document.step("Part"):
        desk.document.write(Box(0, 1, 14, 18, 14, 18), np.full((1, 4, 4), 7, np.uint32))
    click(TOOLS["fill"](desk), 16, 16)
    assert desk.document.objects[7].area > 300
    operations.set_locked(desk.document, [2])
    click(TOOLS["fill"](desk), 70, 70)
    assert desk.document.objects[2].area == 400


def test_fill_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pixels = np.zeros((2, 100, 100, 1), np.uint8)
    monkeypatch.setattr(regions, "FIRST_PX", 16)
    tool = TOOLS["fill"](desk)
    monkeypatch.setattr(tool, "_region", lambda p, largest=32, real=tool._region: real(p, 32))  # type: ignore[attr-defined]
    click(tool, 45, 45)
    assert "too large" in desk.problems[-1]
    assert len(desk.document.objects) == 2


def test_seeds_split_at_the_neck(desk: Desk) -> None:
    with desk.document.step("Neck"):
        desk.document.write(Box(0, 1, 30, 60, 18, 22), np.full((1, 30, 4), 1, np.uint32))
        desk.document.write(Box(0, 1, 60, 80, 10, 30), np.full((1, 20, 20), 1, np.uint32))
    tool = TOOLS["seeds"](desk)
    click(tool, 15, 15)
    assert tool.busy
    assert len(shapes_of(tool)) == 1
    click(tool, 75, 25)
    assert len(shapes_of(tool)) > 2
    click(tool, 45, 45)
    assert "one object" in desk.problems[-1]
    click(tool, 72, 15)
    assert tool.back()
    tool.finish()
    assert not tool.busy
    assert len(desk.document.objects) == 3
    assert desk.document.label_at(0, 11, 11) != desk.document.label_at(0, 78, 12)
    assert desk.document.label_at(0, 12, 28) == desk.document.label_at(0, 28, 12)
    desk.document.undo()
    assert len(desk.document.objects) == 2


def test_one_seed_is_too_few_and_locked_objects_take_none(desk: Desk) -> None:
    tool = TOOLS["seeds"](desk)
    click(tool, 20, 20)
    tool.finish()
    assert "each part" in desk.problems[-1]
    tool.cancel()
    operations.set_locked(desk.document, [1])
    click(tool, 20, 20)
    assert not tool.busy


def test_seeds_divide_by_intensity(desk: Desk) -> None:
    assert desk.pixels is not None
    desk.pixels[0, 10:30, 10:16] = 20
    tool = TOOLS["seeds"](desk)
    click(tool, 20, 12)
    click(tool, 20, 27)
    desk.options.by_intensity = True
    tool.options_changed()
    tool.finish()
    areas = sorted(row.area for n, row in desk.document.objects.items() if n != 2)
    assert areas[0] == pytest.approx(120, abs=45)


def test_merge_by_dragging(desk: Desk) -> None:
    tool = TOOLS["merge"](desk)
    tool.press(Pointer(20, 20))
    tool.move(Pointer(70, 70))
    assert sum(shape.filled for shape in shapes_of(tool)) == 2
    tool.release(Pointer(70, 70))
    assert set(desk.document.objects) == {1}
    drag(tool, [(20, 20), (25, 25)])
    assert "another" in desk.problems[-1]


def test_corners_of_an_existing_object_are_dragged(desk: Desk) -> None:
    desk.view.select(1)
    tool = TOOLS["vertices"](desk)
    assert tool.busy
    drag(tool, [(30, 30), (35, 35), (40, 40)])
    tool.finish()
    assert desk.document.objects[1].area > 450
    assert desk.document.steps[-1] == "Edit outline"
    assert not tool.busy


def test_an_outline_left_as_it_is_changes_nothing(desk: Desk) -> None:
    tool = TOOLS["vertices"](desk)
    click(tool, 20, 20)
    assert tool.busy
    tool.finish()
    assert len(desk.document.steps) == 1


def test_corners_are_put_in_and_taken_out(desk: Desk) -> None:
    desk.view.select(1)
    tool = TOOLS["vertices"](desk)
    count = len(shapes_of(tool)[1].points)
    drag(tool, [(10, 20), (6, 20), (4, 20)])
    assert len(shapes_of(tool)[1].points) == count + 1
    assert tool.back()
    click(tool, 30, 30, alt=True)
    assert len(shapes_of(tool)[1].points) == count - 1
    tool.finish()
    assert desk.document.objects[1].area == pytest.approx(200, abs=25)


def test_holes_and_other_parts_survive_a_new_outline(desk: Desk) -> None:
    with desk.document.step("Hole and island"):
        desk.document.write(Box(0, 1, 18, 22, 18, 22), np.zeros((1, 4, 4), np.uint32))
        desk.document.write(Box(0, 1, 80, 84, 10, 14), np.full((1, 4, 4), 1, np.uint32))
    desk.view.select(1)
    tool = TOOLS["vertices"](desk)
    drag(tool, [(30, 30), (33, 33), (36, 36)])
    tool.finish()
    assert desk.document.label_at(0, 20, 20) == 0
    assert desk.document.label_at(0, 82, 12) == 1
    assert desk.document.label_at(0, 32, 32) == 1


def test_a_copy_goes_where_the_click_is_and_to_another_plane(desk: Desk) -> None:
    operations.set_class(desk.document, [1], 3)
    desk.options.clipboard = operations.copy(desk.document, [1], Slice(0, 0))
    tool = TOOLS["paste"](desk)
    tool.move(Pointer(45, 45))
    assert shapes_of(tool)[0].filled
    click(tool, 45, 45, shift=True)
    assert not tool.over
    (new,) = desk.view.selection
    assert desk.document.objects[new].class_id == 3
    desk.view.plane = 1
    click(tool, 20, 20)
    assert tool.over
    (other,) = desk.view.selection
    assert desk.document.objects[other].box.z0 == 1
    assert desk.document.objects[other].area == 400


def test_a_copy_has_no_room_on_others(desk: Desk) -> None:
    copied = operations.copy(desk.document, [1, 2], Slice(0, 0))
    assert copied is not None
    made, why = operations.paste(desk.document, copied, Slice(0, 0), copied.y, copied.x)
    assert made == []
    assert why is not None
    made, why = operations.paste(desk.document, copied, Slice(0, 0), copied.y, copied.x + 50)
    assert len(made) == 1
    assert "1 of 2" in str(why)
    assert operations.copy(desk.document, [1], Slice(0, 1)) is None


@pytest.fixture
def seen(desk: Desk) -> Desk:
    """Let a run have seen three cells of which the document has two."""
    truth = desk.document.labels[0].copy()
    truth[10:30, 60:90] = 9
    flows = 5 * flows_from_masks(truth)
    logits = np.where(truth > 0, 3.0, -9.0).astype(np.float32)
    maps = SimpleNamespace(flows=flows, logits=logits, diameter=20.0)
    desk.maps = lambda: maps
    return desk


def test_a_click_finds_a_missed_cell(seen: Desk) -> None:
    tool = TOOLS["find"](seen)
    click(tool, 20, 75)
    assert tool.busy
    assert tool.takes_wheel
    assert shapes_of(tool)[0].filled
    assert "threshold" in (tool.adjust(1) or "")
    tool.finish()
    (new,) = seen.view.selection
    row = seen.document.objects[new]
    assert row.area == pytest.approx(600, abs=60)
    assert row.origin.value == "model"
    assert row.probability == pytest.approx(0.95, abs=0.01)


def test_a_second_click_accepts_and_escape_drops(seen: Desk) -> None:
    tool = TOOLS["find"](seen)
    click(tool, 20, 75)
    tool.cancel()
    assert len(seen.document.objects) == 2
    click(tool, 20, 75)
    click(tool, 21, 76)
    assert len(seen.document.objects) == 3
    assert seen.document.steps[-1] == "Find cell"


def test_find_says_why_nothing_happens(seen: Desk) -> None:
    tool = TOOLS["find"](seen)
    click(tool, 20, 20)
    assert "already" in seen.problems[-1]
    click(tool, 95, 5)
    assert "no cell" in seen.problems[-1]
    assert not tool.busy
    seen.maps = lambda: None
    click(tool, 20, 75)
    assert "Segment first" in seen.problems[-1]


def test_a_box_is_segmented_and_taken_over(desk: Desk) -> None:
    asked = []

    def segment(box: Box, done):  # type: ignore[no-untyped-def]
        asked.append(box)
        labels = np.zeros(box.shape, np.uint32)
        labels[0, 2:12, 2:12] = 1
        labels[0, 20:25, 2:12] = 2
        done(operations.Proposal(box, labels, {1: {"flow_error": 0.2}}))
        return lambda: None

    desk.segment = segment
    tool = TOOLS["segment_box"](desk)
    drag(tool, [(5, 55), (35, 95)])
    assert asked == [Box(0, 1, 5, 35, 55, 95)]
    assert sum(shape.filled for shape in shapes_of(tool)) == 2
    assert len(desk.document.objects) == 2
    click(tool, 20, 60)
    assert len(desk.document.objects) == 4
    assert desk.document.steps[-1] == "Segment box"
    drag(tool, [(5, 5), (9, 9)])
    assert "at least" in desk.problems[-1]
    drag(tool, [(35, 55), (65, 95)])
    tool.cancel()
    assert not tool.busy
    assert len(desk.document.objects) == 4
