"""A name as long as a file system allows widens neither the window nor a dialog beyond a small screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tifffile
from PyQt6.QtWidgets import QApplication, QLabel, QMessageBox

from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.dialogs.messages import problem_box, show_problem
from cpsam_gui.jobs.job import Problem
from cpsam_gui.style.long_names import GAP, MOST_PX, WrappedWords, breakable
from cpsam_gui.tasks import read_unsure
from cpsam_gui.window.recent_menu import remember

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

LONG = "W" * 200
SCREEN_PX = 1366


def two_scenes(path: Path) -> Path:
    """Write two images of three channels whose names are long, too."""
    names = {"Name": [f"{number}{LONG}" for number in range(3)]}
    with tifffile.TiffWriter(path, ome=True) as file:
        for scene in "ab":
            file.write(
                np.zeros((3, 20, 30), np.uint8),
                photometric="minisblack",
                metadata={"axes": "CYX", "Name": scene + LONG, "Channel": names},
            )
    return path


def test_an_image_scenes_and_channels_with_long_names(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = two_scenes(tmp_path / f"{LONG}.ome.tif")
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    qtbot.waitUntil(lambda: not window.status.job.isVisible())
    assert window.documents.isVisible()
    for dock in window.docks.values():
        dock.show()
        dock.raise_()
    QApplication.processEvents()
    assert window.minimumSizeHint().width() < SCREEN_PX
    for name, dock in window.docks.items():
        assert dock.minimumSizeHint().width() < 500, name


def test_a_problem_with_a_long_path_and_the_question_about_axes(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    problem = Problem(f"{tmp_path}/{LONG}/{LONG}.tif cannot be read.")
    box = problem_box(window, problem)
    qtbot.addWidget(box)
    box.show()
    assert box.minimumSizeHint().width() < 900
    box.close()
    path = two_scenes(tmp_path / f"{LONG}.ome.tif")
    dialog = AxesDialog(window, read_unsure(path, lambda *_: None))
    qtbot.addWidget(dialog)
    assert dialog.minimumSizeHint().width() < 900


def test_a_problem_with_a_long_path_is_shown_once(window: Window) -> None:
    problem = Problem(f"/{LONG}/{LONG}.tif cannot be read.")
    show_problem(window, problem)
    show_problem(window, problem)
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    boxes[0].close()


def test_the_recent_files_of_the_welcome(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = two_scenes(tmp_path / f"{LONG}.ome.tif")
    remember(path)
    qtbot.wait(1)
    window.welcome.hide()
    window.welcome.show()
    assert window.welcome.minimumSizeHint().width() < MOST_PX + 400


def test_words_say_what_they_were_given_and_only_long_ones_are_parted(qtbot: QtBot) -> None:
    usual = "cells_01.tif: 12 objects. Retrain learns from 3 images."
    assert breakable(usual) == usual
    marked = f"<b>{LONG}</b>"
    assert breakable(marked) == marked
    words = WrappedWords(f"{LONG} is there")
    qtbot.addWidget(words)
    assert words.text() == f"{LONG} is there"
    assert breakable(LONG).replace(GAP, "") == LONG
    path = f"/data/plates/{LONG}/a b/{LONG}.ome.tif"
    assert breakable(path).replace(GAP, "") == path
    plain = QLabel(f"{LONG} is there")
    plain.setWordWrap(True)
    qtbot.addWidget(plain)
    assert words.minimumSizeHint().width() < 400 < plain.minimumSizeHint().width()


def test_words_of_a_job_that_name_a_file(window: Window) -> None:
    window.status._started(f"Opening {LONG}.tif")
    window.status.say(f"Saved /{LONG}/{LONG}.cpsam")
    QApplication.processEvents()
    assert window.status.job.isVisible()
    assert window.minimumSizeHint().width() < SCREEN_PX
    window.status._finished()
