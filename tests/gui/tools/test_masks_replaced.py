"""What is being drawn when a result comes in: it goes on, or what cannot go on is redrawn and said."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from cpsam_core.formats import WriteOptions, find_format
from cpsam_gui.state.objects import Origin, Records
from cpsam_gui.state.steps import StepKind
from cpsam_gui.tasks.exporting import ExportPlan
from cpsam_gui.tools import Pointer
from tests.gui.tools.drawing_of import shapes_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window

CORNERS = (5, 35), (5, 45), (35, 45), (35, 35)


def at(y: float, x: float, **keys: bool) -> Pointer:
    return Pointer(y, x, scale=4.0, **keys)


def click(session: Session, y: float, x: float, **keys: bool) -> None:
    session.gestures.tool_press(at(y, x, **keys))
    session.gestures.tool_release(at(y, x, **keys))


def run(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.history_changed):
        window.run()
    qtbot.waitUntil(lambda: not window.session.jobs.busy)


def other_masks(session: Session, *, moved: int = 0) -> None:
    """Put masks in as a result does, those that are there or the same some rows further down."""
    document = session.document
    labels = document.labels.copy()
    if moved:
        labels[:, moved:] = document.labels[:, :-moved]
    document.replace("Segment", labels, Records(dict(document.objects)), kind=StepKind.SEGMENT)


def test_a_run_that_begins_while_something_is_drawn_says_so(
    opened: Window, qtbot: QtBot, segmenter: FakeSegmenter
) -> None:
    session, hint = opened.session, opened.status.hint
    session.gestures.use("polygon")
    for corner in CORNERS[:3]:
        click(session, *corner)
    segmenter.gate = Event()
    QTest.keyClick(opened.canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert session.jobs.busy and hint.text() == "Segmenting; what you are drawing goes on meanwhile"
    segmenter.gate.set()
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    session.gestures.finish_gesture()
    assert len(drawn_by_hand(session)) == 1


@pytest.fixture
def said(segmented: Window) -> list[str]:
    words: list[str] = []
    segmented.session.notices.message.connect(words.append)
    return words


def drawn_by_hand(session: Session) -> list[int]:
    return [row.area for row in session.document.objects.values() if row.origin is Origin.HAND]


def test_a_polygon_is_the_one_that_was_drawn_before_and_after_a_run(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    session.gestures.use("polygon")
    for y, x in CORNERS[:2]:
        click(session, y, x)
    run(segmented, qtbot)
    assert session.gestures.tool.busy
    for y, x in CORNERS[2:]:
        click(session, y, x)
    session.gestures.finish_gesture()
    (area,) = drawn_by_hand(session)
    assert area == 300


def test_an_outline_by_right_click_goes_on_through_a_run(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    session.gestures.tool_press(at(*CORNERS[0], right=True))
    session.gestures.tool_move(at(*CORNERS[1]))
    run(segmented, qtbot)
    for y, x in CORNERS[2:]:
        session.gestures.tool_move(at(y, x))
    session.gestures.tool_move(at(*CORNERS[0]))
    (area,) = drawn_by_hand(session)
    assert area == 300


@pytest.mark.parametrize("key", ["lasso", "select_box", "size_disk"])
def test_what_needs_no_masks_goes_on(segmented: Window, qtbot: QtBot, key: str) -> None:
    session = segmented.session
    session.gestures.use(key)
    session.gestures.tool_press(at(*CORNERS[0]))
    session.gestures.tool_move(at(*CORNERS[2]))
    other_masks(session, moved=9)
    qtbot.wait(1)
    assert session.gestures.tool.key == key
    assert session.gestures.tool.busy


def test_new_thresholds_and_an_export_leave_a_polygon_alone(
    segmented: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session = segmented.session
    session.gestures.use("polygon")
    for y, x in CORNERS:
        click(session, y, x)
    with qtbot.waitSignal(session.history_changed):
        session.run_state.change(min_size=20)
        session.segmenting.mask_again()
    session.exporting.export(tmp_path / "out.png", ExportPlan(find_format("png"), WriteOptions()))
    assert session.gestures.tool.busy
    qtbot.waitUntil(lambda: not session.jobs.busy)
    session.gestures.finish_gesture()
    assert drawn_by_hand(session) == [300]


def test_a_place_in_the_history_leaves_a_polygon_alone(segmented: Window) -> None:
    session = segmented.session
    session.gestures.use("polygon")
    for y, x in CORNERS:
        click(session, y, x)
    session.edits.go_to(0)
    assert session.gestures.tool.busy


def test_corners_and_seeds_go_on_where_their_object_stayed(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    session.view.select(1)
    session.gestures.use("vertices")
    other_masks(session)
    assert session.gestures.tool.busy
    assert session.view.selection == {1}
    session.gestures.use("seeds")
    click(session, 16, 20)
    click(session, 25, 20)
    other_masks(session)
    session.gestures.finish_gesture()
    assert len(session.document.objects) == 5


@pytest.mark.parametrize("key", ["vertices", "seeds", "merge"])
def test_what_cannot_go_on_is_redrawn_and_said(
    segmented: Window, qtbot: QtBot, said: list[str], key: str
) -> None:
    session = segmented.session
    session.view.select(1)
    session.gestures.use(key)
    if key == "vertices":
        y, x = session.gestures.tool.shapes()[0].points[0]
        session.gestures.tool_press(at(y, x))
        session.gestures.tool_move(at(y - 3, x))
        session.gestures.tool_release(at(y - 3, x))
    elif key == "merge":
        session.gestures.tool_press(at(20, 20))
        session.gestures.tool_move(at(20, 60))
    else:
        click(session, 20, 20)
    drawn: list[bool] = []
    session.gestures.redraw.connect(lambda: drawn.append(session.gestures.tool.busy))
    rows = {number: row.changed(area=row.area - 1) for number, row in session.document.objects.items()}
    labels = session.document.labels.copy()
    labels[:, 20] = 0
    session.document.replace("Segment", labels, Records(rows), kind=StepKind.SEGMENT)
    qtbot.wait(1)
    assert drawn
    assert not session.gestures.tool.busy
    assert not shapes_of(session.gestures.tool)
    assert "changed meanwhile" in said[-1]


def test_a_proposal_goes_where_the_run_found_the_cell(
    segmented: Window, qtbot: QtBot, said: list[str]
) -> None:
    from cpsam_gui import operations

    session = segmented.session
    session.gestures.use("segment_box")
    found = session.document.labels.copy()
    operations.delete(session.document, [1])
    session.gestures.tool_press(at(5, 5))
    session.gestures.tool_release(at(35, 35))
    qtbot.waitUntil(lambda: bool(said) and "proposed" in said[-1])
    other_masks(session)
    assert session.gestures.tool.busy, "the place is still free"
    rows = {**session.document.objects, 1: session.document.objects[2]}
    session.document.replace("Segment", found, Records(rows), kind=StepKind.SEGMENT)
    qtbot.wait(1)
    assert not session.gestures.tool.busy
    assert "changed meanwhile" in said[-1]


def test_a_polygon_that_ends_with_its_image_is_told(
    segmented: Window, qtbot: QtBot, said: list[str], image_file: Path
) -> None:
    session = segmented.session
    session.gestures.use("polygon")
    for y, x in CORNERS:
        click(session, y, x)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    qtbot.waitUntil(lambda: "given up" in said[-1])
    assert not session.gestures.tool.busy


def test_a_stroke_that_the_next_image_meets_is_kept(
    segmented: Window, qtbot: QtBot, image_file: Path
) -> None:
    """Autosave is off: the journal of the image that was left holds it."""
    session, document = segmented.session, segmented.session.document
    session.gestures.use("brush")
    session.gestures.tool_press(at(5, 35))
    session.gestures.tool_move(at(5, 45))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    assert document.steps[-1] == "Brush"
    assert not document.writing
