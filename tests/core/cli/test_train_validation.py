"""Images kept aside of `cpsam train`: they score the model and are never learnt from."""

from __future__ import annotations

import argparse
import math
import shutil
from pathlib import Path

import pytest

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import FAILED, OK
from cpsam_core.cli.train_scores import scorer
from cpsam_core.data.pairs import Pair
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from tests.core.cli.trainings import train

pytestmark = pytest.mark.usefixtures("one_thread")


def test_scores_of_images_kept_aside(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.parent / "aside"
    aside.mkdir()
    for path in images.glob("a*"):
        path.rename(aside / path.name)
    assert train(images, tiny_model, "--validate", "aside") == OK
    assert "aside: average precision 0." in capsys.readouterr().out
    card = read_card("out/new.safetensors")
    assert card is not None
    assert card.scores["aside"]["images"] == 1
    assert card.losses
    assert [kept.name for kept in card.aside.values()] == ["a.png"]
    assert "flatter" in card.notes


def test_images_are_not_both_learnt_from_and_validated_on(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    below = images / "below"
    below.mkdir()
    for path in images.glob("a*"):
        path.rename(below / path.name)
    assert train(images, tiny_model, "--validate", str(below)) == FAILED
    assert "a.png would be learnt from" in capsys.readouterr().err
    copy = images.parent / "copy"
    shutil.copytree(below, copy)
    (copy / "a.png").rename(copy / "renamed.png")
    (copy / "a_masks.tif").rename(copy / "renamed_masks.tif")
    assert train(images, tiny_model, "--validate", "copy") == FAILED
    assert "a.png would be learnt from" in capsys.readouterr().err
    shutil.rmtree(below)
    assert train(images, tiny_model, "--validate", "copy") == OK


def test_images_that_the_start_learnt_from_validate_nothing(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.parent / "aside"
    aside.mkdir()
    # Another name, and no longer among those to learn from.
    shutil.copy(images / "a.png", aside / "old.png")
    shutil.copy(images / "a_masks.tif", aside / "old_masks.tif")
    assert train(images, tiny_model, out="first.safetensors") == OK
    for path in images.glob("a*"):
        path.unlink()
    capsys.readouterr()
    assert train(images, "first.safetensors", "--validate", "aside") == FAILED
    assert (
        "--validate: first.safetensors, or a model before it, learnt from old.png" in capsys.readouterr().err
    )
    assert (
        main(["evaluate", "aside", "--robustness", "--model", "first.safetensors", "--device", "cpu"]) == OK
    )
    assert "learnt from 1 of the 1 images, such as old.png, which flatters it" in capsys.readouterr().err
    assert train(images, tiny_model, "--validate", "aside") == OK


def test_bad_images_to_validate_on_are_left_out_too(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.with_name("aside")
    aside.mkdir()
    for one in ("b.png", "b_masks.tif"):
        (images / one).rename(aside / one)
    (aside / "d.png").write_bytes(b"no picture")
    (aside / "d_masks.tif").write_bytes((aside / "b_masks.tif").read_bytes())
    assert train(images, tiny_model, "--validate", str(aside)) == OK
    said = capsys.readouterr().err
    assert "left out: d.png" in said
    _, card = load_model(Path("out/new.safetensors"))
    assert card is not None and len(card.images) == 1
    assert [one.name for one in card.aside.values()] == ["b.png"]


def test_images_kept_aside_choose_the_epoch(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.parent / "aside"
    aside.mkdir()
    for path in images.glob("a*"):
        path.rename(aside / path.name)
    options = ["--validate", "aside", "--score-every", "1", "--patience", "1", "--epochs", "4", "-v"]
    assert train(images, tiny_model, "--learning-rate", "1", *options) == OK
    said = capsys.readouterr()
    assert "was the best" in said.out
    assert "no better result in 1 epoch" in said.out
    assert "aside: average precision 0." in said.out
    assert "(best), average precision 0.000" in said.err
    card = read_card("out/new.safetensors")
    assert card is not None
    assert len(card.losses) == len(card.validation_losses) < 4
    assert list(card.scores) == ["aside"]
    assert len(card.images) == 1


def test_images_without_objects_leave_a_score_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"cells": {"images": 2.0, "ap_0.5": 0.5}, "empty": {"images": 1.0, "ap_0.5": math.nan}}
    monkeypatch.setattr("cpsam_core.retrain.validate.validate", lambda *_, **__: rows)
    args = argparse.Namespace(score_every=1, device="cpu", precision="float32")
    measure = scorer(args, [Pair(Path("a.tif"), Path("a_masks.tif"), "cells")], None)
    network = FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64))
    assert measure is not None and measure(network) == 0.5
