"""Whether the label image of a time point is older than its masks is not told by the project, which all share."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

from cpsam_core.images.document_key import DocumentKey
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import worklog
from cpsam_gui.tasks.label_image import label_image_of, masks_as_of
from cpsam_gui.tasks.saving import LoadedMasks

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

SHAPE = (20, 30)


def draw(window: Window) -> None:
    document = window.session.document
    with document.step("x"):
        document.write(Box(0, 1, 5, 9, 5, 9), np.full((1, 4, 4), 1, np.uint32))


@pytest.fixture
def movie(window: Window, tmp_path: Path, qtbot: QtBot) -> Path:
    """Return a movie whose two time points were drawn in and saved, the first one open again; the project is newest."""
    path = tmp_path / "movie.tif"
    tifffile.imwrite(
        path, np.zeros((2, *SHAPE), np.uint8), photometric="minisblack", metadata={"axes": "TYX"}
    )
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    for by in (1, -1):
        draw(window)
        assert window.session.persistence.save_now()
        with qtbot.waitSignal(window.session.image_changed):
            window.documents.step(by)
    later = time.time() + 100
    os.utime(path.with_suffix(".cpsam"), (later, later))
    return path


def again(window: Window, qtbot: QtBot) -> None:
    """Go to the other time point and back."""
    for by in (1, -1):
        with qtbot.waitSignal(window.session.image_changed):
            window.documents.step(by)


def test_a_label_image_that_holds_the_masks_is_not_called_older(
    window: Window, movie: Path, qtbot: QtBot
) -> None:
    masks, files = movie.with_name("movie_t000_masks.tif"), window.session.persistence.saver.files
    assert masks.exists()
    # Whatever its time: a copy may have lost it.
    os.utime(masks, (1e9, 1e9))
    again(window, qtbot)
    assert files.words_behind == ""
    assert files.news_behind() == ""
    draw(window)
    assert window.session.persistence.save_now()
    assert files.words_behind == ""


def test_one_of_another_program_is_compared_with_the_last_change_of_its_time_point(
    window: Window, movie: Path, qtbot: QtBot
) -> None:
    masks, files = movie.with_name("movie_t000_masks.tif"), window.session.persistence.saver.files
    tifffile.imwrite(masks, np.ones(SHAPE, np.uint16))
    for ago, words, seen in (
        (-10, "", False),
        (1000, "movie_t000_masks.tif is older than this work; Save (Ctrl+S) writes it again", True),
    ):
        when = time.time() - ago
        os.utime(masks, (when, when))
        again(window, qtbot)
        assert files.words_behind == words
        assert files.saw(masks) is seen, "what was never seen here is asked about before it is replaced"


def test_the_time_of_a_document_in_a_project_is_that_of_its_own_masks(movie: Path) -> None:
    project = movie.with_suffix(".cpsam")
    now = time.time()
    for number in range(2):
        changed = masks_as_of(project, DocumentKey(time=number)).changed / 1e9
        assert now - 60 < changed <= now + 1
    assert masks_as_of(movie, DocumentKey(time=0)).changed == movie.stat().st_mtime_ns


def test_masks_that_are_read_are_as_old_as_the_last_work_on_them(tmp_path: Path) -> None:
    entries = [
        worklog.LogEntry("2026-01-02T03:04:05+00:00", "Segment", StepKind.SEGMENT),
        worklog.LogEntry("2026-02-03T04:05:06+00:00", "Saved masks", StepKind.LOAD),
    ]
    log = {worklog.KEY: worklog.stored(entries)}
    found = LoadedMasks(np.zeros((1, *SHAPE), np.uint32), {}, facts=ImageFacts(), foreign=log)
    worked = label_image_of(tmp_path / "none.tif", found).worked
    assert worked == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc).timestamp() * 1e9
