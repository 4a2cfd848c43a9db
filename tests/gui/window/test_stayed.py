"""An image that was asked for and did not come leaves nothing that shows it in place of the open one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtWidgets import QMessageBox

from cpsam_gui import tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.panels.files import FilesPanel

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_core.progress import Progress
    from cpsam_gui.window.window import Window

NAMES = ("a.tif", "b.npy", "c.tif", "d.tif", "z.npy")


@pytest.fixture
def at_a(window: Window, tmp_path: Path, image_file: Path, qtbot: QtBot) -> Window:
    """Return a window at the first image of a folder; `.npy` say no axes, the fourth file is cut off."""
    home = tmp_path / "images"
    home.mkdir()
    whole = image_file.read_bytes()
    for name in NAMES:
        if name.endswith("npy"):
            np.save(home / name, np.zeros((7, 30, 40), np.uint16))
        else:
            (home / name).write_bytes(whole[: len(whole) // 2] if name == "d.tif" else whole)
    window.open(home / "a.tif")
    qtbot.waitUntil(lambda: len(window.session.folder.now.states) == len(NAMES))
    return window


def click(window: Window, name: str) -> None:
    """Click a row of the list."""
    panel = window.panel(FilesPanel)
    index = panel.model.row_of(next(path for path in panel.paths if path.name == name))
    panel.list.setCurrentIndex(index)
    panel.list.clicked.emit(index)


def marked(window: Window) -> list[str]:
    """Return the rows that are marked."""
    return [path.name for path in window.panel(FilesPanel).chosen]


def decline(window: Window, qtbot: QtBot) -> None:
    """Close the question about axes."""
    qtbot.waitUntil(lambda: window.findChild(AxesDialog) is not None)
    dialog = window.findChild(AxesDialog)
    assert dialog is not None
    dialog.reject()
    qtbot.waitUntil(lambda: window.findChild(AxesDialog) is None)


def test_an_image_that_was_not_wanted_is_not_marked(at_a: Window, qtbot: QtBot) -> None:
    click(at_a, "z.npy")
    assert marked(at_a) == ["z.npy"]
    decline(at_a, qtbot)
    assert marked(at_a) == ["a.tif"]


def test_an_image_that_cannot_be_read_is_not_marked(at_a: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(at_a.session.images.stayed):
        click(at_a, "d.tif")
    assert marked(at_a) == ["a.tif"]
    for box in at_a.findChildren(QMessageBox):
        box.close()


def test_an_image_is_not_marked_where_unsaved_work_keeps_another(
    at_a: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_a.leaving, "may_leave", lambda *, closing=False: closing)
    click(at_a, "c.tif")
    assert marked(at_a) == ["a.tif"]


def test_an_image_stays_marked_while_it_comes_although_the_one_asked_for_before_does_not(
    at_a: Window, qtbot: QtBot
) -> None:
    stayed: list[bool] = []
    at_a.session.images.stayed.connect(lambda: stayed.append(True))
    click(at_a, "d.tif")
    click(at_a, "c.tif")
    qtbot.waitUntil(lambda: at_a.session.path is not None and at_a.session.path.name == "c.tif")
    assert not stayed and marked(at_a) == ["c.tif"]


def test_the_next_image_is_the_next_of_the_open_one_whatever_was_declined_in_the_list(
    at_a: Window, qtbot: QtBot
) -> None:
    click(at_a, "c.tif")
    qtbot.waitUntil(lambda: at_a.session.path is not None and at_a.session.path.name == "c.tif")
    click(at_a, "b.npy")
    decline(at_a, qtbot)
    actions_of(at_a)["previous"].trigger()
    # It is asked for again: nobody went past it.
    decline(at_a, qtbot)
    actions_of(at_a)["previous"].trigger()
    qtbot.waitUntil(lambda: at_a.session.path is not None and at_a.session.path.name == "a.tif")


@pytest.mark.parametrize("way", ["next", "previous"])
def test_who_presses_on_while_an_image_opens_goes_past_it(
    window: Window, tmp_path: Path, image_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Each press had begun to open the same slow image anew, and nobody came past it."""
    home = tmp_path / "images"
    home.mkdir()
    for name in "abc":
        (home / f"{name}.tif").write_bytes(image_file.read_bytes())
    read, asked = tasks.open_or_doubt, []

    def slow(path: Path, progress: Progress, **more: Any) -> Any:
        asked.append(path.name)
        while path.name == "b.tif":
            progress(0, 1, "Reading")
            time.sleep(0.01)
        return read(path, progress=progress, **more)

    monkeypatch.setattr(tasks, "open_or_doubt", slow)
    first, last = ("a.tif", "c.tif") if way == "next" else ("c.tif", "a.tif")
    window.open(home / first)
    qtbot.waitUntil(lambda: len(window.session.folder.now.states) == 3)
    said: list[str] = []
    window.session.message.connect(said.append)
    actions_of(window)[way].trigger()
    qtbot.waitUntil(lambda: asked == [first, "b.tif"])
    actions_of(window)[way].trigger()
    qtbot.waitUntil(lambda: window.session.path == home / last)
    assert asked == [first, "b.tif", last]
    assert not any("cancelled" in words for words in said), said
    assert marked(window) == [last]
    # Whoever stops the opening goes on from the image that stayed.
    back, document = "previous" if way == "next" else "next", window.session.document
    actions_of(window)[back].trigger()
    qtbot.waitUntil(lambda: asked[-1] == "b.tif")
    with qtbot.waitSignal(window.session.images.stayed):
        window.session.jobs.cancel()
    assert "Opening b.tif: cancelled" in said
    actions_of(window)[back].trigger()
    qtbot.waitUntil(lambda: asked[-2:] == ["b.tif", "b.tif"])
    # Who goes back from there is at the open image, with its history.
    with qtbot.waitSignal(window.session.images.stayed):
        actions_of(window)[way].trigger()
    assert len(asked) == 5 and window.session.document is document and marked(window) == [last]


def test_a_time_point_that_cannot_be_read_is_not_shown_as_open(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path, frames = tmp_path / "movie.tif", np.zeros((4, 20, 30), np.uint8)
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    path.unlink()
    with qtbot.waitSignal(window.session.images.stayed):
        window.documents.slider.setValue(2)
    assert window.documents.slider.value() == 0
    assert window.documents.text.text() == "time 1 / 4"
    for box in window.findChildren(QMessageBox):
        box.close()
