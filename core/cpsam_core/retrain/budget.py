"""How long a training may take: a budget in words, and as many epochs as fit, fixed before the training begins."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from cpsam_core.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.retrain.plan import RetrainingPlan

__all__ = [
    "BUDGETS",
    "Budget",
    "BudgetName",
    "TrainingPace",
    "epochs_within",
    "measure_pace",
    "pace_of_step",
    "within_minutes",
]

BudgetName = Literal["quick", "normal", "thorough", "paper"]

WARM, TIMED = 1, 2  # steps
FEWEST_EPOCHS = 5
FOLDED = 2  # trainings that a thorough verdict costs, in all
PATIENCE = 20  # epochs without a smaller loss on other crops after which nothing better is to be expected


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

    def seconds(self, whole: float) -> float:
        """Return how long it takes at the most where the recipe takes `whole` seconds."""
        bound = whole * (FOLDED if self.thorough else 1)
        return bound if self.minutes is None else min(bound, 60 * self.minutes)


BUDGETS: Mapping[BudgetName, Budget] = {
    "quick": Budget(5, PATIENCE),
    "normal": Budget(20, PATIENCE),
    "thorough": Budget(90, PATIENCE, thorough=True),
    # The published recipe: all epochs, and the last one is the result.
    "paper": Budget(),
}


@dataclass(frozen=True, slots=True)
class TrainingPace:
    """How quickly this computer trains a model.

    Attributes
    ----------
    step
        Seconds of one step.
    steps
        Steps in an epoch.
    epochs
        Of the whole recipe.
    """

    step: float
    steps: int
    epochs: int

    @property
    def epoch(self) -> float:
        """Seconds of one epoch."""
        return self.step * self.steps

    @property
    def whole(self) -> float:
        """Seconds of the whole recipe."""
        return self.epoch * self.epochs


def measure_pace(
    plan: RetrainingPlan,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
) -> TrainingPace:
    """Load the start model, take a few steps, which are thrown away, and return how quick they were."""
    from cpsam_core.finetune.trainer import Trainer
    from cpsam_core.retrain.run import training_sets
    from cpsam_core.weights import load_start

    progress(0, 1, "Measuring the pace")
    maps = 3 + len(plan.classes) if plan.classes else None
    model, _ = load_start(plan.start, plan.channels, maps, progress)
    data, _ = training_sets(plan)
    steps = WARM + TIMED
    quick = replace(
        plan.settings, epochs=1, samples=steps * plan.settings.batch_size, warmup=0, schedule="constant"
    )
    trainer = Trainer(model, data, quick, device, precision)
    begun = [time.monotonic()]

    def step(done: int, total: int, note: str = "") -> None:
        progress(0, 1, "Measuring the pace")
        begun.append(time.monotonic())

    trainer.run(step)
    return pace_of_step(plan, (begun[-1] - begun[WARM]) / TIMED)


def pace_of_step(plan: RetrainingPlan, seconds: float) -> TrainingPace:
    """Return the pace of a training whose steps take so long."""
    from cpsam_core.finetune.trainer import MIN_SAMPLES
    from cpsam_core.retrain.run import training_sets

    samples = plan.settings.samples or training_sets(plan)[0].samples(MIN_SAMPLES)
    return TrainingPace(seconds, math.ceil(samples / plan.settings.batch_size), plan.settings.epochs)


def within_minutes(
    plan: RetrainingPlan,
    minutes: float,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
) -> RetrainingPlan:
    """Return the plan with as many epochs as the time allows, never more than it had; the reason is in its warnings.

    The pace is measured for it, see `measure_pace`.
    """
    pace = measure_pace(plan, device, precision, progress)
    share = minutes / FOLDED if plan.folds else minutes
    epochs = epochs_within(share * 60, pace.epoch, plan.settings.epochs)
    if epochs == plan.settings.epochs:
        return plan
    said = f"{epochs} epochs instead of {plan.settings.epochs}: as many as fit into {minutes:g} minutes here."
    settings = replace(plan.settings, epochs=epochs, warmup=min(plan.settings.warmup, epochs // 4))
    return replace(plan, settings=settings, warnings=(*plan.warnings, said))


def epochs_within(seconds: float, seconds_per_epoch: float, most: int) -> int:
    """Return how many epochs a time allows: at least a few, at most what the recipe asks for."""
    fitting = math.floor(seconds / max(seconds_per_epoch, 1e-9))
    return min(most, max(FEWEST_EPOCHS, fitting))
