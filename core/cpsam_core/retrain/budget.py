"""As many epochs as a time allows: a few steps are measured first, so that the number is fixed before training."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_core.progress import Progress, silent

if TYPE_CHECKING:
    from cpsam_core.retrain.plan import RetrainingPlan

__all__ = ["epochs_within", "within_minutes"]

WARM, TIMED = 1, 2  # steps
FEWEST_EPOCHS = 5
FOLDED = 2  # trainings that a thorough verdict costs, in all


def within_minutes(
    plan: RetrainingPlan,
    minutes: float,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
) -> RetrainingPlan:
    """Return the plan with as many epochs as the time allows, never more than it had; the reason is in its warnings.

    The model is loaded and takes a few steps for it, which are thrown away.
    """
    from cpsam_core.finetune.trainer import MIN_SAMPLES, Trainer
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
    seconds = (begun[-1] - begun[WARM]) / TIMED
    samples = plan.settings.samples or data.samples(MIN_SAMPLES)
    whole = math.ceil(samples / plan.settings.batch_size)
    share = minutes / FOLDED if plan.folds else minutes
    epochs = epochs_within(share * 60, seconds * whole, plan.settings.epochs)
    if epochs == plan.settings.epochs:
        return plan
    said = f"{epochs} epochs instead of {plan.settings.epochs}: as many as fit into {minutes:g} minutes here."
    settings = replace(plan.settings, epochs=epochs, warmup=min(plan.settings.warmup, epochs // 4))
    return replace(plan, settings=settings, warnings=(*plan.warnings, said))


def epochs_within(seconds: float, seconds_per_epoch: float, most: int) -> int:
    """Return how many epochs a time allows: at least a few, at most what the recipe asks for."""
    fitting = math.floor(seconds / max(seconds_per_epoch, 1e-9))
    return min(most, max(FEWEST_EPOCHS, fitting))
