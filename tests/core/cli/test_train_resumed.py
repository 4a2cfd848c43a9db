"""`cpsam train` that was cancelled goes on where it was, and with nothing but its own state."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli.common import CANCELLED, FAILED, OK
from cpsam_core.images import write_labels
from tests.core.cli.trainings import train
from tests.core.conftest import cancel_training

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_state_belongs_to_its_training(
    images: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cancel_training(monkeypatch, after=3)
    assert train(images, tiny_model) == CANCELLED
    monkeypatch.undo()
    monkeypatch.chdir(images.parent)
    capsys.readouterr()
    assert train(images, tiny_model, "--learning-rate", "0.5") == FAILED
    assert "learning_rate was 0.001, now 0.5" in capsys.readouterr().err
    masks = (images / "b_masks.tif").read_bytes()
    write_labels(images / "b_masks.tif", np.zeros((64, 160), np.uint32))
    assert train(images, tiny_model, "--min-objects", "0") == FAILED
    said = capsys.readouterr().err
    assert "another set of images" in said and "--restart" in said
    (images / "b_masks.tif").write_bytes(masks)
    assert train(images, tiny_model, "--threads", "1") == OK  # only how fast it is differs
    assert not Path("out/new.partial").exists()


def test_restart_begins_anew(images: Path, tiny_model: Path) -> None:
    Path("out").mkdir()
    Path("out/new.partial").write_bytes(b"of another training")
    assert train(images, tiny_model) == FAILED
    assert train(images, tiny_model, "--restart") == OK


def test_cancelled_then_resumed(images: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert train(images, tiny_model, out="whole.safetensors") == OK
    cancel_training(monkeypatch, after=3)
    assert train(images, tiny_model) == CANCELLED
    assert [path.name for path in Path("out").iterdir()] == ["new.partial"]
    monkeypatch.undo()
    monkeypatch.chdir(images.parent)
    assert train(images, tiny_model) == OK
    whole, resumed = read_card("whole.safetensors"), read_card("out/new.safetensors")
    assert whole is not None
    assert resumed is not None
    assert resumed.losses == whole.losses
    one, two = (load_model(name)[0].state_dict() for name in ("whole.safetensors", "out/new.safetensors"))
    assert all(torch.equal(value, two[key]) for key, value in one.items())
    assert not Path("out/new.partial").exists()


def test_names_with_dots_do_not_share_a_state(images: Path, tiny_model: Path) -> None:
    Path("cells.v1.partial").write_bytes(b"the state of v1")
    assert train(images, tiny_model, out="cells.v2") == OK
    assert sorted(p.name for p in Path().glob("cells.v*")) == [
        "cells.v1.partial",
        "cells.v2",
        "cells.v2.json",
    ]
