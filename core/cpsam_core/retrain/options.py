"""What a user chooses for one click; whatever is left open, the engine decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.retrain.budget import BUDGETS, BudgetName
from cpsam_core.retrain.defaults import default_settings

if TYPE_CHECKING:
    from cpsam_core.retrain.candidates import Candidate
    from cpsam_core.retrain.plan import RetrainingPlan

__all__ = ["TrainOptions", "plan_of", "settings_of", "settled"]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What the user chose; None leaves it to the engine.

    Attributes
    ----------
    start
        Name or file of the model to start from.
    name
        Name of the new model; empty for a unique one of folder and date.
    changes
        Fields of `TrainSettings` that differ from what suits the start model.
    scale
        Range of resizing, where it differs.
    classes
        Whether to train classes; None where enough objects have some, see `ClassUse`.
    device, precision
        Where to compute and in what.
    thorough
        Judge by folds, see `kept_aside.split`.
    minutes
        How long the training may take, about; None is as long as the budget says.
    budget
        What the training may cost, in a word; see `BUDGETS`. Numbers that are given go before.
    """

    start: str = ""
    name: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    scale: tuple[float, float] | None = None
    classes: bool | None = None
    device: str | None = None
    precision: str | None = None
    thorough: bool = False
    minutes: float | None = None
    budget: BudgetName = "paper"


def settled(options: TrainOptions) -> TrainOptions:
    """Return options that say in numbers what their budget says in a word; what was given in numbers holds."""
    budget = BUDGETS[options.budget]
    patience = {"patience": budget.patience} if budget.patience else {}
    return replace(
        options,
        budget="paper",
        changes={**patience, **options.changes},
        minutes=budget.minutes if options.minutes is None else options.minutes,
        thorough=options.thorough or budget.thorough,
    )


def settings_of(options: TrainOptions, classes: bool = False) -> TrainSettings:
    """Return how to train: what suits the start model, and `classes` where there are some, with the user's changes.

    Raises
    ------
    SettingsError
        A change makes no sense.
    """
    changes = dict(options.changes)
    settings = default_settings(options.start, classes, changes.get("mode", "full"))
    if options.scale is not None:
        changes["augmentation"] = replace(settings.augmentation, scale=options.scale)
    return replace(settings, **changes)


def plan_of(candidates: Iterable[Candidate], options: TrainOptions) -> RetrainingPlan:
    """Decide what one click decides; errors are those of `plan_retraining`."""
    from cpsam_core.retrain.classes import ClassUse
    from cpsam_core.retrain.plan import plan_retraining

    known = tuple(candidates)
    settings = settings_of(options, ClassUse.of(known).learnt(options.classes))
    return plan_retraining(
        known,
        options.start,
        name=options.name or None,
        settings=settings,
        classes=options.classes,
        seed=settings.seed,
        thorough=options.thorough,
    )
