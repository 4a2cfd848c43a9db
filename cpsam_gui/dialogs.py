"""Errors and questions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMessageBox, QPushButton

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.jobs import Problem


def problem_box(parent: QWidget, problem: Problem) -> QMessageBox:
    """Return a dialog that shows a problem and offers to copy its details."""
    box = QMessageBox(QMessageBox.Icon.Warning, "cpsam-gui", problem.text, parent=parent)
    box.setDetailedText(problem.details)
    box.addButton(QMessageBox.StandardButton.Ok)
    copy = QPushButton("Copy details")
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


def ask_recover(parent: QWidget, image: str, when: str) -> bool | None:
    """Ask whether to recover work that was not saved; True, False to drop it, None to decide later."""
    box = QMessageBox(
        QMessageBox.Icon.Question, "cpsam-gui", f"There is unsaved work on {image}.", parent=parent
    )
    box.setInformativeText(f"The program ended before it was saved, on {when}. Recover it?")
    recover = box.addButton("Recover", QMessageBox.ButtonRole.AcceptRole)
    drop = box.addButton("Drop it", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton("Later", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(recover)
    box.exec()
    clicked = box.clickedButton()
    return None if clicked not in (recover, drop) else clicked is recover


def ask_unsaved(parent: QWidget, name: str) -> QMessageBox.StandardButton:
    """Ask what to do with changed masks: save, discard or cancel."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(
        QMessageBox.Icon.Question, "cpsam-gui", f"The masks of {name} have changes.", parent=parent
    )
    box.setInformativeText("Save them before going on?")
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    return QMessageBox.StandardButton(box.exec())
