"""Names that may be as long as a file system allows: they ask for no more room than words do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QLabel

if TYPE_CHECKING:
    from PyQt6.QtGui import QFontMetrics

WORD = re.compile(r"\S+")
IN_PANEL, IN_DIALOG = 30, 100
"""Letters of a word that have room in one line."""
PART = re.compile(r"[^\s/\\_.,;:-]{1,20}[/\\_.,;:-]*|[/\\_.,;:-]{1,20}")
"""A part of a long word that stays in one line."""
# A space that takes no room; lines may end there.
GAP = "\u200b"
MOST_PX = 280
"""Width of a list that may hold long names, or of a name where there is a tooltip."""


def breakable(text: str, room: int = IN_DIALOG) -> str:
    """Return the same words; lines may end within those of more letters than have room. Marked up text stays."""
    if Qt.mightBeRichText(text):  # type: ignore[attr-defined]
        return text

    def parted(word: re.Match[str]) -> str:
        return GAP.join(PART.findall(word.group())) if len(word.group()) > room else word.group()

    return WORD.sub(parted, text)


class WrappedWords(QLabel):
    """Words in as many lines as they take; a long name among them goes on in the next line."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._words = ""
        self.setWordWrap(True)
        self.setText(text)

    def text(self) -> str:
        """Return the words as they were given."""
        return self._words

    def setText(self, text: str | None) -> None:  # noqa: N802 - its name in Qt
        """Show words."""
        self._words = text or ""
        super().setText(breakable(self._words, IN_PANEL))


def shortened(name: str, within_px: int, metrics: QFontMetrics) -> str:
    """Return a name with dots in its middle where it is wider: names differ at their ends."""
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, within_px)


def bound(combo: QComboBox) -> None:
    """Let a list be as wide as its entries up to a width that the window has room for."""
    combo.setMaximumWidth(MOST_PX)
