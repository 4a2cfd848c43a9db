"""How long a training may take: a budget in words, and as many epochs as fit, fixed before the training begins."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from cpsam_core.finetune.rate_plan import FEWEST_EPOCHS, shortened
from cpsam_core.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.data.dataset import TrainingSet
    from cpsam_core.finetune.settings import TrainSettings
    from cpsam_core.network.vit import FlowVit
    from cpsam_core.retrain.plan import RetrainingPlan

__all__ = [
    "BUDGETS",
    "Budget",
    "BudgetName",
    "TrainingPace",
    "measure_pace",
    "pace_of_step",
    "shortened",
    "within_minutes",
]

BudgetName = Literal["quick", "normal", "thorough", "paper"]

Clock = Callable[[], float]

# The first of which is slower than all others and is left out.
FIRST_STEPS = 3
# Of steps that tell the pace.
ENOUGH_SECONDS = 3.0
MOST_STEPS = 40
# Time of measuring average precision on the way, in times of the training itself.
SCORING = 0.25
# Trainings that a thorough verdict costs, in all.
FOLDED = 2
# Epochs without a smaller loss on other crops after which nothing better is to be expected.
PATIENCE_EPOCHS = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """What a training may cost.

    Attributes
    ----------
    minutes
        How long it may take, about; None is as long as the recipe takes.
    patience
        Epochs without a better result after which it ends; 0 never does.
    thorough
        Whether every image judges, see `kept_aside.split`.
    """

    minutes: float | None = None
    patience: int = 0
    thorough: bool = False

    def seconds(self, pace: TrainingPace) -> float:
        """Return how long it takes at the most at this pace; a few epochs are trained however long they take."""
        trainings = FOLDED if self.thorough else 1
        bound = pace.trained(trainings)
        if self.minutes is None:
            return bound
        least = pace.epoch * min(FEWEST_EPOCHS, pace.epochs) * trainings + pace.score
        return min(bound, max(60 * self.minutes, least))

    def epochs(self, pace: TrainingPace) -> int:
        """Return how many epochs fit at this pace, at the most."""
        if self.minutes is None:
            return pace.epochs
        return pace.fits(60 * self.minutes, FOLDED if self.thorough else 1)[0]


BUDGETS: Mapping[BudgetName, Budget] = {
    "quick": Budget(5, PATIENCE_EPOCHS),
    "normal": Budget(20, PATIENCE_EPOCHS),
    "thorough": Budget(90, PATIENCE_EPOCHS, thorough=True),
    # The published recipe: all epochs, and the last one is the result.
    "paper": Budget(),
}


@dataclass(frozen=True, slots=True)
class TrainingPace:
    """How quickly this computer trains a model.

    Attributes
    ----------
    step
        Seconds of one step, with its share of the loss on other crops.
    steps
        Steps in an epoch.
    epochs
        Of the whole recipe.
    score
        Seconds of measuring the average precision once; 0 where nothing is kept aside or it is not known.
    score_every
        Epochs between two such measurements.
    """

    step: float
    steps: int
    epochs: int
    score: float = 0.0
    score_every: int = 10

    @property
    def epoch(self) -> float:
        """Seconds of one epoch."""
        return self.step * self.steps

    @property
    def whole(self) -> float:
        """Seconds of the whole recipe."""
        return self.epoch * self.epochs + math.ceil(self.epochs / self.score_every) * self.score

    def trained(self, trainings: int) -> float:
        """Return the seconds of so many trainings, of which one measures the average precision on the way."""
        return self.whole + self.epoch * self.epochs * (trainings - 1)

    def fitting(self, settings: TrainSettings, seconds: float, trainings: int = 1) -> TrainSettings:
        """Return the settings with as many epochs as fit into a time, at least a few, for so many trainings.

        Only one of them measures the average precision on the way, so seldom that it costs a part of the time.
        """
        if self.trained(trainings) <= seconds:
            return settings
        epochs, every = self.fits(seconds, trainings)
        return shortened(replace(settings, score_every=every), epochs)

    def fits(self, seconds: float, trainings: int = 1) -> tuple[int, int]:
        """Return how many epochs fit into a time, and after how many of them the average precision is measured."""
        if self.trained(trainings) <= seconds:
            return self.epochs, self.score_every
        epoch = max(self.epoch, 1e-9)
        every = max(self.score_every, math.ceil(self.score / (SCORING * epoch)))
        fitting = math.floor((seconds - self.score) / (epoch * trainings + self.score / every))
        return min(self.epochs, max(FEWEST_EPOCHS, fitting)), every


def measure_pace(
    plan: RetrainingPlan,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
    clock: Clock = time.monotonic,
) -> TrainingPace:
    """Load the start model, take a few steps, which are thrown away, and return how quick they were."""
    from cpsam_core.retrain.run import choosing_set, read_all, scorer, training_sets
    from cpsam_core.weights import load_start

    def told(done: int, total: int, note: str = "") -> None:
        progress(0, 1, "Measuring the pace")

    told(0, 1)
    maps = 3 + len(plan.classes) if plan.classes else None
    model, _ = load_start(plan.start, plan.channels, maps, progress)
    data, aside = training_sets(plan)
    for some in (data, aside) if aside is not None else (data,):
        # What is read once is no part of the pace.
        read_all(some, progress)
    timed = _Timing(
        model, plan.settings, (data, choosing_set(plan) or aside), (device, precision), told, clock
    )
    rough = timed.step(FIRST_STEPS)
    more = math.ceil(ENOUGH_SECONDS / max(rough, 1e-9)) + 1
    step = timed.step(min(more, MOST_STEPS)) if more > FIRST_STEPS else rough
    score, begun = scorer(plan, device, precision, told), clock()
    if score is not None:
        score(model)
    spent = clock() - begun if score is not None else 0.0
    return replace(pace_of_step(plan, step), score=spent)


@dataclass(frozen=True)
class _Timing:
    """Short trainings of one model, to see how long they take."""

    model: FlowVit
    settings: TrainSettings
    sets: tuple[TrainingSet, TrainingSet | None]
    where: tuple[str | None, str | None]
    progress: Progress
    clock: Clock

    def step(self, steps: int) -> float:
        """Return the seconds of one of so many steps, the first left out."""
        from cpsam_core.finetune.trainer import Trainer

        quick = replace(
            self.settings,
            epochs=1,
            samples=steps * self.settings.batch_size,
            warmup=0,
            schedule="constant",
            patience=0,
            forgetting=0.0,
        )
        data, aside = self.sets
        trainer = Trainer(self.model, data, quick, *self.where, validation=aside, choosing=False)
        ends: list[float] = []
        waited = 0.0

        def told(done: int, total: int, note: str = "") -> None:
            nonlocal waited
            begun = self.clock()
            # May let the training wait for others.
            self.progress(done, total, note)
            waited += self.clock() - begun
            ends.append(self.clock() - waited)

        trainer.run(told)
        return (self.clock() - waited - ends[0]) / (steps - 1)


def pace_of_step(plan: RetrainingPlan, seconds: float) -> TrainingPace:
    """Return the pace of a training whose steps take so long."""
    from cpsam_core.finetune.trainer import MIN_SAMPLES
    from cpsam_core.retrain.run import training_sets

    samples = plan.settings.samples or training_sets(plan)[0].samples(MIN_SAMPLES)
    settings = plan.settings
    steps = math.ceil(samples / settings.batch_size)
    return TrainingPace(seconds, steps, settings.epochs, score_every=settings.score_every)


def within_minutes(
    plan: RetrainingPlan,
    minutes: float,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
    clock: Clock = time.monotonic,
) -> RetrainingPlan:
    """Return the plan with as many epochs as the time allows, never more than it had; the reason is in its warnings.

    The training itself keeps to the time, see `TrainSettings.budget_minutes`.
    The pace is measured for it, see `measure_pace`. Judging the new model comes on top.
    """
    pace = measure_pace(plan, device, precision, progress, clock)
    trainings = FOLDED if plan.folds else 1
    settings = pace.fitting(plan.settings, minutes * 60, trainings)
    said = _limit_words(pace, plan.settings, settings, minutes, trainings)
    settings = replace(settings, budget_minutes=minutes, budget_trainings=trainings)
    return replace(plan, settings=settings, warnings=(*plan.warnings, *said))


def _limit_words(
    pace: TrainingPace, before: TrainSettings, after: TrainSettings, minutes: float, trainings: int
) -> tuple[str, ...]:
    """Return what the limit changed, in words; nothing where all fits."""
    if after == before:
        return ()
    if after.epochs == before.epochs:
        return (
            f"Average precision is measured every {after.score_every} epochs, to keep within {minutes:g} minutes.",
        )
    takes = (pace.epoch * after.epochs * trainings + pace.score) / 60
    if after.epochs <= FEWEST_EPOCHS and round(takes) > minutes:
        return (
            f"{after.epochs} epochs instead of {before.epochs}: the fewest that are trained; they take about "
            f"{takes:.0f} minutes here.",
        )
    return (
        f"{after.epochs} epochs instead of {before.epochs}: as many as fit into {minutes:g} minutes here.",
    )
