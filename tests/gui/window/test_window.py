"""The window as a whole: images opened, dropped, listed and closed; errors, look and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox

from cpsam_gui import tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.jobs.job import Problem
from cpsam_gui.panels import ChannelsPanel, FilesPanel, SegmentPanel
from cpsam_gui.style import theme
from tests.gui.mouse import LEFT, NONE, drag

if TYPE_CHECKING:
    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_an_empty_window_invites(window: Window) -> None:
    assert window.welcome.isVisible()
    assert not actions_of(window)["save"].isEnabled()
    assert not window.panel(SegmentPanel).run_button.isEnabled()


def test_open_run_and_save(
    segmented: Window, qtbot: QtBot, image_file: Path, segmenter: FakeSegmenter
) -> None:
    session = segmented.session
    assert not segmented.welcome.isVisible()
    assert segmented.isWindowModified()
    assert segmenter.calls[0].flow_threshold == 0.4
    with qtbot.waitSignal(session.saved):
        actions_of(segmented)["save"].trigger()
    written = tifffile.imread(image_file.with_name("cells_masks.tif"))
    np.testing.assert_array_equal(written, session.document.labels[0])
    assert not segmented.isWindowModified()


def test_the_title_tells_images_of_one_name_apart_by_their_folders(
    window: Window, qtbot: QtBot, image_file: Path, tmp_path: Path
) -> None:
    for folder in ("first day", "second day"):
        (tmp_path / folder).mkdir()
        copy = tmp_path / folder / image_file.name
        copy.write_bytes(image_file.read_bytes())
        with qtbot.waitSignal(window.session.image_changed):
            window.open(copy)
        assert window.windowTitle() == f"cells.tif[*] ({folder}) - cpsam-gui"


def test_errors_are_shown(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"no image at all")
    with qtbot.waitSignal(window.session.failed) as caught:
        window.open(broken)
    assert "broken.tif" in caught.args[0].text
    box = window.findChild(QMessageBox)
    assert box is not None
    box.close()


def test_details_are_copied(window: Window) -> None:
    dialogs.copy_details(Problem("Bad", "Traceback"))
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "Bad\n\nTraceback"


def drop(window: Window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NONE)
    window.dropEvent(event)


def test_drop_opens_and_masks_are_imported(window: Window, qtbot: QtBot, image_file: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        drop(window, image_file)
    labels = np.zeros((80, 100), np.uint16)
    labels[5:9, 5:9] = 40
    masks = image_file.with_name("cells_masks.tif")
    tifffile.imwrite(masks, labels)
    with qtbot.waitSignal(window.session.history_changed):
        drop(window, masks)
    assert window.session.document.objects[40].area == 16
    assert window.session.document.steps == ("Import cells_masks.tif",)


def test_masks_of_another_size_are_refused(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "other_masks.tif"
    tifffile.imwrite(path, np.ones((9, 9), np.uint16))
    with qtbot.waitSignal(opened.session.failed) as caught:
        opened.session.exporting.import_masks(path)
    assert "9 x 9" in caught.args[0].text
    assert "80 x 100" in caught.args[0].text
    box = opened.findChild(QMessageBox)
    assert box is not None
    box.close()


def test_a_stack_has_a_plane_slider(window: Window, qtbot: QtBot, stack_file: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    assert window.planes.isVisible()
    assert window.session.view.plane == 2
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert window.session.view.plane == 3
    assert window.planes.text.text() == "4 / 5"
    qtbot.keyClick(window, Qt.Key.Key_B)
    drag(window, qtbot, [(40, 40), (40, 45)])
    planes = np.unique(np.nonzero(window.session.document.labels)[0])
    assert planes.tolist() == [3]
    window.planes.slider.setValue(0)
    assert window.session.view.plane == 0


def test_channel_controls(opened: Window, qtbot: QtBot) -> None:
    (row,) = opened.panel(ChannelsPanel).rows
    row.gamma.setValue(2.0)
    assert opened.session.view.channels[0].gamma == 2.0
    row.range.setValue((100.0, 500.0))
    assert opened.session.view.channels[0].low == pytest.approx(100)
    row.auto.click()
    assert opened.session.view.channels[0].high > 500
    row.visible.click()
    assert not opened.session.view.channels[0].visible


def test_the_range_of_whole_numbers_is_whole(opened: Window) -> None:
    (row,) = opened.panel(ChannelsPanel).rows
    row.range.setValue((100.4, 369.4256))
    channel = opened.session.view.channels[0]
    assert (channel.low, channel.high) == (100, 369)
    assert row.limits.text() == "100 to 369"
    row.range.setValue((100.2, 100.4))
    assert row.range.value() == pytest.approx((100, 369)), "the handle goes back where there is no range"
    # Levels that the program finds lie between two.
    opened.session.view.set_channel(0, low=1.25, high=69.4256)
    assert row.limits.text() == "1 to 69"


@pytest.mark.parametrize("answer", ["Save", "Discard", "Cancel"])
def test_closing_with_unsaved_work_asks(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, answer: str
) -> None:
    button = QMessageBox.StandardButton[answer]
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda parent, name: button)
    assert segmented.close() is (answer != "Cancel")
    assert image_file.with_name("cells_masks.tif").exists() is (answer == "Save")


def test_export(segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "own_seg.npy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (str(target), ""))
    with qtbot.waitSignal(segmented.session.saved):
        actions_of(segmented)["export_seg"].trigger()
    assert target.exists()


def test_the_folder_is_listed_and_walked_by_keys(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("b10.tif", "b2.tif", "a.tif"):
        tifffile.imwrite(tmp_path / name, np.zeros((9, 9), np.uint8))
    panel = window.panel(FilesPanel)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(tmp_path / "b2.tif")
    qtbot.waitUntil(lambda: [path.name for path in panel.paths] == ["a.tif", "b2.tif", "b10.tif"])
    with qtbot.waitSignal(window.session.image_changed):
        qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.session.path is not None
    assert window.session.path.name == "b10.tif"
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert "last image" in window.status.hint.text()
    with qtbot.waitSignal(window.session.image_changed):
        panel.list.clicked.emit(panel.model.index(0))
    assert window.session.path.name == "a.tif"
    panel.filter.setText("b1")
    assert [path.name for path in panel.paths] == ["b10.tif"]
    qtbot.waitUntil(lambda: window.session.jobs.idle)


def test_the_demonstration_is_never_saved_inside_the_program(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    monkeypatch.setattr(tasks, "demo_path", lambda: image_file)
    asked: list[bool] = []
    monkeypatch.setattr(window.pages, "export", lambda **_: asked.append(True))
    window.welcome.demo_button.click()
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4)
    assert window.session.path is None
    actions_of(window)["save"].trigger()
    assert asked
    assert [path.name for path in image_file.parent.iterdir() if path.is_file()] == ["cells.tif"]


def test_theme_switch(segmented: Window) -> None:
    actions_of(segmented)["theme"].trigger()
    assert theme.current() is theme.LIGHT
    actions_of(segmented)["theme"].trigger()
    assert theme.current() is theme.DARK
