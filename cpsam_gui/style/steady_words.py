"""Words that change while something runs, and move nothing around them."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QSizePolicy
from superqt import QElidingLabel


class SteadyWords(QElidingLabel):  # type: ignore[misc]
    """Has the same height whatever it says, and no say in the width; what has no room ends in dots."""

    def __init__(self, lines: int = 2) -> None:
        super().__init__()
        self.setObjectName("dim")
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setWordWrap(True)
        self.ensurePolished()
        self._lines = lines
        self._take_room()

    def changeEvent(self, event: QEvent | None) -> None:
        """Have room for as many lines of another font; called by Qt."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange and hasattr(self, "_lines"):
            self._take_room()

    def _take_room(self) -> None:
        # Lines below each other can take more than their number times the height of one, which is rounded.
        self.setFixedHeight(self.fontMetrics().size(0, "\n".join(["Ag"] * self._lines)).height())

    def setText(self, text: str) -> None:  # noqa: N802 - its name in Qt
        """Show the words, and all of them in the tooltip."""
        super().setText(text)
        self.setToolTip(text)
