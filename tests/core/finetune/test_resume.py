"""A training that is interrupted goes on as if nothing had been."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from cpsam_core.errors import TrainingError
from cpsam_core.finetune import Trainer, TrainingEvent, TrainResult, TrainSettings
from cpsam_core.network.config import VitConfig
from cpsam_core.progress import Cancelled
from cpsam_core.system import write_errors
from tests.core.finetune.tiny_training import LITE, PATCH, QUICK, CancelAfter, Disks, model, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")


def known(result: TrainResult) -> list[dict[str, Any]]:
    """Return what the reports say, but for the time, which differs."""
    return [dataclasses.asdict(replace(r, seconds=0, seconds_left=0, epochs=0)) for r in result.reports]


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


KINDS = {
    "lean": replace(QUICK, memory="lean", layer_drop=0.5),
    "paged, averaged": replace(QUICK, memory="paged", averaging=0.9),
    "adapters": replace(QUICK, mode="adapters", rank=4, memory="lean"),
    "last": replace(QUICK, mode="last", blocks=1, averaging=0.5),
    "impatient": replace(QUICK, epochs=8, patience=2, learning_rate=0.5),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_training_is_resumed(tmp_path: Path, kind: str) -> None:
    settings, state = KINDS[kind], tmp_path / "run.partial"

    def made(**options: Any) -> Trainer:
        return trainer(settings, PATCH, validation=Disks(), score=lambda network: 0.5, **options)

    whole = made().run()
    for steps in (3, 2):
        with pytest.raises(Cancelled):
            made(resume=state).run(CancelAfter(steps))
    resumed = made(resume=state).run()
    assert known(resumed) == known(whole)
    assert (resumed.best_epoch, resumed.stopped) == (whole.best_epoch, whole.stopped)
    assert same(resumed.model, whole.model)
    again = made(resume=state).run(CancelAfter(1))  # trains no step
    assert known(again) == known(whole)
    assert same(again.model, whole.model)


def kill_after(state: Path, steps: int) -> None:
    """Train in a process of its own, which is killed within an epoch."""
    torch.set_num_threads(1)

    def progress(done: int, total: int, note: str = "") -> None:
        if done == steps:
            os.kill(os.getpid(), signal.SIGKILL)

    trainer(QUICK, resume=state, validation=Disks()).run(progress)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
def test_killed_and_resumed(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    process = multiprocessing.get_context("spawn").Process(target=kill_after, args=(state, 5))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert state.exists()
    resumed = trainer(QUICK, resume=state, validation=Disks())
    assert len(resumed.reports) == 2
    whole = trainer(QUICK, validation=Disks()).run()
    result = resumed.run()
    assert known(result) == known(whole)
    assert same(result.model, whole.model)


def test_a_finished_training_is_not_done_again(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    first = trainer(resume=state).run()
    again = trainer(resume=state).run(CancelAfter(1))
    assert again.losses == first.losses
    assert same(again.model, first.model)


def test_a_large_state_is_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    real, saves = torch.save, []

    def slow(state: dict[str, Any], path: Path) -> None:
        saves.append(len(state["reports"]))
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
def test_a_full_disk_ends_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    state, real, saves = tmp_path / "run.partial", torch.save, []
    events: list[TrainingEvent] = []

    def full(values: object, path: Path) -> None:
        saves.append(path)
        if len(saves) == 1:
            real(values, path)
            return
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(torch, "save", full)
    monkeypatch.setattr(write_errors.shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    result = trainer(resume=state, on_event=events.append).run()
    assert len(saves) == 3
    assert [event.kind for event in events] == ["unsaved"]  # said once
    assert "cannot be written" in events[0].text
    assert "the disk is full" in events[0].text
    assert "cannot be written" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    monkeypatch.undo()
    resumed = trainer(resume=state)
    assert len(resumed.reports) == 1
    assert same(resumed.run().model, result.model)


def test_resuming_is_told(tmp_path: Path) -> None:
    state, events = tmp_path / "run.partial", []
    trainer(replace(QUICK, epochs=1), resume=state).run()
    trainer(resume=state, on_event=events.append)
    assert [(event.kind, event.text, event.memory) for event in events] == [
        ("resumed", "going on after epoch 1", "plenty")
    ]


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
    begun = resumed.learner.trained.average
    assert begun
    assert all(torch.equal(value, begun[name]) for name, value in first.model.named_parameters())


def test_another_mode_of_memory_after_resuming(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    trainer(replace(QUICK, epochs=1), resume=state).run()
    for memory in ("lean", "paged"):
        other = tmp_path / memory
        other.write_bytes(state.read_bytes())
        resumed = trainer(replace(QUICK, memory=memory), resume=other).run()
        assert resumed.losses == pytest.approx(trainer().run().losses, rel=1e-4)


def test_a_state_of_the_first_version(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    trainer(replace(QUICK, epochs=1), resume=state).run()
    values = torch.load(state, weights_only=True)
    first = {
        "model": values["trained"],
        "average": {},
        "optimiser": values["optimiser"],
        "losses": [report["training_loss"] for report in values["reports"]],
        "steps": values["steps"],
        "config": values["config"],
    }
    torch.save(first, state)
    assert same(trainer(resume=state).run().model, trainer().run().model)


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


def test_states_of_other_modes_are_named(tmp_path: Path) -> None:
    state, adapters = tmp_path / "run.partial", replace(QUICK, epochs=1, mode="adapters", rank=4)
    trainer(adapters, resume=state).run()
    for settings in (QUICK, replace(adapters, rank=8), replace(QUICK, mode="last")):
        with pytest.raises(TrainingError, match="training in mode adapters 4, not"):
            trainer(settings, resume=state)


def test_a_state_with_other_frozen_weights_is_named(tmp_path: Path) -> None:
    state, settings = tmp_path / "run.partial", TrainSettings(**{**vars(QUICK), "mode": "last", "blocks": 0})
    trainer(replace(settings, epochs=1), resume=state).run()
    assert len(trainer(settings, resume=state).reports) == 1
    with pytest.raises(TrainingError, match="another network"):
        Trainer(model(LITE, seed=1), Disks(), settings, "cpu", "float32", state)  # type: ignore[arg-type]


def test_a_damaged_weight_is_named(tmp_path: Path) -> None:
    state = tmp_path / "run.partial"
    trainer(replace(QUICK, epochs=1), resume=state).run()
    values = torch.load(state, weights_only=True)
    values["trained"]["encoder.pos_embed"] = torch.zeros(3)
    torch.save(values, state)
    with pytest.raises(TrainingError, match="another network"):
        trainer(config=VitConfig(**vars(LITE)), resume=state)
