"""Training by the clock: the rate follows the share of the time that is used."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.errors import SettingsError
from cpsam_core.finetune import Control
from cpsam_core.finetune import trainer as trainer_module
from cpsam_core.finetune.rate_plan import FEWEST_EPOCHS, RatePlan
from cpsam_core.finetune.reports import slower_text
from cpsam_core.progress import Cancelled
from tests.core.finetune.tiny_training import QUICK, CancelAfter, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

TEN = replace(QUICK, minutes=10.0, schedule="linear", learning_rate=1.0)
STEP = 4.0  # seconds that a step takes by the clock of these tests


class SlowClock:
    """A clock that moves with the steps of a training only."""

    def __init__(self) -> None:
        self._now = 0.0

    def seconds(self) -> float:
        self._now += STEP / 2  # it is looked at twice in a step
        return self._now

    def left_out(self) -> AbstractContextManager[None]:
        """It moves by itself only."""
        return nullcontext()


def test_the_rate_rises_and_falls_with_the_time() -> None:
    plan = RatePlan(TEN)
    rates = [plan.rate(epoch, 0.6 * epoch + 0.3) for epoch in range(1001)]
    assert 0 < rates[0] < rates[10] < rates[19] == 1
    assert (np.diff(rates[20:999]) < 0).all()
    assert rates[510] == pytest.approx(0.5, abs=0.01)
    assert 0 < rates[-1] < 0.002
    assert plan.rate(0, 1e9) == rates[-1]  # the last step may end late


def test_the_time_decides_and_not_the_epochs() -> None:
    plan = RatePlan(replace(TEN, epochs=1))
    assert not plan.is_over(50, 599.0)
    assert plan.is_over(0, 600.0)
    assert plan.seconds_left(450.0, [450.0]) == 150
    assert plan.total(30, 300.0, 1) == 60
    assert plan.total(61, 601.0, 1) == 61


def test_without_minutes_epochs_decide() -> None:
    plan = RatePlan(replace(TEN, minutes=None, epochs=4, warmup=0))
    assert [plan.is_over(3, 1e9), plan.is_over(4, 0.0)] == [False, True]
    assert plan.total(1, 5.0, 4) == 4
    # Two epochs are to come, each as long as those that took any time.
    assert plan.seconds_left(5.0, [0.0, 5.0]) == 10
    assert plan.seconds_left(0.0, [0.0]) == 0
    assert [plan.rate(epoch, 1e9) for epoch in range(4)] == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_measuring_now_and_then_does_not_count_as_a_slower_pace() -> None:
    planned = replace(TEN, minutes=None, epochs=100, warmup=0, score_every=30, budget_minutes=125 / 60)
    done = [1.0] * 29 + [8.5]  # 30 epochs of 1.25 seconds on average, as planned
    for more in range(30):
        assert RatePlan(planned).fitting([*done, *[1.0] * more]) >= 99


def test_a_budget_that_a_cross_validation_shares_is_named_whole_and_kept_by_half() -> None:
    alone = replace(TEN, minutes=None, epochs=100, warmup=0, budget_minutes=1.0)
    shared = replace(alone, budget_minutes=2.0, budget_trainings=2)
    assert shared.own_minutes == 1.0
    done = [1.0] * 20
    assert RatePlan(shared).fitting(done) == RatePlan(alone).fitting(done) == 60
    assert slower_text(60, shared, False) == (
        "Slower than expected: 60 epochs instead of 100, to keep within 2 minutes together with the cross-validation."
    )
    assert "2 minutes together with the cross-validation" in slower_text(5, shared, True)
    assert slower_text(60, alone, False).endswith("to keep within 1 minutes.")


def test_a_slow_first_epoch_tells_nothing_of_the_others() -> None:
    plan = RatePlan(replace(TEN, minutes=None, epochs=100, warmup=0, budget_minutes=110 / 60))
    assert plan.fitting([11.0]) == plan.fitting([11.0, 1.0]) == 100
    assert plan.seconds_left(12.0, [11.0, 1.0]) == 98
    assert plan.fitting([11.0, 2.0]) < 60


@pytest.mark.parametrize(("before", "after", "at"), [(110, 99, 80), (310, 300, 230)])
def test_a_rate_that_falls_does_not_rise_again_when_epochs_become_fewer(
    before: int, after: int, at: int
) -> None:
    plan = RatePlan(
        replace(QUICK, minutes=None, epochs=before, schedule="finetune", warmup=10, budget_minutes=1.0)
    )
    last = plan.rate(at, 0.0)
    assert last < plan.rate(20, 0.0)
    plan.shorten(after)
    rates = [plan.rate(epoch, 0.0) for epoch in range(at, after)]
    assert rates[0] <= last and (np.diff(rates) <= 0).all()


@pytest.mark.parametrize("minutes", [0, -1.0, float("inf"), float("nan")])
def test_times_that_make_no_sense_are_refused(minutes: float) -> None:
    with pytest.raises(SettingsError, match="some minutes"):
        replace(QUICK, minutes=minutes)


def test_a_training_ends_annealed_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "Clock", SlowClock)
    watched = trainer(replace(TEN, minutes=1.0, samples=8, learning_rate=1e-3))
    rates: list[float] = []
    totals: list[int] = []

    def watch(done: int, total: int, note: str = "") -> None:
        rates.append(watched.optimiser.param_groups[0]["lr"])
        totals.append(total)

    result = watched.run(watch)
    assert result.stopped == "finished"
    assert len(rates) == watched.steps == pytest.approx(60 / STEP, abs=4)
    assert rates[-1] < 0.15 * max(rates)
    assert totals[-1] == pytest.approx(len(rates), abs=1)
    assert result.reports[-1].epoch == result.reports[-1].epochs
    assert result.reports[-1].seconds_left == 0


def test_a_resumed_training_has_the_time_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "Clock", SlowClock)
    settings, state = replace(TEN, minutes=1.0, samples=8, learning_rate=1e-3), tmp_path / "run.partial"
    with pytest.raises(Cancelled):
        trainer(settings, resume=state).run(CancelAfter(6))  # in the second epoch of four steps
    resumed = trainer(settings, resume=state)
    used = resumed.seconds
    assert used > 0
    steps: list[int] = []
    resumed.run(lambda done, total, note="": steps.append(done))
    assert steps[0] == 5
    assert len(steps) == pytest.approx((60 - used) / STEP, abs=4)


def test_an_early_end_is_still_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "Clock", SlowClock)
    control = Control()
    control.stop()
    assert trainer(TEN, control=control).run().stopped == "asked"


def test_as_many_epochs_as_planned_are_not_called_fewer() -> None:
    """With the fewest that are trained it had said "5 epochs instead of 5"."""
    told: list[str] = []
    settings = replace(QUICK, epochs=FEWEST_EPOCHS, budget_minutes=60.0)
    trainer(settings, on_event=lambda event: told.append(event.text)).run()
    assert told == []
