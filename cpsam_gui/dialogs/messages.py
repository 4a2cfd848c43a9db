"""Errors and questions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMessageBox, QPushButton

from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.jobs.jobs import Problem
    from cpsam_gui.session.questions import Question


def show_problem(parent: QWidget, problem: Problem) -> None:
    """Show a problem in a dialog that does not block; one that is on the screen already is not shown again."""
    shown = (box for box in parent.findChildren(QMessageBox) if box.isVisible())
    if all(box.text() != problem.text for box in shown):
        problem_box(parent, problem).open()


def problem_box(parent: QWidget, problem: Problem) -> QMessageBox:
    """Return a dialog that shows a problem and offers to copy its details."""
    box = QMessageBox(QMessageBox.Icon.Warning, "cpsam-gui", problem.text, parent=parent)
    box.setDetailedText(problem.details)
    box.addButton(QMessageBox.StandardButton.Ok)
    box.setDefaultButton(QMessageBox.StandardButton.Ok)
    box.setEscapeButton(QMessageBox.StandardButton.Ok)  # with two buttons Qt finds none by itself
    copy = QPushButton(translate("Copy details"))
    box.addButton(copy, QMessageBox.ButtonRole.ActionRole)
    # A click of any button closes the box; copying must not, so its own handler is put in place.
    copy.clicked.disconnect()
    copy.clicked.connect(lambda: copy_details(problem))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def copy_details(problem: Problem) -> None:
    """Put text and details on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(f"{problem.text}\n\n{problem.details}".strip())


def ask(parent: QWidget, question: Question) -> str:
    """Ask a question; return the key of the answer, that of the safe one where the dialog is closed."""
    box = QMessageBox(QMessageBox.Icon.Question, "cpsam-gui", question.text, parent=parent)
    box.setInformativeText(question.detail)
    role = QMessageBox.ButtonRole
    buttons = {}
    for answer in question.answers:
        safe = answer.key == question.safe
        button = box.addButton(answer.text, role.RejectRole if safe else role.AcceptRole)
        buttons[button] = answer.key
        if safe:
            box.setEscapeButton(button)
        if answer is question.answers[0]:
            box.setDefaultButton(button)
    box.exec()
    return next((key for button, key in buttons.items() if button is box.clickedButton()), question.safe)


def ask_unsaved(parent: QWidget, name: str) -> QMessageBox.StandardButton:
    """Ask what to do with changed masks: save, discard or cancel."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(
        QMessageBox.Icon.Question,
        "cpsam-gui",
        translate("The masks of {} have changes.").format(name),
        parent=parent,
    )
    box.setInformativeText(translate("Save them before going on?"))
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    return QMessageBox.StandardButton(box.exec())
