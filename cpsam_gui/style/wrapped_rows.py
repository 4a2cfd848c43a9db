"""Rows of a list whose words go on in further lines: each row is as high as its words in the width of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex

# Pixels; more than any row is high.
ENDLESS_PX = 100_000
_WRAPPED = int(Qt.TextFlag.TextWordWrap)


class WrappedRows(QListWidget):
    """A list that cuts no words; it scrolls where the rows take more room than it has."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        # A high row need not stand at the top to be read to its end.
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Wrapped(self))

    @property
    def row_width(self) -> int:
        """Pixels that a row has beside the scroll bar, which may come when all rows have their heights."""
        bar, viewport = self.verticalScrollBar(), self.viewport()
        if bar is None or viewport is None:
            return 0
        return viewport.width() - (0 if bar.isVisible() else bar.sizeHint().width())


class _Wrapped(QStyledItemDelegate):
    """Asks for the room that the words of a row take: Qt forgets what the style sheet leaves free at their sides."""

    def __init__(self, view: WrappedRows) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the size of a row; called by Qt."""
        option, width = QStyleOptionViewItem(option), self._view.row_width
        self.initStyleOption(option, index)
        style, words = self._view.style(), option.text or ""
        if style is None or width <= 0:
            return super().sizeHint(option, index)
        option.rect = QRect(0, 0, width, ENDLESS_PX)
        text = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, self._view)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, self._view) + 1
        room = QRect(0, 0, text.width() - 2 * margin, ENDLESS_PX)
        height = option.fontMetrics.boundingRect(room, _WRAPPED, words).height()
        # What stands above and below the words of a row of one line.
        option.text, option.rect = "X", QRect()
        one = style.sizeFromContents(
            QStyle.ContentsType.CT_ItemViewItem, option, QSize(), self._view
        ).height()
        return QSize(width, height + one - option.fontMetrics.height())
