"""`cpsam train` from a folder to a model that segments, with its card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import load_model, write_checkpoint
from cpsam_core.checkpoints.cards import ModelCard, read_card, write_card
from cpsam_core.cli import main
from cpsam_core.cli.common import FAILED, OK
from cpsam_core.finetune import learner
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from tests.core.cli.trainings import QUICK, train

pytestmark = pytest.mark.usefixtures("one_thread")


def test_finetuning_writes_a_model_and_its_card(images: Path, tiny_model: Path) -> None:
    options = ["--licence", "CC0", "--notes", "disks only", "--learning-rate", "0.001", "--seed", "3"]
    assert train(images, tiny_model, *options) == OK
    out = Path("out/new.safetensors")
    assert sorted(path.name for path in out.parent.iterdir()) == ["new.json", "new.safetensors"]
    model, card = load_model(out)
    before = load_model(tiny_model)[0].state_dict()
    assert any(not torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert card is not None
    assert card == read_card(out)
    assert card.name == "new"
    assert card.parent == tiny_model.stem
    digest = hashlib.sha256((images / "a.png").read_bytes()).hexdigest()
    assert card.images[digest] == "cells/a.png"
    assert len(card.images) == 2
    assert len(card.losses) == 2
    assert all(np.isfinite(card.losses))
    assert card.settings["learning_rate"] == 0.001
    assert card.settings["seed"] == 3
    assert card.settings["augmentation"]["crop"] == 32
    assert card.settings["mixing"] == {"cells": 1}
    assert set(card.versions) >= {"python", "torch", "numpy"}
    tiny = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=128, layer_drop=0.0)
    assert card.architecture == tiny.to_dict()
    assert (card.licence, card.notes) == ("CC0", "disks only")
    assert card.created
    json.loads((out.parent / "new.json").read_text())


def test_copies_of_the_model_on_the_way(images: Path, tiny_model: Path) -> None:
    steps = ["--learning-rate", "0.01", "--schedule", "constant", "--warmup", "0"]
    assert train(images, tiny_model, "--save-every", "1", *steps) == OK
    copy = load_model(Path("out/new_epoch_0001.safetensors"))[0].state_dict()
    ready = load_model(Path("out/new.safetensors"))[0].state_dict()
    before = load_model(tiny_model)[0].state_dict()
    assert not Path("out/new_epoch_0002.safetensors").exists()
    key = "encoder.blocks.0.mlp.lin1.weight"
    assert not torch.equal(copy[key], ready[key]) and not torch.equal(copy[key], before[key])


def test_the_same_command_gives_the_same_model(images: Path, tiny_model: Path) -> None:
    assert (
        train(images, tiny_model, out="one.safetensors")
        == train(images, tiny_model, out="two.safetensors")
        == OK
    )
    one, two = (load_model(name)[0].state_dict() for name in ("one.safetensors", "two.safetensors"))
    assert all(torch.equal(value, two[key]) for key, value in one.items())


def test_the_start_is_not_changed(images: Path, tiny_model: Path) -> None:
    before = tiny_model.read_bytes()
    assert train(images, tiny_model, "--learning-rate", "0.1") == OK
    assert tiny_model.read_bytes() == before


def test_the_trained_model_segments_and_can_be_trained_on(images: Path, tiny_model: Path) -> None:
    assert train(images, tiny_model, "--half") == OK
    out = "out/new.safetensors"
    assert main(["segment", str(images / "a.png"), "--model", out, "--out", "found", "--device", "cpu"]) == OK
    assert Path("found/a_masks.tif").exists()
    assert train(images, out, out="out/newer.safetensors") == OK
    card = read_card("out/newer.safetensors")
    assert card is not None
    assert card.parent == "new"


def test_a_new_small_network(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = VitConfig.lite(depth=1, width=32, heads=1, neck=16)
    monkeypatch.setattr(VitConfig, "lite", classmethod(lambda cls: tiny))
    assert train(images, "random", "--batch-size", "2", "--drawn", "0.3") == OK
    card = read_card("out/new.safetensors")
    assert card is not None
    assert card.parent is None
    assert card.settings["augmentation"]["degraded"] == 0.5  # the whole recipe
    assert card.settings["averaging"] == 0.999
    assert card.settings["schedule"] == "cosine"
    assert card.settings["mixing"] == pytest.approx({"cells": 0.7, "drawn": 0.3})


def test_a_network_of_other_channels(images: Path, tmp_path: Path) -> None:
    config = VitConfig.lite(depth=1, width=32, heads=1, neck=16, in_channels=2)
    start = write_checkpoint(tmp_path / "two.safetensors", FlowVit(config))
    assert train(images, start) == OK
    assert load_model("out/new.safetensors")[0].config.in_channels == 2


def test_a_start_that_is_not_there(images: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(images, "no-such-model") == FAILED
    assert "no-such-model" in capsys.readouterr().err


def test_a_loss_that_is_no_number(
    images: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(learner, "segmentation_loss", lambda *args: torch.tensor(float("nan")))
    assert train(images, tiny_model) == FAILED
    assert "lower the learning rate" in capsys.readouterr().err
    assert not list(Path().rglob("new.safetensors"))


def test_several_processes(images: Path, tiny_model: Path) -> None:
    options = [*QUICK, "--batch-size", "2", "--layer-drop", "0.5"]
    command = ["train", str(images), "--model", str(tiny_model), *options]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*launch, "-m", "cpsam_core.cli", *command, "--out", "two.safetensors"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("trained two") == 1
    assert main([*command, "--out", "one.safetensors"]) == OK
    one, two = (load_model(name)[0].state_dict() for name in ("one.safetensors", "two.safetensors"))
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-3, atol=1e-5)
    cards = [read_card(name) for name in ("one.safetensors", "two.safetensors")]
    assert cards[0] is not None
    assert cards[1] is not None
    assert cards[0].losses == pytest.approx(cards[1].losses, rel=1e-4)
    assert not list(Path().glob("*.partial"))


def test_what_the_start_wants_to_see_goes_on(images: Path, tiny_model: Path) -> None:
    start = Path(shutil.copy(tiny_model, "start.safetensors"))
    card = read_card(start) or ModelCard(name=start.stem)
    write_card(start, replace(card, diameter=20.0))
    assert train(images, start) == OK
    card = read_card("out/new.safetensors")
    assert card is not None and card.diameter == 20
    assert card.settings["augmentation"]["resize"] == pytest.approx(1.5)


def test_a_new_network_by_the_clock(images: Path) -> None:
    assert train(images, "random", "--minutes", "0.02", "--invert", "0.4") == OK
    model, card = load_model(Path("out/new.safetensors"))
    assert model.config.stem == "unet"
    assert card is not None
    assert card.settings["minutes"] == 0.02
    assert card.settings["augmentation"]["invert"] == 0.4
