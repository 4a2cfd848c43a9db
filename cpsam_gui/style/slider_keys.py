"""Keys for the sliders of superqt, which have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QSlider

if TYPE_CHECKING:
    from superqt import QLabeledDoubleRangeSlider, QLabeledDoubleSlider

STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}
"""Single steps by key."""


class SliderKeys(QObject):
    """Moves a handle of a horizontal slider by keys: of two, the one that was clicked last, first the upper one."""

    def __init__(self, labeled: QLabeledDoubleSlider | QLabeledDoubleRangeSlider, step: float) -> None:
        super().__init__(labeled)
        # The single step of a slider for two is also how near its handles may come: far less than a key should move.
        self._labeled, self._step = labeled, step
        (self._inner,) = labeled.findChildren(QSlider)
        self._handle = len(self._values()) - 1
        labeled.setFocusProxy(self._inner)
        self._inner.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Move the handle; called by Qt."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self._handle = self._nearest(event.position().x())
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        labeled, key, values = self._labeled, event.key(), self._values()
        if key == Qt.Key.Key_Home:
            value = labeled.minimum()
        elif key == Qt.Key.Key_End:
            value = labeled.maximum()
        elif key in STEPS:
            value = values[self._handle] + STEPS[Qt.Key(key)] * self._step
        else:
            return False
        self._move(values, value)
        return True

    def _values(self) -> list[float]:
        value = self._labeled.value()
        return list(value) if isinstance(value, tuple) else [value]

    def _nearest(self, x: float) -> int:
        """Return the number of the handle that is nearest to a place, in pixels of the slider."""
        low, high, values = self._labeled.minimum(), self._labeled.maximum(), self._values()
        pointed = low + (high - low) * x / max(self._inner.width(), 1)
        return min(range(len(values)), key=lambda number: abs(values[number] - pointed))

    def _move(self, values: list[float], value: float) -> None:
        """Put the handle at a value, but not past the other."""
        labeled, number = self._labeled, self._handle
        if len(values) == 1:
            labeled.setValue(round(value, labeled.decimals()))
            return
        gap = labeled.singleStep()
        low = labeled.minimum() if number == 0 else values[0] + gap
        high = labeled.maximum() if number == 1 else values[1] - gap
        if low <= high:
            values[number] = min(max(value, low), high)
            labeled.setValue(tuple(values))
