"""One click as the tests make it: options of a quick training, the same for the command, and who listens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cpsam_core.finetune import EpochReport, TrainingEvent
from cpsam_core.retrain import RetrainingPlan, TrainOptions

QUICK = {"epochs": 2, "samples": 2, "warmup": 0, "score_every": 2, "threads": 1}
FLAGS = ["--epochs", "2", "--samples", "2", "--warmup", "0", "--threads", "1", "--device", "cpu"]
FLAGS += ["--precision", "float32"]
IN_FULL = ["--budget", "paper", *FLAGS]


class Hears:
    """Keeps what a training tells."""

    def __init__(self) -> None:
        self.events: list[TrainingEvent] = []
        self.plan: RetrainingPlan | None = None
        self.epochs: list[EpochReport] = []
        self.trained_after: list[int] = []

    def on_plan(self, plan: RetrainingPlan) -> None:
        self.plan = plan

    def on_epoch(self, report: EpochReport) -> None:
        self.epochs.append(report)

    def on_event(self, event: TrainingEvent) -> None:
        self.events.append(event)

    def on_trained(self) -> None:
        self.trained_after.append(len(self.epochs))


def options(start: Path, **changes: Any) -> TrainOptions:
    """Return what a quick training of a model `new` is asked for with."""
    return replace(TrainOptions(str(start), "new", QUICK, device="cpu", precision="float32"), **changes)
