"""What is marked on an object as icons: its words have no room in a column of the list."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QSize
from PyQt6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from cpsam_gui.style.theme import ICON_PX


class MarksDelegate(QStyledItemDelegate):
    """Paints the icons of a cell at their size, side by side; its words are read in the tooltip, and read aloud."""

    def initStyleOption(self, option: QStyleOptionViewItem | None, index: QModelIndex) -> None:
        """Leave out the words; called by Qt."""
        super().initStyleOption(option, index)
        if option is not None:
            option.text = ""
            sizes = option.icon.availableSizes() or [QSize(ICON_PX, ICON_PX)]
            option.decorationSize = min(sizes, key=QSize.width)
