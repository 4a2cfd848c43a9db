"""The wheel over settings: it scrolls the panel, and changes a value only where that was clicked before."""

from __future__ import annotations

from PyQt6.QtCore import QChildEvent, QEvent, QObject, Qt
from PyQt6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QMainWindow,
    QScrollBar,
    QTabBar,
    QWidget,
)


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


class TabGuard(QObject):
    """Keeps the wheel from the names of tabs of docks, which would turn the page under the pointer."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Let the wheel turn no page, and watch bars that a window makes; called by Qt."""
        if isinstance(event, QChildEvent):
            # Windows make such bars at any time, and themselves.
            child = event.child()
            if event.type() == QEvent.Type.ChildPolished and isinstance(child, QTabBar):
                child.installEventFilter(self)
            return False
        return event is not None and event.type() == QEvent.Type.Wheel and isinstance(watched, QTabBar)


def guard_tabs(window: QMainWindow) -> None:
    """Let only clicks and keys turn the pages of the docks of a window, which has none yet."""
    window.installEventFilter(TabGuard(window))


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
