"""The second click of a double click: nobody means a button that took the place of the first one under the pointer."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QWidget


class SecondClickGuard(QObject):
    """Keeps a click that follows on another from a button that was not there, or meant something else, at the first.

    Segment becomes Cancel, and Stop comes where Retrain was. Where a button stays what it is, each click counts,
    however fast they follow each other.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pressed = 0, ""
        """The button that was meant, by its identity, and what it said."""
        self._time, self._place = 0, QPointF()
        """Of the last press, in milliseconds and pixels of the screen."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Swallow a press that was not meant; called by Qt."""
        if not isinstance(event, QMouseEvent) or not isinstance(watched, QAbstractButton):
            return False
        if event.type() not in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return False
        follows = event.type() == QEvent.Type.MouseButtonDblClick or self._follows(event)
        self._time, self._place = event.timestamp(), event.globalPosition()
        # What a button without words does, its tooltip says.
        now = id(watched), watched.text() or watched.toolTip()
        if follows and now != self._pressed:
            return True
        self._pressed = now
        return False

    def _follows(self, event: QMouseEvent) -> bool:
        """Whether a press is so soon after the one before, and so near, that it goes with it, such as a third one."""
        hints = QApplication.styleHints()
        if hints is None:
            return False
        way = event.globalPosition() - self._place
        near = way.manhattanLength() <= hints.mouseDoubleClickDistance()
        return near and 0 <= event.timestamp() - self._time < hints.mouseDoubleClickInterval()


def guard_second_clicks(root: QWidget) -> None:
    """Watch the buttons below a widget; may be called again where some were added."""
    # Not that of a dialog below it, which goes with the dialog.
    own = root.findChild(SecondClickGuard, options=Qt.FindChildOption.FindDirectChildrenOnly)
    guard = own or SecondClickGuard(root)
    for button in root.findChildren(QAbstractButton):
        button.installEventFilter(guard)
