"""The journal holds every kind of step, and stays small."""

from __future__ import annotations

import os
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.images.project_files import Region
from cpsam_gui import operations, tasks
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ClassName, ImageFacts, ReviewState
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_format import recover
from cpsam_gui.storage.journal_writer import Clear, Close, Entry, still_needed
from tests.gui.storage.journals import SHAPE, close_enough, wait, work


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


@pytest.mark.parametrize("name", ["\N{MICROSCOPE}" * 60, "é" * 120, "a" * 240, "字" * 80])
def test_names_of_many_bytes_keep_their_journal(name: str, tmp_path: Path) -> None:
    document = Document(SHAPE)
    journal = Journal(document, tmp_path / f"{name}.tif", tmp_path / "journals")
    work(document, 1, 3)
    wait(journal, tmp_path)
    assert len(os.fsencode(journal.path.name)) < 200
    close_enough(journal.path, document)
    journal.close()
