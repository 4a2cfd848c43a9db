from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.images.project_files import Region
from cpsam_gui import drawing, operations, tasks
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ClassName, ImageFacts, ReviewState
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import journal_backlog, journal_format, journal_writer
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_folder import left_behind
from cpsam_gui.storage.journal_format import HEAD, PART, SUFFIX, frame, frames, recover
from cpsam_gui.storage.journal_heads import image_of
from cpsam_gui.storage.journal_writer import Clear, Close, Entry, still_needed
from cpsam_gui.storage.project import fields_of

SHAPE = (1, 300, 300)


def work(document: Document, seed: int, steps: int = 25) -> None:
    """Do random edits, undos and redos."""
    dice = random.Random(seed)
    for _ in range(steps):
        choice = dice.random()
        if choice < 0.15:
            document.undo()
        elif choice < 0.25:
            document.redo()
        elif choice < 0.35 and document.objects:
            operations.set_locked(document, [dice.choice(list(document.objects))])
        elif choice < 0.45 and document.objects:
            operations.delete(document, [dice.choice(list(document.objects))])
        elif choice < 0.5:
            operations.clear(document)
        else:
            way = [(dice.uniform(0, 300), dice.uniform(0, 300)) for _ in range(2)]
            box, mask = drawing.stroke(Slice(0, 0), way[0], way[1], dice.uniform(1, 12))
            number = document.new_id()
            with document.step("Brush"):
                operations.paint(document, box, mask, number)


def close_enough(path: Path, document: Document) -> None:
    found = recover(path)
    assert found is not None
    np.testing.assert_array_equal(found.labels, document.labels)
    assert found.objects == {number: fields_of(row) for number, row in document.objects.items()}


@pytest.mark.parametrize("seed", range(5))
def test_the_journal_follows_every_kind_of_step(tmp_path: Path, seed: int) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    for round_ in range(3):
        work(document, seed + 10 * round_, 8)
        wait(journal, tmp_path)
        close_enough(journal.path, document)
    journal.restart()
    work(document, seed + 100, 6)
    wait(journal, tmp_path)
    close_enough(journal.path, document)
    journal.close()
    assert not list(tmp_path.glob("*.journal"))


def wait(journal: Journal, folder: Path) -> None:
    """Wait until the last frame is whole on the disk."""
    journal.flush()
    content = journal.path.read_bytes()
    assert [end for _, _, end in frames(content)][-1] == len(content)


def test_a_torn_journal_loses_its_last_frame_only(tmp_path: Path) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    states = []
    for seed in range(4):
        box, mask = drawing.stroke(Slice(0, 0), (20 + 60 * seed, 30), (20 + 60 * seed, 200), 5)
        with document.step("Brush"):
            operations.paint(document, box, mask, document.new_id())
        states.append(np.array(document.labels))
    wait(journal, tmp_path)
    content = journal.path.read_bytes()
    journal.close()
    ends = [end for _, _, end in frames(content)]
    assert len(ends) == 4
    torn = tmp_path / "torn.journal"
    for cut in range(0, len(content), 97):
        torn.write_bytes(content[:cut])
        found = recover(torn)
        whole = sum(end <= cut for end in ends)
        if whole == 0:
            assert found is None
        else:
            assert found is not None
            np.testing.assert_array_equal(found.labels, states[whole - 1])
            assert found.lost == cut - ends[whole - 1]
            assert found.lost_steps == bool(found.lost)
    damaged = bytearray(content)
    damaged[ends[1] + HEAD.size + 5] ^= 255
    torn.write_bytes(damaged)
    found = recover(torn)
    assert found is not None
    np.testing.assert_array_equal(found.labels, states[1])
    assert found.lost_steps == 2  # the damaged one, and the whole one after it that says only what changed


def test_nonsense_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    whole: dict[str, Any] = {"whole": True, "image": "a", "time": 0.0, "facts": ImageFacts()}
    for content in (
        b"",
        b"CPJ1",
        b"nothing of the kind" * 9,
        frame({"whole": True}, {}, b"x"),
        frame({**whole, "shape": [1, 9, 9]}, {}, b"not packed"),
        frame({**whole, "shape": [1 << 40, 1 << 40, 9]}, {}, zlib.compress(b"")),
        frame({**whole, "whole": False, "edits": []}, {}, b""),
        frame({**whole, "shape": [1, 1, 1], "time": 10**400}, {}, zlib.compress(bytes(4))),
    ):
        path.write_bytes(content)
        assert recover(path) is None
    assert image_of(path) == Path("a")
    path.write_bytes(b"CPJ1")
    assert image_of(path) is None
    assert image_of(tmp_path / "absent") is None


def test_a_journal_stays_small(tmp_path: Path) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path, at_least=20_000)
    sizes = []
    for seed in range(60):
        work(document, seed, 10)
        journal.flush()
        sizes.append(journal.path.stat().st_size if journal.path.exists() else 0)
    written = journal._writer._size
    close_enough(journal.path, document)
    assert max(sizes) < 200_000
    assert sizes[-1] == written
    assert any(later < earlier for earlier, later in pairwise(sizes))
    journal.close()
    assert list(tmp_path.iterdir()) == []


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


def test_frames_that_a_later_one_holds_are_not_written() -> None:
    entries = {
        name: Entry({"name": name}, {}, b"" if name.islower() else Document(SHAPE).snapshot())
        for name in "abCdE"
    }
    call = print
    a, b, whole, d, last = entries.values()
    clear, saved = Clear(keep=False), Clear(keep=True)
    assert still_needed([a, b]) == [a, b]
    assert still_needed([a, call, whole, d]) == [whole, call, d]
    assert still_needed([a, whole, d, last, d]) == [last, d]
    assert still_needed([whole, a, clear]) == [clear]
    assert still_needed([a, whole, d, saved]) == [whole, d, saved]
    assert still_needed([clear, whole, a]) == [whole, a]
    end, kept = Close(), Close(keep=True)
    assert still_needed([whole, a, call, end]) == [end, call]
    assert still_needed([whole, a, call, kept]) == [whole, a, call, kept]


def test_a_journal_that_is_kept_at_once_holds_the_last_step(tmp_path: Path, disc_labels: np.ndarray) -> None:
    document, began, go = Document((1, *disc_labels.shape)), threading.Event(), threading.Event()
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.then(lambda: (began.set(), go.wait(20)))
    assert began.wait(20)
    threading.Timer(0.05, go.set).start()
    with document.step("Draw"):
        document.write(Box.whole(document.shape), disc_labels[None])
    journal.keep()
    found = recover(journal.path)
    assert found is not None and len(found.objects) == 4


def test_facts_are_journalled(tmp_path: Path) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    facts = ImageFacts(
        ReviewState.VERIFIED, "note", (ClassName(2, "b", "#010203"),), (Region.box(0, 5, 0, 5),)
    )
    work(document, 1, 3)
    with document.step("Facts"):
        document.set_facts(
            review=facts.review, notes=facts.notes, classes=facts.classes, complete=facts.complete
        )
    wait(journal, tmp_path)
    found = recover(journal.path)
    assert found is not None
    assert found.facts == facts
    document.undo()
    wait(journal, tmp_path)
    found = recover(journal.path)
    assert found is not None
    assert found.facts == ImageFacts()
    journal.close()


def test_a_run_is_journalled_too(tmp_path: Path, disc_labels: np.ndarray) -> None:
    document = Document((1, *disc_labels.shape))
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    document.replace("Run", disc_labels[None].copy(), tasks.records_of(disc_labels[None]))
    operations.delete(document, [1])
    wait(journal, tmp_path)
    close_enough(journal.path, document)
    journal.close()


def test_the_first_step_after_opening_or_saving_packs_what_changed_alone(
    tmp_path: Path, disc_labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packing the labels of a large image takes longer than the next stroke may wait."""
    from cpsam_gui.storage import journal_writer as module

    packed: list[bool] = []
    plain = module.frame

    def seen(meta: Any, rows: Any, data: Any, *others: Any) -> bytes:
        packed.append(not isinstance(data, bytes))
        return plain(meta, rows, data, *others)

    monkeypatch.setattr(module, "frame", seen)
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


def test_only_journals_of_ended_programs_are_offered(tmp_path: Path) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    work(document, 1, 5)
    wait(journal, tmp_path)
    assert left_behind(tmp_path) == []
    (tmp_path / "old.journal").write_bytes(journal.path.read_bytes())
    assert left_behind(tmp_path) == [tmp_path / "old.journal"]
    journal.close()
    assert left_behind(tmp_path / "absent") == []


EDITOR = """
import sys, random
sys.path[:0] = [sys.argv[3]]
from pathlib import Path
from test_journal import work, SHAPE
from cpsam_gui.state.document import Document
from cpsam_gui.storage.journal import Journal
from cpsam_gui.state.slice import Slice
document = Document(SHAPE)
journal = Journal(document, Path("image.tif"), Path(sys.argv[1]), at_least=int(sys.argv[2]))
if sys.argv[2] == "2": journal.prepare()
sys.stdout.write("ready"); sys.stdout.flush()
for seed in range(10_000):
    work(document, seed, 3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("at_least", [1 << 30, 1, 2])
def test_work_survives_a_kill_at_any_moment(tmp_path: Path, at_least: int) -> None:
    """Editors are killed at random moments; what they leave is always readable.

    The second time nearly every frame is a new file that takes the place of the old one; the third time the first
    step follows what was packed beforehand.
    """
    dice = random.Random(7)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", EDITOR, str(tmp_path), str(at_least), str(Path(__file__).parent)]
    editors = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(4)]
    for editor in editors:
        with editor:
            assert editor.stdout is not None
            assert editor.stdout.read(5) == b"ready"
            first = time.monotonic() + 20
            while not list(tmp_path.glob(f"*-{editor.pid}-*.journal")) and time.monotonic() < first:
                time.sleep(0.005)
            time.sleep(dice.uniform(0.0, 0.4))
            editor.send_signal(signal.SIGKILL)
    left = left_behind(tmp_path)
    assert len(left) == len(editors)
    for path in left:
        found = recover(path)
        assert found is not None
        areas = np.bincount(found.labels.ravel())
        assert {int(n) for n in np.flatnonzero(areas) if n} == set(found.objects)


def test_half_written_journals_go_after_a_while(tmp_path: Path) -> None:
    part = tmp_path / "a-1-2.journal.part"
    part.write_bytes(b"half")
    left_behind(tmp_path)
    assert part.exists()  # a program may be writing it at this moment
    os.utime(part, (1e9, 1e9))
    left_behind(tmp_path)
    assert not part.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="who runs cannot be asked there")
def test_what_a_killed_program_left_half_written_goes_at_the_next_start(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    dead, alive = tmp_path / f"a-{ended.pid}-2.journal.part", tmp_path / f"a-{os.getpid()}-2.journal.part"
    for part in (dead, alive):
        part.write_bytes(b"half")
        minutes_ago = time.time() - 120
        os.utime(part, (minutes_ago, minutes_ago))
    left_behind(tmp_path)
    assert not dead.exists() and alive.exists()


@pytest.mark.parametrize("name", ["\N{MICROSCOPE}" * 60, "é" * 120, "a" * 240, "字" * 80])
def test_names_of_many_bytes_keep_their_journal(name: str, tmp_path: Path) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / f"{name}.tif", tmp_path / "journals")
    work(document, 1, 3)
    wait(journal, tmp_path)
    assert len(os.fsencode(journal.path.name)) < 200
    close_enough(journal.path, document)
    journal.close()


def test_steps_wait_for_a_journal_that_lags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any load no more than 20 steps are unwritten, and none that is older than 0.3 s when the next is done."""
    plain = journal_writer._write

    def slowly(file: Any, content: bytes) -> None:
        time.sleep(0.05)
        plain(file, content)

    monkeypatch.setattr(journal_writer, "_write", slowly)
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    most, oldest = 0, 0.0
    for number in range(60):
        with document.step("Note"):
            document.set_facts(notes=str(number))
        pending = list(journal._backlog._pending)
        most = max(most, len(pending))
        oldest = max([oldest, *(time.monotonic() - since for _, since in pending)])
    assert most <= journal_backlog.MOST_STEPS
    assert oldest <= journal_backlog.MOST_LAG_S + 1, "beyond what a busy machine takes for one step"
    journal.flush()
    found = recover(journal.path)
    assert found is not None and found.facts.notes == "59"
    journal.close()


def test_a_disk_that_does_not_answer_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_backlog, "MOST_PATIENCE_S", 0.1)
    gate = threading.Event()
    monkeypatch.setattr(journal_writer, "_write", lambda file, content: gate.wait() and None)
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    for number in range(25):
        with document.step("Note"):
            document.set_facts(notes=str(number))
    assert document.facts.notes == "24"
    gate.set()
    journal.close()


@pytest.mark.parametrize("again", [False, True])
def test_a_hand_that_draws_at_once_does_not_wait_for_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    from cpsam_gui.storage import journal_backlog
    from cpsam_gui.storage import journal_writer as module

    gate = module.Event()
    plain = module.frame

    def slow(meta: Any, rows: Any, data: Any, *others: Any) -> bytes:
        assert isinstance(data, bytes) or gate.wait(20)
        return plain(meta, rows, data, *others)

    monkeypatch.setattr(module, "frame", slow)
    monkeypatch.setattr(journal_backlog, "MOST_LAG_S", 0.01)
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    journal.prepare()
    if again:
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


def test_a_half_written_journal_that_goes_while_the_folder_is_read_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / f"a-1-1{SUFFIX}{PART}"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [gone] if pattern.endswith(PART) else [])
    assert left_behind(tmp_path) == []


def landed(document: Document, dice: random.Random, kind: StepKind = StepKind.SEGMENT) -> None:
    """Let a result of a run land, as its task hands it over."""
    labels = np.zeros(document.shape, np.uint32)
    for number in range(1, dice.randint(2, 9)):
        y, x = dice.randint(0, 270), dice.randint(0, 270)
        labels[0, y : y + dice.randint(3, 30), x : x + dice.randint(3, 30)] = number
    found = tasks.ready_to_land(tasks.MaskResult(labels, tasks.records_of(labels)))
    document.replace("Run", found.store, found.records, kind=kind)


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


def test_exchanges_beside_a_disk_that_was_full_are_told_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not written must not come back by an undo."""
    monkeypatch.setattr(journal_writer, "RETRY_S", 0.0)
    document, dice = Document(SHAPE), random.Random(5)
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    real = os.fsync
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
    monkeypatch.setattr(os, "fsync", real)
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


def test_journals_of_earlier_versions_are_read(tmp_path: Path) -> None:
    labels = np.zeros((1, 5, 6), np.uint32)
    labels[0, 1:3, 2:4] = 3
    meta = {
        "whole": True,
        "image": "a.tif",
        "time": 1.0,
        "shape": labels.shape,
        "facts": ImageFacts(),
        "log": (),
    }
    path = tmp_path / "a.journal"
    path.write_bytes(frame(meta, {}, zlib.compress(labels.tobytes(), 1)))
    found = recover(path)
    assert found is not None
    np.testing.assert_array_equal(found.labels, labels)
