"""One-click retraining: choose images, train, and judge whether the new model is better.

Nothing here needs a window. `one_click` does it all; its steps are `candidates_in`, `plan_retraining`, `retrain`,
`before_after` and `compare_elsewhere`. `doubt_of` and `suggest_next` say which image to correct next. Names load on
first use: what a window shows before any training needs little of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cpsam_core.retrain.candidates import Candidate, Use, Uses, candidates_in, describe, use_of
    from cpsam_core.retrain.click import Listener, one_click
    from cpsam_core.retrain.elsewhere import Forgetting, compare_elsewhere
    from cpsam_core.retrain.judge import BeforeAfter, ImageChange, Spot, before_after
    from cpsam_core.retrain.lineage import Lineage
    from cpsam_core.retrain.options import TrainOptions, plan_of, settings_of
    from cpsam_core.retrain.outcome import RetrainingOutcome
    from cpsam_core.retrain.plan import RetrainingPlan, plan_retraining, unique_name
    from cpsam_core.retrain.run import RetrainingResult, retrain, scorer, training_sets
    from cpsam_core.retrain.verdict import Difference, difference_of
    from cpsam_core.review.next_image import ImageToCorrect, doubt_of, suggest_next

__all__ = [
    "BeforeAfter",
    "Candidate",
    "Difference",
    "Forgetting",
    "ImageChange",
    "ImageToCorrect",
    "Lineage",
    "Listener",
    "RetrainingOutcome",
    "RetrainingPlan",
    "RetrainingResult",
    "Spot",
    "TrainOptions",
    "Use",
    "Uses",
    "before_after",
    "candidates_in",
    "compare_elsewhere",
    "describe",
    "difference_of",
    "doubt_of",
    "one_click",
    "plan_of",
    "plan_retraining",
    "retrain",
    "scorer",
    "settings_of",
    "suggest_next",
    "training_sets",
    "unique_name",
    "use_of",
]

_MODULES = {
    "cpsam_core.retrain.candidates": ("Candidate", "Use", "Uses", "candidates_in", "describe", "use_of"),
    "cpsam_core.retrain.click": ("Listener", "one_click"),
    "cpsam_core.retrain.elsewhere": ("Forgetting", "compare_elsewhere"),
    "cpsam_core.retrain.judge": ("BeforeAfter", "ImageChange", "Spot", "before_after"),
    "cpsam_core.retrain.lineage": ("Lineage",),
    "cpsam_core.retrain.options": ("TrainOptions", "plan_of", "settings_of"),
    "cpsam_core.retrain.outcome": ("RetrainingOutcome",),
    "cpsam_core.retrain.plan": ("RetrainingPlan", "plan_retraining", "unique_name"),
    "cpsam_core.retrain.run": ("RetrainingResult", "retrain", "scorer", "training_sets"),
    "cpsam_core.retrain.verdict": ("Difference", "difference_of"),
    "cpsam_core.review.next_image": ("ImageToCorrect", "doubt_of", "suggest_next"),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
