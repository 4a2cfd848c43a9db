"""The training loop on problems small enough to watch."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from cpsam_core.augment import Augmentation, Example
from cpsam_core.dataset import make_example
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import Trainer, TrainResult, TrainSettings
from cpsam_core.loader import Batch
from cpsam_core.progress import Cancelled, silent
from cpsam_core.vit import FlowVit, VitConfig

LITE = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64, layer_drop=0.3)
PATCH = VitConfig(depth=2, width=32, heads=2, tile=64, patch=8, neck=16, layer_drop=0.4)
QUICK = TrainSettings(
    epochs=3,
    samples=4,
    batch_size=2,
    learning_rate=1e-3,
    schedule="constant",
    warmup=0,
    augmentation=Augmentation(crop=32, scale=(0.75, 1.25)),
)


class Disks:
    """Stands in for a training set: bright disks on dark ground."""

    channels = 3

    def __init__(self, classes: bool = False) -> None:
        self.mixing = {"disks": 1.0}
        masks = np.zeros((80, 80), np.int32)
        for number, (y, x) in enumerate(np.ndindex(3, 3), 1):
            cv2.circle(masks, (14 + 26 * x, 14 + 26 * y), 8, number, -1)
        image = np.repeat((masks > 0)[:, :, None].astype(np.float32), 3, axis=2)
        self.example = make_example(image, masks)
        if classes:
            self.example = replace(
                self.example, classes=np.where(masks > 0, 1 + masks % 2, 0).astype(np.uint8)
            )

    def __len__(self) -> int:
        return 1

    def draw(self, rng: np.random.Generator) -> Example:
        return self.example


def model(config: VitConfig = LITE, seed: int = 0) -> FlowVit:
    torch.manual_seed(seed)
    return FlowVit(config)


def trainer(
    settings: TrainSettings = QUICK, config: VitConfig = LITE, data: Any = None, **options: Any
) -> Trainer:
    options = {"device": "cpu", "precision": "float32", **options}
    return Trainer(model(config), data or Disks(), settings, **options)


def same(a: FlowVit, b: FlowVit) -> bool:
    pairs = zip(a.state_dict().items(), b.state_dict().items(), strict=True)
    return all(key == other and torch.equal(value, twin) for (key, value), (other, twin) in pairs)


class CancelAfter:
    """Progress that stops the work after some steps."""

    def __init__(self, steps: int) -> None:
        self.left, self.calls = steps, 0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        self.calls += 1
        if self.calls == self.left:
            raise Cancelled


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
        QUICK, epochs=8, samples=32, batch_size=4, learning_rate=3e-3, clip=1.0, layer_drop=0.0,
        augmentation=Augmentation(crop=64),
    )  # fmt: skip
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


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_cancelled_within_a_step_and_resumed_as_if_nothing_had_been(tmp_path: Path, steps: int) -> None:
    settings = replace(QUICK, averaging=0.9, layer_drop=0.5)
    whole = trainer(settings).run()
    state = tmp_path / "run.partial"
    progress = CancelAfter(steps)
    stopped = trainer(settings, resume=state)
    with pytest.raises(Cancelled):
        stopped.run(progress)
    assert progress.calls == stopped.steps == steps
    assert state.exists() == (steps > 2)  # two steps an epoch
    resumed = trainer(settings, resume=state)
    assert len(resumed.losses) == (steps - 1) // 2 if steps > 2 else not resumed.losses
    result = resumed.run()
    assert result.losses == whole.losses
    assert same(result.model, whole.model)
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]


def test_no_thread_goes_on_after_cancelling() -> None:
    with pytest.raises(Cancelled):
        trainer(replace(QUICK, samples=400)).run(CancelAfter(1))
    for thread in threading.enumerate():
        if thread.name.startswith("augment"):
            thread.join(timeout=10)
            assert not thread.is_alive()


def test_a_finished_training_is_not_done_again(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    first = trainer(resume=state).run()
    again = trainer(resume=state).run(CancelAfter(1))
    assert again.losses == first.losses
    assert same(again.model, first.model)


def test_a_large_state_is_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("cpsam_core.finetune.trainer.time.monotonic", lambda: clock[0])
    real, saves = torch.save, []

    def slow(state: dict[str, Any], path: Path) -> None:
        saves.append(len(state["losses"]))
        clock[0] += 2
        real(state, path)

    def progress(done: int, total: int, note: str = "") -> None:
        clock[0] += 5  # ten seconds an epoch

    monkeypatch.setattr(torch, "save", slow)
    trainer(replace(QUICK, epochs=6), resume=tmp_path / "run.partial").run(progress)
    assert saves == [1, 3, 5, 6]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), RuntimeError("PytorchStreamWriter failed")]
)
def test_a_state_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match=r"cannot be written to .*run\.partial"):
        trainer(resume=tmp_path / "run.partial").run()
    assert not list(tmp_path.iterdir())


def test_more_epochs_than_before(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    trainer(replace(QUICK, epochs=1), resume=state).run()
    longer = trainer(resume=state).run()
    assert longer.losses == trainer().run().losses


def test_settings_of_now_hold_after_resuming(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    trainer(replace(QUICK, epochs=1), resume=state).run()
    resumed = trainer(replace(QUICK, weight_decay=0.03, layer_drop=0.1), resume=state)
    assert [group["weight_decay"] for group in resumed.optimiser.param_groups] == [0.03, 0]


def test_averaging_begun_later_starts_from_the_weights(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    first = trainer(replace(QUICK, epochs=1), resume=state).run()
    resumed = trainer(replace(QUICK, averaging=0.9), resume=state)
    assert resumed.average is not None
    assert same(resumed.average, first.model)


@pytest.mark.parametrize("content", [b"", b"not a file of torch", b"PK\x03\x04 broken"])
def test_a_damaged_state_is_named(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "run.partial"
    state.write_bytes(content)
    with pytest.raises(TrainingError, match=r"run\.partial is not the state of a training"):
        trainer(resume=state)


def test_states_of_other_things_are_named(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    torch.save({"model": model().state_dict()}, state)
    with pytest.raises(TrainingError, match="not the state of a training"):
        trainer(resume=state)
    trainer(replace(QUICK, epochs=1), config=PATCH, resume=tmp_path / "other.partial").run()
    with pytest.raises(TrainingError, match="another network"):
        trainer(resume=tmp_path / "other.partial")


def broken_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the loss NaN after some steps."""
    from cpsam_core.finetune import trainer as finetune

    real: Callable[..., torch.Tensor] = finetune.segmentation_loss
    calls = []

    def loss(*args: Any) -> torch.Tensor:
        calls.append(1)
        return real(*args) * (math.nan if len(calls) > steps else 1)

    monkeypatch.setattr(finetune, "segmentation_loss", loss)


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "run.partial"
    trainer(replace(QUICK, epochs=1), resume=state).run()
    good = state.read_bytes()
    broken_after(1, monkeypatch)
    failing = trainer(resume=state)
    with pytest.raises(TrainingError, match="no longer a number after 3 steps; lower the learning rate"):
        failing.run()
    assert state.read_bytes() == good
    assert all(torch.isfinite(p).all() for p in failing.model.parameters())


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


def test_the_average_is_the_running_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    averaged = trainer(replace(QUICK, averaging=0.5))
    expected = averaged.model.encoder.pos_embed.detach().clone()
    for step in range(1, 5):
        averaged.steps = step
        with torch.no_grad():
            averaged.model.encoder.pos_embed.add_(step)
        averaged._update_average()
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * averaged.model.encoder.pos_embed.detach()
    assert averaged.average is not None
    torch.testing.assert_close(averaged.average.encoder.pos_embed.detach(), expected)


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
        made.out.head.weight.detach().reshape(6, 16, -1)[:3]
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
        losses.append(taught._step(Batch(tiles, given, weights, None)))
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
    ("crop", "match"), [(36, "whole patches of 8"), (128, "at most 64")],
)  # fmt: skip
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
        {"epochs": 0}, {"batch_size": 0}, {"learning_rate": 0.0}, {"learning_rate": math.nan}, {"averaging": 1.0},
        {"samples": -1}, {"seed": -1}, {"threads": 0}, {"schedule": "sine"}, {"warmup": -1}, {"clip": -1.0},
    ],
)  # fmt: skip
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
    assert settings.augmentation.scale == (0.75, 1.25)
    assert settings.to_dict()["augmentation"]["crop"] == 256


def test_running_twice_reports_nothing_twice() -> None:
    done = trainer(replace(QUICK, epochs=1))
    first = done.run(silent)
    assert done.run(CancelAfter(1)).losses == first.losses
