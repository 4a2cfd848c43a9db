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


KILLED_IN_A_FOLDER = """
import os, signal, sys
from pathlib import Path
from cpsam_core.images.files import saving_folder
real = Path.rename
def rename(self, target):
    if self.name.endswith(".part"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.rename = rename
with saving_folder(sys.argv[1], lambda path: True) as temporary:
    (temporary / "new").write_bytes(b"new")
"""


def test_a_folder_that_was_being_replaced_comes_back(tmp_path: Path) -> None:
    final = tmp_path / "a.zarr"
    final.mkdir()
    (final / "old").write_bytes(b"old")
    command = [sys.executable, "-c", KILLED_IN_A_FOLDER, str(final)]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert not final.exists() and len(list(tmp_path.iterdir())) == 2
    assert remove_left(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.zarr"]
    assert (final / "old").read_bytes() == b"old"


def test_the_first_file_that_is_written_into_a_folder_cleans_it(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "a.tif")], check=False, timeout=120)
    assert len(list(tmp_path.iterdir())) == 1
    with atomic_path(tmp_path / "b.tif") as temporary:
        temporary.write_bytes(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["b.tif"]


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
