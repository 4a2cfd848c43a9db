"""What a window sees of a training, and how it steers it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cpsam_core.data.example import Example
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import Control, EpochReport, TrainingEvent
from cpsam_core.finetune import learner as learner_module
from cpsam_core.finetune.judge import Validation, is_better, out_of_patience
from cpsam_core.progress import Cancelled
from tests.core.finetune.tiny_training import LITE, PATCH, QUICK, CancelAfter, Disks, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

LONG = replace(QUICK, epochs=6, learning_rate=3e-3)


class Wrong(Disks):
    """Annotated the wrong way round: whoever learns disks gets worse at it."""

    def __init__(self) -> None:
        super().__init__()
        (right,) = self.examples
        self.examples = (replace(right, labels=(right.labels == 0).astype(np.uint32), flows=-right.flows),)


def test_each_epoch_is_reported() -> None:
    seen: list[EpochReport] = []
    result = trainer(validation=Disks(), on_epoch=seen.append).run()
    assert tuple(seen) == result.reports
    assert [(report.epoch, report.epochs) for report in seen] == [(1, 3), (2, 3), (3, 3)]
    assert tuple(report.training_loss for report in seen) == result.losses
    assert all(report.validation_loss and math.isfinite(report.validation_loss) for report in seen)
    assert all(report.average_precision is None for report in seen)
    assert all(report.learning_rate == QUICK.learning_rate for report in seen)
    assert all(report.seconds > 0 for report in seen)
    assert seen[0].seconds_left > 0
    assert seen[-1].seconds_left == 0


def test_nothing_tells_which_epoch_is_best_without_images_kept_aside() -> None:
    result = trainer().run()
    assert result.best_epoch is None
    assert not any(report.best or report.validation_loss for report in result.reports)
    assert (result.stopped, result.reason) == ("finished", "")


def test_watching_changes_no_training() -> None:
    assert trainer(validation=Disks()).run().losses == trainer().run().losses


def test_validation_uses_the_same_crops_each_time_and_leaves_nothing_out() -> None:
    measured = Validation(Disks(), replace(QUICK, samples=64), 64)  # type: ignore[arg-type]
    network = trainer(replace(QUICK, layer_drop=0.9), PATCH).model
    cpu = torch.device("cpu")
    values = [measured.loss(network, cpu, torch.float32, size) for size in (1, 1, 3, 4)]
    assert values[0] == values[1]
    assert values == pytest.approx([values[0]] * 4, rel=1e-5)
    assert network.training


def test_validation_of_classes() -> None:
    config = replace(LITE, out_channels=6)
    with_classes = trainer(QUICK, config, Disks(classes=True), validation=Disks(classes=True)).run()
    without = trainer(QUICK, config, Disks(classes=True), validation=Disks()).run()
    assert with_classes.losses == without.losses
    more, less = (r.reports[0].validation_loss or 0.0 for r in (with_classes, without))
    assert more > less + 0.5  # the cross-entropy of three classes


@pytest.mark.parametrize("averaging", [0.0, 0.5])
def test_the_best_weights_are_the_result(averaging: float) -> None:
    settings = replace(LONG, averaging=averaging)
    result = trainer(settings, validation=Wrong()).run()
    losses = [report.validation_loss or math.inf for report in result.reports]
    assert result.best_epoch == 1 + int(np.argmin(losses)) < 6
    assert [report.best for report in result.reports] == [
        loss < min(losses[:k], default=math.inf) for k, loss in enumerate(losses)
    ]
    shorter = trainer(replace(settings, epochs=result.best_epoch)).run()
    assert same(result.model, shorter.model)


def test_average_precision_decides_where_no_loss_does() -> None:
    scores = iter([0.2, 0.6, 0.4, 0.6, math.nan])
    settings = replace(QUICK, epochs=5, score_every=1)
    result = trainer(settings, score=lambda network: next(scores)).run()
    assert result.best_epoch == 2
    assert same(result.model, trainer(replace(settings, epochs=2)).run().model)


def test_early_stop() -> None:
    events: list[TrainingEvent] = []
    settings = replace(LONG, epochs=50, patience=3)
    result = trainer(settings, validation=Wrong(), on_event=events.append).run()
    assert result.stopped == "patience"
    assert result.reason == "no better result in 3 epochs"
    assert result.best_epoch is not None
    assert len(result.reports) == result.best_epoch + 3 < 50
    assert [(event.kind, event.text) for event in events] == [("stopped", result.ending)]


def test_patience_alone_stops_nothing() -> None:
    assert len(trainer(replace(QUICK, patience=1)).run().reports) == 3


def test_which_is_better() -> None:
    def report(
        epoch: int, loss: float | None, precision: float | None = None, best: bool = False
    ) -> EpochReport:
        return EpochReport(epoch, 9, 1.0, loss, precision, 1e-5, 1.0, 1.0, best)

    assert is_better(1.0, None, [])
    assert is_better(1.0, 0.1, [report(1, 2.0, 0.9)])
    assert not is_better(2.0, 0.9, [report(1, 1.0, 0.1)])
    assert not is_better(math.nan, None, [])
    assert is_better(3.0, None, [report(1, math.nan)])
    assert not is_better(None, None, [])
    assert is_better(None, 0.5, [report(1, None, 0.4), report(2, None)])
    reports = [report(1, 1.0, best=True), report(2, 2.0), report(3, 2.0)]
    assert out_of_patience(reports, 2)
    assert not out_of_patience(reports, 3)
    assert not out_of_patience(reports, 0)
    assert not out_of_patience([], 1)


def test_images_kept_aside_of_other_channels_are_refused() -> None:
    other = Disks()
    other.channels = 2
    with pytest.raises(TrainingError, match="takes 3 channels"):
        trainer(validation=other)


def test_crops_kept_aside_without_anything_that_counts() -> None:
    class Nothing(Disks):
        def example(self, index: int) -> Example:
            plain = super().example(index)
            return replace(plain, complete=np.zeros(plain.labels.shape, bool))

    result = trainer(validation=Nothing()).run()
    assert result.best_epoch is None
    assert all(math.isnan(report.validation_loss or 0) for report in result.reports)


def test_stopped_early_keeps_the_best() -> None:
    control, settings = Control(), replace(LONG, epochs=9)

    def progress(done: int, total: int, note: str = "") -> None:
        if done == 11:
            control.stop()

    told: list[TrainingEvent] = []
    stopped = trainer(settings, validation=Wrong(), control=control, on_event=told.append)
    result = stopped.run(progress)
    assert [event.text for event in told] == ["Training ended early: as asked."]
    assert stopped.steps == 11
    assert (result.stopped, result.reason) == ("asked", "as asked")
    assert len(result.reports) == 5
    assert result.best_epoch is not None
    assert same(result.model, trainer(replace(settings, epochs=result.best_epoch)).run().model)


def test_stopped_in_the_first_epoch_keeps_what_there_is() -> None:
    control = Control()
    control.stop()
    stopped = trainer(control=control)
    result = stopped.run()
    assert stopped.steps == 1
    assert (result.reports, result.stopped) == ((), "asked")
    assert all(torch.isfinite(p).all() for p in result.model.parameters())


def test_what_whoever_is_told_waits_for_is_no_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("cpsam_core.finetune.clock.time.monotonic", lambda: now[0])

    def progress(done: int, total: int, note: str = "") -> None:
        # An image is segmented before the next step.
        now[0] += 1000.0

    waiting = trainer()
    waiting.run(progress)
    assert now[0] >= 1000.0 and waiting.seconds == 0.0


def test_paused_and_continued() -> None:
    control, steps = Control(), []
    held = threading.Event()

    def progress(done: int, total: int, note: str = "") -> None:
        steps.append(done)
        if done == 3 and not control.paused and len(steps) == 3:
            control.pause()
        elif control.paused:
            held.set()

    def wake() -> None:
        assert held.wait(60)
        control.resume()

    helper = threading.Thread(target=wake)
    helper.start()
    paused = trainer(control=control)
    result = paused.run(progress)
    helper.join()
    assert paused.steps == 6
    assert steps.count(3) >= 2  # the window hears from it in a pause, too
    assert sorted(set(steps)) == [1, 2, 3, 4, 5, 6]
    assert result.losses == trainer().run().losses
    assert not control.paused


@pytest.mark.parametrize("how", ["cancel", "stop"])
def test_ended_in_a_pause(how: str) -> None:
    control, calls = Control(), []
    control.pause()

    def progress(done: int, total: int, note: str = "") -> None:
        calls.append(done)
        if len(calls) == 3:
            if how == "cancel":
                raise Cancelled
            control.stop()

    paused = trainer(control=control)
    if how == "cancel":
        with pytest.raises(Cancelled):
            paused.run(progress)
    else:
        assert paused.run(progress).stopped == "asked"
    assert paused.steps == 1


def broken_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the loss NaN after some steps."""
    real: Callable[..., torch.Tensor] = learner_module.segmentation_loss
    calls = []

    def loss(*args: Any) -> torch.Tensor:
        calls.append(1)
        return real(*args) * (math.nan if len(calls) > steps else 1)

    monkeypatch.setattr(learner_module, "segmentation_loss", loss)


@pytest.mark.parametrize("memory", ["plenty", "lean"])
def test_a_loss_that_is_no_number_stops_and_keeps_the_last_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: Any
) -> None:
    state, settings = tmp_path / "run.partial", replace(QUICK, memory=memory)
    trainer(replace(settings, epochs=1), resume=state).run()
    good = state.read_bytes()
    broken_after(1, monkeypatch)
    failing = trainer(settings, resume=state)
    with pytest.raises(TrainingError, match="no longer a number after 3 steps; lower the learning rate"):
        failing.run()
    assert state.read_bytes() == good
    assert all(torch.isfinite(p).all() for p in failing.model.parameters())


def test_a_loss_that_is_no_number_keeps_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = trainer(replace(QUICK, epochs=2), validation=Disks()).run()
    broken_after(5, monkeypatch)  # the validation has a function of its own
    events: list[TrainingEvent] = []
    result = trainer(validation=Disks(), on_event=events.append).run()
    assert result.stopped == "diverged"
    assert "no longer a number after 5 steps; lower the learning rate (0.001)" in result.reason
    assert events[-1].text == result.ending
    assert result.best_epoch == expected.best_epoch
    assert len(result.reports) == 2
    assert same(result.model, expected.model)


@pytest.mark.parametrize("kept_aside", [False, True])
def test_weights_that_are_no_numbers_are_never_saved(tmp_path: Path, kept_aside: bool) -> None:
    state = tmp_path / "run.partial"
    broken = trainer(resume=state, validation=Disks() if kept_aside else None)

    def progress(done: int, total: int, note: str = "") -> None:
        if done == 4:  # the last step of the second epoch: its loss was a number, its gradient not
            broken.model.encoder.pos_embed.data[0, 0, 0, 0] = math.nan

    if kept_aside:
        result = broken.run(progress)
        assert (result.stopped, result.best_epoch, len(result.reports)) == ("diverged", 1, 1)
        assert all(torch.isfinite(p).all() for p in result.model.parameters())
    else:
        with pytest.raises(TrainingError, match="no longer a number after 4 steps"):
            broken.run(progress)
    assert len(trainer(resume=state).reports) == 1


def test_a_control_may_be_used_from_anywhere() -> None:
    control = Control()
    assert not control.paused
    assert not control.stopping
    control.pause()
    assert control.paused
    assert not control.wait(0.001)
    control.resume()
    assert control.wait(0)
    control.pause()
    control.stop()
    assert control.stopping
    assert not control.paused


def test_patience_is_a_number() -> None:
    with pytest.raises(SettingsError):
        replace(QUICK, patience=-2)


def test_cancelled_while_scoring() -> None:
    def score(network: object) -> float:
        raise Cancelled

    with pytest.raises(Cancelled):
        trainer(replace(QUICK, score_every=1), score=score).run(CancelAfter(9))


def test_a_score_that_does_not_fit_beside_the_training_ends_nothing() -> None:
    def score(network: object) -> float:
        raise RuntimeError("CUDA out of memory")

    result = trainer(replace(QUICK, score_every=1), score=score).run()
    assert result.stopped == "finished"
    assert result.best_epoch is None
    assert all(math.isnan(report.average_precision or 0) for report in result.reports)
    with pytest.raises(RuntimeError, match="something else"):
        trainer(replace(QUICK, score_every=1), score=lambda network: fail("something else")).run()


def fail(words: str) -> float:
    raise RuntimeError(words)
