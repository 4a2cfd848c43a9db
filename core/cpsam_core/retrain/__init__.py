"""One-click retraining: choose images, train, and prove that the new model is better.

Nothing here needs a window. The order of use: `describe` the images of a folder, `plan_retraining`, `retrain`, then
`before_after` on the images kept aside. `doubt_of` and `suggest_next` say which image to correct next.
"""

from __future__ import annotations

from cpsam_core.retrain.candidates import Candidate, Use, describe
from cpsam_core.retrain.judge import BeforeAfter, ImageChange, Spot, before_after
from cpsam_core.retrain.plan import RetrainingPlan, plan_retraining, unique_name
from cpsam_core.retrain.run import Retrained, retrain, scorer, training_sets
from cpsam_core.review.next_image import ImageToCorrect, doubt_of, suggest_next

__all__ = [
    "BeforeAfter",
    "Candidate",
    "ImageChange",
    "ImageToCorrect",
    "Retrained",
    "RetrainingPlan",
    "Spot",
    "Use",
    "before_after",
    "describe",
    "doubt_of",
    "plan_retraining",
    "retrain",
    "scorer",
    "suggest_next",
    "training_sets",
    "unique_name",
]
