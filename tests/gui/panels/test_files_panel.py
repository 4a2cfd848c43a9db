"""The file list in a narrow panel: words before pictures."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from cpsam_gui.panels import FilesPanel
from cpsam_gui.panels.files import NARROW_PX, PICTURE_PIXELS, SMALL_PICTURE_PX
from cpsam_gui.program.i18n import translate
from cpsam_gui.window.docks import LEFT_WIDTH_PX

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_a_filter_gives_the_keys_back_to_the_image_and_says_what_it_hides(
    opened: Window, qtbot: QtBot, key: Qt.Key
) -> None:
    """The D that should have gone on was typed into the filter; and the last one listed passed for the last of all."""
    session, panel = opened.session, opened.panel(FilesPanel)
    assert session.path is not None
    for name in ("later_1.tif", "later_2.tif"):
        session.path.with_name(name).write_bytes(session.path.read_bytes())
    session.folder.read(session.path.parent)
    qtbot.waitUntil(lambda: len(panel.paths) == 3)
    opened.activateWindow()
    panel.filter.setFocus()
    qtbot.keyClicks(panel.filter, "r_1")
    assert [path.name for path in panel.paths] == ["later_1.tif"]
    qtbot.keyClick(panel.filter, key)
    assert opened.canvas.hasFocus() and panel.filter.text() == "r_1"
    said: list[str] = []
    session.message.connect(said.append)
    qtbot.keyClick(opened.canvas, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: session.path is not None and session.path.name == "later_1.tif")
    qtbot.keyClick(opened.canvas, Qt.Key.Key_D)
    assert said[-1] == "This is the last of the images listed: the filter hides others"
    qtbot.keyClick(opened.canvas, Qt.Key.Key_A)
    assert said[-1] == "This is the first of the images listed: the filter hides others"
    panel.filter.setText("nothing")
    words = [label.text() for label in panel.findChildren(QLabel)]
    assert "The filter hides all 3 images" in words
    panel.filter.clear()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: session.path is not None and session.path.name == "later_2.tif")
    qtbot.keyClick(opened.canvas, Qt.Key.Key_D)
    assert said[-1] == "This is the last image of the folder"
