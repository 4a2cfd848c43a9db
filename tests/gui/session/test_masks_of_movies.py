"""Masks of a whole movie, as other programs write them, are read time point by time point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

from cpsam_gui.storage.companions import project_path

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

TIMES = 5


@pytest.fixture
def movie(window: Window, qtbot: QtBot, tmp_path: Path) -> Path:
    """Open the third time point of a movie of five."""
    path = tmp_path / "movie.tif"
    frames = np.random.default_rng(0).integers(0, 99, (TIMES, 20, 30)).astype(np.uint8)
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    with qtbot.waitSignal(window.session.image_changed):
        window.documents.slider.setValue(2)
    return path


def masks_of(times: int, path: Path) -> Path:
    """Write masks with an object for the number of each time point, from 1, and one that is in all."""
    labels = np.zeros((times, 20, 30), np.uint16)
    labels[:, 2:5, 2:5] = 40
    for time in range(times):
        labels[time, 10:14, 3 * time : 3 * time + 3] = time + 1
    tifffile.imwrite(path, labels, photometric="minisblack", metadata={"axes": "TYX"})
    return path


def test_those_of_the_open_time_point_are_imported(
    window: Window, qtbot: QtBot, movie: Path, tmp_path: Path
) -> None:
    session, said = window.session, list[str]()
    session.notices.message.connect(said.append)
    session.exporting.import_masks(masks_of(TIMES, tmp_path / "others_TYX.tif"))
    qtbot.waitUntil(lambda: bool(session.document.objects))
    assert set(session.document.objects) == {3, 40}
    assert "2 objects imported from others_TYX.tif, time point 3 of 5" in said


def test_they_are_compared_with_those_of_the_open_time_point(
    window: Window, qtbot: QtBot, movie: Path, tmp_path: Path
) -> None:
    session = window.session
    masks = masks_of(TIMES, tmp_path / "others_TYX.tif")
    session.comparing.with_file(masks)
    qtbot.waitUntil(lambda: session.comparing.now is not None)
    assert session.comparing.now.comparison.first_ids.tolist() == [3, 40]  # type: ignore[union-attr]
    with qtbot.waitSignal(session.comparing.agreed):
        session.comparing.people([masks, masks])


def test_those_of_another_number_of_time_points_are_refused(
    window: Window, qtbot: QtBot, movie: Path, tmp_path: Path
) -> None:
    with qtbot.waitSignal(window.session.failed) as failed:
        window.session.exporting.import_masks(masks_of(TIMES - 1, tmp_path / "others_TYX.tif"))
    assert "4 x 20 x 30" in failed.args[0].text


def test_a_project_of_a_movie_gives_those_of_the_open_time_point(
    window: Window, qtbot: QtBot, movie: Path, tmp_path: Path
) -> None:
    session = window.session
    session.exporting.import_masks(masks_of(TIMES, tmp_path / "others_TYX.tif"))
    qtbot.waitUntil(lambda: bool(session.document.objects))
    assert session.persistence.save_now()
    other = project_path(movie).rename(tmp_path / "elsewhere.cpsam")
    session.edits.undo()
    assert not session.document.objects
    session.exporting.import_masks(other)
    qtbot.waitUntil(lambda: set(session.document.objects) == {3, 40})
