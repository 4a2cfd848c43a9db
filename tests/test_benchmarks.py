"""Every benchmark starts: it says what it measures, and what it imports is there. One runs in little."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

# Memory and processor time are read as POSIX tells them.
pytest.importorskip("resource")

FOLDER = Path(__file__).parents[1] / "benchmarks"
# What others import, no program of its own.
PARTS = (
    "clocks",
    "gain_click",
    "gain_images",
    "gain_tables",
    "gpu_crops",
    "gpu_work",
    "packed_stacks",
    "stage",
    "window_edits",
    "window_runs",
)
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in PARTS)


@pytest.fixture
def as_program(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let scripts import each other, and take back what they set for themselves."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [*PARTS, *PROGRAMS]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_benchmark_tells_how_it_is_used(
    name: str, as_program: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_program.setattr(sys, "argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    assert ended.value.code == 0
    assert f"usage: {name}.py" in capsys.readouterr().out


def test_the_review_is_measured_to_its_end(tmp_path: Path) -> None:
    pytest.importorskip("PyQt6")
    done = subprocess.run(
        [sys.executable, str(FOLDER / "review.py"), "--side", "512", "--objects", "120"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "QT_QPA_PLATFORM": "offscreen"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert any(row.startswith("table of 120 objects opens") for row in rows)
    assert rows[-1].startswith("accept it")


@pytest.mark.parametrize("name", [*PARTS, *PROGRAMS])
def test_the_readme_names_it(name: str) -> None:
    assert f"{name}.py" in (FOLDER / "README.md").read_text(encoding="utf-8")
