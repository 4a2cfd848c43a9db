"""Rows of a list that say a name and below it how far something is: each line has the whole width of the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QFontMetrics, QPainter

STATE_COLOUR = Qt.ItemDataRole.UserRole + 20
"""Role of the colour (`QColor`) of the lower line; the name keeps that of the list."""


class NameAndState(QStyledItemDelegate):
    """Draws the words of an item: a name, the end of its line, and a state.

    One that has no state stands in the middle. A state of several entries takes more lines where the row is high enough
    for them. What has no room ends in dots: of a name in the middle, since names differ at their ends; of a state at
    its end.
    """

    def lines(self, option: QStyleOptionViewItem, index: QModelIndex) -> list[str]:
        """Return the lines as they are drawn in the rectangle of `option`: the name, and those of the state."""
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
        lines = self._fitted(option, room.width())
        option.text = ""
        style = _style(option)
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        colour = option.palette.color(role)
        painter.save()
        painter.setFont(option.font)
        height = option.fontMetrics.height()
        line = QRect(room.left(), room.center().y() + 1 - height * len(lines) // 2, room.width(), height)
        painter.setPen(colour)
        for words in lines:
            painter.drawText(line, _FLAGS, words)
            line.translate(0, height)
            painter.setPen(colour if chosen else index.data(STATE_COLOUR) or colour)
        painter.restore()

    @staticmethod
    def _room(option: QStyleOptionViewItem) -> QRect:
        """Return where the words stand: beside the tick and the picture."""
        style = _style(option)
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        return room.adjusted(margin, 0, -margin, 0)

    @staticmethod
    def _fitted(option: QStyleOptionViewItem, width: int) -> list[str]:
        # Qt keeps lines apart by another sign.
        name, *state = (option.text or "").replace("\u2028", "\n").split("\n", 1)
        metrics, mode = option.fontMetrics, Qt.TextElideMode
        said = " ".join(state).replace("\n", " ")
        lines = _wrapped(said, metrics, width)
        # The name has a line, too; a row that is too low for two gets its height later.
        room = option.rect.height() // metrics.height() - 1
        if len(lines) > room:
            lines = [said][: max(room, 0)]
        return [
            metrics.elidedText(name, mode.ElideMiddle, width),
            *(metrics.elidedText(one, mode.ElideRight, width) for one in lines),
        ]


def _wrapped(said: str, metrics: QFontMetrics, width: int) -> list[str]:
    """Return the lines of a list of entries, each of which stays whole."""
    lines: list[str] = []
    for entry in said.split(", ") if said else ():
        longer = f"{lines[-1]}, {entry}" if lines else entry
        if lines and metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        elif lines:
            lines[-1] += ","
            lines.append(entry)
        else:
            lines.append(entry)
    return lines


_FLAGS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)


def _style(option: QStyleOptionViewItem) -> QStyle:
    style = option.widget.style() if option.widget is not None else QApplication.style()
    assert style is not None
    return style
