"""The same command goes on after an interruption, also in the middle of the results of one image."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.images import read_labels, write_labels
from tests.core.conftest import disks

COMMAND = ["segment", "a.npy", "--out", "out", "--save", "tif,csv,rois,seg,overlay"]


@pytest.fixture
def results(folder: Path, disk_model: Any) -> list[Path]:
    np.save("a.npy", disks())
    assert main(COMMAND) == 0
    return sorted(Path("out").iterdir())


def test_whatever_part_exists(results: list[Path]) -> None:
    before = {path: path.read_bytes() for path in results}
    for left in range(1, len(results)):
        for start in range(len(results)):
            gone = [results[(start + step) % len(results)] for step in range(left)]
            for path in gone:
                path.unlink()
            assert main(COMMAND) == 0
            assert sorted(Path("out").iterdir()) == results
            for path in set(results) - set(gone):
                assert path.read_bytes() == before[path], "what is there stays"
            for path in gone:  # a ROI archive holds the time of its writing
                path.write_bytes(before[path])


def test_masks_that_were_corrected_stay_and_are_not_completed(
    results: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    masks = read_labels("out/a_masks.tif")
    masks[masks == 2] = 0
    write_labels("out/a_masks.tif", masks)
    Path("out/a_objects.csv").unlink()
    assert main(COMMAND) == 1
    assert not Path("out/a_objects.csv").exists()
    np.testing.assert_array_equal(read_labels("out/a_masks.tif"), masks)
    assert "--overwrite" in capsys.readouterr().err
    assert main([*COMMAND, "--overwrite"]) == 0
    assert Path("out/a_objects.csv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of Unix")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", ">&- 2>&- <&-"])
def test_closed_streams(closed: str, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", disks())
    command = f"'{sys.executable}' -m cpsam_core.cli segment a.npy --out out {closed}"
    done = subprocess.run(command, shell=True, cwd=tmp_path, timeout=300, check=False)
    assert done.returncode == 0
    assert (tmp_path / "out/a_masks.tif").exists()
