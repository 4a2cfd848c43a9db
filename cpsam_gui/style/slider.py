"""A slider that goes where its groove is clicked, instead of a page towards it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

if TYPE_CHECKING:
    from PyQt6.QtCore import QPoint, QRect
    from PyQt6.QtGui import QMouseEvent


class DirectSlider(QSlider):
    """Its handle comes to the pointer at once, and follows it as if it had been taken there."""

    _following = False

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take the handle to a click beside it; called by Qt."""
        beside = (
            event is not None
            and event.button() is Qt.MouseButton.LeftButton
            and not self._part(QStyle.SubControl.SC_SliderHandle).contains(event.position().toPoint())
        )
        if event is None or not beside:
            super().mousePressEvent(event)
            return
        self._following = True
        self.setSliderDown(True)
        self.setSliderPosition(self.value_at(event.position().toPoint()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Let the handle follow; called by Qt."""
        if event is None or not self._following:
            super().mouseMoveEvent(event)
            return
        self.setSliderPosition(self.value_at(event.position().toPoint()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let the handle go; called by Qt."""
        if event is None or not self._following:
            super().mouseReleaseEvent(event)
            return
        self._following = False
        self.setSliderDown(False)
        event.accept()

    def value_at(self, place: QPoint) -> int:
        """Return the value whose handle has its middle nearest to a place in the slider."""
        groove = self._part(QStyle.SubControl.SC_SliderGroove)
        handle = self._part(QStyle.SubControl.SC_SliderHandle)
        if self.orientation() is Qt.Orientation.Horizontal:
            at, first, room = place.x(), groove.x(), groove.width() - handle.width()
            at -= first + handle.width() // 2
        else:
            at, first, room = place.y(), groove.y(), groove.height() - handle.height()
            at -= first + handle.height() // 2
        style, option = self.style(), self._option()
        assert style is not None
        low, high = self.minimum(), self.maximum()
        return style.sliderValueFromPosition(low, high, at, room, option.upsideDown)

    def _part(self, part: QStyle.SubControl) -> QRect:
        style = self.style()
        assert style is not None
        return style.subControlRect(QStyle.ComplexControl.CC_Slider, self._option(), part, self)

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option
