"""`cellpose --train`: as QuPath trains, and the images that it learns from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import torch
from numpy.typing import NDArray

from cellpose import train, training
from cellpose.__main__ import main
from cpsam_core import Segmenter
from cpsam_core.checkpoints import write_checkpoint
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.images import write_labels, write_picture
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from tests.callers.conftest import Crop


def test_qupath_trains(home: Path, crop: Crop, tiny_start: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The extension reads the losses from the lines, and takes the model from the folder `models`."""
    for part, numbers in (("train", (0, 1)), ("test", (2,))):
        (home / part).mkdir()
        for number in numbers:
            write_picture(home / part / f"{number}.png", crop(number))
            write_labels(home / part / f"{number}_masks.tif", _blocks())
    command = ["--train", "--dir", str(home / "train"), "--test_dir", str(home / "test"), "--bsize", "64"]
    command += ["--pretrained_model", str(tiny_start), "--learning_rate", "0.1111", "--n_epochs", "11"]
    command += ["--save_each", "--save_every", "5", "--model_name_out", "mine", "--use_gpu", "--verbose"]
    assert main(command) == 0
    pattern = re.compile(r".* (\d+), train_loss=(\S+), test_loss=(\S+), LR=(\S+), time (\S+)s$")
    lines = [found for line in capfd.readouterr().out.splitlines() if (found := pattern.match(line))]
    assert [int(line[1]) for line in lines] == list(range(1, 12))
    assert float(lines[-1][4]) == pytest.approx(0.1111, abs=1e-3)
    assert all(float(line[2]) > 0 and float(line[3]) > 0 for line in lines)
    made = sorted(path.name for path in (home / "train" / "models").iterdir() if path.suffix != ".json")
    assert made == ["mine", "mine_epoch_0005", "mine_epoch_0010"]
    assert Segmenter.load(home / "train" / "models" / "mine", "cpu").network.tile == 256


def test_images_with_few_masks_are_not_trained_on(
    home: Path, crop: Crop, tiny_start: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_picture(home / "a.png", crop(0))
    write_labels(home / "a_masks.tif", np.where(_blocks() < 4, _blocks(), 0))
    assert main(["--train", "--dir", str(home), "--pretrained_model", str(tiny_start), "--verbose"]) == 1
    assert "no image has 5 masks or more" in capfd.readouterr().out


def test_a_list_of_files_with_probabilities(
    home: Path, crop: Crop, tiny_start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Cellpose reads with --file_list: also labels in a file of flows, whose first map they are."""
    for number in range(3):
        write_picture(home / f"{number}.png", crop(number))
    write_labels(home / "0_masks.tif", _blocks())
    maps = np.stack([_blocks()] * 4).astype(np.float32)
    # As tifffile writes four planes where nobody says what they are.
    tifffile.imwrite(home / "1_flows.tif", maps, photometric="rgb", planarconfig="separate")
    write_labels(home / "2_masks.tif", _blocks())
    files = {"train_files": [str(home / "0.png"), str(home / "1.png")], "test_files": [str(home / "2.png")]}
    np.save(home / "files.npy", np.array({**files, "train_probs": np.array([0.25, 0.75])}), allow_pickle=True)
    mixed: list[dict[str, float]] = []
    enough = train.enough

    def looked(data: TrainingSet, fewest: int) -> Any:
        assert [data.objects(index) for index in range(2)] == [16, 16]
        return enough(data, fewest)

    def mixing(pairs: Any, mixture: Any, *rest: Any, **others: Any) -> TrainingSet:
        made = TrainingSet(pairs, mixture, *rest, **others)
        mixed.append(made.mixing)
        return made

    monkeypatch.setattr(train, "enough", looked)
    monkeypatch.setattr("cpsam_core.data.dataset.TrainingSet", mixing)
    command = ["--train", "--dir", str(home), "--file_list", str(home / "files.npy"), "--n_epochs", "1"]
    command += ["--pretrained_model", str(tiny_start), "--model_name_out", "mine", "--bsize", "64"]
    assert main(command) == 0
    assert (home / "models" / "mine").is_file()
    assert {"000000": 0.25, "000001": 0.75} in mixed


def test_what_is_missing_for_a_training_is_said(
    home: Path, tiny_start: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    start = ["--train", "--pretrained_model", str(tiny_start), "--verbose"]
    assert main(start) == 1
    assert "--train needs --dir" in capfd.readouterr().out
    np.save(home / "files.npy", np.array({"test_files": []}), allow_pickle=True)
    assert main([*start, "--dir", str(home), "--file_list", str(home / "files.npy")]) == 1
    assert "no list train_files" in capfd.readouterr().out


def test_a_training_sees_the_images_as_the_options_say(
    home: Path, crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tifffile.imwrite(home / "a.tif", np.stack([crop(0)] * 2))
    write_labels(home / "a_masks.tif", _blocks())
    seen: list[Any] = []
    monkeypatch.setattr(training, "load_start", lambda name: (name, None))
    monkeypatch.setattr(
        training, "train_on_pairs", lambda net, pairs, *_, **__: seen.extend([net, *pairs]) or (home,)
    )
    command = ["--train", "--dir", str(home), "--channel_axis", "0", "--norm_percentile", "3", "98"]
    assert main([*command, "--pretrained_model", "cyto3"]) == 0
    start, pair = seen
    assert start == "cpsam_v2"
    assert (pair.seen.axes, pair.seen.normalize.percentile) == ("CYX", (3, 98))


def _blocks() -> NDArray[np.uint32]:
    labels = np.zeros((128, 128), np.uint32)
    for number in range(16):
        top, left = 4 + 32 * (number // 4), 4 + 32 * (number % 4)
        labels[top : top + 20, left : left + 20] = number + 1
    return labels


@pytest.fixture
def tiny_start(tmp_path: Path) -> Path:
    """Return a small untrained network, which trains in a second."""
    torch.manual_seed(0)
    return write_checkpoint(
        tmp_path / "tiny.safetensors", FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16))
    )
