"""Gradients that are no numbers: they reach no weight, are counted, and many of them end the training."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cpsam_core.data.maker import Batch
from cpsam_core.errors import TrainingError
from cpsam_core.finetune import Trainer, TrainingEvent
from cpsam_core.finetune.learner import MOST_LEFT_OUT, Learner
from cpsam_core.finetune.reports import left_out_text
from cpsam_core.finetune.settings import MemoryMode
from tests.core.finetune.tiny_training import PATCH, QUICK, Disks, same, trainer

ALL_AT_ONCE = replace(QUICK, layer_drop=0.0)


def a_batch() -> Batch:
    size = QUICK.augmentation.crop
    tiles = np.random.default_rng(0).random((2, 3, size, size), np.float32)
    return Batch(tiles, tiles.round(), np.ones((2, size, size), np.float32), None)


def weights(taught: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in taught.model.named_parameters()}


def break_gradient(taught: Trainer, name: str, when: Callable[[], bool] = lambda: True) -> Any:
    """Spoil the gradient of one weight; return the handle of the hook."""
    chosen = dict(taught.model.named_parameters())[name]
    return chosen.register_hook(lambda gradient: gradient * math.inf if when() else gradient)


@pytest.fixture
def break_steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[int]], None]:
    """Spoil the gradients of these steps, counted from 0, of every training."""

    def broken(numbers: Iterable[int]) -> None:
        real, chosen = Learner._loss, set(numbers)

        def loss(self: Learner, batch: Batch) -> torch.Tensor:
            value = real(self, batch)
            if self.steps in chosen:
                # Finite forward, not so on the way back.
                value.register_hook(lambda gradient: gradient * math.nan)
            return value

        monkeypatch.setattr(Learner, "_loss", loss)

    return broken


@pytest.mark.parametrize("clip", [0.0, 1.0])
@pytest.mark.parametrize("memory", ["plenty", "checkpointing"])
def test_a_step_whose_gradient_is_not_finite_is_left_out(
    memory: MemoryMode, clip: float, caplog: pytest.LogCaptureFixture
) -> None:
    taught = trainer(replace(ALL_AT_ONCE, clip=clip, memory=memory))
    before = weights(taught)
    handle = break_gradient(taught, next(iter(before)))
    for _ in range(3):
        taught.learner.step(a_batch())
    assert all(torch.equal(value, before[name]) for name, value in weights(taught).items())
    assert (taught.learner.steps, taught.learner.left_out) == (3, 3)
    assert [record.levelno for record in caplog.records] == [logging.WARNING], "said once"
    assert "not finite" in caplog.text
    handle.remove()
    taught.learner.step(a_batch())
    assert not all(torch.equal(value, before[name]) for name, value in weights(taught).items())
    assert (taught.learner.steps, taught.learner.left_out) == (4, 3)


@pytest.mark.parametrize("memory", ["stepwise", "lean", "paged"])
def test_within_the_backward_pass_only_the_broken_weight_is_left_out(memory: MemoryMode) -> None:
    taught = trainer(replace(ALL_AT_ONCE, memory=memory, weight_decay=0.0))
    before = weights(taught)
    broken = next(iter(before))
    handle = break_gradient(taught, broken)
    taught.learner.step(a_batch())
    after = weights(taught)
    assert torch.equal(after[broken], before[broken])
    assert all(torch.isfinite(value).all() for value in after.values())
    assert sum(not torch.equal(after[name], before[name]) for name in after) > len(after) // 2
    assert taught.learner.left_out == 1
    handle.remove()
    taught.learner.step(a_batch())
    assert not torch.equal(weights(taught)[broken], before[broken]), "its moments are numbers, too"
    assert taught.learner.left_out == 1


@pytest.mark.parametrize("memory", ["plenty", "lean"])
def test_step_after_step_left_out_ends_the_training(
    memory: MemoryMode, tmp_path: Path, break_steps: Callable[[Iterable[int]], None]
) -> None:
    state = tmp_path / "run.partial"
    settings = replace(QUICK, memory=memory, epochs=40)
    trainer(replace(settings, epochs=2), resume=state).run()
    break_steps(range(5, 1000))
    failing = trainer(settings, resume=state)
    with pytest.raises(TrainingError) as raised:
        failing.run()
    assert failing.steps == 5 + MOST_LEFT_OUT
    said = str(raised.value)
    assert f"the gradients of {MOST_LEFT_OUT} steps one after the other are not finite" in said
    assert "(cpu, float32)" in said and "lower the learning rate (0.001)" in said
    assert "another device" not in said, "there is none that computes more exactly"
    assert all(torch.isfinite(p).all() for p in failing.model.parameters())


def test_in_reduced_precision_the_error_says_to_train_in_float32(
    break_steps: Callable[[Iterable[int]], None],
) -> None:
    break_steps(range(1000))
    with pytest.raises(TrainingError, match=r"\(cpu, bfloat16\); train in float32 or lower .* start again"):
        trainer(replace(QUICK, epochs=40), precision="bfloat16").run()


def test_the_best_weights_before_that_are_kept(break_steps: Callable[[Iterable[int]], None]) -> None:
    break_steps(range(4, 1000))
    result = trainer(replace(QUICK, epochs=40), validation=Disks()).run()
    assert result.stopped == "diverged"
    assert "not finite" in result.reason and "The best weights before that are kept" in result.reason
    assert result.best_epoch in (1, 2)


def test_now_and_then_is_counted_and_said_once_at_the_end(
    tmp_path: Path, break_steps: Callable[[Iterable[int]], None], caplog: pytest.LogCaptureFixture
) -> None:
    """In one go, and interrupted and resumed."""
    numbers = [step for step in range(60) if step % MOST_LEFT_OUT]
    break_steps(numbers)
    settings, told = replace(QUICK, epochs=30, averaging=0.9), list[TrainingEvent]()
    whole = trainer(settings, on_event=told.append).run()
    text = f"{len(numbers)} of 60 steps were left out, because the gradient was not finite"
    assert whole.remark == text
    assert [event.text for event in told if event.kind == "left out"] == [f"{text}."]
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
    state = tmp_path / "run.partial"
    trainer(replace(settings, epochs=7), resume=state).run()
    resumed = trainer(settings, resume=state)
    assert (resumed.steps, resumed.learner.left_out) == (14, 13)
    result = resumed.run()
    assert result.remark == text
    assert same(result.model, whole.model)


def test_the_average_follows_the_steps_that_were_taken(break_steps: Callable[[Iterable[int]], None]) -> None:
    """Two steps left out in between change neither the weights nor their average."""
    settings = replace(ALL_AT_ONCE, averaging=0.9)
    plain = trainer(settings)
    for seed in range(2):
        torch.manual_seed(seed)
        plain.learner.step(a_batch())
    break_steps([1, 2])
    broken = trainer(settings)
    for seed in (0, 8, 9, 1):
        torch.manual_seed(seed)
        broken.learner.step(a_batch())
    assert broken.learner.left_out == 2
    for name, average in plain.learner.trained.average.items():
        torch.testing.assert_close(broken.learner.trained.average[name], average)


def test_without_any_nothing_is_said() -> None:
    assert trainer(replace(QUICK, epochs=1)).run().remark == ""
    assert left_out_text(0, 10_000) == ""
    assert left_out_text(3, 10_000).startswith("3 of 10,000 steps were left out")
    assert left_out_text(1, 1_000).startswith("1 of 1,000 steps was left out")


def test_where_memory_ran_out_in_between_the_broken_gradient_is_still_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pass is repeated for what was not stepped; what was broken before the error is not forgotten."""
    taught = trainer(replace(ALL_AT_ONCE, memory="stepwise"), PATCH)
    names = [name for name, p in taught.model.named_parameters() if p.requires_grad]
    break_gradient(taught, next(name for name in reversed(names) if name.endswith("weight")))
    calls: list[int] = []

    def once(gradient: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
        return gradient

    dict(taught.model.named_parameters())[names[0]].register_hook(once)
    taught.learner.step(a_batch())
    assert len(calls) == 2 and taught.memory == "lean"
    assert taught.learner.left_out == 1
    assert all(torch.isfinite(p).all() for p in taught.model.parameters())
