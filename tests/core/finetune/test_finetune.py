"""The training loop on problems small enough to watch."""

from __future__ import annotations

import copy
import math
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.maker import Batch
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import RATES, Trainer, TrainResult, TrainSettings
from cpsam_core.network.config import VitConfig
from cpsam_core.progress import Cancelled, silent
from tests.core.finetune.tiny_training import LITE, PATCH, QUICK, CancelAfter, Disks, model, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("config", [LITE, PATCH])
@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_a_fixed_seed_gives_the_same_losses_and_weights(config: VitConfig, averaging: float) -> None:
    settings = replace(QUICK, averaging=averaging)
    one = trainer(settings, config).run()
    torch.rand(5)
    two = trainer(replace(settings, threads=1), config).run()
    assert one.losses == two.losses
    assert same(one.model, two.model)
    other = trainer(replace(settings, seed=1), config).run()
    assert other.losses != one.losses


def test_the_loss_falls() -> None:
    settings = replace(
        QUICK,
        epochs=8,
        samples=32,
        batch_size=4,
        learning_rate=3e-3,
        clip=1.0,
        layer_drop=0.0,
        augmentation=Augmentation(crop=64),
    )
    result = trainer(settings).run()
    assert len(result.losses) == 8
    assert result.losses[-1] < 0.5 * result.losses[0]
    assert all(math.isfinite(loss) for loss in result.losses)


def test_the_result_is_ready_for_use() -> None:
    result = trainer(replace(QUICK, epochs=1, memory="checkpointing")).run()
    assert isinstance(result, TrainResult)
    assert not result.model.training
    assert not result.model.checkpointing
    assert all(p.dtype == torch.float32 and p.device.type == "cpu" for p in result.model.parameters())


def test_progress_is_reported_after_every_step() -> None:
    seen: list[tuple[int, int, str]] = []
    trainer().run(lambda done, total, note="": seen.append((done, total, note)))
    assert [(done, total) for done, total, _ in seen] == [(k, 6) for k in range(1, 7)]
    assert seen[2][2].startswith("epoch 2/3, loss ")


@pytest.mark.parametrize(("size", "samples", "steps"), [(1, None, 8), (3, 8, 3), (4, 8, 2), (16, 8, 1)])
def test_steps_of_an_epoch(size: int, samples: int | None, steps: int) -> None:
    assert trainer(replace(QUICK, batch_size=size, samples=samples)).steps_per_epoch == steps


def test_no_thread_goes_on_after_cancelling() -> None:
    with pytest.raises(Cancelled):
        trainer(replace(QUICK, samples=400)).run(CancelAfter(1))
    for thread in threading.enumerate():
        if thread.name.startswith("augment"):
            thread.join(timeout=10)
            assert not thread.is_alive()


def test_reduced_precision_keeps_weights_and_optimiser_in_full() -> None:
    reduced = trainer(replace(QUICK, learning_rate=1e-6, epochs=1), precision="bfloat16")
    before = copy.deepcopy(reduced.model)
    seen = set()
    reduced.model.out.head.register_forward_hook(lambda module, given, result: seen.add(result.dtype))
    result = reduced.run()
    assert seen == {torch.bfloat16}
    assert all(p.dtype == torch.float32 for p in result.model.parameters())
    assert all(v.dtype == torch.float32 for s in reduced.optimiser.state.values() for v in s.values())
    # Steps of 1e-6 are lost in bfloat16 beside weights of 0.1, not in float32.
    assert not torch.equal(before.encoder.pos_embed, result.model.encoder.pos_embed)
    assert result.losses == pytest.approx(
        trainer(replace(QUICK, learning_rate=1e-6, epochs=1)).run().losses, rel=0.02
    )


def test_half_precision_is_refused() -> None:
    with pytest.raises(SettingsError, match="too coarse"):
        trainer(precision="float16")


def test_averaged_weights_lag_behind_and_become_the_result() -> None:
    settings = replace(QUICK, averaging=0.999)
    averaged = trainer(settings)
    start = copy.deepcopy(averaged.model)
    result = averaged.run()
    plain = trainer(replace(settings, averaging=0)).run()
    assert not same(result.model, plain.model)
    assert result.losses == plain.losses
    far, near = (
        float((m.encoder.pos_embed - start.encoder.pos_embed).detach().norm())
        for m in (plain.model, result.model)
    )
    assert 0 < near < far


def test_the_average_is_the_running_mean() -> None:
    averaged = trainer(replace(QUICK, averaging=0.5))
    weights = averaged.model.encoder.pos_embed
    expected = weights.detach().clone()
    for step in range(1, 5):
        with torch.no_grad():
            weights.add_(step)
        averaged.learner.trained.update_average(step)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * weights.detach()
    torch.testing.assert_close(averaged.learner.trained.average["encoder.pos_embed"], expected)


def test_learning_rates_follow_the_schedule() -> None:
    settings = replace(QUICK, epochs=4, schedule="linear", warmup=2, learning_rate=0.01)
    watched = trainer(settings)
    rates: list[float] = []
    watched.run(lambda done, total, note="": rates.append(watched.optimiser.param_groups[1]["lr"]))
    assert rates[::2] == pytest.approx([0, 0.01, 0.01 * 2 / 3, 0.01 / 3])


def test_only_weights_decay() -> None:
    groups = trainer().optimiser.param_groups
    assert all(p.ndim > 1 for p in groups[0]["params"])
    assert all(p.ndim == 1 for p in groups[1]["params"])
    assert [group["weight_decay"] for group in groups] == [0.1, 0]
    patch = trainer(config=PATCH)
    held = {id(p) for group in patch.optimiser.param_groups for p in group["params"]}
    assert id(patch.model.W2) not in held
    assert len(held) == sum(p.requires_grad for p in patch.model.parameters())


def test_class_maps_are_trained_where_classes_are_known() -> None:
    config = replace(LITE, out_channels=6, layer_drop=0.0)
    settings = replace(QUICK, epochs=6, samples=16, learning_rate=3e-3)
    known = trainer(settings, config, Disks(classes=True)).run()
    unknown = trainer(settings, config, Disks()).run()
    assert known.losses[0] > unknown.losses[0] + 0.5  # the cross-entropy of three classes
    assert known.losses[-1] < known.losses[0]
    start, moved, kept = (
        made.out.head.weight.detach().reshape(6, 4, -1)[:3]
        for made in (model(config), known.model, unknown.model)
    )
    assert (moved - start).abs().max() > 5 * (kept - start).abs().max()


def test_ignored_regions_teach_nothing() -> None:
    config, settings = replace(LITE, layer_drop=0.0), replace(QUICK, epochs=1)
    one, two = trainer(settings, config), trainer(settings, config)
    rng = np.random.default_rng(0)
    tiles = rng.random((2, 3, 32, 32), np.float32)
    targets = (rng.random((2, 3, 32, 32)) > 0.5).astype(np.float32)
    weights = np.ones((2, 32, 32), np.float32)
    weights[:, :, 16:] = 0
    wrong = targets.copy()
    wrong[:, :, :, 16:] = 1 - wrong[:, :, :, 16:]
    losses = []
    for taught, given in ((one, targets), (two, wrong)):
        torch.manual_seed(0)
        losses.append(taught.learner.step(Batch(tiles, given, weights, None)))
    assert losses[0] == losses[1]
    assert same(one.model, two.model)


def test_checkpointing_changes_nothing_but_memory() -> None:
    plain, saving = trainer(config=PATCH).run(), trainer(replace(QUICK, memory="checkpointing"), PATCH).run()
    assert plain.losses == pytest.approx(saving.losses, rel=1e-5)


def test_layer_drop_of_ones_own_goes_into_the_result() -> None:
    result = trainer(replace(QUICK, epochs=1, layer_drop=0.25)).run()
    assert result.model.config.layer_drop == 0.25
    assert trainer().model.config.layer_drop == 0.3


def test_gradients_are_clipped() -> None:
    clipped = trainer(replace(QUICK, clip=1e-3, epochs=1))
    norms = []
    clipped.run(
        lambda done, total, note="": norms.append(
            float(
                torch.stack([p.grad.norm() for p in clipped.model.parameters() if p.grad is not None]).norm()
            )
        )
    )
    assert max(norms) <= 1.01e-3


@pytest.mark.parametrize(
    ("crop", "match"),
    [(36, "whole patches of 8"), (128, "at most 64")],
)
def test_crops_that_do_not_fit(crop: int, match: str) -> None:
    with pytest.raises(SettingsError, match=match):
        trainer(replace(QUICK, augmentation=Augmentation(crop=crop)))


def test_channels_that_do_not_fit() -> None:
    with pytest.raises(TrainingError, match="takes 2 channels"):
        trainer(config=replace(LITE, in_channels=2))


def test_nothing_to_train() -> None:
    with pytest.raises(TrainingError, match="frozen"):
        Trainer(model().requires_grad_(False), Disks(), QUICK, "cpu", "float32")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": math.nan},
        {"averaging": 1.0},
        {"samples": -1},
        {"seed": -1},
        {"threads": 0},
        {"schedule": "sine"},
        {"warmup": -1},
        {"clip": -1.0},
        {"mode": "half"},
        {"memory": "less"},
        {"rank": 0},
        {"blocks": -1},
        {"patience": -1},
        {"score_every": 0},
        {"samples": 0},
        {"clip": 1.0, "memory": "lean"},
    ],
)
def test_settings_that_make_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        TrainSettings(**values)


def test_defaults_are_the_papers() -> None:
    settings = TrainSettings()
    assert (settings.epochs, settings.batch_size, settings.learning_rate, settings.weight_decay) == (
        100,
        1,
        1e-5,
        0.1,
    )
    assert settings == TrainSettings.for_mode("full")
    assert (settings.mode, settings.memory, settings.patience) == ("full", "auto", 0)
    assert settings.augmentation.scale == (0.75, 1.25)
    assert settings.to_dict()["augmentation"]["crop"] == 256


def test_running_twice_reports_nothing_twice() -> None:
    done = trainer(replace(QUICK, epochs=1))
    first = done.run(silent)
    assert done.run(CancelAfter(1)).losses == first.losses


def test_each_mode_has_a_rate_that_suits_it() -> None:
    assert TrainSettings.for_mode("adapters").learning_rate == RATES["adapters"]
    assert TrainSettings.for_mode("adapters", learning_rate=0.5, epochs=3).learning_rate == 0.5
    with pytest.raises(SettingsError, match="no mode"):
        TrainSettings.for_mode("half")  # type: ignore[arg-type]


def test_weights_of_classes_reach_the_loss() -> None:
    class Weighted(Disks):
        class_weights = np.array([1.0, 0.0, 0.0] + 253 * [0.0], np.float32)

    config, settings = replace(LITE, out_channels=6, layer_drop=0.0), replace(QUICK, epochs=1, samples=2)
    plain = trainer(settings, config, Disks(classes=True)).run()
    weighted = trainer(settings, config, Weighted(classes=True)).run()
    assert plain.losses != weighted.losses
    assert trainer(settings, LITE, Weighted()).learner.class_weights is None
