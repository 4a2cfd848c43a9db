"""The second click of a double click starts nothing else than the first one."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QDialogButtonBox, QToolBar

from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.panels import SegmentPanel, TrainPanel
from cpsam_gui.tasks import read_unsure

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window
    from tests.gui.conftest import FakeSegmenter

LEFT = Qt.MouseButton.LeftButton


def click_again(button: QAbstractButton) -> None:
    """Let a button get the second click of a double click."""
    QTest.mouseDClick(button, LEFT)
    QTest.mouseRelease(button, LEFT, delay=1000)


def test_segment_is_not_cancelled_by_a_double_click(
    opened: Window, segmenter: FakeSegmenter, qtbot: QtBot
) -> None:
    foot, session = opened.panel(SegmentPanel).foot, opened.session
    segmenter.gate = Event()
    QTest.mouseClick(foot.run, LEFT)
    qtbot.waitUntil(lambda: foot.run.text() == "Cancel")
    click_again(foot.run)
    segmenter.gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert len(session.document.objects) == 4


def test_a_later_click_cancels(opened: Window, segmenter: FakeSegmenter, qtbot: QtBot) -> None:
    foot, session = opened.panel(SegmentPanel).foot, opened.session
    segmenter.gate = Event()
    QTest.mouseClick(foot.run, LEFT)
    qtbot.waitUntil(lambda: foot.run.text() == "Cancel")
    QTest.mouseClick(foot.run, LEFT)
    segmenter.gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not session.document.objects


def test_what_comes_where_retrain_was_gets_no_second_click(opened: Window) -> None:
    """Stop and Skip the verdict are other buttons in the same place."""
    opened.show_panel("Train")
    foot = opened.panel(TrainPanel).foot
    asked: list[str] = []
    foot.stop.clicked.connect(lambda: asked.append("stop"))
    for widget in (foot.button, foot.stop):
        widget.show()
        widget.setEnabled(True)
    foot.button.clicked.disconnect()
    QTest.mouseClick(foot.button, LEFT)
    click_again(foot.stop)
    assert not asked
    QTest.mouseClick(foot.stop, LEFT)
    assert asked == ["stop"]


def test_a_question_about_axes_is_not_answered_by_the_click_that_brought_it(
    window: Window, qtbot: QtBot, image_file: Path
) -> None:
    dialog = AxesDialog(window, read_unsure(image_file, lambda *_: None))
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    assert button is not None
    click_again(button)
    assert dialog.isVisible()
    QTest.mouseClick(button, LEFT)
    assert not dialog.isVisible()


def test_each_of_several_quick_clicks_counts_where_the_button_stays_what_it_is(segmented: Window) -> None:
    session = segmented.session
    for number in (1, 2, 3):
        session.view.select(number)
        actions_of(segmented)["delete"].trigger()
    bar = segmented.findChild(QToolBar, "toolbar")
    assert bar is not None
    undo = bar.widgetForAction(actions_of(segmented)["undo"])
    assert isinstance(undo, QAbstractButton)
    QTest.mouseClick(undo, LEFT)
    click_again(undo)
    assert len(session.document.objects) == 3
