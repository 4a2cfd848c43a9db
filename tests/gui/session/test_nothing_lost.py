"""Which order of events loses work: saves that take their time, strokes under way, damage, full disks."""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QTimer

from cpsam_core.images.project_files import read_project_file
from cpsam_core.images.project_summary import project_keys
from cpsam_gui import tasks
from cpsam_gui.state.box import Box
from cpsam_gui.storage.journal_format import recover
from cpsam_gui.storage.waiting_work import waiting_reviews
from cpsam_gui.tasks import AxesReading
from tests.gui.session.test_persistence import Asked, draw, left_by_a_crash, open_in, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.session import Session


@pytest.fixture
def other(image_file: Path) -> Path:
    """Write a second image beside the first."""
    path = image_file.with_name("other.tif")
    path.write_bytes(image_file.read_bytes())
    return path


class SlowSave:
    """Lets a save wait where it begins."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.begun, self.go, self._work = Event(), Event(), work

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Wait, and save."""
        self.begun.set()
        assert self.go.wait(20)
        return self._work(*args, **options)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowSave:
    """Let saves wait."""
    made = SlowSave(tasks.save_project)
    monkeypatch.setattr(tasks, "save_project", made)
    return made


def begin_to_save(session: Session, qtbot: QtBot, slow: SlowSave) -> None:
    session.persistence.save()
    qtbot.waitUntil(slow.begun.is_set)


def test_what_was_drawn_during_a_save_is_no_older_copy_after_a_crash(
    session: Session, qtbot: QtBot, image_file: Path, slow: SlowSave
) -> None:
    """The file is the newer one of the two and does not hold it: nobody was offered it at the next start."""
    open_in(session, qtbot, image_file)
    draw(session)
    begin_to_save(session, qtbot, slow)
    draw(session, y=30)
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    slow.go.set()
    qtbot.waitUntil(lambda: not session.persistence.saver.busy)
    left = journal.path.with_name("cells-1-2.journal")
    shutil.copy2(journal.path, left)
    assert left.stat().st_mtime_ns < image_file.with_suffix(".cpsam").stat().st_mtime_ns
    (found,) = session.recovery.found()
    assert not found.is_older and image_file in waiting_reviews([image_file])
    save(session, qtbot)
    (found,) = session.recovery.found()
    assert found.is_older, "by now the file holds all of it"


def test_what_was_drawn_during_a_save_comes_back_where_the_image_is_left_meanwhile(
    session: Session, qtbot: QtBot, image_file: Path, other: Path, slow: SlowSave
) -> None:
    open_in(session, qtbot, image_file)
    numbers = {draw(session)}
    begin_to_save(session, qtbot, slow)
    numbers.add(draw(session, y=30))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(other)
    slow.go.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    session.persistence.ask = asked = Asked()
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: set(session.document.objects) == numbers)
    assert not asked.questions
    session.document.mark_saved()


def test_a_copy_that_lacks_what_was_saved_since_is_older(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    left_by_a_crash(session)
    draw(session, y=30)
    session.recording.entries = session.recording.entries[-1:]
    save(session, qtbot)
    (found,) = session.recovery.found()
    assert found.is_older, "either holds what the other does not: nothing takes the place of anything unasked"


def test_a_save_that_was_asked_for_meanwhile_waits_for_the_end_of_a_stroke(
    session: Session, qtbot: QtBot, image_file: Path, slow: SlowSave
) -> None:
    """Half of it was saved, and stayed in the file where the stroke was taken back."""
    open_in(session, qtbot, image_file)
    number = draw(session)
    begin_to_save(session, qtbot, slow)
    session.persistence.save()
    document = session.document
    document.begin("Draw")
    document.write(Box(0, 1, 30, 34, 40, 44), np.full((1, 4, 4), document.new_id(), np.uint32))
    slow.go.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    document.abort()
    save(session, qtbot)
    saved = read_project_file(image_file.with_suffix(".cpsam"))
    assert set(saved.objects) == {number} and set(np.unique(saved.labels)) == {0, number}


def test_what_lands_while_a_copy_is_saved_elsewhere_stays_in_the_journal(
    session: Session, qtbot: QtBot, image_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    slow = SlowSave(tasks.save_copy)
    monkeypatch.setattr(tasks, "save_copy", slow)

    def land() -> None:
        draw(session, y=30)
        slow.go.set()

    QTimer.singleShot(0, land)
    (tmp_path / "elsewhere").mkdir()
    assert session.copies.save_elsewhere(tmp_path / "elsewhere") is not None
    journal = session.persistence.journal
    assert session.document.modified and journal is not None
    journal.flush()
    found = recover(journal.path)
    assert found is not None and len(found.objects) == 2
    session.document.mark_saved()


def test_it_is_not_said_that_work_comes_back_where_nothing_holds_it(
    session: Session, qtbot: QtBot, image_file: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[Problem] = []
    session.failed.connect(problems.append)
    ended: list[str] = []
    session.notices.ended.connect(lambda words, key: ended.append(words))
    open_in(session, qtbot, image_file)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    draw(session)
    open_in(session, qtbot, other)
    # The journal says in its own time that it cannot be written, before or after.
    qtbot.waitUntil(
        lambda: any(one.text.startswith("The last changes of cells.tif are lost") for one in problems)
    )
    assert not ended


def test_the_log_of_a_journal_is_that_of_its_image(
    session: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    """It began with what was done on the image that was open before."""
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot)
    open_in(session, qtbot, other)
    draw(session)
    found = recover(left_by_a_crash(session, "other-1-2.journal"))
    assert found is not None and list(found.log) == session.recording.entries


@pytest.mark.parametrize("answer", ["cancel", "aside", "replace"])
def test_damaged_masks_of_one_time_point_cost_no_others(
    session: Session, qtbot: QtBot, tmp_path: Path, answer: str
) -> None:
    """They and all after them went without a word when another one was saved."""
    movie = tmp_path / "movie.tif"
    frames = np.random.default_rng(0).integers(0, 99, (4, 80, 100)).astype(np.uint16)
    tifffile.imwrite(movie, frames, metadata={"axes": "TYX"}, imagej=True)
    project = movie.with_suffix(".cpsam")
    for time in range(4):
        with qtbot.waitSignal(session.image_changed):
            session.images.open(movie, reading=AxesReading("TYX", time))
        draw(session)
        if time < 3:
            save(session, qtbot)
    with zipfile.ZipFile(project) as archive:
        masks = archive.getinfo("t001/masks.tif")
    content = bytearray(project.read_bytes())
    content[masks.header_offset + 30 + len(masks.filename) + 20] ^= 0xFF
    project.write_bytes(content)
    # Another program's change would be asked about for itself.
    session.persistence.saver.files.begin("")
    session.persistence.ask = asked = Asked(answer)
    save(session, qtbot)
    assert "of t001 in movie.cpsam cannot be read" in asked.questions[0].detail
    left = [path for path in tmp_path.glob("movie*.cpsam") if path.read_bytes() == content]
    times = {key.time for key in project_keys(project)}
    if answer == "cancel":
        assert left == [project] and session.document.modified
        session.document.mark_saved()
    else:
        assert times == {0, 2, 3} and len(left) == (answer == "aside")


@pytest.mark.parametrize("answer", ["same", "other"])
def test_work_comes_back_to_an_image_that_was_moved(
    session: Session, qtbot: QtBot, image_file: Path, tmp_path: Path, answer: str
) -> None:
    """It stayed in its journal for good: the image that stands there was not found."""
    problems: list[Problem] = []
    session.failed.connect(problems.append)
    open_in(session, qtbot, image_file)
    number = draw(session)
    left = left_by_a_crash(session)
    moved = tmp_path / "moved" / image_file.name
    moved.parent.mkdir()
    image_file.rename(moved)
    session.recovery.recover(left)
    qtbot.waitUntil(lambda: bool(problems))
    assert problems[0].text.endswith(
        "cells.tif is no longer there. Open it where it is now, then recover its work again."
    )
    session.persistence.ask = asked = Asked(answer)
    open_in(session, qtbot, moved)
    session.recovery.recover(left)
    qtbot.waitUntil(lambda: bool(asked.questions))
    if answer == "same":
        qtbot.waitUntil(lambda: set(session.document.objects) == {number} and not left.exists())
        assert session.document.modified and session.path == moved
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert left.exists() is (answer == "other")
    session.document.mark_saved()


@pytest.mark.parametrize("of_another_program", [True, False])
def test_a_label_image_that_was_corrected_elsewhere_since_is_not_replaced_unasked(
    session: Session, qtbot: QtBot, image_file: Path, of_another_program: bool
) -> None:
    """The project was opened, and Save wrote its masks over those that somebody had corrected in another program."""
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot)
    project, masks = image_file.with_suffix(".cpsam"), image_file.with_name("cells_masks.tif")
    if of_another_program:
        tifffile.imwrite(masks, tifffile.imread(masks) * 2)
    os.utime(project, ns=(0, project.stat().st_mtime_ns - 3600 * 10**9))
    content = masks.read_bytes()
    open_in(session, qtbot, image_file)
    session.persistence.ask = asked = Asked("cancel", "replace")
    draw(session, y=30)
    save(session, qtbot)
    assert (masks.read_bytes() == content) is of_another_program
    texts = ["cells_masks.tif was changed by another program after the project was saved."]
    assert [one.text for one in asked.questions] == texts * of_another_program
    if of_another_program:
        save(session, qtbot)
        assert masks.read_bytes() != content and not session.document.modified


def test_a_run_whose_image_was_left_stays_with_the_work_that_waits_for_it(
    session: Session, qtbot: QtBot, image_file: Path, other: Path, segmenter: FakeSegmenter
) -> None:
    """Saved in the project, it made the work in the journal an older copy."""
    segmenter.gate = Event()
    now = session.persistence.preferences.now
    session.persistence.preferences.now = now.changed(
        autosave=True, autosave_seconds=3600.0, look_ahead=False
    )
    open_in(session, qtbot, image_file)
    number = draw(session, y=40, x=85)
    session.segmenting.segment()
    session.persistence.journals.postponed = True
    with qtbot.waitSignal(session.image_changed):
        session.images.open(other)
    segmenter.gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not image_file.with_suffix(".cpsam").exists()
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.document.objects) == 5)
    assert session.document.objects[number].touched
    session.document.mark_saved()
