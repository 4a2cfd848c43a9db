"""Classes are learnt: drawn round and long cells, told apart after a short training of a tiny network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import adapted, load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli import main
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet, find_pairs
from cpsam_core.errors import TrainingError
from cpsam_core.finetune import Trainer, TrainSettings
from cpsam_core.finetune.losses import class_loss
from cpsam_core.images import write_labels, write_picture
from cpsam_core.labels.classes import classes_of_objects, majority_classes
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.retrain.validate import class_scores


def draw(folder: Path, name: str, seed: int, side: int = 96) -> None:
    """Write an image of bright (class 1) and dim (class 2) cells, its masks and its map of classes."""
    rng = np.random.default_rng(seed)
    image, labels, kinds = (np.zeros((side, side), np.uint8) for _ in range(3))
    for number, (y, x) in enumerate(np.ndindex(4, 4), 1):
        kind = 1 + int(rng.random() < 0.5)
        place = (12 + 24 * x + int(rng.integers(-3, 4)), 12 + 24 * y + int(rng.integers(-3, 4)))
        for array, value in ((image, (0, 220, 90)[kind]), (labels, number), (kinds, kind)):
            cv2.circle(array, place, 8, value, -1)
    for kind in ("images", "masks", "classes"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    noisy = np.clip(image + rng.normal(0, 8, image.shape) + 10, 0, 255).astype(np.uint8)
    write_picture(folder / f"images/{name}.png", noisy)
    write_labels(folder / f"masks/{name}.tif", labels)
    write_labels(folder / f"classes/{name}.png", kinds)


@pytest.fixture
def cells(folder: Path) -> Path:
    for number in range(3):
        draw(folder / "cells", f"{number}", number)
    return folder / "cells"


def small(**changes: int) -> FlowVit:
    torch.manual_seed(0)
    return FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16, **changes))


def logits_of(model: FlowVit, data: TrainingSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return class maps, labels and true classes of the first image."""
    example = data.example(0)
    tile = torch.zeros(1, 3, 96, 96)
    tile[0] = torch.from_numpy(example.pixels.astype(np.float32).transpose(2, 0, 1))
    with torch.no_grad():
        maps = model.eval()(tile)[0, :-3].numpy()
    assert example.classes is not None
    return maps, example.labels, example.classes


def test_a_short_training_tells_classes_apart(cells: Path) -> None:
    data = TrainingSet(find_pairs(cells))
    model = adapted(small(), out_channels=3 + data.class_count)
    settings = TrainSettings(
        epochs=40,
        samples=4,
        batch_size=2,
        learning_rate=3e-3,
        warmup=2,
        memory="plenty",
        threads=1,
        augmentation=Augmentation(crop=64),
    )
    trained = Trainer(model, data, settings, "cpu", "float32").run().model
    maps, labels, true = logits_of(trained, data)
    ids = np.unique(labels[labels > 0])
    found = dict(zip(ids.tolist(), majority_classes(labels, maps, ids).tolist(), strict=True))
    wanted = classes_of_objects(labels, true)
    assert np.mean([found[number] == kind for number, kind in wanted.items()]) > 0.85
    assert (maps.argmax(axis=0) == 0)[labels == 0].mean() > 0.8


def test_class_maps_start_from_the_cell_map() -> None:
    model = small()
    tile = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        cell = model.eval()(tile)[:, -1]
        started = adapted(model, out_channels=6).eval()(tile)
    torch.testing.assert_close(started[:, 0], -0.5 * cell, rtol=1e-4, atol=1e-5)
    for kind in (1, 2):
        torch.testing.assert_close(started[:, kind], 0.5 * cell, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(started[:, -1], cell, rtol=1e-4, atol=1e-5)


def test_pixels_that_do_not_count_change_no_weight() -> None:
    model = adapted(small(), out_channels=6)
    tile, classes = torch.rand(1, 3, 64, 64), torch.ones(1, 64, 64, dtype=torch.int64)
    loss = class_loss(model(tile), classes, None, torch.zeros(1, 64, 64))
    loss.backward()  # type: ignore[no-untyped-call]
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())


QUICK = ["--epochs", "1", "--samples", "1", "--batch-size", "1", "--crop", "32", "--device", "cpu"]


def train(cells: Path, start: Path | str, *options: str) -> int:
    return main(["train", str(cells), "--model", str(start), "--out", "new.safetensors", *QUICK, *options])


def test_the_command_trains_classes(
    cells: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw(Path("other"), "9", 9)
    assert train(cells, tiny_model, "--classes", "bright,dim", "--validate", "other") == 0
    model, card = load_model("new.safetensors")
    assert model.config.classes == 3
    assert card is not None and card.classes == ("background", "bright", "dim")
    assert card.settings["learning_rate"] == 1e-3  # a small network bears more than classes need
    written = read_card("new.safetensors")
    assert written is not None and written.scores["other"]["images"] == 1
    # Going on from a model that has the maps keeps them and their names.
    assert (
        main(["train", str(cells), "--model", "new.safetensors", "--out", "newer.safetensors", *QUICK]) == 0
    )
    newer = read_card("newer.safetensors")
    assert newer is not None and newer.classes == card.classes
    capsys.readouterr()
    assert train(cells, tiny_model, "--classes", "bright") == 1
    assert "names 1 classes" in capsys.readouterr().err


def test_what_cannot_be_learnt_is_said(
    cells: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(cells, tiny_model, "--channels", "5") == 0
    assert load_model("new.safetensors")[0].config.in_channels == 5
    assert train(cells, tiny_model, "--channels", "0") == 2
    assert train(cells, tiny_model, "--channels", "1") == 0
    draw(cells, "3", 3)
    write_labels(cells / "classes/3.png", np.full((96, 96), 3, np.uint8))
    with pytest.raises(TrainingError, match="3 classes, but the network was made for 2"):
        TrainingSet(find_pairs(cells)).check_classes(3)
    for path in (cells / "classes").iterdir():
        path.unlink()
    capsys.readouterr()
    assert train(cells, tiny_model, "--classes") == 1
    assert "no image has classes" in capsys.readouterr().err


def test_scores_of_classes() -> None:
    true = np.zeros((10, 60), np.uint32)
    for number in range(4):
        true[:, 15 * number : 15 * number + 10] = number + 1
    kinds = np.array([0, 1, 1, 2, 2], np.uint8)[true]
    found = np.where(true == 4, 0, true).astype(np.uint32)
    row = class_scores(true, found, kinds, {1: 1, 2: 2, 3: 2}, ("background", "round"))
    assert row["ap_0.5 round"] == pytest.approx(1 / 2)
    assert row["ap_0.5 class 2"] == pytest.approx(1 / 3)
    assert row["class_ap_0.5"] == pytest.approx(5 / 12)
    assert row["class_error_0.5"] == pytest.approx((1 / 2 + 2 / 2) / 2)
