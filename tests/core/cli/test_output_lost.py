"""Standard output or error on a disk that is full, read by a program that has gone, or closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.core.conftest import disks

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")


def shell(command: str, folder: Path, *, unbuffered: bool = False) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONUNBUFFERED": "1" if unbuffered else "", "PY": sys.executable}
    return subprocess.run(
        command, shell=True, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize(
    "command", ["cpsam_core.cli --help", "cpsam_core.cli models list", "cpsam_gui.app --help"]
)
def test_a_full_disk_is_a_failure_in_one_line(command: str, unbuffered: bool, tmp_path: Path) -> None:
    done = shell(f'"$PY" -m {command} >/dev/full', tmp_path, unbuffered=unbuffered)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_reader_that_has_gone_is_no_failure_of_ours(tmp_path: Path) -> None:
    done = shell('("$PY" -m cpsam_core.cli --help; echo $? >code) | true', tmp_path)
    assert done.stderr == ""
    assert Path(tmp_path / "code").read_text().strip() in ("0", "1")


def test_work_goes_on_where_lines_about_it_are_lost(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", disks())
    # --verbose says something on standard error, however the run goes.
    done = shell('"$PY" -m cpsam_core.cli segment a.npy --out out --verbose 2>/dev/full', tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "out/a_masks.tif").exists()
    assert "objects" in done.stdout
