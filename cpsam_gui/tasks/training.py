"""What the training job does: look at the images of a folder, train, and compare the old with the new model. No Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from cpsam_core.errors import CpsamError, TrainingError
from cpsam_core.progress import silent
from cpsam_gui.storage.companions import images_with_masks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpsam_core.finetune import Control, EpochReport, TrainingEvent, TrainSettings
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import BeforeAfter, Candidate, Retrained, RetrainingPlan, Use

REQUEST = ".request.json"
"""Ending of the file that says what an interrupted training was asked to do."""


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What the user chose; None leaves it to the engine.

    Attributes
    ----------
    start
        Name or file of the model to start from; empty for the one in use.
    name
        Name of the new model; empty for a unique one.
    changes
        Fields of `TrainSettings` that differ from what suits the start model.
    scale
        Range of resizing, where it differs.
    classes
        Whether to train classes; None where objects have some.
    device, precision
        Where to compute and in what.
    """

    start: str = ""
    name: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    scale: tuple[float, float] | None = None
    classes: bool | None = None
    device: str | None = None
    precision: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished training: the plan, the new model, and how it compares with the old one."""

    plan: RetrainingPlan
    trained: Retrained
    change: BeforeAfter | None
    """None where nothing was kept aside."""
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Of the new model by set, as on its card; with those of the classes."""
    problem: str = ""
    """Why the two could not be compared, though the new model is there."""


class Listener(Protocol):
    """Hears of a training while it runs; called from the training's thread."""

    def on_plan(self, plan: RetrainingPlan) -> None:
        """What will be done is decided."""

    def on_epoch(self, report: EpochReport) -> None:
        """An epoch ended."""

    def on_event(self, event: TrainingEvent) -> None:
        """Something is worth telling."""


Known = dict[Path, "tuple[object, Candidate]"]
"""What was found out about images, and the stamp of the files that it holds for."""


def look_at(
    folder: Path, uses: Mapping[Path, Use], progress: Progress = silent, known: Known | None = None
) -> tuple[Candidate, ...]:
    """Return the images of a folder that have masks, with what is known of each for training.

    With `known`, images whose files did not change are not read again; it is brought up to date.
    """
    from cpsam_core.data.pairs import pair_of
    from cpsam_core.retrain import describe

    known = {} if known is None else known
    found = []
    images = images_with_masks(folder)
    for number, image in enumerate(images):
        progress(number, len(images), image.name)
        try:
            pair = pair_of(image)
            stamp = (pair, _stamp(pair.image), _stamp(pair.masks))
        except (OSError, CpsamError):
            continue  # it went away meanwhile
        if image not in known or known[image][0] != stamp:
            known[image] = stamp, describe(pair)
        found.append(replace(known[image][1], use=uses.get(image, "auto")))
    progress(len(images), len(images), "")
    return tuple(found)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def start_on(
    folder: Path, uses: Mapping[Path, Use], name: str, known: Known, progress: Progress
) -> tuple[Candidate, ...]:
    """Return the images for a new training, which must not take up an old one of that name.

    Raises
    ------
    TrainingError
        A training of that name was interrupted.
    """
    if name and _partial(name).is_file():
        raise TrainingError(
            f"A training named {name} was interrupted. Choose another name, or go on with it or give it up: "
            "Train, Continue an interrupted training."
        )
    return look_at(folder, uses, progress, known)


def settings_of(options: TrainOptions, classes: bool = False) -> TrainSettings:
    """Return how to train: what suits the start model, and `classes` where there are some, with the user's changes."""
    from cpsam_core.finetune import rate_for
    from cpsam_core.retrain.plan import default_settings

    changes = dict(options.changes)
    mode = changes.get("mode", "full")
    # The other modes' own rates are large enough for classes.
    settings = default_settings(options.start, classes and mode == "full")
    if mode != "full" and "learning_rate" not in changes:
        changes["learning_rate"] = rate_for(mode, settings.learning_rate)
    if options.scale is not None:
        changes["augmentation"] = replace(settings.augmentation, scale=options.scale)
    return replace(settings, **changes)


def plan(candidates: Iterable[Candidate], options: TrainOptions) -> RetrainingPlan:
    """Decide what one click decides."""
    from cpsam_core.retrain import plan_retraining

    known = tuple(candidates)
    classes = options.classes is not False and any(one.classes for one in known if one.wanted)
    settings = settings_of(options, classes)
    return plan_retraining(
        known,
        options.start,
        name=options.name or None,
        settings=settings,
        classes=options.classes,
        seed=settings.seed,
    )


def train(
    candidates: tuple[Candidate, ...],
    options: TrainOptions,
    control: Control,
    listener: Listener,
    progress: Progress,
) -> Outcome:
    """Train as asked and compare the new model with its start on what was kept aside."""
    from cpsam_core.retrain import retrain, scorer
    from cpsam_core.weights import own_folder

    progress(0, 1, "Planning")
    planned = plan(candidates, options)
    listener.on_plan(planned)
    note = own_folder() / f"{planned.name}{REQUEST}"
    write_request(note, candidates, replace(options, name=planned.name))
    where: tuple[int, int, str] = (0, 1, "")

    def step(done: int, total: int, note: str = "") -> None:
        nonlocal where
        where = done, total, note
        progress(done, total, note)

    def measured(done: int, total: int, note: str = "") -> None:
        progress(*where)  # measuring is no step of the training, but it can be cancelled and gives way, too

    try:
        trained = retrain(
            planned,
            device=options.device,
            precision=options.precision,
            progress=step,
            control=control,
            on_epoch=listener.on_epoch,
            on_event=listener.on_event,
            score=scorer(planned, options.device, options.precision, measured),
        )
    except CpsamError:
        if not _partial(planned.name).exists():  # nothing to go on with
            note.unlink(missing_ok=True)
        raise
    note.unlink(missing_ok=True)
    try:
        change, scores = compare(planned, trained.path, options, progress)
    except CpsamError as error:  # the start was removed meanwhile, say; the new model is there all the same
        return Outcome(planned, trained, None, problem=str(error))
    return Outcome(planned, trained, change, scores)


def compare(
    plan: RetrainingPlan, path: Path, options: TrainOptions, progress: Progress
) -> tuple[BeforeAfter | None, dict[str, dict[str, float]]]:
    """Segment what was kept aside with the start and with the new model; write the scores into the new one's card."""
    if not plan.aside:
        return None, {}
    from cpsam_core.checkpoints.cards import read_card, write_card
    from cpsam_core.retrain import before_after
    from cpsam_core.retrain.validate import validate
    from cpsam_core.segment.segmenter import Segmenter

    progress(0, 1, "Comparing with the old model")
    old, new = (
        Segmenter.load(name, options.device, options.precision, progress) for name in (plan.start, path)
    )
    change = before_after(old, new, plan.aside, progress=progress)
    # Scores of classes need the classes that the network gave, which the comparison does not keep.
    scores = (
        validate(new, plan.aside, progress=progress, class_names=plan.classes)
        if plan.classes
        else {"kept aside": {"images": float(len(plan.aside)), "ap_0.5": change.new_precision}}
    )
    card = read_card(path)
    if card is not None:
        write_card(path, replace(card, scores=scores))
    return change, scores


# -- going on after a crash ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """What an interrupted training was asked to do."""

    path: Path
    options: TrainOptions
    images: tuple[tuple[Path, Use], ...]


def write_request(path: Path, candidates: Iterable[Candidate], options: TrainOptions) -> None:
    """Write down what a training is to do, so that it can go on after a crash."""
    from cpsam_core.system.atomic import write_bytes

    content = {
        "start": options.start,
        "name": options.name,
        "changes": dict(options.changes),
        "scale": options.scale,
        "classes": options.classes,
        "device": options.device,
        "precision": options.precision,
        "images": [[str(one.pair.image), one.use] for one in candidates],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, json.dumps(content, indent=1).encode())


def read_request(path: Path) -> Request | None:
    """Read what `write_request` wrote; None where it is no such file."""
    try:
        stored = json.loads(path.read_bytes())
        images = tuple((Path(str(image)), use) for image, use in stored["images"])
        if not all(use in ("auto", "train", "aside", "exclude") for _, use in images):
            return None
        scale = stored["scale"]
        options = TrainOptions(
            str(stored["start"]),
            str(stored["name"]),
            dict(stored["changes"]),
            (float(scale[0]), float(scale[1])) if scale else None,
            stored["classes"],
            stored["device"],
            stored["precision"],
        )
        settings_of(options)  # refuses what makes no sense
        if (
            path.name != f"{options.name}{REQUEST}"
        ):  # what goes on or is dropped lies beside it, under that name
            return None
    except (OSError, ValueError, TypeError, KeyError, IndexError, CpsamError):
        return None
    return Request(path, options, images)


def interrupted() -> tuple[Request, ...]:
    """Return the trainings that were not finished, the newest first."""
    from cpsam_core.weights import own_folder

    folder = own_folder()
    if not folder.is_dir():
        return ()
    files = sorted(folder.glob(f"*{REQUEST}"), key=lambda path: path.stat().st_mtime, reverse=True)
    known = (read_request(path) for path in files)
    return tuple(one for one in known if one is not None)


def throw_away(name: str) -> None:
    """Remove what a training left: its request, its state, and its model where it had come so far."""
    from cpsam_core.weights import own_folder, remove_model
    from cpsam_core.weights.library import own_file

    (own_folder() / f"{name}{REQUEST}").unlink(missing_ok=True)
    _partial(name).unlink(missing_ok=True)
    if own_file(name) is not None:
        remove_model(name)


def _partial(name: str) -> Path:
    """Return the file of the state of a training."""
    from cpsam_core.weights import own_folder

    return own_folder() / f"{name}.partial"


def drop(request: Request) -> None:
    """Give up an interrupted training."""
    request.path.unlink(missing_ok=True)
    request.path.with_name(f"{request.options.name}.partial").unlink(missing_ok=True)


def candidates_of(request: Request, progress: Progress) -> tuple[Candidate, ...]:
    """Look again at the images of an interrupted training."""
    from cpsam_core.data.pairs import pair_of
    from cpsam_core.retrain import describe

    found = []
    for number, (image, use) in enumerate(request.images):
        progress(number, len(request.images), image.name)
        found.append(describe(pair_of(image), use))
    return tuple(found)
