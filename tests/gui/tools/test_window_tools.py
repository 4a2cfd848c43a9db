"""Every tool by real mouse and key events on the canvas of a window."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QItemSelectionModel, QPoint, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.actions.install import WindowActions, actions_of
from cpsam_gui.operations import WriteMode
from cpsam_gui.panels import ObjectsPanel
from cpsam_gui.program.held_key import TOGETHER_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
Key = Qt.Key


class Hand:
    """Sends events to the window as a mouse and a keyboard would."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        self._viewport = window.canvas.viewport()

    def place(self, y: float, x: float) -> QPoint:
        return self.window.canvas.screen_position(y, x).toPoint()

    def _send(
        self,
        kind: QEvent.Type,
        at: QPoint,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        keys: Qt.KeyboardModifier,
    ) -> None:
        point = QPointF(at)
        event = QMouseEvent(kind, point, self._viewport.mapToGlobal(point), button, held, keys)
        QApplication.sendEvent(self._viewport, event)

    def press(self, y: float, x: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseButtonPress, self.place(y, x), LEFT, LEFT, keys)

    def release(self, y: float, x: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self._send(QEvent.Type.MouseButtonRelease, self.place(y, x), LEFT, NO_BUTTON, keys)

    def move(
        self, y: float, x: float, held: Qt.MouseButton = NO_BUTTON, keys: Qt.KeyboardModifier = NONE
    ) -> None:
        self._send(QEvent.Type.MouseMove, self.place(y, x), NO_BUTTON, held, keys)

    def click(self, y: float, x: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self.move(y, x, keys=keys)
        self.press(y, x, keys)
        self.release(y, x, keys)

    def drag(self, way: Sequence[tuple[float, float]], keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(*way[0], keys)
        for (y0, x0), (y1, x1) in pairwise(way):
            for part in np.linspace(0, 1, 9)[1:]:
                self.move(y0 + part * (y1 - y0), x0 + part * (x1 - x0), LEFT, keys)
        self.release(*way[-1], keys)

    def wheel(self, y: float, x: float, turns: int, keys: Qt.KeyboardModifier = NONE) -> None:
        at = QPointF(self.place(y, x))
        event = QWheelEvent(
            at,
            self._viewport.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120 * turns),
            NO_BUTTON,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self._viewport, event)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        self._qtbot.keyClick(self.window, key, keys)

    def let_go(self, key: Qt.Key, text: str) -> None:
        QApplication.sendEvent(self.window.canvas, QKeyEvent(QEvent.Type.KeyRelease, key, NONE, text))
        self._qtbot.wait(2 * TOGETHER_MS)


@pytest.fixture
def hand(segmented: Window, qtbot: QtBot) -> Hand:
    segmented.session.view.select()
    return Hand(segmented, qtbot)


def under(hand: Hand, y: int, x: int) -> int:
    return hand.window.session.document.label_at(0, y, x)


def test_the_eraser_is_a_held_key(hand: Hand) -> None:
    session = hand.window.session
    hand.key(Key.Key_B)
    hand.key(Key.Key_E)
    assert session.gestures.tool.key == "eraser"
    hand.drag([(20, 12), (20, 28)])
    hand.let_go(Key.Key_E, "e")
    assert session.gestures.tool.key == "brush"
    assert under(hand, 20, 20) == 0
    hand.key(Key.Key_E)
    hand.let_go(Key.Key_E, "e")
    assert session.gestures.tool.key == "eraser", "a short press takes the tool up for good"


def test_write_modes_by_key_and_by_the_strip(hand: Hand) -> None:
    window, session = hand.window, hand.window.session
    hand.key(Key.Key_Q)
    assert WindowActions.of(window).tool_options.parts["mode"].isVisible()
    assert WindowActions.of(window).tool_options.modes[WriteMode.KEEP].isChecked()
    hand.key(Key.Key_T)
    assert session.gestures.options.mode is WriteMode.OVERWRITE
    assert WindowActions.of(window).tool_options.modes[WriteMode.OVERWRITE].isChecked()
    area = session.document.objects[under(hand, 20, 20)].area
    hand.drag([(20, 20), (20, 40), (40, 40), (40, 20)])
    assert session.document.objects[under(hand, 18, 18)].area < area
    WindowActions.of(window).tool_options.modes[WriteMode.REPLACE].click()
    hand.drag([(50, 50), (50, 70), (75, 70), (75, 50)])
    assert len(session.document.objects) == 5
    assert under(hand, 51, 51) == under(hand, 60, 60)


def test_delete_is_offered_while_there_is_something_to_delete(hand: Hand) -> None:
    delete = actions_of(hand.window)["delete"]
    assert not delete.isEnabled()
    hand.window.session.view.select(1)
    assert delete.isEnabled()
    hand.window.session.view.select()
    hand.key(Key.Key_P)
    hand.click(5, 5)
    assert delete.isEnabled(), "it takes the last corner back"
    hand.key(Key.Key_Backspace)
    assert not hand.window.session.gestures.tool.busy
    assert not delete.isEnabled()


def test_many_are_selected_and_changed_at_once(hand: Hand) -> None:
    session = hand.window.session
    hand.key(Key.Key_V, SHIFT)
    hand.drag([(5, 5), (40, 80)])
    assert len(session.view.selection) == 2
    hand.drag([(50, 45), (75, 80)], SHIFT)
    assert len(session.view.selection) == 3
    hand.key(Key.Key_3)
    assert sorted(row.class_id for row in session.document.objects.values()) == [0, 3, 3, 3]
    hand.key(Key.Key_U)
    hand.key(Key.Key_L)
    assert sum(row.locked and row.uncertain for row in session.document.objects.values()) == 3
    hand.key(Key.Key_Delete)
    assert len(session.document.objects) == 4, "locked objects stay"
    for _ in range(3):
        hand.key(Key.Key_Z, CTRL)
    assert all(row.class_id == 0 for row in session.document.objects.values())
    hand.key(Key.Key_Q, SHIFT)
    hand.drag([(45, 5), (45, 40), (78, 40), (78, 5)])
    assert session.view.selection == {under(hand, 60, 20)}


def test_copy_and_paste_follow_the_pointer(hand: Hand) -> None:
    session = hand.window.session
    hand.click(20.5, 20.5)
    hand.key(Key.Key_C, CTRL)
    hand.move(40, 85)
    hand.key(Key.Key_V, CTRL)
    assert session.gestures.tool.key == "paste"
    assert session.gestures.shapes(session.view.slice), "the copy is at the pointer before the mouse moves"
    hand.click(40, 85)
    assert session.gestures.tool.key == "select"
    assert session.document.objects[under(hand, 40, 85)].area == pytest.approx(253, abs=15)
    hand.key(Key.Key_D, CTRL)
    assert session.gestures.tool.key == "paste"
    hand.key(Key.Key_Escape)
    assert session.gestures.tool.key == "select"
    assert len(session.document.objects) == 5


def test_a_copy_goes_to_another_image(hand: Hand, qtbot: QtBot, stack_file) -> None:  # type: ignore[no-untyped-def]
    window, session = hand.window, hand.window.session
    hand.click(20.5, 20.5)
    hand.key(Key.Key_C, CTRL)
    session.document.mark_saved()
    with qtbot.waitSignal(session.image_changed):
        window.open(stack_file)
    session.view.plane = 1
    hand.key(Key.Key_V, CTRL)
    hand.click(40, 50)
    assert session.document.label_at(1, 40, 50)
    assert not session.document.label_at(2, 40, 50)


def test_fill_with_the_wheel_for_its_tolerance(hand: Hand) -> None:
    session = hand.window.session
    session.document.go_to(0)
    hand.key(Key.Key_I)
    before = session.gestures.options.tolerance
    scale = session.view.camera.scale
    hand.wheel(20, 20, 1, ALT)
    assert session.gestures.options.tolerance > before
    assert session.view.camera.scale == scale
    hand.click(20.5, 20.5)
    assert session.document.objects[under(hand, 20, 20)].area == pytest.approx(253, abs=60)


def test_split_by_seeds_and_by_a_line_and_merge_again(hand: Hand) -> None:
    session = hand.window.session
    hand.key(Key.Key_K, SHIFT)
    hand.click(20.5, 14.5)
    hand.click(20.5, 26.5)
    assert WindowActions.of(hand.window).tool_options.parts["accept"].isVisible()
    hand.key(Key.Key_Return)
    assert len(session.document.objects) == 5
    hand.key(Key.Key_K)
    hand.drag([(60, 5), (60, 35)])
    assert len(session.document.objects) == 6
    hand.key(Key.Key_M)
    hand.drag([(20, 13), (20, 28)])
    assert len(session.document.objects) == 5


def test_edit_outline_by_its_corners(hand: Hand) -> None:
    session = hand.window.session
    hand.key(Key.Key_P, SHIFT)
    hand.click(20.5, 20.5)
    corner = min(session.gestures.shapes(session.view.slice)[1].points, key=lambda p: p[0] + p[1])
    hand.drag([corner, (corner[0] - 5, corner[1] - 5)])
    hand.key(Key.Key_Return)
    assert session.document.steps[-1] == "Edit outline"
    assert not session.gestures.tool.busy


def test_click_to_find_in_the_background(hand: Hand, qtbot: QtBot) -> None:
    session = hand.window.session
    labels = session.document.labels[0].copy()
    session.run_state.flows = NetworkOutput(
        5 * flows_from_masks(labels), np.where(labels > 0, 3, -9).astype(np.float32), 18.0
    )
    hand.click(20.5, 20.5)
    hand.key(Key.Key_Delete)
    hand.key(Key.Key_C)
    hand.click(20.5, 20.5)
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=60_000)  # torch is loaded first
    assert session.gestures.shapes(session.view.slice)[0].filled
    scale = session.view.camera.scale
    hand.wheel(20, 20, 1)
    assert session.view.camera.scale == scale, "the wheel widens what is proposed"
    qtbot.waitUntil(lambda: session.jobs.idle)
    hand.key(Key.Key_Return)
    assert session.document.objects[under(hand, 20, 20)].area == pytest.approx(253, abs=30)
    assert session.document.steps[-1] == "Find cell"


def test_find_asks_for_a_run_first(opened: Window, qtbot: QtBot) -> None:
    hand = Hand(opened, qtbot)
    hand.key(Key.Key_C)
    hand.click(20.5, 20.5)
    assert "Segment first" in opened.status.hint.text()


def test_segment_a_box(hand: Hand, qtbot: QtBot) -> None:
    session = hand.window.session
    session.document.go_to(0)
    hand.key(Key.Key_C, SHIFT)
    hand.drag([(2, 2), (40, 40)])
    qtbot.waitUntil(
        lambda: (
            session.jobs.idle and any(shape.filled for shape in session.gestures.shapes(session.view.slice))
        )
    )
    assert not session.document.objects
    hand.key(Key.Key_Return)
    assert len(session.document.objects) >= 1
    assert session.document.steps[-1] == "Segment box"
    hand.drag([(2, 2), (40, 40)])
    hand.key(Key.Key_Escape)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not session.gestures.tool.busy


def test_the_table_and_the_canvas_share_the_selection(hand: Hand, qtbot: QtBot) -> None:
    session, panel = hand.window.session, hand.window.panel(ObjectsPanel)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    hand.click(20.5, 60.5)
    (row,) = {index.row() for index in panel.table.selectionModel().selectedRows()}
    assert panel.model.ids[row] == under(hand, 20, 60)
    panel.table.selectionModel().select(
        panel.model.index(0, 0),
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
    )
    assert session.view.selection == {int(panel.model.ids[0])}
    panel.go_to(panel.model.index(3, 0))
    box = session.document.objects[int(panel.model.ids[3])].box
    assert session.view.camera.y == (box.y0 + box.y1) / 2
    panel.table.selectAll()
    assert len(session.view.selection) == 4


def test_the_table_filters_sorts_and_offers_batch_operations(hand: Hand, qtbot: QtBot) -> None:
    session, panel = hand.window.session, hand.window.panel(ObjectsPanel)
    hand.click(20.5, 60.5)
    number = under(hand, 20, 60)
    menu = panel.open_menu(QPoint())
    {action.text(): action for action in menu.actions()}["Mark uncertain or certain"].trigger()
    menu.close()
    assert session.document.objects[number].uncertain
    panel.filter.setCurrentIndex(panel.filter.findData("Uncertain"))
    assert panel.model.ids.tolist() == [number]
    assert panel.model.index(0, 4).data() == "uncertain"
    assert panel.model.index(0, 4).data(Qt.ItemDataRole.ToolTipRole) == "uncertain"
    panel.filter.setCurrentIndex(0)
    panel.table.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    assert panel.model.ids[0] == number
    assert panel.model.headerData(1, Qt.Orientation.Horizontal) == "Area"
    hand.key(Key.Key_5)
    panel.classes.names[5].setText("tumour")
    panel.classes.names[5].editingFinished.emit()
    panel.classes.set_colour(5, "#102030")
    (known,) = session.document.facts.classes
    assert (known.number, known.name, known.colour) == (5, "tumour", "#102030")
    row = int(panel.model.rows_of(frozenset({number}))[0])
    assert panel.model.index(row, 2).data() == "tumour"
    assert panel.model.index(row, 2).data(Qt.ItemDataRole.DecorationRole).name() == "#102030"
    qtbot.waitUntil(lambda: "1\u00a0uncertain" in panel.counts.text())


def test_the_strip_changes_sizes(hand: Hand) -> None:
    session, strip = hand.window.session, WindowActions.of(hand.window).tool_options
    hand.key(Key.Key_B)
    assert strip.parts["size"].isVisible()
    assert not strip.parts["tolerance"].isVisible()
    strip.brush.setValue(80)
    assert session.view.brush_diameter > 50
    hand.key(Key.Key_I)
    strip.tolerance.setValue(90)
    assert session.gestures.options.tolerance > 0.3
    strip.recolour()
