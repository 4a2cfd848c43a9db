"""Training: from one corrected image at batch 1 to many images on many graphics cards.

Source: the paper, "Fine-tuning and evaluation" (the defaults) and "Whole-dataset training".

`Trainer` is imported when it is first used, because it brings torch; settings and reports come without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_core.finetune.reports import Control, EpochReport, TrainingEvent, TrainResult
from cpsam_core.finetune.settings import MEMORY_MODES, MODES, RATES, MemoryMode, Mode, TrainSettings, rate_for

if TYPE_CHECKING:
    from cpsam_core.finetune.trainer import Trainer

__all__ = [
    "MEMORY_MODES",
    "MODES",
    "RATES",
    "Control",
    "EpochReport",
    "MemoryMode",
    "Mode",
    "TrainResult",
    "TrainSettings",
    "Trainer",
    "TrainingEvent",
    "rate_for",
]


def __getattr__(name: str) -> Any:
    if name == "Trainer":
        from cpsam_core.finetune.trainer import Trainer

        return Trainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
