"""Errors and questions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMessageBox, QPushButton

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.long_names import breakable
from cpsam_gui.style.unasked import guard_unasked

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.session.questions import Question

ICON_PX = 40
"""Screen pixels of the icon in a message box."""


def show_problem(parent: QWidget, problem: Problem) -> None:
    """Show a problem in a dialog that does not block; one that is on the screen already is not shown again."""
    shown = (box for box in parent.findChildren(QMessageBox) if box.isVisible())
    if all(box.text() != breakable(problem.text) for box in shown):
        problem_box(parent, problem).open()


def _box(parent: QWidget, icon: str, colour: str, text: str) -> QMessageBox:
    """Return a message box with an icon of the program's own."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "cpsam-gui", breakable(text), parent=parent)
    box.setIconPixmap(theme.icon(icon, colour).pixmap(QSize(ICON_PX, ICON_PX), parent.devicePixelRatioF()))
    return box


def problem_box(parent: QWidget, problem: Problem) -> QMessageBox:
    """Return a dialog that shows a problem and offers to copy its details."""
    box = _box(parent, "alert_outline", theme.current().warning, problem.text)
    box.setDetailedText(problem.details)
    done = box.addButton(QMessageBox.StandardButton.Ok)
    if done is not None:
        done.setText("OK")
    box.setDefaultButton(QMessageBox.StandardButton.Ok)
    # With two buttons Qt finds none by itself.
    box.setEscapeButton(QMessageBox.StandardButton.Ok)
    copy = QPushButton(translate("Copy details"))
    box.addButton(copy, QMessageBox.ButtonRole.ActionRole)
    give_letters((done, copy))
    # A click of any button closes the box; copying must not, so its own handler is put in place.
    copy.clicked.disconnect()
    copy.clicked.connect(lambda: copy_details(problem))
    guard_unasked(box)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def copy_details(problem: Problem) -> None:
    """Put text and details on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(f"{problem.text}\n\n{problem.details}".strip())


def ask(parent: QWidget, question: Question) -> str:
    """Ask a question; return the key of the answer, that of the safe one where the dialog is closed."""
    box = _box(parent, "help_circle_outline", theme.current().accent, question.text)
    detail = breakable(question.detail)
    box.setInformativeText(detail)
    for shown in parent.findChildren(QMessageBox):
        # What it says stands in the question now.
        if shown.isVisible() and shown.text() in detail:
            shown.close()
    role = QMessageBox.ButtonRole
    buttons: dict[QPushButton | None, str] = {}
    for answer in question.answers:
        safe = answer.key == question.safe
        button = box.addButton(answer.text, role.RejectRole if safe else role.AcceptRole)
        buttons[button] = answer.key
        if safe:
            box.setEscapeButton(button)
        if answer is question.answers[0]:
            box.setDefaultButton(button)
    give_letters(buttons)
    guard_unasked(box)
    box.exec()
    return next((key for button, key in buttons.items() if button is box.clickedButton()), question.safe)


def ask_unsaved(parent: QWidget, name: str) -> QMessageBox.StandardButton:
    """Ask what to do with changed masks: save, discard or cancel."""
    buttons = QMessageBox.StandardButton
    words = translate("The masks of {} have changes.").format(name)
    box = _box(parent, "help_circle_outline", theme.current().accent, words)
    box.setInformativeText(translate("Save them before going on?"))
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    known = (
        (buttons.Save, translate("Save")),
        (buttons.Discard, translate("Discard")),
        (buttons.Cancel, translate("Cancel")),
    )
    for kind, text in known:
        button = box.button(kind)
        if button is not None:
            button.setText(text)
    give_letters(box.button(kind) for kind, _ in known)
    guard_unasked(box)
    return QMessageBox.StandardButton(box.exec())
