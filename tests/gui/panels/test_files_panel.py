"""The file list in a narrow panel: words before pictures."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import tifffile
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from cpsam_gui.panels import FilesPanel
from cpsam_gui.panels.files import NARROW_PX, PICTURE_PIXELS, SMALL_PICTURE_PX
from cpsam_gui.program.i18n import translate
from cpsam_gui.window.docks import LEFT_WIDTH_PX

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
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


def test_a_folder_that_is_being_read_is_named(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, folder = Event(), tmp_path / "plate 3"
    folder.mkdir()
    monkeypatch.setattr("cpsam_gui.session.folder.read_folder", lambda path: (gate.wait(10), ())[1])
    panel = window.panel(FilesPanel)

    def note() -> list[str]:
        return [label.text() for label in panel.findChildren(QLabel) if "Reading the folder" in label.text()]

    window.session.folder.read(folder)
    assert note() == ["Reading the folder plate 3…"]
    gate.set()
    qtbot.waitUntil(lambda: not note())


def test_a_folder_with_a_long_name_does_not_widen_the_list(window: Window, tmp_path: Path) -> None:
    panel, dock = window.panel(FilesPanel), window.docks["Files"]
    narrow, least = panel.minimumSizeHint().width(), dock.minimumSizeHint().width()
    window.session.folder.reading.emit(tmp_path / ("long_name_of_one_word" * 4))
    layout = panel.layout()
    assert layout is not None
    layout.activate()
    assert "long_name_of_one_word" in panel._note.text()
    assert (panel.minimumSizeHint().width(), dock.minimumSizeHint().width()) == (narrow, least)


def test_the_picture_of_an_image_follows_its_file(opened: Window, qtbot: QtBot, image_file: Path) -> None:
    """That of a file that was replaced had stayed."""
    model = opened.panel(FilesPanel).model

    def middle() -> int:
        row = model.row_of(image_file)
        icon = model.data(row, Qt.ItemDataRole.DecorationRole) if row.isValid() else None
        if icon is None:
            return -1
        picture = icon.pixmap(PICTURE_PIXELS, PICTURE_PIXELS).toImage()
        return int(picture.pixelColor(PICTURE_PIXELS // 2, PICTURE_PIXELS // 2).alpha())

    def shown() -> object:
        return model._files.get(image_file)

    qtbot.waitUntil(lambda: middle() > 0 and shown() is not None, timeout=30_000)
    before = shown()
    tifffile.imwrite(image_file, np.zeros((40, 50), np.uint8))
    with qtbot.waitSignal(opened.session.image_changed):
        opened.open(image_file)
    qtbot.waitUntil(lambda: middle() >= 0 and shown() not in (None, before), timeout=30_000)
