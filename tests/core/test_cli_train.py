"""`cpsam train`: from images with masks to a model that segments, and what is noticed before training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.cards import read_card
from cpsam_core.cli import main
from cpsam_core.dataset import find_pairs
from cpsam_core.images import read_image, write_labels
from cpsam_core.segment import Segmenter, Settings
from cpsam_core.validate import validate

Capture = pytest.CaptureFixture[str]
QUICK = ["--epochs", "1", "--samples", "2", "--crop", "64", "--device", "cpu", "--precision", "float32"]


@pytest.fixture
def images(write_disks: Callable[..., Path]) -> Path:
    """Return a folder of two images with masks beside them."""
    for name, count in (("a.png", 3), ("b.png", 2)):
        path = write_disks(f"images/{name}", count)
        bright = read_image(path).pixels[0, :, :, 0] > 100
        write_labels(path.with_name(f"{path.stem}_masks.tif"), bright.astype(np.uint32))
    return Path("images")


def test_a_model_with_its_card_is_written_and_scored(images: Path, tiny_model: Path, capsys: Capture) -> None:
    command = ["train", str(images), "--model", str(tiny_model), "--out", "made/mine.safetensors", *QUICK]
    assert main([*command, "--validate", str(images), "--licence", "CC0", "--averaging", "0.9"]) == 0
    assert "images: average precision" in capsys.readouterr().out
    card = read_card("made/mine.safetensors")
    assert card is not None
    assert (card.name, card.parent, card.licence) == ("mine", str(tiny_model), "CC0")
    assert sorted(card.images.values()) == ["images/a.png", "images/b.png"]
    assert len(card.losses) == 1 and card.settings["averaging"] == 0.9
    assert set(card.scores["images"]) == {"images", "ap_0.5", "ap_0.75", "ap_0.9"}
    assert {path.name for path in Path("made").iterdir()} == {"mine.safetensors", "mine.json"}
    assert main(["segment", "images/a.png", "--model", "made/mine.safetensors", "--out", "out"]) == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--validate", "nowhere"], 1, "nowhere"),
        (["--masks", "nowhere"], 1, "nowhere"),
        (["--out", "images"], 2, "is a folder"),
        (["--epochs", "0"], 2, "at least one epoch"),
        (["--crop", "0"], 2, "crop of at least 16"),
        (["--mix", "images"], 2, "SET=SHARE"),
        (["--mix", "others=1"], 1, "others"),
    ],
)
def test_what_is_wrong_is_said_before_training(
    options: list[str], code: int, said: str, images: Path, tiny_model: Path, capsys: Capture
) -> None:
    command = ["train", str(images), "--model", str(tiny_model), "--out", "m.pth", *QUICK]
    assert main([*command, *options]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cpsam: ") and said in line
    assert not list(Path().glob("m.*"))


def test_sets_without_any_object_have_no_precision(images: Path, tiny_model: Path) -> None:
    empty = np.zeros((64, 160), np.uint32)
    for name in ("a", "b"):
        write_labels(images / f"{name}_masks.tif", empty)
    segmenter = Segmenter.load(tiny_model, "cpu", "float32")
    nothing = Settings(cellprob_threshold=1000)
    scores = validate(segmenter, find_pairs(images), nothing)["images"]
    assert scores["images"] == 2 and np.isnan(scores["ap_0.5"])
