"""Which journals in a folder were left by programs that ended, and which halves of files are taken away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cpsam_gui.state.document import Document
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_folder import left_behind
from cpsam_gui.storage.journal_format import PART, SUFFIX
from tests.gui.storage.journals import SHAPE, wait, work


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


def test_a_half_written_journal_that_goes_while_the_folder_is_read_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / f"a-1-1{SUFFIX}{PART}"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [gone] if pattern.endswith(PART) else [])
    assert left_behind(tmp_path) == []
