"""Time points and scenes are chosen in view, and each keeps its masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cpsam_gui.state.box import Box
from cpsam_gui.state.view import Picture
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


def test_a_history_that_ends_with_another_time_point_is_said(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "movie.tif"
    tifffile.imwrite(
        path, np.zeros((3, 20, 30), np.uint8), photometric="minisblack", metadata={"axes": "TYX"}
    )
    session, words = window.session, "Undo begins anew"
    with qtbot.waitSignal(session.image_changed):
        window.open(path)
    said: list[str] = []
    session.notices.message.connect(said.append)
    with qtbot.waitSignal(session.image_changed):
        window.documents.step(1)
    assert not any(words in one for one in said), "there was nothing to undo"
    draw(window)
    assert session.persistence.save_now()
    with qtbot.waitSignal(session.image_changed):
        window.documents.step(-1)
    qtbot.waitUntil(lambda: words in said[-1])
    assert not session.document.can_undo
    assert words in window.status.hint.text()


def test_page_keys_go_through_the_time_points_of_a_movie(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "movie.tif"
    frames = np.random.default_rng(0).integers(0, 99, (4, 20, 30)).astype(np.uint8)
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    session = window.session
    with qtbot.waitSignal(session.image_changed):
        window.open(path)
    draw(window)
    assert session.persistence.save_now()
    for key, by in ((Qt.Key.Key_PageUp, 2), (Qt.Key.Key_PageDown, 1)):
        before = window.documents.slider.value()
        with qtbot.waitSignal(session.image_changed):
            for _ in range(by):
                qtbot.keyClick(window, key)
        assert session.image is not None
        assert session.image.time == before + (by if key == Qt.Key.Key_PageUp else -by)
        assert session.view.picture is Picture.IMAGE
    for _ in range(5):
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert window.documents.slider.value() == 0, "the first time point is the end"
    assert session.view.picture is Picture.IMAGE


def test_page_keys_stay_with_the_planes_of_a_stack_of_several_times(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "movie.ome.tif"
    frames = np.random.default_rng(0).integers(0, 99, (2, 3, 20, 30)).astype(np.uint8)
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TZYX"})
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    assert window.session.images.times == 2
    middle = window.session.view.plane
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert (window.session.view.plane, window.documents.slider.value()) == (middle + 1, 0)


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
