"""The gain curves in a tiny form: packed, carried, measured by processes of their own; what has no time is named."""

from __future__ import annotations

import csv
import itertools
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gain.py"


def run(*options: object) -> str:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, options)],
        capture_output=True,
        text=True,
        env=env,
        timeout=300,
        check=True,
    )
    return done.stdout


def draw_kind(folder: Path, count: int) -> Path:
    for number in range(count):
        pixels, labels = np.full((96, 96), 1000, np.uint16), np.zeros((96, 96), np.uint16)
        for place, (y, x) in enumerate(itertools.product((16, 48, 80), repeat=2), 1):
            cv2.circle(pixels, (x, y), 8 + number, 40000, -1)
            cv2.circle(labels, (x, y), 8 + number, place, -1)
        for use, array in (("images", pixels), ("masks", labels)):
            (folder / use).mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(folder / use / f"{number}.png"), array)
    return folder


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gain")
    kinds = [draw_kind(folder / name, 3) for name in ("first", "second")]
    draw_kind(folder / "known" / "third", 1)
    file = folder / "images.zip"
    run("--kinds", *kinds, "--elsewhere", folder / "known", "--pack", file)
    return file


def test_packed_images_are_measured_elsewhere(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    wanted = ("--packed", packed, "--out", out, "--starts", "random", "--counts", 1, "--epochs", 1)
    said = run(*wanted, "--device", "cpu", "--workers", 2)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["kind"], row["corrected"]) for row in rows} == {
        (kind, count) for kind in ("first", "second") for count in ("0", "1")
    }
    assert all(0 <= float(row[name]) <= 1 for row in rows for name in ("ap_0.5", "elsewhere third"))
    assert "left out" not in said
    assert run(*wanted, "--device", "cpu") == "", "rows that are there are not measured again"


def test_what_has_no_time_is_named_and_not_measured(packed: Path, tmp_path: Path) -> None:
    said = run("--packed", packed, "--out", tmp_path / "rows.csv", "--counts", 2, 1, "--seconds", 0)
    lines = [line for line in said.splitlines() if line.startswith("left out")]
    # Two kinds with two images to learn from, two starts: with none, two and one of them.
    assert len(lines) == 12
    assert all("corrected=0" in line for line in lines[:4])
