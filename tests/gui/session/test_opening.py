"""Opening: folders, recent images, axes that must be asked, drops, states in the folder panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import imagecodecs
import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QApplication, QMessageBox

from cpsam_core.errors import ImageError
from cpsam_core.images import limits, read_image
from cpsam_core.progress import silent
from cpsam_gui import tasks
from cpsam_gui.dialogs.axes import AxesDialog, describe
from cpsam_gui.panels import ChannelsPanel, FilesPanel
from cpsam_gui.session import folder
from cpsam_gui.session.folder import ImageFolder
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.folder import FolderState
from cpsam_gui.tasks.brightness import histogram
from cpsam_gui.window import recent_menu as recent

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


@pytest.fixture
def unsure_file(tmp_path: Path) -> Path:
    """Write seven planes without a word about the axes."""
    path = tmp_path / "unsure.npy"
    np.save(path, np.arange(7 * 30 * 40, dtype=np.uint16).reshape(7, 30, 40))
    return path


def drop(window: Window, path: Path, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, modifiers)
    )


def test_certain_axes_are_not_asked(image_file: Path, stack_file: Path) -> None:
    for path, planes in ((image_file, 1), (stack_file, 5)):
        opened = tasks.open_image(path, silent)
        assert isinstance(opened, tasks.OpenedImage)
        assert opened.image.pixels.shape[0] == planes


def test_uncertain_axes_are_asked_with_the_best_guess(unsure_file: Path) -> None:
    unsure = tasks.open_image(unsure_file, silent)
    assert isinstance(unsure, tasks.Unsure)
    assert (unsure.axes, unsure.shape) == ("ZYX", (7, 30, 40))
    as_channels = tasks.open_unsure(unsure, tasks.AxesReading("CYX"), silent)
    assert as_channels.image.pixels.shape == (1, 30, 40, 7)
    assert len(as_channels.histograms) == len(as_channels.channels) == 7
    at_a_time = tasks.open_unsure(unsure, tasks.AxesReading("TYX", 3), silent)
    assert at_a_time.image.pixels[0, 0, 0, 0] == 3 * 30 * 40


def test_given_axes_are_not_asked(unsure_file: Path) -> None:
    opened = tasks.open_image(unsure_file, silent, reading=tasks.AxesReading("CYX"))
    assert isinstance(opened, tasks.OpenedImage)


def test_a_movie_opens_at_its_first_time_point(tmp_path: Path) -> None:
    path = tmp_path / "film.tif"
    tifffile.imwrite(path, np.zeros((4, 20, 30), np.uint8), metadata={"axes": "TYX"}, imagej=True)
    opened = tasks.open_image(path, silent)
    assert isinstance(opened, tasks.OpenedImage)
    assert (opened.image.time, opened.times) == (0, 4)


def test_masks_of_cellpose_are_no_image(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="holds masks"):
        tasks.open_image(tmp_path / "a_seg.npy", silent)


def test_histogram_counts_the_sampled_pixels() -> None:
    shown = histogram(np.array([0, 0, 0, 10], np.float32))
    assert (shown.low, shown.high, int(shown.counts[0]), int(shown.counts[-1])) == (0, 10, 3, 1)
    assert histogram(np.array([], np.float32)).counts.sum() == 0


def test_the_window_asks_and_opens_with_the_answer(window: Window, unsure_file: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.images.axes_asked):
        window.open(unsure_file)
    dialog = window.findChild(AxesDialog)
    assert dialog is not None
    assert [box.currentData() for box in dialog.boxes] == ["Z", "Y", "X"]
    dialog.boxes[0].setCurrentIndex(dialog.boxes[0].findData("Y"))
    open_button = dialog.buttons.button(dialog.buttons.StandardButton.Open)
    assert open_button is not None
    assert not open_button.isEnabled()
    assert "make no sense" in dialog.words.text()
    dialog.boxes[0].setCurrentIndex(dialog.boxes[0].findData("C"))
    assert open_button.isEnabled()
    assert dialog.words.text() == "7 channels, 30 x 40 pixels"
    with qtbot.waitSignal(window.session.image_changed):
        dialog.accept()
    assert window.session.image is not None
    assert window.session.image.pixels.shape == (1, 30, 40, 7)
    other = unsure_file.with_name("unsure2.npy")
    np.save(other, np.zeros((7, 30, 40), np.uint16))
    with qtbot.waitSignal(window.session.image_changed):  # the answer holds for the folder
        window.open(other)
    assert window.session.image.pixels.shape == (1, 30, 40, 7)


def test_axes_can_be_changed_later(window: Window, stack_file: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    window.file_dialogs.other_axes()
    qtbot.waitUntil(lambda: window.findChild(AxesDialog) is not None)
    dialog = window.findChild(AxesDialog)
    assert dialog is not None
    dialog.boxes[0].setCurrentIndex(dialog.boxes[0].findData("T"))
    assert not dialog.time.isHidden()
    dialog.time.setValue(2)
    assert dialog.reading == tasks.AxesReading("TYX", 1)
    with qtbot.waitSignal(window.session.image_changed):
        dialog.accept()
    assert window.session.document.shape == (1, 80, 100)
    assert window.session.images.reading == tasks.AxesReading("TYX", 1)


def test_words_for_axes() -> None:
    assert describe("TZCYX", (2, 1, 3, 40, 50)) == "2 time points, 1 plane, 3 channels, 40 x 50 pixels"


def test_a_folder_opens_at_its_first_image(window: Window, image_file: Path, qtbot: QtBot) -> None:
    tifffile.imwrite(image_file.with_name("cells10.tif"), np.zeros((20, 20), np.uint8))
    tifffile.imwrite(image_file.with_name("cells2.tif"), np.zeros((20, 20), np.uint8))
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file.parent)
    assert window.session.path == image_file
    panel = window.panel(FilesPanel)
    qtbot.waitUntil(lambda: len(panel.paths) == 3)
    assert [path.name for path in panel.paths] == ["cells.tif", "cells2.tif", "cells10.tif"]
    assert panel.folder.ahead(window.session.path, 1)[1] == image_file.with_name("cells10.tif")
    panel.filter.setText("10")
    assert [path.name for path in panel.paths] == ["cells10.tif"]
    panel.filter.clear()
    (image_file.parent / "cells2_masks.tif").write_bytes(b"")
    window.session.folder.read_states()
    second = image_file.with_name("cells2.tif")
    qtbot.waitUntil(lambda: panel.folder.states.get(second) is ReviewState.CORRECTED)
    panel.only.setCurrentIndex(panel.only.findData(ReviewState.CORRECTED))
    assert panel.paths == [second]


def test_an_empty_folder_is_named(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    said: list[str] = []
    monkeypatch.setattr(window, "show_problem", lambda problem: said.append(problem.text))
    empty = tmp_path / "empty"
    empty.mkdir()
    window.open(empty)
    qtbot.waitUntil(lambda: bool(said))
    assert "no images" in said[0]


def test_of_a_folder_that_has_folders_only_those_with_images_are_named(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    said: list[str] = []
    monkeypatch.setattr(window, "show_problem", lambda problem: said.append(problem.text))
    for name in ("day 10", "day 2", "notes"):
        (tmp_path / "all" / name).mkdir(parents=True)
    for name in ("day 10", "day 2"):
        (tmp_path / "all" / name / "a.tif").write_bytes(image_file.read_bytes())
    window.open(tmp_path / "all")
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["The folder all has no images itself, but folders in it have: day 2, day 10."]


def test_neighbours_pass_hidden_images(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("a1.png", "b2.png", "a3.png")]
    folder = FolderState(tmp_path, tuple(names), words="a")
    assert folder.ahead(names[1], 1) == [names[2]]
    assert folder.ahead(names[1], -1) == [names[0]]
    assert folder.ahead(names[2], 1) == []
    assert folder.ahead(tmp_path / "elsewhere.png", 1) == [names[0], names[2]]
    folder.states[names[0]] = ReviewState.VERIFIED
    assert folder.summary() == "3 images, 1 with masks, 1 verified"


def test_recent_images_come_newest_first(
    tmp_path: Path, window: Window, image_file: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"")
    recent.remember(other)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file)
    qtbot.waitUntil(lambda: recent.recent_paths() == [image_file, other])
    window.findChild(recent.RecentMenu).fill()
    with qtbot.waitSignal(window.findChild(recent.RecentMenu).chosen) as caught:
        window.findChild(recent.RecentMenu).actions()[1].trigger()
    assert caught.args == [other]
    other.unlink()
    assert recent.recent_paths() == [image_file]
    recent.forget()
    assert recent.recent_paths() == []


def test_dropped_files_open_or_become_masks(
    opened: Window, tmp_path: Path, qtbot: QtBot, disc_labels: np.ndarray
) -> None:
    masks = tmp_path / "drawn elsewhere.tif"
    tifffile.imwrite(masks, disc_labels.astype(np.uint16))
    with qtbot.waitSignal(opened.session.history_changed):
        drop(opened, masks, Qt.KeyboardModifier.ShiftModifier)
    assert len(opened.session.document.objects) == 4
    named = tmp_path / "any_masks.tif"
    tifffile.imwrite(named, disc_labels[:40].astype(np.uint16))
    with qtbot.waitSignal(opened.session.failed) as caught:
        drop(opened, named)
    assert "40 x 100 pixels, the open image is 80 x 100" in caught.args[0].text
    assert len(opened.session.document.objects) == 4


def test_channels_of_the_network_are_chosen(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "five.tif"
    tifffile.imwrite(path, np.zeros((5, 30, 40), np.uint16), metadata={"axes": "CYX"}, imagej=True)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    network = window.panel(ChannelsPanel).network
    assert [box.currentData() for box in network.boxes] == [0, 1, 2]
    network.boxes[1].setCurrentIndex(0)
    network.boxes[0].setCurrentIndex(5)
    assert window.session.images.chosen == (4, 2)
    # To the network the third moves up; the row that was set to none says none.
    assert [box.currentText() for box in network.boxes] == ["channel 5", "none", "channel 3"]
    network.boxes[2].setCurrentIndex(0)
    assert window.session.images.chosen == (4,)
    window.session.images.choose((3, 1))
    assert [box.currentData() for box in network.boxes] == [3, 1, None]
    network.boxes[0].setCurrentIndex(1)
    network.boxes[1].setCurrentIndex(2)
    assert window.session.images.chosen == (0, 1)
    network.boxes[2].setCurrentIndex(3)
    assert window.session.images.chosen is None


def test_a_colour_is_chosen_for_a_channel(opened: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    from PyQt6.QtGui import QColor
    from PyQt6.QtWidgets import QColorDialog

    monkeypatch.setattr(QColorDialog, "getColor", lambda *args: QColor(10, 200, 30))
    row = opened.panel(ChannelsPanel).rows[0]
    row.swatch.click()
    assert opened.session.view.channels[0].colour == (10, 200, 30)
    row.range.setValue((100.0, 300.0))
    assert (opened.session.view.channels[0].low, opened.session.view.channels[0].high) == (100, 300)
    row.auto.click()
    assert opened.session.view.channels[0].high > 300


@pytest.fixture
def hard_to_believe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small file of many pixels; what counts as small is made small for it."""
    monkeypatch.setattr(limits, "SMALL_ENOUGH_BYTES", 1 << 16)
    monkeypatch.setattr(limits, "BEYOND_BELIEF", 50)
    path = tmp_path / "even.png"
    path.write_bytes(imagecodecs.png_encode(np.zeros((400, 400), np.uint8), level=9))
    return path


def answer_question(text: str, seen: list[str]) -> None:
    """Click the answer of that text in the dialog that comes."""

    def look() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, look)
            return
        seen.append(f"{box.text()} {box.informativeText()}")
        next(b for b in box.buttons() if b.text().replace("&", "") == text).click()

    QTimer.singleShot(20, look)


def test_a_person_confirms_a_large_file_in_the_window(
    window: Window, hard_to_believe: Path, qtbot: QtBot
) -> None:
    seen = list[str]()
    answer_question("Do not open it", seen)
    window.open(hard_to_believe)
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=60_000)
    qtbot.waitUntil(lambda: window.session.jobs.idle, timeout=60_000)
    assert window.session.path != hard_to_believe
    assert "even.png" in seen[0] and "fill the memory" in seen[0]
    answer_question("Open it anyway", seen)
    window.open(hard_to_believe)
    qtbot.waitUntil(lambda: window.session.path == hard_to_believe, timeout=60_000)
    assert window.session.image is not None and window.session.image.pixels.shape == (1, 400, 400, 1)
    # What was confirmed is asked once, and holds for every reader of the program.
    assert read_image(hard_to_believe).pixels.shape == (1, 400, 400, 1)
    # Another file of that name is another question.
    hard_to_believe.write_bytes(imagecodecs.png_encode(np.zeros((500, 500), np.uint8), level=9))
    with pytest.raises(ImageError, match="fill the memory"):
        read_image(hard_to_believe)


def test_a_folder_that_was_left_does_not_come_back_because_its_files_changed(
    qapp: QApplication, tmp_path: Path
) -> None:
    """What is saved on leaving it is a change there, which is looked at while the next folder is read."""
    asked: list[tuple[Any, Any]] = []

    class Later:
        def run(self, work: Any, *, then: Any, **_: Any) -> None:
            asked.append((work, then))

    def answer() -> None:
        work, then = asked.pop(0)
        then(work(None))

    folder = ImageFolder(cast("Jobs", Later()))
    first, second = tmp_path / "first", tmp_path / "second"
    for place in (first, second):
        place.mkdir()
        tifffile.imwrite(place / "a.tif", np.zeros((8, 8), np.uint8))
    folder.read(first)
    answer()
    assert folder.now.path == first
    asked.clear()
    folder.read(second)
    folder._timer.timeout.emit()
    while asked:
        answer()
    assert folder.now.path == second and folder.images == (second / "a.tif",)


def test_what_is_written_into_a_folder_while_it_is_read_is_listed(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = image_file.with_name("late.tif")
    read = folder.read_folder

    def slowly(path: Path) -> tuple[Path, ...]:
        images = read(path)
        if not late.exists():
            late.write_bytes(image_file.read_bytes())
        return images

    monkeypatch.setattr(folder, "read_folder", slowly)
    session.folder.read(image_file.parent)
    qtbot.waitUntil(lambda: late in session.folder.images)
