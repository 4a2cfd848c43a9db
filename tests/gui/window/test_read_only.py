"""An image that is open elsewhere can be looked at and drawn on; that it cannot be saved is said all the time."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PyQt6.QtCore import QSettings
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from cpsam_core.images.project_files import read_project_file
from cpsam_core.system import atomic
from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.dialogs.recovery import RecoveryDialog
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.panels.table.panel import TablePanel
from cpsam_gui.program.saving_places import KEY
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.file_lock import ProjectLock

if TYPE_CHECKING:
    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.questions import Question
    from cpsam_gui.window.window import Window


class Answers:
    """Gives the answers that are there, the first one when it is asked first."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)
        self.questions: list[Question] = []

    def __call__(self, question: Question) -> str:
        self.questions.append(question)
        return self.keys.pop(0)


@pytest.fixture
def held(image_file: Path) -> Iterator[None]:
    """Hold the image as another window does."""
    lock = ProjectLock(project_path(image_file))
    assert lock.take() is None
    yield
    lock.release()


def open_with(window: Window, qtbot: QtBot, image: Path, *keys: str) -> Answers:
    """Open an image that is held, draw on it, and return what was asked."""
    window.session.persistence.ask = asked = Answers(*keys)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image)
    qtbot.waitUntil(lambda: len(asked.questions) == 1)
    document = window.session.document
    with document.step("x"):
        document.write(Box(0, 1, 5, 9, 5, 9), np.full((1, 4, 4), 1, np.uint32))
    assert len(document.objects) == 1, "strokes stay possible"
    return asked


@pytest.mark.parametrize("answer", ["look", "force"])
def test_the_window_says_lastingly_that_the_image_is_read_only(
    window: Window, qtbot: QtBot, image_file: Path, held: None, answer: str
) -> None:
    open_with(window, qtbot, image_file, answer)
    looks = answer == "look"
    assert ("[read-only]" in window.windowTitle()) is looks
    assert window.status.read_only.isVisibleTo(window) is looks
    assert window.isWindowModified()


def test_another_image_is_not_called_read_only(
    window: Window, qtbot: QtBot, image_file: Path, held: None
) -> None:
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())
    open_with(window, qtbot, image_file, "look", "discard")
    with qtbot.waitSignal(window.session.image_changed):
        window.open(other)
    assert "read-only" not in window.windowTitle()
    assert not window.status.read_only.isVisibleTo(window)


@pytest.mark.parametrize("answer", ["discard", "cancel"])
def test_quitting_offers_no_save_that_cannot_be(
    window: Window, qtbot: QtBot, image_file: Path, held: None, answer: str
) -> None:
    asked = open_with(window, qtbot, image_file, "look", answer)
    assert window.close() is (answer == "discard")
    keys = [one.key for one in asked.questions[1].answers]
    assert keys == ["elsewhere", "later", "export", "discard", "cancel"]
    assert window.session.persistence.unsaved is (answer == "cancel")


def test_quitting_says_where_nothing_holds_the_work(
    window: Window, qtbot: QtBot, image_file: Path, held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a word of the journal, and no offer to keep anything there, where the disk is full."""

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        asked = open_with(window, qtbot, image_file, "look", "cancel")
        assert not window.close()
    question = asked.questions[1]
    assert [one.key for one in question.answers] == ["elsewhere", "export", "discard", "cancel"]
    assert "not saved anywhere" in question.detail
    assert "comes back" not in question.detail


@pytest.mark.parametrize("room", [True, False])
def test_what_landed_while_the_question_was_up_is_not_called_kept(
    window: Window, qtbot: QtBot, image_file: Path, held: None, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    asked = open_with(window, qtbot, image_file, "look", "later", "cancel")
    plain_sync = os.fsync

    def sync(handle: int) -> None:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        plain_sync(handle)

    def answer(question: Question) -> str:
        if len(asked.questions) == 1:
            draw(window, y=20)
        return asked(question)

    window.session.persistence.ask = answer
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", sync)
        assert window.close() is room
    assert len(asked.questions) == (2 if room else 3)


def test_an_export_of_a_read_only_image_lets_it_be_left(
    window: Window,
    qtbot: QtBot,
    image_file: Path,
    held: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goal = tmp_path / "elsewhere" / "masks.tif"
    goal.parent.mkdir()
    monkeypatch.setattr(ExportDialog, "_ask_file", lambda self, one: goal)
    asked = open_with(window, qtbot, image_file, "look", "export")
    assert not window.close()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.go.click()
    qtbot.waitUntil(lambda: goal.exists() and window.session.jobs.idle)
    assert not window.session.persistence.unsaved
    assert window.close()
    assert len(asked.questions) == 2


@pytest.fixture
def closed(image_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be written beside the image, as a read-only drive does; permissions do not stop an administrator."""
    plain, plain_temporary, folder = Path.open, tempfile.TemporaryFile, image_file.parent
    shutil.copy(image_file, image_file.with_name("other.tif"))

    def refuse(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if path.parent == folder and mode[0] in "wax":
            raise OSError(errno.EROFS, "Read-only file system")
        return plain(path, mode, *args, **kwargs)

    def refuse_to_replace(path: Path) -> None:
        if path.parent == folder:
            raise OSError(errno.EROFS, "Read-only file system")

    def refuse_in(**how: Any) -> Any:
        if how.get("dir") == folder:
            raise OSError(errno.EROFS, "Read-only file system")
        return plain_temporary(**how)

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse_in)
    monkeypatch.setattr(atomic, "_flush", refuse_to_replace)


def draw(window: Window, y: int = 5) -> None:
    document = window.session.document
    with document.step("x"):
        document.write(Box(0, 1, y, y + 4, 5, 9), np.full((1, 4, 4), 1 + y, np.uint32))


def show(window: Window, qtbot: QtBot, image: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image)


def test_a_folder_that_cannot_be_written_is_told_on_opening(
    window: Window, qtbot: QtBot, image_file: Path, closed: None
) -> None:
    show(window, qtbot, image_file)
    assert "[read-only]" in window.windowTitle()
    qtbot.waitUntil(lambda: "cannot be saved there" in window.status.hint.text())
    assert window.status.offer.isVisibleTo(window)
    assert "Save elsewhere" in window.status.offer.text()
    assert "cannot be saved there" in window.status.read_only.toolTip()


def test_work_that_is_kept_for_later_comes_back_with_the_image(
    window: Window, qtbot: QtBot, image_file: Path, closed: None
) -> None:
    session, other = window.session, image_file.with_name("other.tif")
    session.persistence.ask = asked = Answers("later")
    show(window, qtbot, image_file)
    draw(window)
    show(window, qtbot, other)
    assert len(asked.questions) == 1
    assert not session.document.objects
    draw(window)
    draw(window, 30)
    show(window, qtbot, image_file)
    qtbot.waitUntil(lambda: len(session.document.objects) == 1)
    show(window, qtbot, other)
    qtbot.waitUntil(lambda: len(session.document.objects) == 2)
    assert len(asked.questions) == 1, "asked once for a folder"
    assert not window.findChildren(QMessageBox)


def listed(window: Window, image: Path) -> str:
    """Return what the list of files says of an image."""
    model = window.panel(FilesPanel).model
    return str(model.row_of(image).data()).partition("\n")[2]


def test_the_list_of_files_says_that_work_was_kept_for_later(
    window: Window, qtbot: QtBot, image_file: Path, closed: None
) -> None:
    """It had called the image "not started", as one that nobody touched."""
    session, other = window.session, image_file.with_name("other.tif")
    session.persistence.ask = Answers("later")
    now = session.folder.now
    show(window, qtbot, image_file)
    draw(window)
    qtbot.waitUntil(lambda: listed(window, image_file) == "corrected")
    show(window, qtbot, other)
    qtbot.waitUntil(lambda: listed(window, image_file) == "unsaved, corrected")
    assert now.summary() == "2 images, 1 with masks, 1 unsaved"
    now.only = ReviewState.CORRECTED
    assert now.shown == [image_file]
    now.only = None
    show(window, qtbot, image_file)
    qtbot.waitUntil(lambda: len(session.document.objects) == 1)
    qtbot.waitUntil(lambda: listed(window, image_file) == "corrected")
    assert now.summary() == "2 images, 1 with masks"
    session.persistence.discard()
    show(window, qtbot, other)
    qtbot.waitUntil(lambda: listed(window, image_file) == "not started")
    assert now.summary() == "2 images, 0 with masks"


def test_the_list_of_files_knows_after_a_restart_what_was_kept_for_later(
    window: Window, qtbot: QtBot, image_file: Path, closed: None, segmenter: FakeSegmenter
) -> None:
    window.session.persistence.ask = Answers("later")
    show(window, qtbot, image_file)
    draw(window)
    assert window.close()
    later = Session(Models(lambda name, progress: segmenter))
    later.folder.follow(image_file.with_name("other.tif"))
    qtbot.waitUntil(lambda: image_file in later.folder.now.waiting)
    assert later.folder.now.states[image_file] is ReviewState.CORRECTED
    (left,) = later.recovery.found()
    later.recovery.drop(left)
    qtbot.waitUntil(lambda: not later.folder.now.waiting)
    assert later.folder.now.states[image_file] is ReviewState.NOT_STARTED
    later.close()


def test_who_quits_is_asked_also_where_work_of_the_folder_is_kept(
    window: Window, qtbot: QtBot, image_file: Path, closed: None
) -> None:
    """The program had quit without a word while the title had a star."""
    session = window.session
    session.persistence.ask = asked = Answers("later", "cancel", "later")
    show(window, qtbot, image_file)
    draw(window)
    show(window, qtbot, image_file.with_name("other.tif"))
    show(window, qtbot, image_file)
    qtbot.waitUntil(lambda: len(session.document.objects) == 1)
    assert not window.close()
    assert len(asked.questions) == 2
    assert window.close()


def test_the_next_start_calls_kept_work_kept_and_brings_it_back_unasked(
    window: Window, qtbot: QtBot, image_file: Path, closed: None, segmenter: FakeSegmenter
) -> None:
    """It had been called a crash."""
    window.session.persistence.ask = Answers("later")
    show(window, qtbot, image_file)
    draw(window)
    journal = window.session.persistence.journal
    assert journal is not None
    journal.flush()
    assert window.close()
    later = Session(Models(lambda name, progress: segmenter))
    later.persistence.ask = asked = Answers()
    dialog = RecoveryDialog(None, later.recovery.found(), later.recovery.drop)
    qtbot.addWidget(dialog)
    item = dialog.list.item(0)
    assert item is not None and "cells.tif (kept for later)" in item.text()
    with qtbot.waitSignal(later.image_changed):
        later.images.open(image_file)
    qtbot.waitUntil(lambda: len(later.document.objects) == 1)
    assert later.open_image.unsaved and not asked.questions
    # The look for other work on the image that was opened comes with the next turn of the event loop.
    qtbot.wait(50)
    again = later.persistence.journal
    assert again is not None
    again.flush()
    later.close()
    (left,) = later.recovery.found()
    assert not left.kept, "of what is closed without a question a person knows nothing"


def test_image_and_masks_are_saved_elsewhere(
    window: Window,
    qtbot: QtBot,
    image_file: Path,
    closed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goal = tmp_path / "elsewhere"
    goal.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(goal))
    window.session.persistence.ask = Answers("elsewhere")
    show(window, qtbot, image_file)
    draw(window)
    show(window, qtbot, image_file.with_name("other.tif"))
    assert (goal / image_file.name).read_bytes() == image_file.read_bytes()
    assert len(read_project_file(goal / "cells.cpsam").objects) == 1
    draw(window)
    with qtbot.waitSignal(window.session.image_changed):
        window.save()
    assert window.session.path == goal / "other.tif"
    assert len(window.session.document.objects) == 1
    assert not window.session.persistence.watching.read_only


def test_a_copy_replaces_neither_another_image_nor_a_project(
    window: Window, qtbot: QtBot, image_file: Path, closed: None, tmp_path: Path
) -> None:
    session, goal = window.session, tmp_path / "elsewhere"
    goal.mkdir()
    show(window, qtbot, image_file)
    draw(window)
    assert session.copies.save_elsewhere(goal) is not None
    draw(window, 30)
    assert session.copies.save_elsewhere(goal) is not None
    assert sorted(len(read_project_file(path).objects) for path in goal.glob("cells*.cpsam")) == [1, 2]
    (goal / image_file.name).write_bytes(b"another")
    draw(window, 50)
    assert session.copies.save_elsewhere(goal) is None
    (box,) = window.findChildren(QMessageBox)
    assert "another cells.tif" in box.text()
    box.close()
    assert session.persistence.unsaved


def test_an_export_from_the_question_begins_with_masks_where_they_can_be_written(
    window: Window, qtbot: QtBot, image_file: Path, closed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had begun with a table of the whole folder, beside the images, which ended in an error."""
    for key, value in (("export/format", "csv"), ("export/folder", True), ("export/beside", True)):
        QSettings().setValue(key, value)
    window.session.persistence.ask = Answers("export")
    show(window, qtbot, image_file)
    draw(window)
    assert not window.close()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    assert dialog.chosen.key == "tif" and dialog.this.isChecked()
    assert not dialog.beside.isChecked()
    begun: list[Path] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *how: begun.append(Path(how[2])) or ("", ""))
    dialog.go.click()
    assert [path.parent for path in begun] == [Path.home()]
    dialog.reject()


SAVING: dict[str, Callable[[Window], object]] = {
    "for Cellpose": lambda window: window.file_dialogs.seg_file(),
    "masks": lambda window: window.pages.export().go.click(),
    "log": lambda window: window.review_pages.ask_log(),
    "methods": lambda window: window.review_pages.methods().saved.emit("text"),
    "table": lambda window: window.panel(TablePanel).ask_export(),
    "tables of the folder": lambda window: window.panel(TablePanel).ask_folder(),
}


@pytest.mark.parametrize("what", SAVING)
def test_what_is_saved_begins_where_something_can_be_written(
    window: Window,
    qtbot: QtBot,
    image_file: Path,
    closed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Only the export of masks did; the others began beside the image and ended in an error."""
    show(window, qtbot, image_file)
    draw(window)
    begun: list[Path] = []
    (tmp_path / "elsewhere").mkdir()
    answers = [str(tmp_path / "elsewhere" / "x.csv"), ""]

    def answer(*given: Any) -> tuple[str, str]:
        begun.append(Path(given[2]))
        return answers.pop(0), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    for count in (1, 2):
        SAVING[what](window)
        qtbot.waitUntil(lambda count=count: len(begun) == count and window.session.jobs.idle)
    assert [path.parent for path in begun] == [Path.home(), tmp_path / "elsewhere"], "where it was saved last"
    assert begun[0].name.startswith(("cells", "folder"))


def test_what_is_saved_begins_beside_the_image_where_that_can_be_written(
    window: Window, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QSettings().setValue(KEY, str(Path.home()))
    show(window, qtbot, image_file)
    begun: list[Path] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *how: begun.append(Path(how[2])) or ("", ""))
    window.file_dialogs.seg_file()
    assert begun == [image_file.with_name("cells_seg.npy")]
