"""Words that change while something runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtWidgets import QApplication, QLabel

from cpsam_gui.style import theme
from cpsam_gui.style.steady_words import SteadyWords

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("size", [11, 12, 13, 14, 15, 17, 19, 22])
@pytest.mark.parametrize("lines", [2, 3])
def test_the_last_line_is_not_cut_through(qtbot: QtBot, qapp: QApplication, lines: int, size: int) -> None:
    theme.apply(qapp)
    words = SteadyWords(lines=lines)
    qtbot.addWidget(words)
    font = words.font()
    font.setPixelSize(size)
    words.setFont(font)
    room = words.height()
    words.setMinimumHeight(0)
    words.setText("\n".join(["7 Bilder"] * lines))
    assert QLabel.heightForWidth(words, 400) <= room
