"""Which image of a folder is looked at next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_gui.actions.install import actions_of
from cpsam_gui.storage.companions import project_path
from cpsam_gui.tasks.axes_reading import AxesReading
from cpsam_gui.tasks.suggesting import suggest

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def image(folder: Path, name: str, error: float, review: str = "segmented", mark: str = "") -> Path:
    """Write the project of an image of one object with that flow error."""
    labels = np.zeros((1, 8, 8), np.uint32)
    labels[0, 2:5, 2:5] = 1
    row = {"origin": "model", "flow_error": error, "probability": 0.9, mark or "locked": bool(mark)}
    path = folder / name
    write_project_file(project_path(path), ProjectFile(labels, {1: row}, review=review))
    return path


def test_what_nobody_corrected_comes_first_then_what_is_not_verified(tmp_path: Path) -> None:
    good, bad = image(tmp_path, "good.tif", 0.05), image(tmp_path, "bad.tif", 0.9)
    begun = image(tmp_path, "begun.tif", 1.5, "corrected")
    ready = image(tmp_path, "ready.tif", 2.0, "verified")
    folder = (good, begun, ready, bad, tmp_path / "none.tif")
    project_path(tmp_path / "none.tif").write_bytes(b"damaged")
    found = suggest(folder)
    assert found is not None and found.image == bad and found.text == "1 of 1 objects are doubtful"
    rest = suggest((begun, ready))
    assert rest is not None and rest.image == begun
    assert suggest((ready, tmp_path / "none.tif")) is None


@pytest.mark.parametrize("mark", ["locked", "verified", "uncertain"])
def test_objects_that_were_looked_at_raise_no_doubt(tmp_path: Path, mark: str) -> None:
    looked = image(tmp_path, "looked.tif", 2.0, mark=mark)
    other = image(tmp_path, "other.tif", 0.3)
    found = suggest((looked, other))
    assert found is not None and found.image == other


def test_time_points_are_suggested_one_by_one(tmp_path: Path) -> None:
    path, labels = tmp_path / "movie.tif", np.zeros((1, 8, 8), np.uint32)
    labels[0, 2:5, 2:5] = 1
    for time, (error, review) in enumerate(((0.1, "segmented"), (0.8, "segmented"), (2.0, "verified"))):
        row = {"origin": "model", "flow_error": error, "probability": 0.9}
        content = ProjectFile(labels, {1: row}, {"axes": "TYX"}, review=review)
        write_project_file(project_path(path), content, key=DocumentKey(time=time))
    found = suggest((path,))
    assert found is not None
    assert found.image == path
    assert found.name == "movie.tif (time point 1)"
    assert found.reading == AxesReading("TYX", 1)


def test_the_action_says_which_and_why(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    assert session.persistence.save_now()
    told: list[str] = []
    session.message.connect(told.append)
    actions_of(segmented)["suggest"].trigger()
    qtbot.waitUntil(lambda: any(words.startswith("Correct cells.tif next: ") for words in told))
