"""The rows for a graphics card run in a tiny form on whatever there is, so that no minute on a card is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu_rows.py"


def run(*options: str) -> list[dict[str, object]]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--tiny", *options],
        capture_output=True,
        text=True,
        env=env,
        timeout=300,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


ROWS = [
    ["infer", "64", "ours"],
    ["train", "lean", "adapters", "0"],
    ["follow", "64", "cpu"],
    ["gradients", "32", "as-trained"],
    ["gradients", "32", "cudnn"],
    ["crops", "32", "2"],
]


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, object]]:
    """Return each row by its words: one process asks for all of them."""
    _, *rows, _ = run("--rows", *map(" ".join, ROWS))
    return dict(zip(map(" ".join, ROWS), rows, strict=True))


@pytest.mark.parametrize("words", ROWS, ids=" ".join)
def test_a_row_is_measured(words: list[str], measured: dict[str, dict[str, object]]) -> None:
    row = measured[" ".join(words)]
    assert "failed" not in row
    if words[0] == "follow":
        assert row["what"] == "follow 64" and float(str(row["seconds"])) > 0
    elif words[0] == "crops":
        assert row["what"] == "crops 32" and int(str(row["made_a_second"])) > 0
    elif words[0] == "gradients":
        assert (row["attention"], row["broken"]) == (words[2], 0) and int(str(row["weights"])) > 10
    else:
        _check(words, row)


def _check(words: list[str], row: dict[str, object]) -> None:
    if words[0] == "infer":
        assert row["what"] == "infer 64" and float(str(row["seconds"])) > 0
    else:
        assert (row["asked"], row["used"]) == ("lean", "lean")
        assert float(str(row["table_s2_seconds"])) == pytest.approx(
            800 * float(str(row["seconds_a_step"])), abs=0.1
        )


def test_what_does_not_fit_into_the_time_is_left_out_and_said() -> None:
    first, *rows, last = run("--seconds", "0", "--reference")
    assert first["what"] == "machine" and last["what"] == "all"
    assert len(rows) > 10 and all(row["left_out"] == "no time left" for row in rows)
    asked = [str(row["what"]) for row in rows]
    assert {f"train {mode} full 0" for mode in ("plenty", "lean", "paged", "8bit", "reference")} <= set(asked)
    assert any("fall" in one for one in asked)
    assert {"follow 600 cpu", "follow 600 cuda"} <= {one.replace("follow 64", "follow 600") for one in asked}
    assert asked.index("train 8bit full 0") < asked.index("train auto full 0"), "what was measured comes last"
