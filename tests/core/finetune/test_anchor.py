"""A training goes no further from its start than what was known before bears."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from cpsam_core.data.augment import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.reference import reference_pairs
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import TrainingEvent, TrainSettings, anchor
from cpsam_core.finetune.anchor import LEAST_SHARE, Anchor
from cpsam_core.finetune.judge import Validation
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Cancelled
from tests.core.finetune.tiny_training import QUICK, model, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

FEW = ("dsb2018_brightfield_gray", "ds1_fluorescence")
"""Kinds with one held crop each: enough here, and quickly read."""


@pytest.fixture(autouse=True)
def few_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    held = tuple(pair for pair in reference_pairs("held") if pair.set_name in FEW)
    monkeypatch.setattr(anchor, "reference_pairs", lambda part: held)


CPU = torch.device("cpu")
FORGETFUL = replace(QUICK, epochs=6, learning_rate=3e-3, layer_drop=0.0, augmentation=Augmentation(crop=64))


def loss_on_held(network: FlowVit, kind: str, settings: TrainSettings) -> float:
    pairs = [pair for pair in reference_pairs("held") if pair.set_name == kind]
    shown = replace(settings, augmentation=replace(settings.augmentation, diameter=30.0))
    return Validation(TrainingSet(pairs), shown, 16).loss(network, CPU, torch.float32, 8)


def between(share: float, end: FlowVit) -> FlowVit:
    network = model()
    with torch.no_grad():
        for value, trained in zip(network.parameters(), end.parameters(), strict=True):
            value.lerp_(trained, share)
    return network


@pytest.mark.parametrize("mode", ["full", "adapters"])
def test_the_weights_are_drawn_back_until_nothing_known_is_lost(mode: str) -> None:
    told: list[TrainingEvent] = []
    settings = replace(FORGETFUL, mode=mode)
    free = trainer(settings).run()
    rises = {
        kind: loss_on_held(free.model, kind, settings) / loss_on_held(model(), kind, settings) for kind in FEW
    }
    assert (free.share, free.remark) == (1, "") and max(rises.values()) > 1, (
        "the images do not tell forgetting"
    )
    # Half of what the kind that suffers most would suffer.
    most = (max(rises.values()) - 1) / 2
    held = trainer(replace(settings, forgetting=most), on_event=told.append).run()
    assert LEAST_SHARE <= held.share < 1
    assert f"{held.share:.0%} of the change" in held.remark
    assert held.remark in [event.text.removesuffix(".") for event in told if event.kind == "drawn back"]
    expected = between(held.share, free.model)
    for (name, value), wanted in zip(held.model.named_parameters(), expected.parameters(), strict=True):
        assert torch.allclose(value, wanted, atol=1e-6), name
    assert not held.model.training
    if held.share > LEAST_SHARE:
        for kind in FEW:
            limit = (1 + most) * loss_on_held(model(), kind, settings)
            assert loss_on_held(expected, kind, settings) <= limit * 1.001


def test_what_forgets_nothing_stays_as_it_was_trained() -> None:
    free = trainer(FORGETFUL).run()
    held = trainer(replace(FORGETFUL, forgetting=1e6)).run()
    assert (held.share, held.remark) == (1, "")
    assert same(held.model, free.model)


def test_a_training_that_wrecks_everything_keeps_a_quarter_of_what_it_learnt() -> None:
    start, wrecked = model(), model()
    with torch.no_grad():
        for value in wrecked.parameters():
            value.add_(torch.randn_like(value))
    settings = replace(QUICK, forgetting=0.01)
    end = between(1.0, wrecked)
    share = Anchor(start, settings).draw_back(end, CPU, torch.float32)
    assert share == LEAST_SHARE
    assert all(
        torch.allclose(value, wanted, atol=1e-6)
        for value, wanted in zip(end.parameters(), between(share, wrecked).parameters(), strict=True)
    )


@pytest.mark.parametrize("fits", [1, 0])
def test_memory_that_runs_out_while_drawing_back_costs_no_training(
    fits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrecked = model()
    with torch.no_grad():
        for value in wrecked.parameters():
            value.add_(torch.randn_like(value))
    settings, real, tried = replace(QUICK, forgetting=0.01), Validation.loss, []

    def loss(self: Validation, network: FlowVit, device: torch.device, precision: Any, size: int) -> float:
        tried.append((device.type, size))
        if size > fits:
            raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
        return real(self, network, device, precision, size)

    monkeypatch.setattr(Validation, "loss", loss)
    made = Anchor(model(), settings)
    if fits:
        assert made.draw_back(between(1.0, wrecked), CPU, torch.float32) == LEAST_SHARE
        assert tried[:2] == [("cpu", anchor.CROPS), ("cpu", 1)]
    else:
        with pytest.raises(TrainingError, match="not enough memory"):
            made.draw_back(between(1.0, wrecked), CPU, torch.float32)


def test_a_full_card_leaves_drawing_back_to_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    real, tried = Validation.loss, []

    def loss(self: Validation, network: FlowVit, device: torch.device, precision: Any, size: int) -> float:
        tried.append((device.type, precision))
        if device.type != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
        return real(self, network, device, precision, size)

    monkeypatch.setattr(Validation, "loss", loss)
    monkeypatch.setattr(FlowVit, "to", lambda self, *_, **__: self)
    made = Anchor(model(), replace(QUICK, forgetting=1e6))
    assert made.draw_back(model(), torch.device("mps"), torch.bfloat16) == 1
    assert tried[:3] == [("mps", torch.bfloat16)] * 2 + [("cpu", torch.float32)]


def test_drawing_back_can_be_cancelled() -> None:
    def progress(done: int, total: int, note: str = "") -> None:
        if not note.startswith("epoch"):
            assert 0 <= done < total
            raise Cancelled

    with pytest.raises(Cancelled):
        trainer(replace(QUICK, forgetting=1.0)).run(progress)


def test_a_negative_share_of_forgetting_is_refused() -> None:
    with pytest.raises(SettingsError, match="forgetting"):
        TrainSettings(forgetting=-0.1)
