"""Saving by itself, other programs, full disks, what is known of an image."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QMessageBox

from cpsam_core.errors import ImageError
from cpsam_core.images import packed_labels
from cpsam_core.images.project_files import ProjectFile, read_project_file, write_project_file
from cpsam_core.progress import silent
from cpsam_core.segment.output import NetworkOutput
from cpsam_core.system import atomic
from cpsam_gui import operations, tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.dialogs.recovery import RecoveryDialog
from cpsam_gui.jobs import jobs as jobs_module
from cpsam_gui.jobs.job import Problem
from cpsam_gui.jobs.jobs import wait_for_left_jobs
from cpsam_gui.panels.history import HistoryPanel
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.session import Session, recovery
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.session.recovery import LeftWork
from cpsam_gui.state.image_facts import ClassName, ReviewState, read_state
from cpsam_gui.state.objects import Origin
from cpsam_gui.storage import companions as files
from cpsam_gui.storage.journal_format import Amount, amount_of, recover
from cpsam_gui.tasks import AxesReading
from cpsam_gui.window import leaving

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


class Asked:
    """Answers questions and remembers them."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.questions: list[Question] = []

    def __call__(self, question: Question) -> str:
        """Answer as told; the safe answer where nothing was told."""
        self.questions.append(question)
        answer = self.answers.pop(0) if self.answers else question.safe
        assert answer in [one.key for one in question.answers]
        return answer


@pytest.fixture
def problems(session: Session) -> list[Problem]:
    """Collect what is shown as an error."""
    found: list[Problem] = []
    session.failed.connect(found.append)
    return found


def open_in(session: Session, qtbot: QtBot, path: Path) -> Session:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path)
    qtbot.waitUntil(lambda: session.jobs.idle)
    qtbot.wait(1)  # the question about work that was left behind comes in the next turn of the event loop
    return session


def draw(session: Session, y: int = 5, x: int = 40, size: int = 4) -> int:
    """Draw a square by hand; return its id."""
    number = session.document.new_id()
    from cpsam_gui.state.box import Box

    with session.document.step("Draw"):
        session.document.write(
            Box(0, 1, y, y + size, x, x + size), np.full((1, size, size), number, np.uint32)
        )
    return number


def save(session: Session, qtbot: QtBot, **how: Any) -> None:
    session.persistence.save(**how)
    qtbot.waitUntil(lambda: not session.persistence.saver.busy and session.jobs.idle)


def test_work_is_saved_by_itself(session: Session, qtbot: QtBot, image_file: Path) -> None:
    open_in(session, qtbot, image_file)
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    assert not session.persistence.autosave.pending
    number = draw(session)
    assert session.persistence.autosave.pending
    with qtbot.waitSignal(session.saved):
        pass
    assert not session.document.modified
    assert set(read_project_file(image_file.with_suffix(".cpsam")).objects) == {number}
    assert not image_file.with_name("cells_masks.tif").exists()  # that one is written when asked for
    session.edits.undo()
    with qtbot.waitSignal(session.saved):
        pass
    assert read_project_file(image_file.with_suffix(".cpsam")).objects == {}


def _saved_ids(image_file: Path) -> set[int]:
    return set(np.unique(tifffile.imread(image_file.with_name("cells_masks.tif"))).tolist()) - {0}


def test_a_journal_that_cannot_be_written_interrupts_once(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_in(session, qtbot, image_file)
    boxes: list[Problem] = []
    words: list[str] = []
    session.failed.connect(boxes.append)
    session.message.connect(words.append)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for y in (10, 30, 45):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            draw(session, y=y)
            assert session.persistence.journal is not None
            session.persistence.journal.flush()
        # The journal begins anew.
        save(session, qtbot)
    # The path of what was saved has the word, too.
    qtbot.waitUntil(lambda: sum(text.startswith("The journal") for text in words) == 2)
    assert len(boxes) == 1 and "journal" in boxes[0].text


def test_the_label_image_of_a_run_or_an_earlier_session_follows_the_project(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    first = draw(session)
    # As a folder run leaves them: both written, neither by a save of this session.
    document, extra = session.document, tasks.SaveExtras(image_file)
    for name in ("cells.cpsam", "cells_masks.tif"):
        target = image_file.with_name(name)
        tasks.save(target, document.snapshot(), dict(document.objects), extra, silent)
    other = image_file.with_name("other.tif")
    shutil.copy(image_file, other)
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    open_in(session, qtbot, other)
    open_in(session, qtbot, image_file)
    second = draw(session, y=30)
    with qtbot.waitSignal(session.saved):
        pass
    assert _saved_ids(image_file) == {first, second}


def test_the_label_image_follows_once_it_was_saved_and_is_called_older_where_it_does_not(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    panel, said = HistoryPanel(session, cast("Any", None)), []
    qtbot.addWidget(panel)
    session.message.connect(said.append)
    first = draw(session)
    save(session, qtbot)
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    second = draw(session, y=30)
    with qtbot.waitSignal(session.saved):
        pass
    assert _saved_ids(image_file) == {first, second}
    assert panel.note.text() == "All changes saved"
    # Also after it was left for another image.
    other = image_file.with_name("other.tif")
    shutil.copy(image_file, other)
    open_in(session, qtbot, other)
    open_in(session, qtbot, image_file)
    third = draw(session, y=45)
    with qtbot.waitSignal(session.saved):
        pass
    assert _saved_ids(image_file) == {first, second, third}
    open_in(session, qtbot, other)
    # Another program changed it an hour ago: only what this one wrote is written over without being asked for.
    masks = image_file.with_name("cells_masks.tif")
    changed = tifffile.imread(masks)
    changed[changed == third] = 0
    tifffile.imwrite(masks, changed)
    os.utime(masks, ns=(0, masks.stat().st_mtime_ns - 3600 * 10**9))
    open_in(session, qtbot, image_file)
    assert "cells_masks.tif is older" in panel.note.text()
    draw(session, y=60)
    with qtbot.waitSignal(session.saved):
        pass
    assert _saved_ids(image_file) == {first, second}
    assert "cells_masks.tif is older" in panel.note.text()
    assert sum("cells_masks.tif is older" in text for text in said) == 1
    save(session, qtbot)
    assert len(_saved_ids(image_file)) == 4
    assert panel.note.text() == "All changes saved"


def test_a_label_image_that_another_program_wrote_since_is_not_written_over_by_itself(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot)
    masks = image_file.with_name("cells_masks.tif")
    masks.write_bytes(b"of another program")
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    draw(session, y=30)
    with qtbot.waitSignal(session.saved):
        pass
    assert masks.read_bytes() == b"of another program"


def test_undo_on_an_image_that_was_come_back_to_takes_no_saved_masks_away(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    number = draw(session)
    save(session, qtbot)
    open_in(session, qtbot, image_file)
    assert set(session.document.objects) == {number}
    # The panel of the history and a comparison with the beginning know no state without the masks.
    assert not session.document.can_undo and session.document.position == len(session.document.steps) == 0
    session.edits.undo()
    session.document.go_to(0)
    assert set(session.document.objects) == {number} and not session.document.modified
    other = draw(session, y=20)
    session.edits.undo()
    session.edits.undo()
    assert set(session.document.objects) == {number}
    session.edits.redo()
    assert set(session.document.objects) == {number, other}


def test_nothing_is_saved_during_a_stroke_or_when_switched_off(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    session.persistence.preferences.now = Preferences(autosave=False, autosave_seconds=0.05)
    draw(session)
    assert not session.persistence.autosave.pending
    session.document.begin("Stroke")
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    assert session.persistence.autosave.pending
    qtbot.wait(150)
    assert not image_file.with_suffix(".cpsam").exists()
    with qtbot.waitSignal(session.saved):
        session.document.abort()


def test_changes_during_a_save_are_not_taken_for_saved(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    first = draw(session)
    session.persistence.save(masks=False)
    second = draw(session, y=20)
    qtbot.waitUntil(lambda: not session.persistence.saver.busy)
    assert session.document.modified
    assert set(read_project_file(image_file.with_suffix(".cpsam")).objects) == {first}
    session.edits.undo()
    assert not session.document.modified  # this is the state that the file holds
    session.edits.redo()
    assert session.persistence.save_now(masks=False)
    assert set(read_project_file(image_file.with_suffix(".cpsam")).objects) == {first, second}


def test_saving_packs_what_changed_and_the_file_is_right_whatever_happened(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.tif"
    tifffile.imwrite(path, np.zeros((1500, 900), np.uint8))
    open_in(session, qtbot, path)
    real, packed = packed_labels.zlib.compress, list[int]()
    monkeypatch.setattr(
        packed_labels.zlib,
        "compress",
        lambda data, level: (packed.append(len(data)), real(data, level))[1],
    )

    def check() -> int:
        packed.clear()
        save(session, qtbot, masks=False)
        found = read_project_file(files.project_path(path))
        assert np.array_equal(found.labels, session.document.labels)
        assert {n: row["locked"] for n, row in found.objects.items()} == {
            n: row.locked for n, row in session.document.objects.items()
        }
        return sum(packed)

    draw(session, 10)
    assert check() == 1500 * 900 * 4, "nothing was saved before"
    draw(session, 700)
    assert 0 < check() < 1_100_000
    session.document.undo()
    assert 0 < check() < 1_100_000
    session.document.redo()
    operations.set_locked(session.document, [1])
    assert 0 < check() < 1_100_000
    operations.set_locked(session.document, [2])
    assert check() == 0, "only the table changed"
    operations.clear(session.document)
    check()
    # What was not written counts at the next save.
    draw(session, 20)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full_disk)
        patch.setattr(Path, "replace", full_disk)
        save(session, qtbot, masks=False)
        draw(session, 1200)
    check()
    # Another program's file is never built upon.
    draw(session, 30)
    shutil.copy(files.project_path(path), tmp_path / "copy")
    write_project_file(files.project_path(path), ProjectFile(np.full((1, 1500, 900), 9, np.uint32)))
    session.persistence.ask = Asked("replace")
    assert check() == 1500 * 900 * 4


def full_disk(*args: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_requests_meanwhile_become_one(session: Session, qtbot: QtBot, image_file: Path) -> None:
    open_in(session, qtbot, image_file)
    done: list[int] = []
    for _ in range(5):
        draw(session)
        session.persistence.save(lambda: done.append(len(session.document.objects)), masks=False)
    qtbot.waitUntil(lambda: not session.persistence.saver.busy)
    assert done == [1]
    assert not session.document.modified


@pytest.mark.parametrize("answer", ["aside", "replace", "cancel"])
def test_a_project_that_others_changed_is_never_simply_replaced(
    session: Session, qtbot: QtBot, image_file: Path, answer: str
) -> None:
    project = image_file.with_suffix(".cpsam")
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot, masks=False)
    theirs = b"what another program wrote"
    project.write_bytes(theirs)
    mine = draw(session, y=30)
    session.persistence.ask = asked = Asked(answer)
    save(session, qtbot, masks=False)
    qtbot.waitUntil(lambda: not session.persistence.saver.busy)
    assert "another program" in asked.questions[0].text
    others = list(project.parent.glob("cells (*).cpsam"))
    if answer == "cancel":
        assert project.read_bytes() == theirs
        assert session.document.modified
        assert not session.persistence.saves_by_itself
    else:
        assert mine in read_project_file(project).objects
        assert not session.document.modified
    assert [path.read_bytes() for path in others] == ([theirs] if answer == "aside" else [])
    assert len(asked.questions) == 1


def test_a_project_of_a_newer_version_is_refused_and_kept(
    session: Session, qtbot: QtBot, image_file: Path, problems: list[Problem]
) -> None:
    project = image_file.with_suffix(".cpsam")
    with zipfile.ZipFile(project, "w") as archive:
        archive.writestr("project.json", json.dumps({"version": 99, "objects": {}}))
    newer = project.read_bytes()
    open_in(session, qtbot, image_file)
    assert "newer version" in problems[0].text
    session.persistence.ask = asked = Asked("cancel", "aside")
    session.persistence.preferences.now = Preferences(autosave_seconds=0.02)
    draw(session)
    qtbot.waitUntil(lambda: bool(asked.questions))
    assert "newer version" in asked.questions[0].detail
    assert project.read_bytes() == newer
    assert not session.persistence.autosave.pending  # it asks once
    save(session, qtbot, masks=False)
    qtbot.waitUntil(lambda: not session.document.modified)
    (aside,) = project.parent.glob("cells (*).cpsam")
    assert aside.read_bytes() == newer


def test_a_full_disk_costs_nothing_and_is_said_once(
    session: Session, qtbot: QtBot, image_file: Path, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot, masks=False)
    before = image_file.with_suffix(".cpsam").read_bytes()

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(atomic, "_flush", full)
        session.persistence.preferences.now = Preferences(autosave_seconds=0.02)
        draw(session, y=30)
        qtbot.waitUntil(lambda: bool(problems))
        draw(session, y=50)
        qtbot.wait(200)
        assert len(problems) == 1
        assert "disk is full" in problems[0].text
        assert "are free there" in problems[0].text
        assert "Your work is still here" in problems[0].text
        assert not session.persistence.save_now()
        assert len(problems) == 2  # the user asked this time
        assert image_file.with_suffix(".cpsam").read_bytes() == before
    draw(session, y=60)
    qtbot.waitUntil(lambda: not session.document.modified)
    assert len(read_project_file(image_file.with_suffix(".cpsam")).objects) == 4


def test_work_is_not_said_to_be_in_a_journal_that_cannot_be_written_either(
    session: Session, qtbot: QtBot, image_file: Path, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop has one disk: where that is full, so is the folder of the journals."""

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    open_in(session, qtbot, image_file)
    with monkeypatch.context() as disk:
        disk.setattr(atomic, "_flush", full)
        disk.setattr(os, "fsync", full)
        draw(session)
        assert not session.persistence.save_now()
        said = [one.text for one in problems if "disk is full" in one.text]
        assert len(said) == 1
        assert "in the journal" not in said[0]
        assert "not saved anywhere" in said[0]
    assert session.persistence.save_now()


@pytest.mark.parametrize("saved_before", [False, True])
def test_a_folder_that_is_gone_is_told_and_the_work_stays(
    session: Session,
    qtbot: QtBot,
    image_file: Path,
    problems: list[Problem],
    tmp_path: Path,
    saved_before: bool,
) -> None:
    folder = tmp_path / "drive"
    folder.mkdir()
    image = Path(shutil.copy(image_file, folder))
    open_in(session, qtbot, image)
    session.persistence.ask = asked = Asked()
    if saved_before:
        draw(session, y=40)
        assert session.persistence.save_now()
    draw(session)
    shutil.rmtree(folder)
    session.persistence.watching.look()
    qtbot.waitUntil(lambda: bool(problems))
    assert "no longer in its folder" in problems[0].text
    session.persistence.watching.look()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert len(problems) == 1
    assert not session.persistence.save_now()
    assert "does not exist" in problems[1].text
    assert not asked.questions, "nobody changed anything"
    assert len(session.document.objects) == 1 + saved_before
    with qtbot.waitSignal(session.saved):
        session.copies.export(tmp_path / "elsewhere.tif")
    assert tifffile.imread(tmp_path / "elsewhere.tif").max() == 1 + saved_before


def test_a_project_that_was_removed_is_written_anew(session: Session, qtbot: QtBot, image_file: Path) -> None:
    """Nothing is replaced by that, so nothing is asked; what was taken over from it before is written too."""
    project = image_file.with_suffix(".cpsam")
    open_in(session, qtbot, image_file)
    logits = np.ones((80, 100), np.float32)
    session.run_state.flows = NetworkOutput(np.ones((2, 80, 100), np.float32), logits, 17.5)
    draw(session)
    assert session.persistence.save_now()
    session.persistence.ask = asked = Asked()
    project.unlink()
    draw(session, y=40)
    assert session.persistence.save_now()
    assert not asked.questions
    open_in(session, qtbot, image_file)
    assert len(session.document.objects) == 2
    assert session.run_state.flows is not None


@pytest.mark.parametrize("answer", ["reload", "keep"])
def test_an_image_that_was_replaced_can_be_read_again(
    session: Session, qtbot: QtBot, image_file: Path, answer: str
) -> None:
    open_in(session, qtbot, image_file)
    number = draw(session)
    tifffile.imwrite(image_file, np.full((80, 100), 7, np.uint16))
    session.persistence.ask = asked = Asked(answer)
    session.persistence.watching.look()
    qtbot.waitUntil(lambda: bool(asked.questions))
    if answer == "reload":
        qtbot.waitUntil(lambda: session.image is not None and int(session.image.pixels.max()) == 7)
        assert not session.document.modified
    assert set(session.document.objects) == {number}
    qtbot.waitUntil(lambda: session.jobs.idle)
    session.persistence.watching.look()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert len(asked.questions) == 1


@pytest.mark.parametrize("answer", ["look", "force"])
def test_the_second_window_is_warned(
    session: Session, qtbot: QtBot, image_file: Path, problems: list[Problem], answer: str
) -> None:
    first = Session()
    first.persistence.preferences.now = Preferences(autosave=False)
    open_in(first, qtbot, image_file)
    session.persistence.ask = asked = Asked(answer)
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: bool(asked.questions))
    assert "another window" in asked.questions[0].text
    draw(session)
    save(session, qtbot, masks=False)
    assert image_file.with_suffix(".cpsam").exists() is (answer == "force")
    assert bool(problems) is (answer == "look")
    first.close()
    session.close()
    assert not list(image_file.parent.glob(".*.lock"))


HOLDER = """
import sys, time
from pathlib import Path
from cpsam_gui.storage.file_lock import ProjectLock
lock = ProjectLock(Path(sys.argv[1]))
assert lock.take() is None
sys.stdout.write("held"); sys.stdout.flush()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_the_lock_of_a_program_that_died_is_nobodys(tmp_path: Path) -> None:
    from cpsam_gui.storage.file_lock import ProjectLock

    project = tmp_path / "a.cpsam"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", HOLDER, str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.read(4) == b"held"
        lock = ProjectLock(project)
        owner = lock.take()
        assert owner is not None
        assert owner.process == holder.pid
        assert not lock.held
        holder.kill()
        holder.wait()
    assert lock.path.exists()
    assert lock.take() is None
    assert lock.held
    lock.release()
    assert not lock.path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_locks_of_killed_programs_go_when_an_image_of_the_folder_is_opened(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    from cpsam_core.system.file_lock import LOCK, Owner
    from cpsam_gui.storage.file_lock import ProjectLock

    def leave(name: str, **owner: Any) -> Path:
        path = image_file.with_name(f".{name}.cpsam{LOCK}")
        path.write_text(json.dumps({"user": "a", "since": 0.0, **owner}))
        return path

    here = Owner.this().computer
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    dead = leave("dead", computer=here, process=ended.pid)
    elsewhere = leave("elsewhere", computer="another", process=ended.pid)
    held = ProjectLock(image_file.with_name("held.cpsam"))
    assert held.take() is None
    open_in(session, qtbot, image_file)
    assert not dead.exists()
    assert elsewhere.exists() and held.path.exists()
    held.release()


def test_a_lock_from_another_computer_counts(tmp_path: Path) -> None:
    from cpsam_gui.storage.file_lock import ProjectLock

    lock = ProjectLock(tmp_path / "a.cpsam")
    lock.path.write_text(json.dumps({"user": "ada", "computer": "elsewhere", "process": 7, "since": 1e9}))
    owner = lock.take()
    assert owner is not None
    assert (owner.user, owner.computer) == ("ada", "elsewhere")
    assert lock.take(by_force=True) is None
    lock.release()
    assert not lock.path.exists()
    lock.path.write_bytes(b"\xff damaged")
    assert lock.take() is None
    lock.release()
    away = ProjectLock(tmp_path / "absent" / "a.cpsam")
    assert away.take() is None
    assert not away.held
    away.release()


def test_the_state_follows_the_work(session: Session, qtbot: QtBot, image_file: Path) -> None:
    facts = session.facts
    open_in(session, qtbot, image_file)
    assert facts.state is ReviewState.NOT_STARTED
    draw(session)
    assert facts.state is ReviewState.CORRECTED
    facts.toggle_verified()
    assert facts.state is ReviewState.VERIFIED
    session.edits.change(lambda document: operations.set_locked(document, list(document.objects)))
    assert facts.state is ReviewState.VERIFIED  # a lock is no correction
    session.edits.change(lambda document: operations.set_locked(document, list(document.objects)))
    session.edits.change(lambda document: operations.delete(document, list(document.objects)))
    assert facts.state is ReviewState.CORRECTED
    session.edits.undo()
    assert facts.state is ReviewState.VERIFIED
    save(session, qtbot, masks=False)
    assert read_state(image_file.with_suffix(".cpsam")) is ReviewState.VERIFIED
    assert files.progress_of(image_file) is ReviewState.VERIFIED
    session.edits.go_to(0)
    assert facts.state is ReviewState.NOT_STARTED
    session.persistence.discard()
    open_in(session, qtbot, image_file)
    assert facts.state is ReviewState.VERIFIED
    assert not session.document.modified


def test_notes_and_classes_come_back(session: Session, qtbot: QtBot, image_file: Path) -> None:
    open_in(session, qtbot, image_file)
    names = (ClassName(1, "tumour", "#ff8800"),)
    session.facts.change("Notes", notes="dim at the left", classes=names)
    assert session.document.steps == ("Notes",)
    session.facts.change("Notes", notes="dim at the left")
    assert session.document.steps == ("Notes",)  # nothing changed
    save(session, qtbot, masks=False)
    open_in(session, qtbot, image_file)
    assert session.document.facts.notes == "dim at the left"
    assert session.document.facts.classes == names


def test_flows_come_back_and_are_written_once(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = image_file.with_suffix(".cpsam")
    open_in(session, qtbot, image_file)
    rng = np.random.default_rng(0)
    flows = rng.normal(size=(2, 80, 100)).astype(np.float32)
    logits = rng.normal(size=(80, 100)).astype(np.float32)
    session.run_state.flows = NetworkOutput(flows, logits, 17.5)
    draw(session)
    save(session, qtbot, masks=False)
    packed: list[Any] = []
    from cpsam_core.images import project_files

    real: Callable[..., bytes] = project_files.packed
    monkeypatch.setattr(project_files, "packed", lambda array: (packed.append(array.shape), real(array))[1])
    draw(session, y=30)
    save(session, qtbot, masks=False)
    assert packed == []  # no flows; the masks are packed by strips
    open_in(session, qtbot, image_file)
    back = session.run_state.flows
    assert back is not None
    assert back.diameter == 17.5
    np.testing.assert_allclose(back.flows, flows, rtol=1e-3)
    np.testing.assert_allclose(back.logits, logits, rtol=1e-3, atol=1e-4)
    session.persistence.preferences.now = Preferences(autosave=False, keep_flows=False)
    draw(session, y=50)
    save(session, qtbot, masks=False)
    with zipfile.ZipFile(project) as archive:
        assert set(archive.namelist()) == {"masks.tif", "project.json"}


def test_keys_of_other_programs_stay(session: Session, qtbot: QtBot, image_file: Path) -> None:
    project = image_file.with_suffix(".cpsam")
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot, masks=False)
    stored = read_project_file(project)
    complete = np.ones(stored.labels.shape, bool)
    other = ProjectFile(
        stored.labels, stored.objects, image="cells.tif", extra={"mood": "good"}, maps={"complete": complete}
    )
    write_project_file(project, other)
    open_in(session, qtbot, image_file)
    draw(session, y=30)
    save(session, qtbot, masks=False)
    found = read_project_file(project)
    assert found.extra["mood"] == "good"
    assert found.maps["complete"].all()


def test_exports_are_no_saves_but_where_there_is_no_file(
    session: Session, qtbot: QtBot, image_file: Path, tmp_path: Path
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    with qtbot.waitSignal(session.saved):
        session.copies.export(tmp_path / "copy.png")
    assert session.document.modified
    session.open_image.path = None
    with qtbot.waitSignal(session.saved):
        session.copies.export(tmp_path / "copy.png")
    assert not session.document.modified


def test_a_png_that_would_lose_objects_is_refused(
    session: Session, qtbot: QtBot, image_file: Path, problems: list[Problem], tmp_path: Path
) -> None:
    open_in(session, qtbot, image_file)
    session.document.replace("Many", np.full((1, 80, 100), 70_000, np.uint32), {})
    session.copies.export(tmp_path / "many.png")
    qtbot.waitUntil(lambda: bool(problems))
    assert "65,535" in problems[0].text
    assert not (tmp_path / "many.png").exists()


def test_imported_masks_are_somebodys_work(
    session: Session, qtbot: QtBot, image_file: Path, disc_labels: Any
) -> None:
    masks = image_file.with_name("cells_masks.tif")
    tifffile.imwrite(masks, disc_labels.astype(np.uint16))
    open_in(session, qtbot, image_file)
    assert session.facts.state is ReviewState.CORRECTED
    assert {row.origin for row in session.document.objects.values()} == {Origin.EDITED}
    assert not session.document.modified


def test_closing_saves_by_itself(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("nothing to ask")

    monkeypatch.setattr(dialogs, "ask_unsaved", never)
    segmented.session.persistence.preferences.now = Preferences()
    assert segmented.isWindowModified()
    assert segmented.close()
    # On a busy machine the write goes on after the window.
    assert wait_for_left_jobs()
    assert len(read_project_file(image_file.with_suffix(".cpsam")).objects) == 4
    assert not image_file.with_name("cells_masks.tif").exists()
    assert not list(image_file.parent.glob(".*.lock"))


@pytest.mark.parametrize("elsewhere", [False, True], ids=["beside the image", "elsewhere"])
def test_whoever_waits_for_a_save_goes_on_where_the_system_closes_the_window(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, elsewhere: bool
) -> None:
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 0.2)
    monkeypatch.setattr(leaving, "CLOSING_MS", 50)
    gate, name, gave_up = threading.Event(), "save_copy" if elsewhere else "save_project", list[str]()
    real, run = getattr(tasks, name), QEventLoop.exec

    def slow(*args: Any, **named: Any) -> Any:
        gate.wait(120)
        return real(*args, **named)

    def turn(loop: QEventLoop, *how: Any) -> int:
        # Of a wait that never ends the test is to fail.
        assert len(gave_up) < 3
        limit = QTimer(loop)
        limit.timeout.connect(lambda: (gave_up.append("nobody ended the wait"), loop.quit()))
        limit.start(20_000)
        return run(loop, *how)

    monkeypatch.setattr(tasks, name, slow)
    monkeypatch.setattr(QEventLoop, "exec", turn)
    persistence = segmented.session.persistence
    persistence.preferences.now = Preferences(autosave=not elsewhere)
    draw(segmented.session)
    QTimer.singleShot(0, segmented.end)
    (tmp_path / "copies").mkdir()
    if elsewhere:
        assert segmented.session.copies.save_elsewhere(tmp_path / "copies") is None
    else:
        assert persistence.save_now(), "it is finished after the window"
    assert not gave_up
    gate.set()
    assert wait_for_left_jobs()


@pytest.mark.parametrize("fails", [False, True], ids=["written", "in an error"])
def test_a_document_that_is_written_after_the_window_is_let_go_in_the_end(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 0.2)
    gate, real, session = threading.Event(), tasks.save_project, segmented.session
    document, closed = session.document, list[str]()

    def slow(*args: Any, **named: Any) -> Any:
        gate.wait(120)
        if fails:
            raise RuntimeError("No.")
        return real(*args, **named)

    monkeypatch.setattr(tasks, "save_project", slow)
    monkeypatch.setattr(document, "close", lambda: closed.append("closed"))
    session.persistence.preferences.now = Preferences()
    draw(session)
    assert segmented.close()
    assert closed == [], "its labels are being written"
    gate.set()
    assert wait_for_left_jobs()
    assert closed == ["closed"]


def test_a_disk_that_does_not_answer_does_not_keep_the_window_open(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 0.2)
    gate, real = threading.Event(), tasks.save_project

    def slow(*args: Any, **named: Any) -> Any:
        gate.wait(120)
        return real(*args, **named)

    monkeypatch.setattr(tasks, "save_project", slow)
    segmented.session.persistence.preferences.now = Preferences()
    journal = segmented.session.persistence.journal
    draw(segmented.session)
    assert journal is not None
    start = time.monotonic()
    assert segmented.close(), "before the write is done"
    assert time.monotonic() - start < 60, "without a limit it waits for the disk"
    assert journal.path.exists(), "the work is in no other file yet"
    assert recover(journal.path) is not None
    project = image_file.with_suffix(".cpsam")
    assert not project.exists()
    gate.set()
    assert wait_for_left_jobs()
    assert len(read_project_file(project).objects) == 5
    assert not journal.path.exists(), "all of it is saved: the next start has nothing to offer"


@pytest.mark.parametrize("lost", ["write", "step"])
def test_the_journal_stays_where_a_write_after_the_window_does_not_save_everything(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 0.2)
    gate, real = threading.Event(), tasks.save_project

    def slow(*args: Any, **named: Any) -> Any:
        gate.wait(120)
        return ImageError("The disk is full.") if lost == "write" else real(*args, **named)

    monkeypatch.setattr(tasks, "save_project", slow)
    segmented.session.persistence.preferences.now = Preferences()
    journal = segmented.session.persistence.journal
    assert journal is not None
    segmented.session.persistence.save(masks=False)
    if lost == "step":
        draw(segmented.session)
    assert segmented.close()
    gate.set()
    assert wait_for_left_jobs()
    found = recover(journal.path)
    assert found is not None
    assert len(found.objects) == (5 if lost == "step" else 4)


def test_the_journal_goes_where_a_write_ends_while_the_window_closes(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    # Its end is not heard any more, since the window is closed.
    monkeypatch.setattr(leaving, "CLOSING_MS", 0)
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 60.0)
    segmented.session.persistence.preferences.now = Preferences()
    journal = segmented.session.persistence.journal
    assert journal is not None
    assert segmented.close()
    assert wait_for_left_jobs()
    assert len(read_project_file(image_file.with_suffix(".cpsam")).objects) == 4
    assert not journal.path.exists()


@pytest.mark.parametrize("answer", ["later", "discard", "cancel"])
def test_closing_asks_once_where_saving_fails(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, answer: str
) -> None:
    # A busy machine needs longer to find out that the disk is full.
    monkeypatch.setattr(leaving, "CLOSING_MS", 60_000)

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    session = segmented.session
    monkeypatch.setattr(atomic, "_flush", full)
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda *_: pytest.fail("saving was tried already"))
    session.persistence.ask = asked = Asked(answer)
    session.persistence.preferences.now = Preferences()
    journal = session.persistence.journal
    assert journal is not None
    assert segmented.close() is (answer != "cancel")
    assert "disk is full" in asked.questions[0].detail
    assert not segmented.findChildren(QMessageBox), "one box, and it asks"
    assert not image_file.with_suffix(".cpsam").exists()
    assert journal.path.exists() is (answer != "discard")
    if answer == "cancel":
        assert len(session.document.objects) == 4
        session.persistence.preferences.now = Preferences(autosave=False)


def test_a_warning_that_a_question_repeats_goes_from_the_screen(
    segmented: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = Problem("Cannot write x: the disk is full.")
    segmented.show_problem(warning)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: 0)
    question = Question("Masks cannot be saved.", f"{warning.text}\nMore.", (Answer("no", "No"),))
    assert dialogs.ask(segmented, question) == "no"
    assert not [box.text() for box in segmented.findChildren(QMessageBox) if box.isVisible()]


def test_going_on_to_another_image_saves_first(segmented: Window, qtbot: QtBot, image_file: Path) -> None:
    other = Path(shutil.copy(image_file, image_file.with_name("other.tif")))
    segmented.session.persistence.preferences.now = Preferences()
    with qtbot.waitSignal(segmented.session.image_changed):
        segmented.open(other)
    assert segmented.session.path == other
    assert len(read_project_file(image_file.with_suffix(".cpsam")).objects) == 4
    assert not segmented.isWindowModified()


@pytest.mark.parametrize(
    ("name", "autosave"), [("other.tif", True), ("other.tif", False), ("cells.tif", True)]
)
def test_what_is_done_while_the_next_image_is_read_is_not_lost(
    segmented: Window,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    image_file: Path,
    name: str,
    autosave: bool,
) -> None:
    other, saved = image_file.with_name(name), autosave and name != image_file.name
    other.write_bytes(image_file.read_bytes())
    gate, real = threading.Event(), tasks.open_or_doubt

    def slow(*args: Any, **options: Any) -> Any:
        assert gate.wait(60)
        return real(*args, **options)

    monkeypatch.setattr(tasks, "open_or_doubt", slow)
    session = segmented.session
    session.persistence.preferences.now = Preferences()
    session.persistence.ask = Asked()
    segmented.open(other)
    assert not session.persistence.unsaved
    session.persistence.preferences.now = Preferences(autosave=autosave)
    draw(session)
    journal = session.persistence.journal
    assert journal is not None
    told: list[str] = []
    session.saved.connect(told.append)
    with qtbot.waitSignal(session.image_changed):
        gate.set()
    assert session.path == other
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=30_000)
    # The list of images and the folder's queue hear of it.
    assert told == ([str(image_file.with_suffix(".cpsam"))] if saved else [])
    assert len(read_project_file(image_file.with_suffix(".cpsam")).objects) == (5 if saved else 4)
    if saved:
        assert not journal.path.exists()
    elif name == image_file.name:
        assert len(session.document.objects) == 5 and session.open_image.unsaved
    else:
        found = recover(journal.path)
        assert found is not None and len(found.objects) == 5


def test_verified_is_a_switch_of_the_window(segmented: Window) -> None:
    action = actions_of(segmented)["verified"]
    assert not action.isChecked()
    action.trigger()
    assert action.isChecked()
    assert segmented.session.facts.state is ReviewState.VERIFIED
    segmented.session.edits.undo()
    assert not action.isChecked()
    assert segmented.session.facts.state is ReviewState.SEGMENTED


def test_unsaved_work_is_offered_with_its_image(session: Session, qtbot: QtBot, image_file: Path) -> None:
    open_in(session, qtbot, image_file)
    number = draw(session)
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    left = journal.path.with_name("cells-1-2.journal")
    left.write_bytes(journal.path.read_bytes())
    session.persistence.discard()
    session.persistence.ask = asked = Asked("later", "recover")
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: len(asked.questions) == 1)
    assert left.exists()
    assert not session.document.objects
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: set(session.document.objects) == {number})
    assert session.facts.state is ReviewState.CORRECTED
    assert session.document.modified
    qtbot.waitUntil(lambda: not left.exists())
    assert len(asked.questions) == 2
    assert session.document.steps[-1] == "Recovered work"


def test_an_older_copy_is_never_called_unsaved_work(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After "later", more work and a save, the journal would put older work in place of newer."""
    open_in(session, qtbot, image_file)
    draw(session)
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    left = journal.path.with_name("cells-1-2.journal")
    left.write_bytes(journal.path.read_bytes())
    os.utime(left, (1e9, 1e9))
    (shown,) = session.recovery.found()
    assert not shown.is_older, "nothing is saved yet"
    with monkeypatch.context() as patch:
        # Another window takes a journal between the listing of the folder and the look at the file.
        patch.setattr(recovery, "left_behind", lambda **_: [left.with_name("gone-1-3.journal"), left])
        assert [one.journal for one in session.recovery.found()] == [left]
    session.persistence.save()
    qtbot.waitUntil(lambda: not session.document.modified)
    (shown,) = session.recovery.found()
    assert shown.is_older
    session.persistence.ask = asked = Asked("later")
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: len(asked.questions) == 1)
    (question,) = asked.questions
    assert "older copy" in question.text and "unsaved" not in question.text + question.detail
    assert question.safe == "later"


def test_a_recovery_that_fails_is_offered_again(session: Session, qtbot: QtBot, image_file: Path) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    left = journal.path.with_name("cells-1-2.journal")
    left.write_bytes(journal.path.read_bytes())
    session.persistence.discard()
    away = image_file.rename(image_file.with_name("away.tif"))
    with qtbot.waitSignal(session.failed):
        session.recovery.recover(left)
    assert left.exists(), "the work waits for its image"
    away.rename(image_file)
    session.persistence.ask = asked = Asked("recover")
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: len(session.document.objects) == 1)
    assert len(asked.questions) == 1


def left_by_a_crash(session: Session, name: str = "cells-1-2.journal") -> Path:
    """Return the journal of the open image as a killed program leaves it; the session goes on without the work."""
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    left = journal.path.with_name(name)
    left.write_bytes(journal.path.read_bytes())
    session.document.mark_saved()
    session.persistence.journals.forget()
    return left


def test_axes_that_were_named_before_a_crash_are_not_asked_again(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "unsure.npy"
    np.save(path, np.arange(7 * 30 * 40, dtype=np.uint16).reshape(7, 30, 40))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path, reading=AxesReading("ZYX"))
    number = draw(session, x=20)
    left = left_by_a_crash(session)
    after = Session()
    after.persistence.preferences.now = Preferences(autosave=False)
    after.images.axes_asked.connect(lambda *_: pytest.fail("asked for the axes once more"))
    # As another program, whose journals nobody holds any more.
    session.close()
    after.persistence.ask = asked = Asked("recover")
    said: list[str] = []
    after.notices.message.connect(said.append)
    open_in(after, qtbot, path)
    qtbot.waitUntil(lambda: set(after.document.objects) == {number})
    assert after.document.shape == (7, 30, 40)
    assert "1 object" in asked.questions[0].detail and "1 step" in asked.questions[0].detail
    assert "recovered" in said[-1] and "1 object" in said[-1]
    qtbot.waitUntil(lambda: not left.exists())
    after.document.mark_saved()
    after.close()


def test_axes_of_a_journal_that_do_not_fit_the_file_are_asked(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "unsure.npy"
    np.save(path, np.zeros((7, 30, 40), np.uint16))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path, reading=AxesReading("ZYX"))
    draw(session, x=20)
    left_by_a_crash(session)
    np.save(path, np.zeros((7, 2, 30, 40), np.uint16))
    with qtbot.waitSignal(session.images.axes_asked):
        session.images.open(path)


def test_a_question_about_work_that_was_left_says_how_much_it_is(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    draw(session, y=30)
    session.edits.undo()
    left = left_by_a_crash(session)
    assert amount_of(left) == Amount(objects=1, steps=3)
    (shown,) = session.recovery.found()
    dialog = RecoveryDialog(None, [shown], lambda one: None)
    qtbot.addWidget(dialog)
    item = dialog.list.item(0)
    assert item is not None and "1 object, 3 steps" in item.text()
    left.write_bytes(b"damaged")
    assert amount_of(left) == Amount()


def test_opening_an_image_does_not_read_through_the_journals_of_others(
    session: Session, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    left = left_by_a_crash(session)
    other = image_file.with_name("other.tif")
    shutil.copy(image_file, other)
    read: list[Path] = []
    monkeypatch.setattr(recovery, "amount_of", lambda path: (read.append(path), Amount())[1])
    session.document.mark_saved()
    session.persistence.ask = asked = Asked("later")
    open_in(session, qtbot, other)
    assert not read and not asked.questions
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: len(asked.questions) == 1)
    assert read == [left]


def test_masks_that_were_left_out_are_not_called_unreadable(
    session: Session, qtbot: QtBot, image_file: Path
) -> None:
    open_in(session, qtbot, image_file)
    draw(session)
    save(session, qtbot)
    tifffile.imwrite(image_file, np.full((80, 100), 7, np.uint16))
    session.persistence.ask = asked = Asked("empty", "cancel")
    open_in(session, qtbot, image_file)
    qtbot.waitUntil(lambda: len(asked.questions) == 1)
    draw(session)
    session.persistence.save()
    qtbot.waitUntil(lambda: len(asked.questions) == 2)
    assert "left out" in asked.questions[1].text
    session.document.mark_saved()


def test_the_dialog_lists_all_that_was_left_behind(qtbot: QtBot, tmp_path: Path) -> None:
    left = [LeftWork(tmp_path / f"{name}.journal", tmp_path / f"{name}.tif", 1e9) for name in "abc"]
    dropped: list[LeftWork] = []
    dialog = RecoveryDialog(None, left, dropped.append)
    qtbot.addWidget(dialog)
    assert dialog.list.count() == 3
    dialog.list.setCurrentRow(1)
    dialog.drop()
    assert dropped == [left[1]]
    dialog.list.setCurrentRow(1)
    dialog.recover()
    assert dialog.chosen == left[2]
    empty = RecoveryDialog(None, left[:1], dropped.append)
    qtbot.addWidget(empty)
    empty.drop()
    assert empty.chosen is None
