"""Options of `cpsam train`: what they set, how they are spelt, and those that make no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli.common import FAILED, OK, USAGE
from tests.core.cli.trainings import train

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize(
    "options",
    [
        ["--epochs", "0"],
        ["--crop", "33"],
        ["--crop", "512"],
        ["--scale", "2", "1"],
        ["--mix", "cells"],
        ["--mix", "others=1"],
        ["--drawn", "2"],
        ["--seed", "-1"],
        ["--device", "banana"],
        ["--warmup", "-1"],
        ["--layer-drop", "2"],
        ["--precision", "float16"],
        ["--degraded", "7"],
        ["--memory", "8bit"],
        ["--mode", "adapters", "--rank", "32"],
        ["--rank", "4"],
        ["--blocks", "1"],
        ["--patience", "3"],
        ["--early-stop"],
        ["--score-every", "2"],
        ["--mode", "last", "--blocks", "-1"],
        ["--memory", "lean", "--clip", "1"],
        ["--threads", "0"],
        ["--validate", "nowhere"],
    ],
)
def test_options_that_make_no_sense_give_one_line(
    images: Path, tiny_model: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(images, tiny_model, *options) in (FAILED, USAGE)
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1, said
    assert len(said[0]) < 160
    assert not list(Path().rglob("new*"))


def test_options_with_hyphens_and_underscores(images: Path, tiny_model: Path) -> None:
    assert (
        train(images, tiny_model, "--learning-rate", "0.01", "--layer-drop", "0", out="one.safetensors") == OK
    )
    assert (
        train(images, tiny_model, "--learning_rate", "0.01", "--layer_drop", "0", out="two.safetensors") == OK
    )
    one, two = (read_card(name) for name in ("one.safetensors", "two.safetensors"))
    assert one is not None
    assert two is not None
    assert one.settings == two.settings
    assert (one.settings["learning_rate"], one.settings["layer_drop"]) == (0.01, 0)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"mode": "full", "memory": "auto", "learning_rate": 1e-3, "layer_drop": 0}),
        (["--checkpointing"], {"memory": "checkpointing"}),
        (["--memory", "lean"], {"memory": "lean"}),
        (["--mode", "last", "--blocks", "1"], {"mode": "last", "blocks": 1, "learning_rate": 2e-3}),
        (["--mode", "adapters", "--rank", "4"], {"mode": "adapters", "rank": 4, "learning_rate": 2e-3}),
    ],
)
def test_modes(images: Path, tiny_model: Path, options: list[str], expected: dict[str, Any]) -> None:
    assert train(images, tiny_model, *options) == OK
    model, card = load_model("out/new.safetensors")
    assert card is not None
    assert {name: card.settings[name] for name in expected} == pytest.approx(expected)
    assert model.state_dict().keys() == load_model(tiny_model)[0].state_dict().keys()
