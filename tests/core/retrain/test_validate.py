"""Scoring a model on images kept aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.data.dataset import find_pairs
from cpsam_core.images import read_image, write_labels
from cpsam_core.retrain.validate import validate
from cpsam_core.segment.segmenter import Segmenter, Settings

WriteDisks = Callable[..., Path]


def add_masks(path: Path, *, empty: bool = False) -> None:
    bright = read_image(path).pixels[0, :, :, 0] > 100
    labels = np.zeros(bright.shape, np.uint32) if empty else bright.astype(np.uint32)
    write_labels(path.with_name(f"{path.stem}_masks.tif"), labels)


def test_images_without_objects_do_not_count_in_means(write_disks: WriteDisks, disk_model: object) -> None:
    add_masks(write_disks("all/mixed/one.png", 1))
    add_masks(write_disks("all/mixed/none.png", 0), empty=True)
    add_masks(write_disks("all/empty/none.png", 0), empty=True)
    scores = validate(Segmenter.load("any"), find_pairs(Path("all")), Settings())
    assert scores["mixed"]["images"] == 2 and scores["mixed"]["ap_0.5"] == 1
    assert scores["empty"]["images"] == 1 and np.isnan(scores["empty"]["ap_0.5"])


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [(["--validate", "nowhere"], 1, "nowhere"), (["--out", "images"], 2, "is a folder")],
)
def test_what_is_missing_is_said_before_training(
    options: list[str], code: int, said: str, write_disks: WriteDisks, capsys: pytest.CaptureFixture[str]
) -> None:
    add_masks(write_disks("images/a.png"))
    # The model does not exist either: looking for it comes later, and training later still.
    assert main(["train", "images", "--model", "missing.pth", "--out", "m.pth", *options]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
