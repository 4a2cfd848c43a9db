"""What the training job does, by the engine, most of which is imported when it is first needed. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cpsam_core.errors import CpsamError
from cpsam_core.progress import silent
from cpsam_core.retrain.options import TrainOptions, settings_of

# Asked for while other threads import: the window would wait for them to be done with its modules.
from cpsam_core.retrain.plan import obstacle as obstacle_of

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.data.image_input import ImageInput
    from cpsam_core.finetune import Control, TrainSettings
    from cpsam_core.labels.pieces import Pieces
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import Candidate, Listener, RetrainingOutcome, Use, Uses
    from cpsam_core.retrain.budget import TrainingPace
    from cpsam_core.retrain.candidates import Known
    from cpsam_core.retrain.classes import ClassUse
    from cpsam_core.retrain.requests import LeftState, TrainRequest

__all__ = [
    "Preview",
    "TrainOptions",
    "as_used",
    "busy_names",
    "candidates_of",
    "classes_of",
    "defaults_of",
    "drop",
    "interrupted",
    "left_states",
    "look_at",
    "obstacle",
    "pace",
    "preview",
    "remove_states",
    "settings_of",
    "start_on",
    "throw_away",
    "train",
    "usual_name",
    "waiting",
]


def obstacle(candidates: tuple[Candidate, ...]) -> str:
    """Return why nothing can be learnt from these images; empty where it can."""
    return obstacle_of(candidates)


def classes_of(candidates: tuple[Candidate, ...]) -> ClassUse:
    """Return how far the objects of these images have classes."""
    from cpsam_core.retrain.classes import ClassUse

    return ClassUse.of(candidates)


def usual_name(folder: Path) -> str:
    """Return what a model that learns from the images of a folder is called."""
    from cpsam_core.retrain.defaults import dated_name, unique_name

    return unique_name(dated_name(folder))


def pace(
    candidates: tuple[Candidate, ...], options: TrainOptions, step: float | None, progress: Progress
) -> TrainingPace:
    """Return how quick a training would be; a few steps are measured where the seconds of one are not known."""
    from cpsam_core.retrain.budget import measure_pace, pace_of_step
    from cpsam_core.retrain.options import plan_of

    plan = plan_of(candidates, options)
    if step is not None:
        return pace_of_step(plan, step)
    return measure_pace(plan, options.device, options.precision, progress)


AsUsed: TypeAlias = "tuple[Path, str, Use]"
"""An image or a part of one, and what the user wanted with it."""


def as_used(one: Candidate) -> AsUsed:
    """Return what tells a candidate from others, and from itself once the user wants something else with it."""
    return one.pair.image, one.pair.ending, one.use


@dataclass(frozen=True, slots=True)
class Preview:
    """What a training would do, in sentences."""

    text: str = ""
    """How the new model would be judged."""
    doubts: tuple[str, ...] = ()
    """What somebody may want to change before; that nothing would judge it is one."""
    left_out: frozenset[AsUsed] = frozenset()
    """Images that are meant to take part and would not; `doubts` say why."""
    aside: frozenset[AsUsed] = frozenset()
    """Images that would judge as a whole, whoever chose them."""


def preview(candidates: tuple[Candidate, ...], options: TrainOptions, progress: Progress) -> Preview:
    """Return what a training would do; what it would be refused for is a doubt."""
    from cpsam_core.retrain.options import plan_of, settled

    try:
        plan = plan_of(candidates, settled(options))
    except CpsamError as error:
        return Preview(doubts=(str(error),))
    judging = {(pair.image, pair.ending) for pair in plan.aside if pair.only is None}
    aside = (one for one in candidates if one.wanted and (one.pair.image, one.pair.ending) in judging)
    # What cannot be judged is a doubt.
    text, *doubts = ("", plan.text) if plan.how == "none" else (plan.text,)
    return Preview(
        text,
        (*doubts, *plan.warnings),
        frozenset(map(as_used, plan.left_out)),
        frozenset(map(as_used, aside)),
    )


def defaults_of(start: str, classes: bool) -> dict[str, TrainSettings]:
    """Return how a start model is trained, by mode, where there are `classes` to learn or not."""
    from cpsam_core.finetune.settings import MODES

    return {mode: settings_of(TrainOptions(start, changes={"mode": mode}), classes) for mode in MODES}


def look_at(
    folder: Path,
    uses: Uses,
    progress: Progress = silent,
    known: Known | None = None,
    otherwise: ImageInput | None = None,
    pieces: Pieces = "auto",
) -> tuple[Candidate, ...]:
    """Return the images of a folder that have masks; those without a project are seen as `otherwise` says.

    `pieces` says whether pieces of objects of label images become objects.
    """
    from cpsam_core.retrain import candidates_in

    return candidates_in(folder, uses, otherwise=otherwise, known=known, pieces=pieces, progress=progress)


def start_on(
    folder: Path,
    uses: Uses,
    name: str,
    known: Known,
    otherwise: ImageInput | None,
    pieces: Pieces,
    progress: Progress,
) -> tuple[Candidate, ...]:
    """Return the images for a new training, which must not take up an old one of that name.

    Raises
    ------
    TrainingError
        A training of that name was interrupted.
    """
    from cpsam_core.retrain.requests import check_free

    check_free(name)
    return look_at(folder, uses, progress, known, otherwise, pieces)


def train(
    candidates: tuple[Candidate, ...],
    options: TrainOptions,
    control: Control,
    listener: Listener,
    progress: Progress,
) -> RetrainingOutcome:
    """Train as asked and compare the new model with its start; see `one_click`."""
    from cpsam_core.retrain import one_click

    return one_click(candidates, options, listener, progress, control)


def interrupted() -> tuple[TrainRequest, ...]:
    """Return the trainings that were not finished, the newest first."""
    from cpsam_core.weights import own_folder

    if not own_folder().is_dir():
        # Nothing was ever trained here, and what reads requests takes seconds to load.
        return ()
    from cpsam_core.retrain import requests

    return requests.interrupted()


def busy_names() -> tuple[str, ...]:
    """Return the names of the models that are trained or judged now, in another window, say."""
    from cpsam_core.weights.claims import busy_names

    return busy_names()


def left_states() -> tuple[LeftState, ...]:
    """Return the states of trainings that nothing says how to go on with."""
    from cpsam_core.weights import own_folder
    from cpsam_core.weights.beside import STATE

    if not any(own_folder().glob(f"*{STATE}")):
        # As above: hardly ever there is one.
        return ()
    from cpsam_core.retrain import requests

    return requests.left_states()


def remove_states(left: tuple[LeftState, ...]) -> None:
    """Delete states of trainings for good."""
    from cpsam_core.retrain import requests

    for one in left:
        requests.remove_state(one.name)


def candidates_of(request: TrainRequest, progress: Progress) -> tuple[Candidate, ...]:
    """Look again at the images of an interrupted training."""
    from cpsam_core.retrain import requests

    return requests.candidates_of(request, progress)


def waiting(name: str) -> TrainRequest | None:
    """Return what the verdict on a model needs; None where that was made, or nothing of it was kept."""
    from cpsam_core.retrain import unjudged

    return unjudged.waiting(name)


def throw_away(name: str) -> None:
    """Remove what a training left: its request, its state, and its model, unless it is another window's by now."""
    from cpsam_core.retrain import requests

    requests.throw_away(name)


def can_go_on(name: str) -> bool:
    """Whether a training of that name was interrupted and can be resumed."""
    return any(request.options.name == name for request in interrupted())


def drop(request: TrainRequest) -> None:
    """Give up an interrupted training, or the verdict on its model."""
    from cpsam_core.retrain import unjudged

    unjudged.discard(request)
