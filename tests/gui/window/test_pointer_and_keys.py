"""The pointer owns the keyboard; the wheel changes nothing by accident."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QSlider,
    QTabBar,
    QWidget,
)

from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels import ChannelsPanel, ObjectsPanel, SegmentPanel
from cpsam_gui.panels.channel_row import ChannelRow
from cpsam_gui.session import gestures
from tests.gui.mouse import LEFT, click, drag, move

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def activate(window: Window, qtbot: QtBot) -> None:
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def turn(widget: QWidget) -> None:
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_keys_go_to_the_canvas_as_soon_as_the_pointer_moves_over_it(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    button = next(b for b in segmented.findChildren(QPushButton) if b.isVisible() and b.isEnabled())
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    button.setFocus()
    move(segmented, 20, 20)
    assert segmented.canvas.hasFocus()
    target = QApplication.focusWidget()
    assert target is not None
    qtbot.keyPress(target, Qt.Key.Key_Space)
    assert not segmented.canvas.layers.labels.isVisible()
    qtbot.keyRelease(target, Qt.Key.Key_Space)
    qtbot.waitUntil(segmented.canvas.layers.labels.isVisible)
    assert not pressed


def test_a_key_that_is_held_on_is_not_let_go_where_its_repeats_come_as_releases_and_presses(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X11 sends them so, and Qt tells them apart only where both have arrived; the eraser had stayed."""
    activate(segmented, qtbot)
    session, canvas = segmented.session, segmented.canvas
    move(segmented, 20, 20)
    monkeypatch.setattr(gestures, "HOLD_SECONDS", 0.01)
    hidden: list[bool] = []
    canvas.peeked.connect(hidden.append)
    for key, held_on in (
        (Qt.Key.Key_E, lambda: session.gestures.tool.key == "eraser"),
        (Qt.Key.Key_Space, lambda: hidden == [True]),
    ):
        before = session.gestures.tool.key
        qtbot.keyPress(canvas, key)
        for _ in range(5):
            qtbot.wait(12)
            qtbot.keyRelease(canvas, key)
            qtbot.keyPress(canvas, key)
            assert held_on()
        qtbot.keyRelease(canvas, key)
        qtbot.waitUntil(lambda held_on=held_on: not held_on())
        assert session.gestures.tool.key == before
    assert hidden == [True, False]


def test_a_click_right_after_the_key_of_a_tool_was_let_go_is_that_of_the_tool_before(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    activate(segmented, qtbot)
    monkeypatch.setattr(gestures, "HOLD_SECONDS", 0.0)
    move(segmented, 20, 20)
    qtbot.keyPress(segmented.canvas, Qt.Key.Key_E)
    qtbot.keyRelease(segmented.canvas, Qt.Key.Key_E)
    click(segmented, qtbot, 20, 20)
    assert segmented.session.gestures.tool.key == "select"
    assert segmented.session.view.selection, "it selects; the eraser would have bitten"


def test_enter_in_a_filter_ends_no_gesture(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    session = segmented.session
    session.gestures.use("polygon")
    for y, x in ((40, 40), (40, 50), (50, 50)):
        click(segmented, qtbot, y, x)
    assert session.gestures.tool.busy
    box = next(b for b in segmented.findChildren(QLineEdit) if b.isVisible() and b.isEnabled())
    box.setFocus()
    before = session.document.position
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert session.gestures.tool.busy
    assert session.document.position == before
    move(segmented, 52, 42)
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_Return)
    assert not session.gestures.tool.busy
    assert session.document.position == before + 1


def test_the_wheel_changes_settings_only_after_a_click_on_them(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    boxes = [
        widget
        for kind in (QComboBox, QAbstractSpinBox, QAbstractSlider)
        for widget in segmented.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and not isinstance(widget, QScrollBar)
    ]
    assert len(boxes) > 5
    segmented.canvas.setFocus()
    before = [state(widget) for widget in boxes]
    for widget in boxes:
        turn(widget)
    assert [state(widget) for widget in boxes] == before
    assert not any(widget.hasFocus() for widget in boxes)


def test_the_wheel_over_the_names_of_tabs_turns_no_page(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    bars = [bar for bar in segmented.findChildren(QTabBar) if bar.isVisible() and bar.count() > 1]
    assert bars
    before = [bar.currentIndex() for bar in bars]
    for bar in bars:
        turn(bar)
    assert [bar.currentIndex() for bar in bars] == before


def test_a_box_that_was_clicked_takes_the_wheel(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    spin = next(
        w
        for w in segmented.findChildren(QAbstractSpinBox)
        if w.isVisible() and w.isEnabled() and hasattr(w, "maximum") and w.maximum() > w.value() > w.minimum()
    )
    qtbot.mouseClick(spin, LEFT)
    spin.setFocus(Qt.FocusReason.MouseFocusReason)
    before = state(spin)
    turn(spin)
    assert state(spin) != before


def state(widget: QComboBox | QAbstractSpinBox | QAbstractSlider) -> object:
    if isinstance(widget, QComboBox):
        return widget.currentIndex()
    return widget.text() if isinstance(widget, QAbstractSpinBox) else widget.value()


def focused() -> QWidget:
    target = QApplication.focusWidget()
    assert target is not None
    return target


def test_letters_digits_and_escape_over_the_canvas_go_to_it_whatever_had_the_focus(
    segmented: Window, qtbot: QtBot
) -> None:
    activate(segmented, qtbot)
    session = segmented.session
    click(segmented, qtbot, 20.5, 20.5)
    (number,) = session.view.selection
    spin = next(
        w for w in segmented.findChildren(QAbstractSpinBox) if w.isVisible() and w.isEnabled() and w.text()
    )
    spin.setFocus()
    before = spin.text()
    move(segmented, 30, 30)
    qtbot.keyClick(focused(), Qt.Key.Key_3)
    assert session.document.objects[number].class_id == 3
    assert spin.text() == before
    box = next(b for b in segmented.findChildren(QLineEdit) if b.isVisible() and b.isEnabled())
    box.setFocus()
    move(segmented, 31, 31)
    qtbot.keyClick(focused(), Qt.Key.Key_B)
    assert session.gestures.tool.key == "brush"
    assert "b" not in box.text()
    box.setFocus()
    move(segmented, 32, 32)
    qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    assert not session.view.selection


def test_the_held_eraser_goes_back_after_a_click_on_a_button(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    session = segmented.session
    button = next(b for b in segmented.findChildren(QPushButton) if b.isVisible() and b.isEnabled())
    button.setFocus()
    move(segmented, 20, 20)
    area = sum(row.area for row in session.document.objects.values())
    target = focused()
    qtbot.keyPress(target, Qt.Key.Key_E)
    assert session.gestures.tool.key == "eraser"
    drag(segmented, qtbot, [(20.5, 18.5), (20.5, 22.5)])
    qtbot.keyRelease(target, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: session.gestures.tool.key == "select")
    assert sum(row.area for row in session.document.objects.values()) < area


def fired(window: Window, keys: Sequence[str]) -> list[str]:
    """Return a list that fills with the actions that are done, which do nothing else any more."""
    done: list[str] = []
    for key in keys:
        action = actions_of(window)[key]
        action.setEnabled(True)
        action.triggered.disconnect()
        action.triggered.connect(lambda _checked=False, key=key: done.append(key))
    return done


TURNS = ("next", "previous", "plane_up", "plane_down", "fit")


def away_from_canvas(window: Window) -> None:
    """Let the pointer be elsewhere: the one without a screen stays where another test has put it."""
    window.canvas.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)


def inner_slider(window: Window) -> QSlider:
    return next(one for one in window.panel(SegmentPanel).flow.findChildren(QSlider))


def test_a_slider_that_was_clicked_keeps_its_keys(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    done, slider = fired(segmented, TURNS), inner_slider(segmented)
    slider.setValue(1.0)
    qtbot.mouseClick(slider, LEFT)
    assert focused() is slider
    away_from_canvas(segmented)
    values = [slider.value()]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        qtbot.keyClick(focused(), key)
        values.append(slider.value())
    assert values[1] > values[0] and values[2] < values[1]
    assert values[5] == slider.minimum()
    assert all(one != other for one, other in pairwise(values))
    assert done == []
    # Letters mean nothing to a slider.
    qtbot.keyClick(focused(), Qt.Key.Key_D)
    assert done == ["next"]


def test_boxes_and_tables_keep_the_keys_that_they_use(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    done = fired(segmented, TURNS)
    table = segmented.panel(ObjectsPanel).table
    kinds = (QAbstractSpinBox, QComboBox)
    boxes = [
        next(w for w in segmented.findChildren(kind) if w.isVisible() and w.isEnabled()) for kind in kinds
    ]
    away_from_canvas(segmented)
    for widget in boxes:
        widget.setFocus()
        for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
            qtbot.keyClick(focused(), key)
    assert done == []
    model = segmented.panel(ObjectsPanel).model
    qtbot.waitUntil(lambda: model.rowCount() > 2)
    table.setFocus()
    table.selectRow(0)
    rows = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
        qtbot.keyClick(focused(), key)
        rows.append(table.currentIndex().row())
    assert isinstance(focused(), QAbstractItemView)
    last = model.rowCount() - 1
    assert rows[0] == 1 and rows[1] > 1 and rows[2] == rows[1] - 1 and rows[3] < rows[2] <= last
    assert done == []
    # A row is chosen as a whole: sideways there is nothing to go to, nor at its ends.
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Home):
        qtbot.keyClick(focused(), key)
    assert done == ["next", "fit"]


def test_a_slider_in_focus_leaves_its_keys_to_the_canvas_under_the_pointer(
    segmented: Window, qtbot: QtBot
) -> None:
    activate(segmented, qtbot)
    done, slider = fired(segmented, TURNS), inner_slider(segmented)
    qtbot.mouseMove(segmented.canvas.viewport(), segmented.canvas.viewport().rect().center())
    qtbot.waitUntil(segmented.canvas.underMouse)
    slider.setFocus()
    before = slider.value()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert done == ["next"]
    assert slider.value() == before


def test_the_brightness_handle_that_was_clicked_moves_by_keys(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    panel = segmented.panel(ChannelsPanel)
    segmented.show_panel("Channels")
    done, row = fired(segmented, TURNS), panel.findChildren(ChannelRow)[0]
    (slider,) = row.range.findChildren(QSlider)
    qtbot.waitUntil(slider.isVisible)
    row.range.setValue((row.range.minimum(), row.range.maximum()))
    away_from_canvas(segmented)
    slider.setFocus()
    for place, moved, key in ((slider.width() - 4, 1, Qt.Key.Key_Left), (4, 0, Qt.Key.Key_PageUp)):
        before = row.range.value()
        qtbot.mouseClick(slider, LEFT, pos=QPoint(place, slider.height() // 2))
        qtbot.keyClick(focused(), key)
        after = row.range.value()
        assert after[moved] != before[moved]
        assert after[1 - moved] == before[1 - moved]
    # Neither passes the other.
    qtbot.keyClick(focused(), Qt.Key.Key_End)
    low, high = row.range.value()
    assert low < high
    channel = segmented.session.view.channels[0]
    assert (channel.low, channel.high) == (low, high)
    assert done == []


def test_page_keys_of_the_plane_slider_turn_one_plane(segmented: Window, qtbot: QtBot) -> None:
    activate(segmented, qtbot)
    slider = segmented.planes.slider
    segmented.planes.show()
    away_from_canvas(segmented)
    # The image that is open has one plane.
    slider.blockSignals(True)
    slider.setRange(0, 40)
    slider.setValue(20)
    slider.setFocus()
    qtbot.keyClick(focused(), Qt.Key.Key_PageUp)
    assert slider.value() == 21
