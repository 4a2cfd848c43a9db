"""Keys in a dialog that came by itself: who is typing shortcuts of the window does not mean its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QElapsedTimer, QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QDialog

MOMENT_MS = 600
"""A key that comes so soon after the dialog was on its way before anybody could read what it asks."""
WITH_LETTERS = (
    Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier
)
PRESSES = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)


class StrayKeyGuard(QObject):
    """Keeps keys from a dialog that were meant for the window.

    Those are letters and digits alone, which Qt takes for the buttons of a message box: they work together with Alt.
    Others are those that come in the first moment, and those that are still held down from before.
    """

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._shown = QElapsedTimer()
        if dialog.isVisible():
            self._shown.start()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Swallow a key that was not meant; called by Qt."""
        if event is None:
            return False
        if event.type() == QEvent.Type.Show and watched is self._dialog:
            self._shown.start()
        if not isinstance(event, QKeyEvent) or event.type() not in PRESSES or not self._is_stray(event):
            return False
        event.accept()
        return True

    def _is_stray(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat() or (self._shown.isValid() and self._shown.elapsed() < MOMENT_MS):
            return True
        alone = event.modifiers() & WITH_LETTERS == Qt.KeyboardModifier.NoModifier
        return alone and event.text().strip() != "" and event.text().isprintable()


def guard_stray_keys(dialog: QDialog) -> None:
    """Watch a dialog and its buttons; called once the buttons are there."""
    guard = StrayKeyGuard(dialog)
    for widget in (dialog, *dialog.findChildren(QAbstractButton)):
        widget.installEventFilter(guard)
