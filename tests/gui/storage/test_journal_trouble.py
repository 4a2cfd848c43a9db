"""A full disk, one that does not answer, too little memory: the work goes on."""

from __future__ import annotations

import errno
import os
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_gui import operations
from cpsam_gui.state.document import Document
from cpsam_gui.storage import journal as journal_module
from cpsam_gui.storage import journal_backlog, journal_writer
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_format import recover
from cpsam_gui.storage.journal_writer import Clear, Close, Entry
from tests.gui.storage.journals import SHAPE, close_enough, landed, wait, work


def test_work_goes_on_without_a_journal_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path, complain=said.append)
    work(document, 1, 5)
    wait(journal, tmp_path)
    before = np.array(document.labels)
    real = os.fsync

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for seed in range(2, 6):
        work(document, seed, 5)
        journal.flush()
    called: list[int] = []
    journal.then(lambda: called.append(1))
    journal.flush()
    assert len(said) == 1
    assert "No space left" in said[0]
    assert not called
    found = recover(journal.path)  # what was written before is still there
    assert found is not None
    np.testing.assert_array_equal(found.labels, before)
    assert not found.lost
    monkeypatch.setattr(os, "fsync", real)
    monkeypatch.setattr(journal_writer, "RETRY_S", 0.0)
    work(document, 7, 5)
    journal.flush()
    close_enough(journal.path, document)
    assert len(said) == 1
    journal.close()


def test_a_disk_that_does_not_answer_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_backlog, "MOST_PATIENCE_S", 0.1)
    gate, answered = threading.Event(), list[bool]()

    def stalled(file: Any, content: bytes) -> None:
        answered.append(gate.wait(20))
        gate.set()

    monkeypatch.setattr(journal_writer, "_write", stalled)
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    for number in range(25):
        with document.step("Note"):
            document.set_facts(notes=str(number))
    assert not answered, "the hand went on before the disk did"
    gate.set()
    journal.close()


def test_too_little_memory_for_the_journal_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path, complain=said.append)
    with monkeypatch.context() as scarce:

        def too_large(*_: Any) -> bytes:
            raise MemoryError

        scarce.setattr(journal_writer, "frame", too_large)
        with document.step("Note"):
            document.set_facts(notes="first")
        journal.flush()
    assert len(said) == 1 and "memory" in said[0]
    monkeypatch.setattr(journal_writer, "RETRY_S", 0.0)
    with document.step("Note"):
        document.set_facts(notes="second")
    wait(journal, tmp_path)
    found = recover(journal.path)
    assert found is not None and found.facts.notes == "second"
    journal.close()


def test_exchanges_beside_a_disk_that_was_full_are_told_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not written must not come back by an undo."""
    monkeypatch.setattr(journal_writer, "RETRY_S", 0.0)
    document, dice = Document(SHAPE), random.Random(5)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    real, checked = os.fsync, 0
    for number in range(40):
        full = number % 5 == 2

        def sync(handle: int, full: bool = full) -> None:
            if full:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(handle)

        monkeypatch.setattr(os, "fsync", sync)
        choice = dice.random()
        if choice < 0.3:
            landed(document, dice)
        elif choice < 0.55:
            document.undo()
        elif choice < 0.75:
            document.redo()
        elif document.objects:
            operations.delete(document, [min(document.objects)])
        journal.flush()
        if not full and journal.path.exists() and not journal._writer.broken:
            close_enough(journal.path, document)
            checked += 1
    assert checked > 20
    monkeypatch.setattr(os, "fsync", real)
    journal.close()


def test_a_journal_that_is_not_written_yet_holds_not_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that does not answer is no place of which it could be said that the work is there."""
    monkeypatch.setattr(journal_module, "MOST_LAG_PACKING_S", 0.05)
    document, began, go = Document(SHAPE), threading.Event(), threading.Event()
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.then(lambda: (began.set(), go.wait(20)))
    assert began.wait(20)
    work(document, 1, 1)
    assert not journal.holds_all
    go.set()
    journal.flush()
    assert journal.holds_all
    journal.close()


def test_nothing_is_done_after_a_journal_that_lacks_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, called = Document(SHAPE), []
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.then(lambda: called.append("whole"))
    journal.flush()
    monkeypatch.setattr(journal_writer.JournalWriter, "holds_all", False)
    journal.then(lambda: called.append("lacking"))
    journal.flush()
    assert called == ["whole"]
    journal.close()


def test_a_journal_that_lacks_a_step_holds_not_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels in chunks get no frame with everything: what was not written is missing until they are saved."""
    monkeypatch.setattr(journal_writer, "RETRY_S", 0.0)
    writer = journal_writer.JournalWriter(tmp_path / "a.journal", 1000, lambda packed: None)
    about = {"image": "a.tif", "shape": SHAPE, "chunks": {}, "edits": []}
    writer.take(Entry({**about, "whole": True}, {}, ()))
    assert writer.holds_all
    # A step that could not be written.
    writer.give_up()
    writer.take(Entry({**about, "whole": False}, {}, ()))
    assert not writer.broken, "it is written again"
    assert not writer.holds_all
    # It was saved.
    writer.take(Clear(keep=False))
    assert writer.holds_all
    writer.take(Close())
