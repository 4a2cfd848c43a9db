"""Train as planned, and write the model with its card."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.checkpoints.cards import Aside, ModelCard
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.example_cache import ExampleCache
from cpsam_core.errors import CpsamError, TrainingError
from cpsam_core.progress import Progress, silent
from cpsam_core.retrain.cards import CardFacts, card_of, origin_of
from cpsam_core.retrain.plan import RetrainingPlan
from cpsam_core.retrain.validate import precision_on
from cpsam_core.system.paths import make_folder
from cpsam_core.weights import find, load_start, own_folder
from cpsam_core.weights.beside import state_beside
from cpsam_core.weights.claims import claimed

if TYPE_CHECKING:
    from cpsam_core.finetune import Control, EpochReport, TrainingEvent, TrainResult
    from cpsam_core.network.vit import FlowVit

__all__ = ["RetrainingResult", "retrain", "scorer", "training_sets"]


@dataclass(frozen=True)
class RetrainingResult:
    """A model that was trained: its file, its card, and how the training went."""

    path: Path
    card: ModelCard
    result: TrainResult


def training_sets(plan: RetrainingPlan) -> tuple[TrainingSet, TrainingSet | None]:
    """Return what the new model learns from, and what its loss is measured on; None where nothing is kept aside."""
    cache, settings = ExampleCache(), plan.settings
    replay = settings.replay or 0.0
    data = TrainingSet(plan.training, None, plan.channels, seed=settings.seed, cache=cache, replay=replay)
    return data, TrainingSet(plan.aside, None, plan.channels, cache=cache) if plan.aside else None


def scorer(
    plan: RetrainingPlan,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
) -> Callable[[FlowVit], float] | None:
    """Return what measures a network during the training, see `precision_on`; None where nothing is kept aside."""
    if not plan.aside:
        return None
    return precision_on(plan.aside, plan.name, plan.diameter, device, precision, progress)


def retrain(
    plan: RetrainingPlan,
    path: Path | None = None,
    *,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
    control: Control | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
    on_event: Callable[[TrainingEvent], None] | None = None,
    score: Callable[[FlowVit], float] | None = None,
    restart: bool = False,
) -> RetrainingResult:
    """Train a model and write it with its card.

    Parameters
    ----------
    plan
        What `plan_retraining` decided.
    path
        Where to write the model; by default the folder of the user's own models. The state of an interrupted training
        lies beside it, ending in ``.partial``; the same plan goes on from it.
    device, precision, progress, control, on_epoch, on_event, score
        As in `finetune.Trainer`. A progress that raises Cancelled ends the training without a model. Where a training
        goes on, `on_epoch` hears of the epochs before first, so that curves are whole.
    restart
        Begin anew, even where the state of an interrupted training is there.

    Raises
    ------
    TrainingError
        The images cannot be learnt from, there is no room for the new model, or the training failed; the last state
        stays on disk. Or another program is at work on that model.
    WeightsError
        The start model is missing or of another kind, or the new one cannot be written.
    """
    from cpsam_core.checkpoints.room import check_room, write_when_there_is_room
    from cpsam_core.finetune import Trainer, TrainingEvent

    maps = 3 + len(plan.classes) if plan.classes else None
    started = find(plan.start, progress)
    model, parent = load_start(started, plan.channels, maps, progress)
    data, aside = training_sets(plan)
    _read_and_check(data, aside, max(len(plan.classes), model.config.classes), progress)
    target, partial = _places(plan, path, model)
    with claimed(partial):
        if restart:
            partial.unlink(missing_ok=True)
        check_room(target, model)
        choosing = choosing_set(plan)
        trainer = Trainer(
            model,
            data,
            plan.settings,
            device,
            precision,
            partial,
            origin=origin_of(
                started, data, plan.settings, (plan.classes, plan.channels, choosing is not None)
            ),
            validation=choosing or aside,
            choosing=choosing is not None,
            score=score,
            control=control,
            on_epoch=on_epoch,
            on_event=on_event,
        )
        data.hashes  # noqa: B018 - now, while the files are there
        if on_epoch is not None:
            for report in trainer.reports:
                on_epoch(report)
        result = trainer.run(progress)
        # A large one takes a while.
        progress(0, 1, "Saving the new model")
        card = card_of(_card_facts(plan, parent), data, plan.settings, result)

        def waits(text: str) -> None:
            if on_event is not None:
                on_event(TrainingEvent("unsaved", text, trainer.memory))

        write_when_there_is_room(target, result.model, card, tell=waits, progress=progress)
        partial.unlink(missing_ok=True)
        return RetrainingResult(target, card, result)


def _places(plan: RetrainingPlan, path: Path | None, model: FlowVit) -> tuple[Path, Path]:
    """Return where the model is written, and where the state of its training lies meanwhile."""
    target = path or own_folder() / f"{plan.name}{'' if _published(model) else '.safetensors'}"
    make_folder(target.parent, TrainingError)
    return target, state_beside(target)


def _card_facts(plan: RetrainingPlan, parent: ModelCard | None) -> CardFacts:
    """Return what the card says beside what the training itself knows."""
    return CardFacts(
        plan.name,
        plan.start,
        parent,
        plan.lineage,
        {pair.digest: Aside(pair.name, pair.only) for pair in plan.aside},
        plan.classes or (parent.classes if parent is not None else ()),
        plan.diameter,
        parent.licence if parent is not None else "",
        plan.text,
    )


def choosing_set(plan: RetrainingPlan) -> TrainingSet | None:
    """Return what chooses the epoch where an early stop is asked for: parts of the training images.

    What gives the verdict never chooses. Without an early stop nothing does: the rate falls to its end, and the last
    epoch is the result, as in the reference.
    """
    if not plan.settings.patience:
        return None
    return TrainingSet(plan.training, None, plan.channels, cache=ExampleCache())


def _read_and_check(data: TrainingSet, aside: TrainingSet | None, classes: int, progress: Progress) -> None:
    """Read all images, and refuse those that cannot be learnt from with so many class maps."""
    for some in (data, aside) if aside is not None else (data,):
        read_all(some, progress)
    data.check()
    # A network without class maps learns the cells alone, whatever classes they have.
    if classes and len(data.class_pixels) > classes:
        raise TrainingError("the images have more classes than the plan: plan the training again")


def read_all(data: TrainingSet, progress: Progress) -> None:
    """Read every image now, with a way to cancel between two; what is wrong with one is said by the check."""
    for number in range(len(data)):
        progress(number, len(data), "Reading the images")
        with contextlib.suppress(CpsamError):
            data.example(number)


def _published(model: FlowVit) -> bool:
    from cpsam_core.checkpoints.write import is_published

    return is_published(model.config)
