"""Work that was discarded stays for a while, for whoever thinks better of it."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_gui.dialogs.recovery import RecoveryDialog
from cpsam_gui.session import Session
from cpsam_gui.storage import journal_folder, run_folders
from cpsam_gui.storage.journal_backlog import MOST_LAG_S
from cpsam_gui.storage.journal_format import SUFFIX, frame
from cpsam_gui.tasks import AxesReading
from tests.gui.session.test_persistence import Asked, draw, left_by_a_crash, open_in, save

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_discarded_work_is_there_for_whoever_asks_for_it(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key too many had thrown masks away for good."""
    open_in(session, qtbot, image_file)
    numbers = {draw(session), draw(session, y=30)}
    session.persistence.discard()
    session.persistence.ask = asked = Asked("recover")
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not session.document.objects and not asked.questions, "nobody asks about what was given up"
    (left,) = session.recovery.found()
    assert left.given_up and left.image == image_file and left.name == "cells.tif"
    dialog = RecoveryDialog(None, [left], lambda one: None)
    qtbot.addWidget(dialog)
    item = dialog.list.item(0)
    assert item is not None and "discarded" in item.text() and "2 objects" in item.text()
    session.recovery.recover(left.journal)
    qtbot.waitUntil(lambda: set(session.document.objects) == numbers)
    qtbot.waitUntil(lambda: not left.journal.exists())


def test_a_busy_disk_costs_nothing_of_what_is_discarded(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file was gone before it was copied."""
    open_in(session, qtbot, image_file)
    draw(session)
    journal = session.persistence.journal
    assert journal is not None
    wrote = journal._writer.take

    def slow(item: object) -> bool:
        time.sleep(2 * MOST_LAG_S)
        return wrote(item)

    monkeypatch.setattr(journal._writer, "take", slow)
    draw(session, y=30)
    session.persistence.discard()
    (left,) = session.recovery.found()
    assert left.much == "2 objects, 2 steps"


def test_it_is_not_said_that_discarded_work_is_kept_where_it_is_not(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*paths: Path) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("shutil.copyfile", full)
    said: list[str] = []
    session.notices.message.connect(said.append)
    open_in(session, qtbot, image_file)
    draw(session)
    session.persistence.discard()
    assert said[-1] == "The changes of cells.tif are discarded"
    assert not session.recovery.found()


def test_discarded_work_takes_so_much_disk_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_folder, "MOST_GIVEN_UP_BYTES", 250)
    for number in range(4):
        path = tmp_path / f"cells-1-{number}{journal_folder.GIVEN_UP}{SUFFIX}"
        path.write_bytes(b"x" * 100)
        os.utime(path, (time.time() - 10 * (4 - number),) * 2)
    assert [path.name.split("-")[2][0] for path in journal_folder.left_behind(tmp_path)] == ["3", "2"]
    monkeypatch.setattr(journal_folder, "MOST_GIVEN_UP_BYTES", 10)
    assert len(journal_folder.left_behind(tmp_path)) == 1


def test_of_discarded_runs_on_a_large_image_the_last_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes as much disk as its masks."""
    monkeypatch.setenv("CPSAM_JOURNAL", str(tmp_path / "journals"))
    (tmp_path / "journals").mkdir()
    folders = [tmp_path / f"run-{number}" for number in range(3)]
    for number, (folder, mark) in enumerate(zip(folders, ("", ".discarded", ".discarded"), strict=True)):
        folder.mkdir()
        journal = tmp_path / "journals" / f"slide-1-{number}{mark}{SUFFIX}"
        meta = {"image": str(tmp_path / "slide.tif"), "chunks": {"labels": "a", "base": str(folder)}}
        journal.write_bytes(frame(meta, {}, b""))
        os.utime(journal, (time.time() - 10 * number,) * 2)
    (tmp_path / "run-3").mkdir()
    for folder in (*folders, tmp_path / "run-3"):
        run_folders.remove_run(folder)
    assert [folder.exists() for folder in folders] == [True, True, False]
    assert not (tmp_path / "run-3").exists()


def test_axes_of_discarded_work_are_asked_again_and_come_with_it_where_it_is_recovered(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "unsure.npy"
    np.save(path, np.arange(7 * 30 * 40, dtype=np.uint16).reshape(7, 30, 40))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path, reading=AxesReading("ZYX"))
    number = draw(session, x=20)
    session.persistence.discard()
    with qtbot.waitSignal(session.images.axes_asked):
        session.images.open(path)
    (left,) = session.recovery.found()
    session.recovery.recover(left.journal)
    qtbot.waitUntil(lambda: set(session.document.objects) == {number})
    assert session.document.shape == (7, 30, 40)
    session.document.mark_saved()


def test_work_that_is_discarded_twice_or_long_ago_is_gone(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    left_by_a_crash(session)
    for given_up in (False, True):
        (left,) = session.recovery.found()
        assert left.given_up is given_up
        session.recovery.drop(left)
    draw(session)
    session.persistence.discard()
    (left,) = session.recovery.found()
    os.utime(left.journal, (1e9, 1e9))
    assert not session.recovery.found()


def test_nothing_is_kept_where_nothing_was_discarded(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    session.persistence.discard()
    draw(session)
    save(session, qtbot)
    session.persistence.discard()
    assert not session.recovery.found()
