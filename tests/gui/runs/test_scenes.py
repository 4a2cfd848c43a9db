"""Files with several scenes: what a run, an export or a table takes of them is said, and so is what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import Qt

from cpsam_core.formats import FORMATS, WriteOptions
from cpsam_core.measure import Recipe
from cpsam_core.progress import silent
from cpsam_gui.panels import FilesPanel
from cpsam_gui.runs.folder_queue import QueueState
from cpsam_gui.tasks.exporting import ExportPlan, export_folder
from cpsam_gui.tasks.measuring_folder import measure_folder

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


@pytest.fixture
def folder(tmp_path: Path, image_file: Path) -> Path:
    """Return a folder of a plain image and a file of two scenes with two time points each."""
    home = tmp_path / "images"
    home.mkdir()
    frame = tifffile.imread(image_file)
    with tifffile.TiffWriter(home / "two.ome.tif", ome=True) as writer:
        for name in ("left", "right"):
            writer.write(
                np.stack([frame] * 2), photometric="minisblack", metadata={"axes": "TYX", "Name": name}
            )
    (home / "plain.tif").write_bytes(image_file.read_bytes())
    return home


def look_at(session: Session, qtbot: QtBot, path: Path, scene: int | None = None) -> None:
    reading = replace(session.images.reading, scene=scene) if scene is not None else None
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path, reading=reading)
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.reading is None and session.jobs.idle)


def texts(session: Session) -> list[str]:
    return [entry.text(str) for entry in session.folder_run.queue.entries]


def run(session: Session, qtbot: QtBot) -> None:
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)


def test_which_scene_a_run_takes_is_said_before_and_after(window: Window, qtbot: QtBot, folder: Path) -> None:
    session = window.session
    look_at(session, qtbot, folder / "plain.tif")
    session.folder_run.all_times = True
    assert texts(session) == ["waiting", "all 2 time points, scene 1 of 2 only"]
    run(session, qtbot)
    assert texts(session) == ["4 objects", "8 objects, all 2 time points, scene 1 of 2 only"]
    assert session.folder_run.queue.summary(str) == "2 images: 2 done, one scene only of 1 file"
    model, two = window.panel(FilesPanel).model, folder / "two.ome.tif"
    qtbot.waitUntil(lambda: two in session.folder.now.times)
    row = model.row_of(two)
    assert model.data(row, Qt.ItemDataRole.DisplayRole) == "two.ome.tif\n2/4, segmented"
    tip = model.data(row, Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("segmented, 2 of 4 time points of 2 scenes")


def test_of_one_time_point_of_one_scene_both_are_said(session: Session, qtbot: QtBot, folder: Path) -> None:
    look_at(session, qtbot, folder / "plain.tif")
    run(session, qtbot)
    assert texts(session)[1] == "4 objects, time point 1 of 2 only, scene 1 of 2 only"


def test_an_open_file_tells_its_own_scene_and_one_without_it_is_taken_all_the_same(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    look_at(session, qtbot, folder / "two.ome.tif", scene=1)
    session.folder_run.all_times = True
    assert texts(session)[1] == "all 2 time points, scene 2 of 2 only"
    run(session, qtbot)
    states = [entry.state for entry in session.folder_run.queue.entries]
    assert states == [QueueState.DONE, QueueState.DONE]
    assert texts(session) == ["4 objects", "8 objects, all 2 time points, scene 2 of 2 only"]


def test_an_export_and_a_table_of_the_folder_say_which_parts_have_no_masks(
    session: Session, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    look_at(session, qtbot, folder / "plain.tif")
    session.folder_run.all_times = True
    run(session, qtbot)
    said = "two.ome.tif: masks of 2 of 4 time points of 2 scenes only"
    plan = ExportPlan(next(one for one in FORMATS if one.key == "geojson"), WriteOptions())
    done = export_folder((folder / "two.ome.tif",), tmp_path, plan, silent)
    assert (len(done.paths), done.skipped) == (2, (said,))
    assert measure_folder(folder, tmp_path / "all.csv", "", Recipe(), silent).left_out == (said,)
