"""What is read of a journal: one that is torn, damaged, of a killed program or of an earlier version."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_gui import drawing, operations
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.slice import Slice
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_folder import left_behind
from cpsam_gui.storage.journal_format import HEAD, frame, frames, recover
from cpsam_gui.storage.journal_heads import image_of
from tests.gui.storage.journals import SHAPE, wait


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


EDITOR = """
import sys, random
sys.path[:0] = [sys.argv[3]]
from pathlib import Path
from journals import work, SHAPE
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
