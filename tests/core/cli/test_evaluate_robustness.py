"""`cpsam evaluate --robustness`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.cli.common import CANCELLED, FAILED
from cpsam_core.data.pairs import Pair
from cpsam_core.images import write_labels
from cpsam_core.progress import Cancelled


@pytest.fixture
def images(write_disks: Callable[..., Path], folder: Path) -> None:
    write_disks("images/one.png")
    yy, xx = np.mgrid[:64, :160]
    labels = np.zeros((64, 160), np.uint32)
    for number in range(3):
        labels[(yy - 32) ** 2 + (xx - 30 - 45 * number) ** 2 <= 100] = number + 1
    (folder / "masks").mkdir()
    write_labels(folder / "masks" / "one.tif", labels)


def test_a_table_and_json_of_the_same_scores(
    images: None, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", ".", "--robustness", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0] == {"change": "as it is", "degree": "", "images": 1, "ap_50": 1.0, "ap_75": 1.0}
    assert len(rows) == 21
    assert main(["evaluate", ".", "--robustness"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["CHANGE", "DEGREE", "AP@0.5", "AP@0.75"]
    assert len(lines) == 23
    assert lines[-1] == "means over 1 image"
    for row, line in zip(rows, lines[1:], strict=False):
        assert line.split()[-2:] == [f"{row['ap_50']:.3f}", f"{row['ap_75']:.3f}"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["predicted", "--robustness"], "give one folder"),
        (["--robustness", "--agreement"], "give one folder"),
        (["--robustness", "--diameter", "large"], "invalid diameter value"),
        (["--robustness", "--diameter", "0.5"], "diameter is at least one pixel"),
        ([], "say where the predicted masks are"),
    ],
)
def test_wrong_usage(images: None, options: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", ".", *options]) == 2
    assert text in capsys.readouterr().err


def test_masks_are_found_and_parted_as_for_a_comparison(
    images: None, disk_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("masks/one.tif").rename("images/one_drawn.tif")
    asked: list[Pair] = []

    def look(segmenter: object, pairs: list[Pair], *given: object) -> None:
        asked.extend(pairs)
        raise Cancelled

    monkeypatch.setattr("cpsam_core.retrain.robustness.measure_robustness", look)
    assert main(["evaluate", ".", "--robustness"]) == FAILED
    options = ["--mask-filter", "_drawn", "--separate-parts", "no"]
    assert main(["evaluate", ".", "--robustness", *options]) == CANCELLED
    assert [(pair.masks.name, pair.pieces) for pair in asked] == [("one_drawn.tif", "no")]
