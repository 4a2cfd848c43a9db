"""What killed programs left half-written goes at the next start, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cpsam_core.system.atomic import atomic_path, remove_left

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by a signal")

KILLED = """
import os, signal, sys
from cpsam_core.system.atomic import atomic_path
with atomic_path(sys.argv[1]) as temporary:
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_half_written_file_of_a_killed_program_goes(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "a.tif")], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    assert remove_left(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_files_of_programs_that_run_and_of_other_computers_stay(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.tif") as temporary:
        temporary.write_bytes(b"half")
        own = temporary.name
        other = tmp_path / own.replace(f"-{os.getpid()}.", "-999999999.").replace(own[34:42], "0" * 8)
        other.write_bytes(b"of another computer")
        (tmp_path / ".hidden.part.tif").write_bytes(b"of another program")
        assert remove_left(tmp_path) == 0
    assert remove_left(tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert remove_left(tmp_path / "none") == 0
