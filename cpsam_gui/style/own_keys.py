"""The keys that a setting or a list in focus uses itself: shortcuts of the window do not take them away.

Who has typed into a field gives the keys back to the image by Return or Esc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTableView,
    QWidget,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

UP_AND_DOWN = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
ENDS = frozenset({Qt.Key.Key_Home, Qt.Key.Key_End})
SIDEWAYS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})
OWN_KEYS: tuple[tuple[type[QWidget], frozenset[Qt.Key]], ...] = (
    (QAbstractSlider, UP_AND_DOWN | ENDS | SIDEWAYS),
    (QAbstractSpinBox, UP_AND_DOWN | ENDS | SIDEWAYS),
    (QComboBox, UP_AND_DOWN | ENDS),
    # Lists and tables are chosen from by whole rows: sideways the images turn, as everywhere.
    # A table takes the ends for those of the row.
    (QTableView, UP_AND_DOWN),
    (QAbstractItemView, UP_AND_DOWN | ENDS),
)
"""Keys by kind of widget. Text fields keep theirs without help."""
LEAVING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})
"""Keys by which a text field is left: letters that follow are shortcuts again."""


class OwnKeys(QObject):
    """Keeps shortcuts from the keys of the widget in focus, unless the pointer is over the canvas."""

    def __init__(self, window: QWidget, canvas: QWidget, tops: Iterable[QWidget]) -> None:
        """Watch `tops`, the window and what may float beside it: unused keys arrive there in the end."""
        super().__init__(window)
        self._canvas = canvas
        for top in tops:
            top.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Claim a key before it is looked for among the shortcuts; called by Qt."""
        if not isinstance(event, QKeyEvent):
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held != Qt.KeyboardModifier.NoModifier:
            return False
        if event.key() in LEAVING and isinstance(QApplication.focusWidget(), QLineEdit):
            return self._left(event)
        if event.type() != QEvent.Type.ShortcutOverride or self._canvas.underMouse():
            return False
        if event.key() not in _keys_of(QApplication.focusWidget()):
            return False
        event.accept()
        return True

    def _left(self, event: QKeyEvent) -> bool:
        """Let the field in focus have the key, and then the canvas have the keys; return whether it was that."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        top = self._canvas.window()
        if top is not None:
            # The field may stand in a panel that floats.
            top.activateWindow()
        self._canvas.setFocus()
        return True


def _keys_of(widget: QWidget | None) -> frozenset[Qt.Key]:
    return next((keys for kind, keys in OWN_KEYS if isinstance(widget, kind)), frozenset())
