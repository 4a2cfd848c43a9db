"""The panel of the history: every step by name, object and time; a click goes there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QListWidget

from cpsam_gui.panels.base import Panel
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import filled
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column, dim

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QListWidgetItem

    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session
    from cpsam_gui.state.steps import Step


class HistoryPanel(Panel):
    """Lists the steps of the open document, the undone ones in the quiet colour."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._open_image, self._edits = session.open_image, session.edits
        self._saver = session.persistence.saver
        layout = column(self)
        self.list = QListWidget()
        self.list.itemClicked.connect(self._go)
        layout.addWidget(self.list, 1)
        self.note = dim("")
        self._shown: list[str | Step] = []
        self._look = (theme.current(), 0)
        layout.addWidget(self.note)
        self._open_image.history_changed.connect(self.refresh)
        self._open_image.image_changed.connect(self.refresh)
        theme.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the steps."""
        document = self._open_image.document
        opened = "Opened" if not document.dropped else f"{document.dropped} older steps discarded"
        wanted: list[str | Step] = [opened, *document.history]
        look = (theme.current(), document.position)
        while self.list.count() > len(wanted):
            self.list.takeItem(self.list.count() - 1)
        self.list.addItems([""] * (len(wanted) - self.list.count()))
        # Only what is new or changed: after a day of work there are thousands of steps.
        shared = min(len(self._shown), len(wanted))
        first = next((row for row in range(shared) if not _same(self._shown[row], wanted[row])), shared)
        if look[0] is not self._look[0]:
            first = 0
        stretch = sorted((look[1], self._look[1]))
        quiet, normal = QColor(theme.current().dim).darker(130), QColor(theme.current().text)
        for row in {*range(first, len(wanted)), *range(stretch[0], min(stretch[1] + 1, len(wanted)))}:
            item = self.list.item(row)
            if item is not None:
                item.setText(_words(wanted[row]))
                item.setForeground(normal if row <= document.position else quiet)
        self._shown, self._look = wanted, look
        self.list.setCurrentRow(document.position)
        self.note.setText("" if self._open_image.image is None else self._state())

    def _state(self) -> str:
        """Return in words what the files beside the image hold of this."""
        if self._open_image.shipped:
            return translate("The demo image: what you try on it is not saved")
        if self._open_image.document.modified:
            return translate("Unsaved changes")
        return " · ".join(filter(None, (translate("All changes saved"), self._saver.files.words_behind)))

    def _go(self, item: QListWidgetItem) -> None:
        self._edits.go_to(self.list.row(item))


def _same(one: str | Step, other: str | Step) -> bool:
    return one == other if isinstance(one, str) else one is other


def _words(entry: str | Step) -> str:
    """Return a row in words: what was done, to which object, and when."""
    if isinstance(entry, str):
        return translate_said(entry)
    count = 0 if entry.swap is not None else len(entry.records)
    parts = [translate_said(entry.name)]
    if count == 1:
        parts.append(translate("object {}").format(next(iter(entry.records))))
    elif count > 1:
        parts.append(filled(translate("{:,} objects"), count))
    parts.append(time.strftime("%H:%M", time.localtime(entry.made)))
    return "   ".join(parts)
