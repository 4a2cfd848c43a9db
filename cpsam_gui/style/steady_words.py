"""Words that change while something runs, and move nothing around them."""

from __future__ import annotations

from PyQt6.QtCore import Qt
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
        self.setFixedHeight(lines * self.fontMetrics().height())

    def setText(self, text: str) -> None:  # noqa: N802 - its name in Qt
        """Show the words, and all of them in the tooltip."""
        super().setText(text)
        self.setToolTip(text)
