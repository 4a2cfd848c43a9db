"""One click: plan, train, and judge the new model against the old one. Nothing here needs a window."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cpsam_core.errors import CpsamError
from cpsam_core.progress import Cancelled, Progress, silent
from cpsam_core.retrain.budget import shortened, within_minutes
from cpsam_core.retrain.candidates import Candidate
from cpsam_core.retrain.elsewhere import (
    Forgetting,
    compare_elsewhere,
    earlier_images,
    forgetting_text,
    remember_images,
)
from cpsam_core.retrain.judge import BeforeAfter, ImageChange, change_of, judged
from cpsam_core.retrain.options import TrainOptions, plan_of, settled
from cpsam_core.retrain.plan import RetrainingPlan
from cpsam_core.retrain.requests import request_path, state_path, write_request
from cpsam_core.retrain.run import RetrainingResult, retrain, scorer
from cpsam_core.retrain.validate import validate
from cpsam_core.segment.segmenter import Segmenter

if TYPE_CHECKING:
    from cpsam_core.finetune import Control, EpochReport, TrainingEvent

__all__ = ["Listener", "RetrainingOutcome", "one_click"]

SKIPPED = "Not judged: the comparison with the model before was skipped."
"""The verdict where the user did not want to wait for one, on the model's card, too."""
LIMITED = ("epochs", "warmup", "score_every", "budget_minutes", "budget_trainings")
"""Settings that a limit of time changes."""


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


class Listener(Protocol):
    """Hears of a training while it runs; called from the training's thread."""

    def on_plan(self, plan: RetrainingPlan) -> None:
        """What will be done is decided."""

    def on_epoch(self, report: EpochReport) -> None:
        """An epoch ended."""

    def on_event(self, event: TrainingEvent) -> None:
        """Something is worth telling."""

    def on_trained(self) -> None:
        """The new model is there; what follows is its comparison with the one before."""


def one_click(
    candidates: Sequence[Candidate],
    options: TrainOptions,
    listener: Listener,
    progress: Progress = silent,
    control: Control | None = None,
    *,
    restart: bool = False,
) -> RetrainingOutcome:
    """Train as asked and compare the new model with its start on what was kept aside.

    What is to be done is written down first, so that `requests.interrupted` finds it after a crash.

    Parameters
    ----------
    candidates
        Images of the folder, as `describe` found them.
    options
        What the user chose.
    listener
        Hears of the plan, the epochs and events.
    progress
        Called after every step; may raise Cancelled.
    control
        Pauses or ends the training from another thread.
    restart
        Begin anew, even where the state of an interrupted training of that name is there.

    Raises
    ------
    TrainingError, SettingsError, WeightsError
        As `plan_retraining` and `retrain`. A new model that cannot be compared is no error: see
        `RetrainingOutcome.problem`.
    """
    progress(0, 1, "Planning")
    options = settled(options)
    planned = plan_of(candidates, options)
    if options.minutes is not None:
        planned = within_minutes(planned, options.minutes, options.device, options.precision, progress)
        # Measured once: what goes on after a crash must not have another number of epochs.
        fixed = {name: getattr(planned.settings, name) for name in LIMITED}
        options = replace(options, changes={**options.changes, **fixed}, minutes=None)
    listener.on_plan(planned)
    where: tuple[int, int, str] = (0, 1, "")

    def step(done: int, total: int, note: str = "") -> None:
        nonlocal where
        where = done, total, note
        progress(done, total, note)

    def measured(done: int, total: int, note: str = "") -> None:
        # Measuring is no step of the training, but it can be cancelled and gives way, too.
        progress(*where)

    with _written_down(planned, candidates, options):
        trained = retrain(
            planned,
            device=options.device,
            precision=options.precision,
            progress=step,
            control=control,
            on_epoch=listener.on_epoch,
            on_event=listener.on_event,
            score=scorer(planned, options.device, options.precision, measured),
            restart=restart,
        )
    remember_images(planned.digests.items())
    listener.on_trained()
    try:
        return compare(planned, trained, options, _unless_skipped(progress, control))
    except _VerdictSkipped:
        _note_on_card(trained.path, SKIPPED)
        return RetrainingOutcome(planned, trained, None, problem=SKIPPED, skipped=True)
    except CpsamError as error:
        # The start was removed meanwhile, say; the new model is there all the same.
        return RetrainingOutcome(planned, trained, None, problem=str(error))


class _VerdictSkipped(Cancelled):
    """The user does not wait for the comparison."""


def _unless_skipped(progress: Progress, control: Control | None) -> Progress:
    """Return a progress that ends the comparison once it is not wanted."""

    def step(done: int, total: int, note: str = "") -> None:
        if control is not None and control.skipping:
            raise _VerdictSkipped
        progress(done, total, note)

    return step


def _note_on_card(model: Path, text: str) -> None:
    from cpsam_core.checkpoints.cards import read_card, write_card

    card = read_card(model)
    if card is not None:
        write_card(model, replace(card, notes=" ".join(part for part in (card.notes, text) if part)))


@contextmanager
def _written_down(
    planned: RetrainingPlan, candidates: Sequence[Candidate], options: TrainOptions
) -> Iterator[None]:
    """Keep on disk what is to be done until it is done, so that it can be taken up again."""
    note = request_path(planned.name)
    before = note.read_bytes() if note.is_file() else None
    write_request(note, candidates, replace(options, name=planned.name))
    try:
        yield
    except CpsamError:
        # Nothing to go on with.
        if not state_path(planned.name).exists():
            note.unlink(missing_ok=True)
        elif before is not None:
            # That one may still go on, as it was begun.
            note.write_bytes(before)
        raise
    note.unlink(missing_ok=True)


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
        write_card(trained.path, replace(card, scores=scores))
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
