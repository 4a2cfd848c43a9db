"""How far the time of a training was told beforehand: before it begins, at a tenth and at half of its epochs.

    python benchmarks/training_times.py FOLDER [--minutes 0.5 1 2]

FOLDER holds images with masks. The three budgets in words are given the minutes, so that they need not be waited for.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clocks import load_of_machine

if TYPE_CHECKING:
    from cpsam_core.finetune import EpochReport, TrainingEvent
    from cpsam_core.retrain.budget import BudgetName
    from cpsam_core.retrain.plan import RetrainingPlan


class Told:
    """Keeps what a training says of its time, by the share of the epochs that is done."""

    def __init__(self) -> None:
        self.planned = 0.0
        self.left: list[tuple[float, float, float]] = []
        """Share of the epochs, moment, seconds left."""

    def on_plan(self, plan: RetrainingPlan) -> None:
        """Note when the training itself begins."""
        self.planned = time.monotonic()

    def on_epoch(self, report: EpochReport) -> None:
        """Note what is left."""
        self.left.append((report.epoch / report.epochs, time.monotonic(), report.seconds_left))

    def on_event(self, event: TrainingEvent) -> None:
        """Nothing of it counts here."""

    def on_trained(self) -> None:
        """Nothing of it counts here."""


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, nargs=3, default=(0.5, 1.0, 2.0))
    args = parser.parse_args()
    print("| budget | told before | at a tenth | at half | training | until the verdict | epochs |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as models:
        os.environ["CPSAM_MODELS"] = models
        names: tuple[BudgetName, ...] = ("quick", "normal", "thorough")
        for name, minutes in zip(names, args.minutes, strict=True):
            print(row(args.folder, name, minutes), flush=True)
    print(f"\n{load_of_machine()}")


def row(folder: Path, name: BudgetName, minutes: float) -> str:
    """Train with a budget that is given other minutes; return a row of the table."""
    from cpsam_core.retrain import TrainOptions, budget, candidates_in, one_click
    from cpsam_core.retrain.options import plan_of

    known = {**budget.BUDGETS}
    known[name] = replace(known[name], minutes=minutes)
    budget.BUDGETS.update(known)  # type: ignore[attr-defined]
    options = TrainOptions("cpsam-lite", f"timed-{name}", budget=name, device="cpu")
    candidates = candidates_in(folder)
    plain = replace(options, budget="paper")
    before = known[name].seconds(budget.measure_pace(plan_of(candidates, plain), "cpu", None))
    told = Told()
    one_click(candidates, options, told)
    ended = time.monotonic()
    trained = told.left[-1][1]
    # The moment at which a share was done, and the whole time as it was told then.
    whole = [(share, at - told.planned + left) for share, at, left in told.left]
    tenth, half = (next(seconds for share, seconds in whole if share >= part) for part in (0.1, 0.5))
    took = trained - told.planned
    cells = [f"{seconds:.0f} s ({seconds / took:.2f})" for seconds in (before, tenth, half)]
    return (
        f"| {name}, {minutes:g} min | {' | '.join(cells)} | {took:.0f} s | {ended - told.planned:.0f} s | "
        f"{len(told.left)} |"
    )


if __name__ == "__main__":
    main()
