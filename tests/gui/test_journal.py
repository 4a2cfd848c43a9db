from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cpsam_gui import drawing, operations, tasks
from cpsam_gui.document import Document
from cpsam_gui.frames import HEAD, frames, recover
from cpsam_gui.journal import Journal, left_behind
from cpsam_gui.project import fields_of

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
            box, mask = drawing.stroke(0, way[0], way[1], dice.uniform(1, 12))
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
        box, mask = drawing.stroke(0, (20 + 60 * seed, 30), (20 + 60 * seed, 200), 5)
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
    damaged = bytearray(content)
    damaged[ends[1] + HEAD.size + 5] ^= 255
    torn.write_bytes(damaged)
    found = recover(torn)
    assert found is not None
    np.testing.assert_array_equal(found.labels, states[1])


def test_a_run_is_journalled_too(tmp_path: Path, disc_labels: np.ndarray) -> None:
    document = Document((1, *disc_labels.shape))
    journal = Journal(document, tmp_path / "a.tif", tmp_path)
    document.replace("Run", disc_labels[None].copy(), tasks.records_of(disc_labels[None]))
    operations.delete(document, [1])
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
from cpsam_gui.document import Document
from cpsam_gui.journal import Journal
document = Document(SHAPE)
journal = Journal(document, Path("image.tif"), Path(sys.argv[1]))
sys.stdout.write("ready"); sys.stdout.flush()
for seed in range(10_000):
    work(document, seed, 3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_work_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    """Many editors are killed at random moments; what they leave is always readable."""
    dice = random.Random(7)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", EDITOR, str(tmp_path), "", str(Path(__file__).parent)]
    editors = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(3)
    ]  # fmt: skip
    for editor in editors:
        with editor:
            assert editor.stdout is not None
            assert editor.stdout.read(5) == b"ready"
            time.sleep(dice.uniform(0.05, 0.4))
            editor.send_signal(signal.SIGKILL)
    for path in left_behind(tmp_path):
        found = recover(path)
        if found is not None:
            areas = np.bincount(found.labels.ravel())
            assert {int(n) for n in np.flatnonzero(areas) if n} == set(found.objects)
    assert any(recover(path) for path in left_behind(tmp_path))
