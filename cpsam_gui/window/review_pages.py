"""The pages around the review: comparisons, the methods text, the log as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.dialogs.compare import ComparePage
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.saving_places import ask_target, with_ending
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.letters import give_letters

if TYPE_CHECKING:
    from cpsam_gui.session import Session

JSON = "JSON (*.json)"


class MethodsPage(QDialog):
    """The text, which can be changed before it is copied or saved."""

    saved = pyqtSignal(str)
    """The user wants this text in a file."""

    def __init__(self, parent: QWidget, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Methods text"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 420)
        self.text = QPlainTextEdit(text)
        self.copy = QPushButton(translate("Copy"))
        self.copy.setObjectName("primary")
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton(translate("Save…"))
        self.save.clicked.connect(lambda _: self.saved.emit(self.text.toPlainText()))
        give_letters((self.copy, self.save))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.save)
        buttons.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(
            dim(translate("For a paper: what was done on this image. Read it before you use it."))
        )
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text.toPlainText())
        self.copy.setText(translate("Copied"))
        give_letters((self.copy, self.save))


class ReviewPages(QObject):
    """Opens the pages."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window, self._open_image = window, session.open_image
        self._models, self._comparing = session.models, session.comparing
        self._recording, self._close_up = session.recording, session.close_up

    def compare(self) -> ComparePage:
        """Show what the masks can be compared with."""
        page = ComparePage(self._window, self._open_image, self._models, self._comparing)
        page.visit.connect(self._close_up.show)
        page.show()
        return page

    def methods(self) -> MethodsPage:
        """Show the methods text."""
        page = MethodsPage(self._window, self._recording.methods())
        page.saved.connect(self._ask_methods)
        page.show()
        return page

    def _ask_methods(self, text: str) -> None:
        """Let the user choose where the methods text goes."""
        path = self._open_image.path
        folder, name = (None, "methods.txt") if path is None else (path.parent, f"{path.stem}_methods.txt")
        title, kinds = translate("Save the methods text"), f"{translate('Text')} (*.txt)"
        target = ask_target(self._window, title, folder, name, kinds, with_ending(".txt"))
        if target is not None:
            self._recording.write_methods(target, text)

    def ask_log(self) -> None:
        """Let the user choose where the log goes."""
        path = self._open_image.path
        folder, name = (None, "log.json") if path is None else (path.parent, f"{path.stem}_log.json")
        title, ending = translate("Export the log"), with_ending(".json")
        target = ask_target(self._window, title, folder, name, JSON, ending)
        if target is not None:
            self._recording.export(target)
