"""Mouse and wheel on the picture: selecting, deleting, merging, drawing, moving the view."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QPointF, Qt

from cpsam_gui.panels import HistoryPanel, ObjectsPanel
from tests.gui.mouse import LEFT, NONE, RIGHT, click, drag, move, place, wheel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_click_selects_and_the_panel_tells(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 60.5)
    (number,) = segmented.session.view.selection
    assert number == segmented.session.document.label_at(0, 20, 60)
    assert str(number) in segmented.panel(ObjectsPanel).selected.text()


def test_ctrl_click_deletes(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 20.5, Qt.KeyboardModifier.ControlModifier)
    assert len(segmented.session.document.objects) == 3
    qtbot.keyClick(segmented, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(segmented.session.document.objects) == 4


def test_alt_click_merges(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 20.5)
    click(segmented, qtbot, 60.5, 60.5, Qt.KeyboardModifier.AltModifier)
    assert len(segmented.session.document.objects) == 3


def test_left_drag_pans_and_changes_nothing(segmented: Window, qtbot: QtBot) -> None:
    camera = segmented.session.view.camera
    steps = len(segmented.session.document.steps)
    drag(segmented, qtbot, [(20, 20), (25, 25), (40, 40)])
    moved = segmented.session.view.camera
    assert moved.scale == camera.scale
    assert camera.y - moved.y == pytest.approx(20, abs=1)
    assert len(segmented.session.document.steps) == steps
    assert not segmented.session.view.selection


def test_wheel_zooms_at_the_pointer_and_double_click_fits(segmented: Window, qtbot: QtBot) -> None:
    camera = segmented.session.view.camera
    before = segmented.canvas.image_position(QPointF(place(segmented, 20, 20)))
    at = place(segmented, 20, 20)
    wheel(segmented, 20, 20, 2)
    assert segmented.session.view.camera.scale > camera.scale
    assert segmented.canvas.image_position(QPointF(at)) == pytest.approx(before, abs=0.2)
    qtbot.mouseDClick(segmented.canvas.viewport(), LEFT, NONE, place(segmented, 40, 40))
    assert segmented.session.view.camera == camera


def test_brush_by_mouse(segmented: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(segmented, Qt.Key.Key_B)
    assert segmented.session.gestures.tool.key == "brush"
    drag(segmented, qtbot, [(40, 85), (42, 88), (44, 91)])
    assert len(segmented.session.document.objects) == 5
    assert segmented.session.document.label_at(0, 42, 88) != 0
    assert segmented.panel(HistoryPanel).list.count() == 3
    wheel(segmented, 40, 40, 1, Qt.KeyboardModifier.AltModifier)
    assert segmented.session.view.brush_diameter > 12


def test_painting_shows(segmented: Window, qtbot: QtBot) -> None:
    """The pixels on the screen follow the brush without a full repaint."""
    qtbot.keyClick(segmented, Qt.Key.Key_B)
    at = place(segmented, 40, 88)
    before = segmented.canvas.viewport().grab().toImage().pixelColor(at)
    drag(segmented, qtbot, [(40, 84), (40, 88), (40, 90)])
    move(segmented, 70, 95)
    after = segmented.canvas.viewport().grab().toImage().pixelColor(at)
    assert before != after


def test_outline_by_right_click_and_hovering(segmented: Window, qtbot: QtBot) -> None:
    viewport = segmented.canvas.viewport()
    qtbot.mouseClick(viewport, RIGHT, NONE, place(segmented, 35, 80))
    for y, x in ((35, 95), (50, 95), (50, 80), (40, 80), (35.2, 80.2)):
        move(segmented, y, x)
    assert len(segmented.session.document.objects) == 5


def test_escape_gives_up_and_undo_stops_a_gesture(segmented: Window, qtbot: QtBot) -> None:
    viewport = segmented.canvas.viewport()
    for key, held in ((Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)):
        qtbot.mouseClick(viewport, RIGHT, NONE, place(segmented, 35, 80))
        assert segmented.session.gestures.tool.busy
        qtbot.keyClick(segmented, key, held)
        assert not segmented.session.gestures.tool.busy
    assert len(segmented.session.document.objects) == 4


def test_history_panel_goes_there(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 20.5, Qt.KeyboardModifier.ControlModifier)
    panel = segmented.panel(HistoryPanel).list
    (number,) = {1, 2, 3, 4} - set(segmented.session.document.objects)
    texts = [panel.item(row).text().split("   ") for row in range(3)]
    assert [text[:-1] for text in texts[1:]] == [["Segment with cpsam-lite"], ["Delete", f"object {number}"]]
    assert all(re.fullmatch(r"\d\d:\d\d", text[-1]) for text in texts[1:])
    panel.itemClicked.emit(panel.item(0))
    assert not segmented.session.document.objects
    panel.itemClicked.emit(panel.item(2))
    assert len(segmented.session.document.objects) == 3


def test_read_out(segmented: Window, qtbot: QtBot) -> None:
    move(segmented, 20.5, 60.5)
    assert "y 20  x 60" in segmented.status.readout.text()
    assert "object" in segmented.status.readout.text()
    assert segmented.status.count.text() == "4 objects"
