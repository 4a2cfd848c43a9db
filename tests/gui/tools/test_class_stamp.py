"""Classes by clicks: choose a class, click cells; the legend follows; what a filter shows is selected at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt

from cpsam_gui import operations
from cpsam_gui.actions.install import WindowActions, actions_of
from cpsam_gui.panels import ObjectsPanel, TablePanel
from tests.gui.mouse import click

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

PLACES = ((20.5, 20.5), (20.5, 60.5), (60.5, 20.5))


@pytest.fixture
def stamping(segmented: Window, qtbot: QtBot) -> Window:
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_W)
    assert segmented.session.gestures.tool.key == "class_stamp"
    return segmented


def classes(window: Window) -> list[int]:
    return [row.class_id for _, row in sorted(window.session.document.objects.items())]


def test_choose_a_class_and_click_cells(stamping: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(stamping.canvas, Qt.Key.Key_3)
    assert classes(stamping) == [0, 0, 0, 0], "the key chooses, it gives nothing yet"
    operations.set_locked(stamping.session.document, [1])
    for y, x in PLACES:
        click(stamping, qtbot, y, x)
    assert sorted(classes(stamping)) == [0, 3, 3, 3]
    click(stamping, qtbot, *PLACES[0])
    assert sorted(classes(stamping)) == [0, 0, 3, 3]
    legend = stamping.canvas.floating.classes
    assert legend.isVisible()
    qtbot.waitUntil(lambda: "class 3&nbsp;&nbsp;(2)" in legend.text())
    stamping.session.edits.change(lambda document: operations.name_class(document, 3, "dead <cell>"))
    qtbot.waitUntil(lambda: "dead &lt;cell>" in legend.text())
    qtbot.keyClick(stamping.canvas, Qt.Key.Key_V)
    assert not legend.isVisible()


def test_the_combo_chooses_too(stamping: Window) -> None:
    combo = WindowActions.of(stamping).tool_options.classes
    assert combo.isVisible()
    stamping.session.gestures.options.class_id = 5
    assert combo.currentIndex() == 5
    combo.activated.emit(2)
    assert stamping.session.gestures.options.class_id == 2
    assert actions_of(stamping)["class_5"].isEnabled()


def test_what_a_filter_lists_is_selected_and_changed_at_once(segmented: Window, qtbot: QtBot) -> None:
    session, panel = segmented.session, segmented.panel(ObjectsPanel)
    operations.set_class(session.document, [1, 2], 1)
    qtbot.waitUntil(lambda: panel.counts.text() != "")
    panel.filter.setCurrentIndex(panel.filter.findData("With class"))
    panel.take.click()
    assert session.view.selection == {1, 2}
    menu = panel.open_menu(panel.rect().topLeft())
    next(a for a in menu.actions() if a.text() == "Lock or unlock").trigger()
    assert [number for number, row in session.document.objects.items() if row.locked] == [1, 2]


def test_the_rows_of_the_table_are_selected_at_once(segmented: Window, qtbot: QtBot) -> None:
    session, panel = segmented.session, segmented.panel(TablePanel)
    actions_of(segmented)["table"].trigger()
    qtbot.waitUntil(lambda: session.measuring.fresh)
    panel.top.filter.setText("id > 2")
    panel.top.take.click()
    assert session.view.selection == {3, 4}
