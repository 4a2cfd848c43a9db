"""Time points and scenes are chosen in view, and each keeps its masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile
from pytestqt.qtbot import QtBot

from cpsam_gui.state.box import Box
from cpsam_gui.window.window import Window


def draw(window: Window) -> None:
    document = window.session.document
    with document.step("x"):
        document.write(Box(0, 1, 5, 9, 5, 9), np.full((1, 4, 4), 1, np.uint32))


def test_the_slider_of_time_points(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "movie.tif"
    frames = np.random.default_rng(0).integers(0, 99, (4, 20, 30)).astype(np.uint8)
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    session, chooser = window.session, window.documents
    assert not chooser.isVisibleTo(window)
    with qtbot.waitSignal(session.image_changed):
        window.open(path)
    assert chooser.isVisibleTo(window) and chooser.text.text() == "time 1 / 4"
    draw(window)
    assert session.persistence.save_now()
    with qtbot.waitSignal(session.image_changed):
        chooser.slider.setValue(3)
    assert session.image is not None
    assert (session.image.time, chooser.text.text()) == (3, "time 4 / 4")
    np.testing.assert_array_equal(session.image.pixels[0, :, :, 0], frames[3])
    assert len(session.document.objects) == 0
    with qtbot.waitSignal(session.image_changed):
        chooser.slider.setValue(0)
    assert len(session.document.objects) == 1


def test_the_list_of_scenes(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "plate.ome.tif"
    pixels = np.random.default_rng(0).integers(0, 99, (2, 20, 30)).astype(np.uint8)
    with tifffile.TiffWriter(path, ome=True) as file:
        for number, one in enumerate(pixels):
            file.write(one, photometric="minisblack", metadata={"axes": "YX", "Name": f"well {number}"})
    session, chooser = window.session, window.documents
    with qtbot.waitSignal(session.image_changed):
        window.open(path)
    assert [chooser.scenes.itemText(index) for index in range(chooser.scenes.count())] == ["well 0", "well 1"]
    with qtbot.waitSignal(session.image_changed):
        chooser.scenes.setCurrentIndex(1)
        chooser.scenes.activated.emit(1)
    assert session.image is not None and session.image.scene_number == 1
    np.testing.assert_array_equal(session.image.pixels[0, :, :, 0], pixels[1])
    draw(window)
    assert session.persistence.save_now()
    assert (tmp_path / "plate.ome_s01_masks.tif").exists()
