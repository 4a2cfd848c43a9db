"""The wheel over settings: it scrolls the panel, and changes a value only where that was clicked before."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget


class WheelGuard(QObject):
    """Keeps the wheel from widgets that do not have the focus."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Hand the wheel on to the panel behind an idle widget; called by Qt."""
        if event is None or event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()
        return True


def guard_wheels(root: QWidget) -> None:
    """Let combo boxes, spin boxes and sliders below a widget take the wheel only after a click on them.

    May be called again where widgets were added.
    """
    guard = root.findChild(WheelGuard) or WheelGuard(root)
    for kind in (QComboBox, QAbstractSpinBox, QAbstractSlider):
        for widget in root.findChildren(kind):
            if not isinstance(widget, QScrollBar):
                # with the default policy of some of them the wheel itself brings the focus
                widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                widget.installEventFilter(guard)
