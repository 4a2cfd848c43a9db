"""Words of one line that share it with others."""

from __future__ import annotations

from PyQt6.QtCore import QSize
from superqt import QElidingLabel


class YieldingWords(QElidingLabel):  # type: ignore[misc]
    """Takes the room that its words need, and ends in dots where there is less; the tooltip has all of them.

    Parameters
    ----------
    least_px
        Width that it keeps whatever happens, if its words are as long.
    """

    def __init__(self, least_px: int) -> None:
        super().__init__()
        self._least_px = least_px

    @property
    def wide_px(self) -> int:
        """Width of all the words."""
        # Dots come a little before there is no room left.
        return int(self.fontMetrics().horizontalAdvance(self.text()) + 2 * self._ellipses_width)

    def setText(self, text: str) -> None:  # noqa: N802 - its name in Qt
        """Show the words, or as many as there is room for."""
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room for all words; called by Qt."""
        return QSize(max(self.wide_px, self.minimumWidth()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the room that it keeps; called by Qt."""
        return QSize(min(self.wide_px, self._least_px), super().minimumSizeHint().height())
