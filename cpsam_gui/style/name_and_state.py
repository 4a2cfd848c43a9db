"""Rows of a list that say a name and below it how far something is: each line has the whole width of the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter

STATE_COLOUR = Qt.ItemDataRole.UserRole + 20
"""Role of the colour (`QColor`) of the lower line; the name keeps that of the list."""


class NameAndState(QStyledItemDelegate):
    """Draws the words of an item: a name, the end of its line, and a state.

    One that has no state stands in the middle. What has no room ends in dots: of a name in the middle, since names
    differ at their ends; of a state at its end.
    """

    def lines(self, option: QStyleOptionViewItem, index: QModelIndex) -> tuple[str, str]:
        """Return both lines as they are drawn in the rectangle of `option`."""
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        return self._fitted(option, self._room(option).width())

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw a row; called by Qt."""
        if painter is None:
            return
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        room = self._room(option)
        name, state = self._fitted(option, room.width())
        option.text = ""
        if option.rect.height() < 2 * option.fontMetrics.height():
            # It gets its height later.
            state = ""
        style = _style(option)
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        colour = option.palette.color(role)
        painter.save()
        painter.setFont(option.font)
        height = option.fontMetrics.height()
        above = height if state else height // 2
        line = QRect(room.left(), room.center().y() + 1 - above, room.width(), height)
        painter.setPen(colour)
        painter.drawText(line, _FLAGS, name)
        painter.setPen(colour if chosen else index.data(STATE_COLOUR) or colour)
        painter.drawText(line.translated(0, height), _FLAGS, state)
        painter.restore()

    @staticmethod
    def _room(option: QStyleOptionViewItem) -> QRect:
        """Return where the words stand: beside the tick and the picture."""
        style = _style(option)
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        return room.adjusted(margin, 0, -margin, 0)

    @staticmethod
    def _fitted(option: QStyleOptionViewItem, width: int) -> tuple[str, str]:
        # Qt keeps lines apart by another sign.
        name, *state = (option.text or "").replace("\u2028", "\n").split("\n", 1)
        metrics, mode = option.fontMetrics, Qt.TextElideMode
        return (
            metrics.elidedText(name, mode.ElideMiddle, width),
            metrics.elidedText(" ".join(state).replace("\n", " "), mode.ElideRight, width),
        )


_FLAGS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)


def _style(option: QStyleOptionViewItem) -> QStyle:
    style = option.widget.style() if option.widget is not None else QApplication.style()
    assert style is not None
    return style
