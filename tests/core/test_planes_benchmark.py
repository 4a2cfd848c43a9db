"""The curve of corrected planes: how it divides, one row for real, what is left out: no minute on a card is lost."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.data.pairs import find_pairs
from cpsam_core.images import read_image, write_labels, write_tiff
from cpsam_core.images.label_files import read_labels

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Twelve planes of four times four cells, which end and begin anew with the seventh plane."""
    labels = np.zeros((12, 64, 64), np.uint16)
    for number in range(32):
        z, place = divmod(number, 16)
        y, x = (16 * part for part in divmod(place, 4))
        labels[6 * z : 6 * z + 6, y + 3 : y + 13, x + 3 : x + 13] = number + 1
    pixels = np.where(labels > 0, 200, 20).astype(np.uint8)
    for name in ("images", "masks"):
        (tmp_path / "cells" / name).mkdir(parents=True)
    write_tiff(tmp_path / "cells" / "images" / "one.tif", pixels[..., None], "ZYXC")
    write_labels(tmp_path / "cells" / "masks" / "one.tif", labels)
    return tmp_path / "cells"


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(BENCHMARKS / "planes.py"), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=True)


def test_packed_stacks_are_the_same_elsewhere(
    stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from packed_stacks import pack, unpack  # type: ignore[import-not-found]

    pack([stack], tmp_path / "stacks.npz")
    (folder,) = unpack(tmp_path / "stacks.npz", tmp_path / "there")
    (there,), (here,) = find_pairs(folder), find_pairs(stack)
    assert folder.name == "cells"
    np.testing.assert_array_equal(read_image(there.image).pixels, read_image(here.image).pixels)
    np.testing.assert_array_equal(read_labels(there.masks, "auto"), read_labels(here.masks, "auto"))


def test_no_cell_is_learnt_from_and_scored_on(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from planes import Division  # type: ignore[import-not-found]

    division = Division.of(find_pairs(stack)[0])
    across = np.moveaxis(division.labels, division.axis, 0)
    learnt, judged = (set(np.unique(across[planes])) - {0} for planes in (division.learnt, division.test))
    assert learnt and judged and not learnt & judged
    # Six planes across z share no cell with the last two; sections across y are more.
    assert division.axis == 1 and len(division.learnt) > 6


def test_a_model_and_its_control_are_measured_and_rows_are_kept(stack: Path, tmp_path: Path) -> None:
    out = tmp_path / "planes.csv"
    options = ("--stacks", stack, "--counts", "2", "--epochs", "1", "--out", out)
    run(*options)
    run(*options, "--network", "lite")
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["start"], row["corrected"]) for row in rows] == [
        ("cpsam-lite", "0"),
        ("cpsam-lite", "2"),
        ("random lite", "2"),
    ]
    assert all(0 <= float(row["ap_0.5"]) <= 1 for row in rows)


def test_what_does_not_fit_into_the_time_is_left_out_and_said(stack: Path, tmp_path: Path) -> None:
    done = run("--stacks", stack, "--out", tmp_path / "planes.csv", "--seconds", "0")
    assert "no time" in done.stderr and not done.stdout
