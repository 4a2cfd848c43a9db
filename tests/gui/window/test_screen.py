"""The window fits the screen that it opens on, and most of its width is the image's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QStandardItemModel

from cpsam_gui.window.docks import LEFT_FIRST_PX
from cpsam_gui.window.screen import CANVAS, opening_size, share_width

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

SCREENS = [(1366, 768), (1280, 720), (1440, 900), (1920, 1080), (3840, 2160), (1024, 600)]


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_window_opens_inside_the_screen(width: int, height: int) -> None:
    size = opening_size(QSize(width, height))
    assert size.width() <= width
    assert size.height() < height, "the title bar needs room, too"
    assert size.width() >= min(width, 1360)


@pytest.mark.parametrize(("width", "height"), SCREENS[:1] + SCREENS[2:4])
def test_most_of_the_width_is_the_canvas_and_nothing_is_cut(
    segmented: Window, qtbot: QtBot, width: int, height: int
) -> None:
    size = opening_size(QSize(width, height))
    segmented.resize(size)
    share_width(segmented, segmented.docks["Files"], segmented.docks["Segment"], LEFT_FIRST_PX)
    qtbot.waitUntil(lambda: segmented.canvas.width() >= CANVAS * segmented.width())
    assert segmented.size() == size, "nothing in it needs more than the screen has"
    for name in ("Segment", "Channels", "Train", "Review", "Objects", "History"):
        segmented.show_panel(name)
        panel = segmented.docks[name].widget()
        assert panel is not None
        assert panel.minimumSizeHint().width() <= panel.width()
        assert segmented.canvas.width() >= CANVAS * segmented.width()
    button = segmented.docks["Segment"]
    segmented.show_panel("Segment")
    assert button.visibleRegion().boundingRect().bottom() <= segmented.height()


def test_full_names_of_files_are_told(opened: Window, qtbot: QtBot) -> None:
    from cpsam_gui.panels import FilesPanel

    panel = opened.panel(FilesPanel)
    # The folder is read beside the window.
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0)
    tip = panel.model.data(panel.model.index(0), Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("cells.tif\n")


def test_a_device_that_is_not_there_cannot_be_chosen_and_says_why(
    opened: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from cpsam_gui.panels import SegmentPanel

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    more = opened.panel(SegmentPanel).more
    more.head.setChecked(True)
    model = more.device.model()
    assert isinstance(model, QStandardItemModel)
    qtbot.waitUntil(lambda: not model.item(1).isEnabled(), timeout=30_000)
    assert "this machine has no" in model.item(1).toolTip()
    assert model.item(0).isEnabled()
    assert model.item(2).isEnabled()
