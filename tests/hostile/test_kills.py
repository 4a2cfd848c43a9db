"""A few kills of each kind with a fixed seed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.scenes import SCENES

TIMES = {"training": 2, "folder": 2, "blocks": 2, "large": 3, "packing": 3}


@pytest.mark.skipif(sys.platform == "win32", reason="forks and is killed")
@pytest.mark.parametrize("scene", SCENES)
def test_a_kill_breaks_nothing(scene: str) -> None:
    # In a process of its own: a fork of one that has had threads is no fair start.
    command = [
        sys.executable,
        "-m",
        "tests.hostile.kill",
        "--scene",
        scene,
        "--times",
        str(TIMES.get(scene, 4)),
        "--side",
        "1500",
    ]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 faults" in done.stdout
