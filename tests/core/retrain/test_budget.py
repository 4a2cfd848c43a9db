"""A training takes as long as it was given, by the clock of a computer whose pace is known."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cpsam_core.finetune import TrainSettings
from cpsam_core.finetune import trainer as trainer_module
from cpsam_core.finetune.learner import Learner
from cpsam_core.retrain import TrainOptions, candidates_in, click, one_click, retrain, run
from cpsam_core.retrain.budget import (
    BUDGETS,
    TrainingPace,
    measure_pace,
    pace_of_step,
    shortened,
    within_minutes,
)
from cpsam_core.retrain.options import plan_of, settled
from tests.core.retrain.clicks import QUICK, Hears, options

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_time_limit_makes_fewer_epochs(cells: Path, tiny_model: Path) -> None:
    changes = {**QUICK, "epochs": 9}
    outcome = one_click(candidates_in(cells), options(tiny_model, changes=changes, minutes=1e-9), Hears())
    assert len(outcome.trained.card.losses) == 5  # fewer would teach nothing
    assert any("5 epochs instead of 9" in text for text in outcome.plan.warnings)


class Machine:
    """A computer with a clock of its own, on which each step and each measuring takes a known time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: float, score: float) -> None:
        self.now, self.steps, self.step = 0.0, 0, step
        real_step = Learner.step

        def slow_step(learner: Learner, *args: Any) -> Any:
            # The first step of a program is slow, and later ones are not all alike.
            self.now += 20 * self.step if self.steps == 0 else self.step * (0.8, 1.0, 1.2)[self.steps % 3]
            self.steps += 1
            return real_step(learner, *args)

        def slow_scorer(*args: Any) -> Any:
            def measure(model: Any) -> float:
                self.now += score
                return 0.5

            return measure

        monkeypatch.setattr(Learner, "step", slow_step)
        monkeypatch.setattr(run, "scorer", slow_scorer)
        monkeypatch.setattr(click, "scorer", slow_scorer)

    def clock(self) -> float:
        return self.now

    def training_clock(self) -> SimpleNamespace:
        """Return the clock of an epoch that begins now."""
        begun = self.now
        return SimpleNamespace(seconds=lambda: self.now - begun, left_out=nullcontext)


@pytest.mark.parametrize(("step", "score"), [(1.0, 1.0), (4.0, 30.0)])
def test_a_training_takes_as_long_as_it_was_given(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, step: float, score: float
) -> None:
    """Estimate and truth agree to a half, by the clock of a computer whose pace is known."""
    machine = Machine(monkeypatch, step, score)
    asked = options(tiny_model, changes={**QUICK, "epochs": 200, "score_every": 1})
    plan = plan_of(candidates_in(cells), asked)
    minutes = 40 * step / 60  # of 400 steps
    fits = within_minutes(plan, minutes, "cpu", "float32", clock=machine.clock)
    assert 5 <= fits.settings.epochs < 200
    begun = machine.now
    scored = run.scorer(fits, "cpu", "float32")
    retrain(fits, device="cpu", precision="float32", score=scored)
    taken = machine.now - begun
    assert minutes * 60 / 1.5 < taken < minutes * 60 * 1.5


def test_what_fits_is_left_as_it_was(cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, 1.0, 1.0)
    plan = plan_of(candidates_in(cells), options(tiny_model))
    fits = within_minutes(plan, 60, "cpu", "float32", clock=machine.clock)
    assert fits == replace(plan, settings=replace(plan.settings, budget_minutes=60))


def test_a_machine_that_becomes_slower_keeps_the_budget(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, 1.0, 0.0)
    plan = plan_of(candidates_in(cells), options(tiny_model, changes={**QUICK, "epochs": 200}))
    fits = within_minutes(plan, 60 / 60, "cpu", "float32", clock=machine.clock)
    planned = fits.settings.epochs
    machine.step *= 2
    monkeypatch.setattr(trainer_module, "Clock", machine.training_clock)
    begun, hears = machine.now, Hears()
    done = retrain(fits, device="cpu", precision="float32", on_event=hears.on_event)
    assert 45 < machine.now - begun < 75
    assert 5 < len(done.result.reports) < planned
    assert done.result.stopped == "finished"
    assert any("Slower than expected" in event.text for event in hears.events)


def test_the_fewest_epochs_are_trained_and_it_is_said(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, 10.0, 0.0)
    plan = plan_of(candidates_in(cells), options(tiny_model, changes={**QUICK, "epochs": 200}))
    fits = within_minutes(plan, 0.5, "cpu", "float32", clock=machine.clock)
    assert fits.settings.epochs == 5
    assert fits.warnings[-1] == (
        "5 epochs instead of 200: the fewest that are trained; they take about 2 minutes here."
    )
    monkeypatch.setattr(trainer_module, "Clock", machine.training_clock)
    hears = Hears()
    done = retrain(fits, device="cpu", precision="float32", on_event=hears.on_event)
    assert len(done.result.reports) == 5
    told = [event.text for event in hears.events if event.kind == "shortened"]
    assert told == ["The 5 epochs that are trained in any case take longer than 0.5 minutes."]


def test_a_pace_knows_folds_and_scores() -> None:
    pace = TrainingPace(0.5, 4, 20, 30.0)
    assert pace.whole == 20 * 4 * 0.5 + 2 * 30
    settings = TrainSettings(epochs=20, warmup=0, score_every=10)
    assert pace.fitting(settings, 100) is settings
    rare = pace.fitting(settings, 90)  # measured less often, as many epochs fit as before
    assert rare.score_every > 20 and rare.epochs == 20
    assert pace.fitting(settings, 110, trainings=2).epochs == 17
    assert pace.fitting(settings, 1).epochs == 5


def test_a_shortened_recipe_rises_for_a_quarter_at_most() -> None:
    assert [shortened(TrainSettings(epochs=500), epochs).warmup for epochs in (400, 40, 20)] == [10, 10, 5]


def test_a_budget_is_a_word_for_minutes_patience_and_verdict() -> None:
    quick, thorough = (settled(TrainOptions("m", budget=name)) for name in ("quick", "thorough"))
    assert (quick.minutes, quick.thorough, quick.changes) == (5, False, {"patience": 20})
    assert (thorough.minutes, thorough.thorough) == (90, True)
    assert settled(TrainOptions("m")) == TrainOptions("m")  # the paper's recipe
    own = settled(TrainOptions("m", changes={"patience": 3}, minutes=2.0, budget="normal"))
    assert (own.minutes, own.changes, own.budget) == (2.0, {"patience": 3}, "paper")
    long, short = TrainingPace(1.0, 10, 100), TrainingPace(1.0, 1, 100)
    assert BUDGETS["quick"].seconds(long) == 300 and BUDGETS["quick"].seconds(short) == 100
    assert BUDGETS["thorough"].seconds(long) == 2000 and BUDGETS["paper"].seconds(long) == 1000
    # So few epochs are trained in any case, so that is how long it takes.
    slow = TrainingPace(10.0, 12, 100, score=20.0)
    assert BUDGETS["quick"].seconds(slow) == 5 * 120 + 20
    settings = slow.fitting(TrainSettings(epochs=100), 300)
    assert settings.epochs * slow.epoch + slow.score == BUDGETS["quick"].seconds(slow)


def test_the_pace_of_a_training_is_measured_in_steps(cells: Path, tiny_model: Path) -> None:
    changes = {**QUICK, "samples": 7, "batch_size": 2, "epochs": 9}
    plan = plan_of(candidates_in(cells), options(tiny_model, changes=changes))
    pace = measure_pace(plan, "cpu", "float32")
    assert pace.steps == 4 and pace.epochs == 9 and pace.step > 0
    scores = math.ceil(9 / pace.score_every)
    assert pace.whole == pytest.approx(36 * pace.step + scores * pace.score)
    assert pace_of_step(plan, 0.5).epoch == 2.0
