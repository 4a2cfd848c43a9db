"""Keys that were meant for the window answer no dialog that came in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QComboBox, QMessageBox

from cpsam_gui.dialogs import messages
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.jobs.job import Problem
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.style import stray_keys
from cpsam_gui.tasks import read_unsure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

# Long enough for a button that a key presses to have been seen pressed.
PRESSED_MS = 250
LOSING = Question(
    "Changed", "", (Answer("save", "Save"), Answer("drop", "Do not save"), Answer("stay", "Cancel"))
)


@pytest.fixture(params=["question", "unsaved", "problem"])
def box(
    request: pytest.FixtureRequest, window: Window, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QMessageBox]:
    """Return a message box of each kind on the screen."""
    shown: list[QMessageBox] = []

    def keep(box: QMessageBox) -> int:
        box.open()
        shown.append(box)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", keep)
    if request.param == "question":
        messages.ask(window, LOSING)
    elif request.param == "unsaved":
        messages.ask_unsaved(window, "cells.tif")
    else:
        keep(messages.problem_box(window, Problem("It went wrong")))
    shown[0].setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    yield shown[0]
    shown[0].close()


def test_letters_alone_answer_nothing(box: QMessageBox) -> None:
    """D goes to the next image; it had pressed Discard, and drawn masks were gone."""
    for key in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1):
        QTest.keyClick(QApplication.focusWidget() or box, Qt.Key(key))
    QTest.qWait(PRESSED_MS)
    assert box.isVisible() and box.clickedButton() is None


def test_letters_with_alt_answer(box: QMessageBox, qtbot: QtBot) -> None:
    button = next(
        one for one in box.buttons() if one.text() in ("Do &not save", "&Discard", "&OK", "&Do not save")
    )
    letter = button.text()[button.text().index("&") + 1].upper()
    box.activateWindow()
    QTest.qWaitForWindowActive(box)
    QTest.keyClick(box, Qt.Key[f"Key_{letter}"], Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: not box.isVisible())


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_a_key_that_comes_before_anybody_can_read_the_question_answers_nothing(
    box: QMessageBox, key: Qt.Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stray_keys, "MOMENT_MS", 3_600_000)
    button = box.defaultButton() or box
    QTest.keyClick(button, key)
    assert box.isVisible()
    monkeypatch.setattr(stray_keys, "MOMENT_MS", 0)
    held = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", True)
    QApplication.sendEvent(button, held)
    QTest.keyRelease(button, key)
    assert box.isVisible(), "it is still held from before"
    QTest.keyClick(button, key)
    assert not box.isVisible()


def test_letters_choose_no_axes(window: Window, qtbot: QtBot, image_file: Path) -> None:
    dialog = AxesDialog(window, read_unsure(image_file, lambda *_: None))
    dialog.open()
    qtbot.waitUntil(lambda: dialog.isVisible())
    before = dialog.reading
    focus = dialog.focusWidget()
    assert focus is not None and not isinstance(focus, QComboBox)
    for key in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1):
        QTest.keyClick(focus, Qt.Key(key))
    assert dialog.isVisible() and dialog.reading == before
    dialog.close()
