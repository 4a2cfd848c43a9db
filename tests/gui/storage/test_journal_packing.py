"""When all labels are packed, and that no hand waits for it."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_gui import drawing, operations, tasks
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import journal_backlog, journal_format, journal_writer
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_format import recover
from tests.gui.storage.journals import SHAPE, close_enough, landed, wait


def test_the_first_step_after_opening_or_saving_packs_what_changed_alone(
    tmp_path: Path, disc_labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packing the labels of a large image takes longer than the next stroke may wait."""
    packed: list[bool] = []
    plain = journal_writer.frame

    def seen(meta: Any, rows: Any, data: Any, *others: Any) -> bytes:
        packed.append(not isinstance(data, bytes))
        return plain(meta, rows, data, *others)

    monkeypatch.setattr(journal_writer, "frame", seen)
    document = Document((1, *disc_labels.shape))
    document.replace("Saved masks", disc_labels[None].copy(), tasks.records_of(disc_labels[None]))
    document.mark_saved()
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.prepare()
    journal.flush()
    assert packed == [True]
    assert not journal.path.exists(), "nothing was done yet"
    for saves in range(3):
        packed.clear()
        operations.delete(document, [min(document.objects)])
        document.undo()
        document.redo()
        wait(journal, tmp_path)
        assert packed == [False] * 3, saves
        close_enough(journal.path, document)
        document.mark_saved()
        journal.restart()
        journal.flush()
        assert not journal.path.exists(), "all of it is saved"
    journal.close()


def test_a_start_that_was_lost_is_packed_again(tmp_path: Path, disc_labels: np.ndarray) -> None:
    document = Document((1, *disc_labels.shape))
    document.replace("Saved masks", disc_labels[None].copy(), tasks.records_of(disc_labels[None]))
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.prepare()
    journal.flush()
    journal._writer.give_up()
    journal.restart()
    journal.flush()
    operations.delete(document, [min(document.objects)])
    wait(journal, tmp_path)
    close_enough(journal.path, document)
    journal.close()


def test_steps_wait_for_a_journal_that_lags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any load no more than 20 steps are unwritten, and none that is too old when the next is done."""
    plain = journal_writer._write

    def slowly(file: Any, content: bytes) -> None:
        time.sleep(0.05)
        plain(file, content)

    def note(text: str) -> None:
        with document.step("Note"):
            document.set_facts(notes=text)

    monkeypatch.setattr(journal_writer, "_write", slowly)
    monkeypatch.setattr(journal_backlog, "MOST_PATIENCE_S", 60.0)
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    for lag in ("MOST_LAG_S", "MOST_LAG_PACKING_S"):
        monkeypatch.setattr(journal_backlog, lag, 60.0)
    for number in range(60):
        note(str(number))
        assert len(journal._backlog._pending) <= journal_backlog.MOST_STEPS
    for lag in ("MOST_LAG_S", "MOST_LAG_PACKING_S"):
        monkeypatch.setattr(journal_backlog, lag, -1.0)
    for number in range(60, 63):
        note(str(number))
        assert not journal._backlog._pending
    journal.flush()
    found = recover(journal.path)
    assert found is not None and found.facts.notes == "62"
    journal.close()


@pytest.mark.parametrize("again", [False, True])
def test_a_hand_that_draws_at_once_does_not_wait_for_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    gate, plain = threading.Event(), journal_writer.frame

    def slow(meta: Any, rows: Any, data: Any, *others: Any) -> bytes:
        assert isinstance(data, bytes) or gate.wait(20)
        return plain(meta, rows, data, *others)

    monkeypatch.setattr(journal_writer, "frame", slow)
    monkeypatch.setattr(journal_backlog, "MOST_LAG_S", 0.01)
    # A hand that waits does so until the gate has been given up.
    monkeypatch.setattr(journal_backlog, "MOST_LAG_PACKING_S", 60.0)
    monkeypatch.setattr(journal_backlog, "MOST_PATIENCE_S", 60.0)
    document = Document(SHAPE)
    # Masks that were not packed where they were made.
    document.replace("Saved masks", np.ones(SHAPE, np.uint32), {})
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.prepare()
    if again:
        gate.set()
        journal.flush()
        gate.clear()
        # A result of a run, in whose turn the journal packs all of it anew.
        document.replace("Run", np.ones((1, *SHAPE[1:]), np.uint32), {})
    try:
        for number in range(3):
            time.sleep(0.02)
            with document.step("Note"):
                document.set_facts(notes=str(number))
            assert journal._backlog._pending, "nothing is written yet, and nobody waited for it"
    finally:
        gate.set()
    wait(journal, tmp_path)
    found = recover(journal.path)
    assert found is not None and found.facts.notes == "2"
    assert journal._backlog._packing == 0
    journal.close()


def test_a_hand_waits_for_what_is_packed_once_a_step_gets_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_backlog, "MOST_LAG_S", 0.0)
    monkeypatch.setattr(journal_backlog, "MOST_PATIENCE_S", 60.0)
    backlog = journal_backlog.Backlog()
    backlog.pack(1)
    number = backlog.next()
    backlog.keep_short()
    monkeypatch.setattr(journal_backlog, "MOST_LAG_PACKING_S", 0.0)
    hand = threading.Thread(target=backlog.keep_short, daemon=True)
    hand.start()
    hand.join(0.2)
    assert hand.is_alive()
    backlog.done(number)
    hand.join(20)
    assert not hand.is_alive()


@pytest.mark.parametrize("seed", range(12))
def test_results_that_land_are_undone_and_redone_are_never_packed_by_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Packing takes longer than steps may stay unwritten, on a busy machine much longer."""
    packed: list[int] = []
    monkeypatch.setattr(journal_format, "pack_labels", lambda *_: packed.append(1) or b"")
    document, dice = Document(SHAPE), random.Random(seed)
    landed(document, dice, StepKind.LOAD)
    document.begin_here()
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.prepare()
    for number in range(60):
        choice = dice.random()
        if choice < 0.15:
            landed(document, dice, dice.choice((StepKind.SEGMENT, StepKind.THRESHOLDS, StepKind.THRESHOLDS)))
        elif choice < 0.4:
            document.go_to(document.position - dice.randint(1, 4))
        elif choice < 0.6:
            document.go_to(document.position + dice.randint(1, 4))
        elif choice < 0.65:
            document.mark_saved()
            journal.restart()
        elif choice < 0.7:
            operations.delete(document, list(document.objects))
        else:
            box, mask = drawing.stroke(Slice(0, 0), (9, 9), (dice.uniform(0, 300), 30), dice.uniform(1, 12))
            with document.step("Brush"):
                operations.paint(document, box, mask, document.new_id())
                document.set_facts(notes=str(number))
        journal.flush()
        if journal.path.exists():
            close_enough(journal.path, document)
            found = recover(journal.path)
            assert found is not None and found.facts == document.facts
    assert not packed
    journal.close()


def test_what_leads_to_other_masks_is_kept_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_writer, "MOST_KEPT_BYTES", 3000)
    document, dice = Document(SHAPE), random.Random(3)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.prepare()
    for _ in range(8):
        landed(document, dice)
        operations.delete(document, [1])
    journal.flush()
    assert 0 < sum(len(kept) for kept, _ in journal._writer._others.values()) <= 3000
    while document.can_undo:
        document.undo()
        journal.flush()
        close_enough(journal.path, document)
    journal.close()


def test_steps_are_written_while_a_smaller_file_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, plain = threading.Event(), journal_format.pack_labels

    def slow(*args: Any) -> bytes:
        assert gate.wait(20)
        return plain(*args)

    monkeypatch.setattr(journal_format, "pack_labels", slow)
    document, dice = Document(SHAPE), random.Random(4)
    landed(document, dice)
    journal = Journal(document, tmp_path / "a.tif", tmp_path, at_least=2000)
    journal.prepare()
    try:
        for number in range(30):
            box, mask = drawing.stroke(Slice(0, 0), (9, 9), (10 * number, 90), 1 + number % 9)
            with document.step("Brush"):
                operations.paint(document, box, mask, document.new_id())
            journal.flush()
            close_enough(journal.path, document)
        grown = journal.path.stat().st_size
        assert journal._writer._shorter is not None
    finally:
        gate.set()
    until = time.monotonic() + 20
    while journal._writer._shorter is not None and time.monotonic() < until:
        time.sleep(0.01)
        journal.flush()
    assert journal.path.stat().st_size < grown
    close_enough(journal.path, document)
    operations.delete(document, [max(document.objects)])
    wait(journal, tmp_path)
    close_enough(journal.path, document)
    journal.close()
