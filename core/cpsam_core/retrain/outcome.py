"""What comes of a training: its model, and how that compares with the one before, here and elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cpsam_core.progress import Progress, silent
from cpsam_core.retrain.budget import shortened
from cpsam_core.retrain.elsewhere import Forgetting, compare_elsewhere, earlier_images, forgetting_text
from cpsam_core.retrain.judge import BeforeAfter, ImageChange, change_of, judged
from cpsam_core.retrain.options import TrainOptions
from cpsam_core.retrain.plan import RetrainingPlan
from cpsam_core.retrain.run import RetrainingResult, retrain
from cpsam_core.retrain.validate import validate
from cpsam_core.segment.segmenter import Segmenter

__all__ = ["SKIPPED", "RetrainingOutcome", "compare"]

SKIPPED = "Not judged: the comparison with the model before was skipped."
"""The verdict where the user did not want to wait for one, on the model's card, too."""


@dataclass(frozen=True, slots=True)
class RetrainingOutcome:
    """A finished training: the plan, the new model, and how it compares with the old one.

    Attributes
    ----------
    plan, trained
        What was decided, and what came of it.
    change
        Old and new model; None where nothing was kept aside.
    scores
        Of the new model by set, as on its card; with those of the classes.
    elsewhere
        Old and new model on other kinds of images.
    problem
        Why the two could not be compared, though the new model is there.
    skipped
        Whether they were not compared because the user did not want to wait.
    """

    plan: RetrainingPlan
    trained: RetrainingResult
    change: BeforeAfter | None
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    elsewhere: tuple[Forgetting, ...] = ()
    problem: str = ""
    skipped: bool = False

    @property
    def is_better(self) -> bool:
        """Whether the new model is better on the user's images and loses nothing elsewhere that can be told."""
        return self.change is not None and self.change.verdict == "better" and not self.loses_elsewhere

    @property
    def loses_elsewhere(self) -> bool:
        """Whether the new model is worse on another kind of images."""
        return any(one.difference.word == "worse" for one in self.elsewhere)

    @property
    def objection(self) -> str:
        """Why the new model does not take the place of the old one by itself; empty where it is better."""
        if self.is_better:
            return ""
        if self.skipped:
            return "it is not judged"
        if self.change is None:
            return "nothing shows whether it is better"
        if self.change.verdict == "better":
            return "it is better on these images and worse on others"
        if self.change.unchecked:
            return "most outlines that judge it are unchecked"
        return "it is worse" if self.change.verdict == "worse" else "it is not known to be better"

    @property
    def text(self) -> str:
        """All that there is to say, a sentence a line."""
        parts = [
            self.change.text if self.change is not None else "",
            forgetting_text(self.elsewhere),
            self.plan.text,
            self.trained.result.ending,
            f"{self.trained.result.remark}." if self.trained.result.remark else "",
            self.problem,
        ]
        return "\n".join(part for part in parts if part)


def compare(
    plan: RetrainingPlan, trained: RetrainingResult, options: TrainOptions, progress: Progress = silent
) -> RetrainingOutcome:
    """Judge the new model against the old one, look for what was forgotten, and write the scores into its card."""
    from cpsam_core.checkpoints.cards import IN_3D, read_card, write_card

    progress(0, 1, "Comparing with the old model")
    old, new = (
        Segmenter.load(name, options.device, options.precision, progress)
        for name in (plan.start, trained.path)
    )
    reports = trained.result.reports
    # Fewer than planned where they were slower than expected.
    epochs = reports[-1].epochs if reports else plan.settings.epochs
    changes = _folds(plan, old, options, progress, epochs)
    total = 2 * len(plan.judged)
    for number, pair in enumerate(plan.judged):
        changes.append(change_of(pair, (old, new)))
        progress(2 * number + 2, total, pair.image.name)
    change = judged(changes) if changes else None
    earlier = earlier_images(plan.lineage, plan.digests)
    elsewhere = compare_elsewhere(old, new, earlier, progress)
    scores: dict[str, dict[str, float]] = {}
    if plan.classes and plan.aside:
        # Scores of classes need the classes that the network gave, which the comparison does not keep.
        scores = validate(new, plan.aside, progress=progress, class_names=plan.classes)
    elif change is not None:
        scores = {"kept aside": {"images": float(len(changes)), "ap_0.5": change.difference.after}}
    bodies = [one.new_precision for one in changes if one.is_volume]
    if bodies:
        scores["volumes kept aside"] = {"images": float(len(bodies)), IN_3D: sum(bodies) / len(bodies)}
    for one in elsewhere:
        scores[one.kind] = {"images": float(one.difference.images), "ap_0.5": one.difference.after}
    card = read_card(trained.path)
    if card is not None and scores:
        # It may have been skipped before.
        notes = card.notes.replace(SKIPPED, "").strip()
        write_card(trained.path, replace(card, scores=scores, notes=notes))
    return RetrainingOutcome(plan, trained, change, scores, elsewhere)


def _folds(
    plan: RetrainingPlan, old: Segmenter, options: TrainOptions, progress: Progress, trained_epochs: int
) -> list[ImageChange]:
    """Train a model without each fold, with a part of the steps, and judge it on the images that it did not see."""
    changes: list[ImageChange] = []
    for number, fold in enumerate(plan.folds, 1):
        others = tuple(pair for pair in plan.training if pair not in fold)
        epochs = max(1, trained_epochs // len(plan.folds))
        part = replace(
            plan,
            training=others,
            aside=(),
            settings=replace(shortened(plan.settings, epochs), budget_minutes=None),
            name=f"{plan.name} without fold {number}",
        )

        def step(done: int, total: int, note: str = "", fold_number: int = number) -> None:
            progress(done, total, f"fold {fold_number} of {len(plan.folds)}, {note}")

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fold.safetensors"
            made = retrain(part, path, device=options.device, precision=options.precision, progress=step)
            new = Segmenter.load(made.path, options.device, options.precision, progress)
            changes += [change_of(pair, (old, new)) for pair in fold]
    return changes
