"""The panel of the history: every step by name; a click goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from cpsam_gui import theme

from .layout import column, dim

if TYPE_CHECKING:
    from cpsam_gui.session import Session


class HistoryPanel(QWidget):
    """Lists the steps of the open document, the undone ones in the quiet colour."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        layout = column(self)
        self.list = QListWidget()
        self.list.itemClicked.connect(self._go)
        layout.addWidget(self.list, 1)
        self._note = dim("")
        layout.addWidget(self._note)
        session.history_changed.connect(self.refresh)
        session.image_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the steps."""
        document = self._session.document
        wanted = [
            "Opened" if not document.dropped else f"{document.dropped} older steps let go",
            *document.steps,
        ]
        while self.list.count() > len(wanted):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(wanted):
            self.list.addItem(QListWidgetItem())
        quiet, normal = QColor(theme.current().dim).darker(130), QColor(theme.current().text)
        for row, name in enumerate(wanted):
            item = self.list.item(row)
            if item is not None:
                item.setText(name)
                item.setForeground(normal if row <= document.position else quiet)
        self.list.setCurrentRow(document.position)
        self._note.setText("" if self._session.image is None else _state(document.modified))

    def _go(self, item: QListWidgetItem) -> None:
        self._session.go_to(self.list.row(item))


def _state(modified: bool) -> str:
    return "There are changes to save" if modified else "Everything is saved"
