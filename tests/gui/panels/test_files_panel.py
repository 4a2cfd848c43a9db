"""The file list in a narrow panel: words before pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.panels import FilesPanel
from cpsam_gui.panels.files import NARROW_PX, PICTURE_PIXELS, SMALL_PICTURE_PX
from cpsam_gui.program.i18n import translate
from cpsam_gui.window.docks import LEFT_WIDTH_PX

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_the_state_of_an_image_can_be_read_in_the_narrowest_panel(opened: Window, qtbot: QtBot) -> None:
    panel = opened.panel(FilesPanel)
    panel.resize(LEFT_WIDTH_PX, 400)
    assert panel.width() < NARROW_PX
    assert panel.list.iconSize().width() == SMALL_PICTURE_PX
    room = panel.list.viewport().width() - SMALL_PICTURE_PX
    assert panel.list.fontMetrics().horizontalAdvance("segmented") < room
    assert panel.list.fontMetrics().horizontalAdvance(translate("masks ready")) < room
    panel.resize(NARROW_PX + 40, 400)
    assert panel.list.iconSize().width() == PICTURE_PIXELS
