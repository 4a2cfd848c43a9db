"""What the training job does: look at the images of a folder, train, and compare the old with the new model. No Qt."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cpsam_core.errors import CpsamError, TrainingError
from cpsam_core.progress import silent
from cpsam_gui.files import earlier_work, images_in, project_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cpsam_core.finetune import Control, EpochReport, TrainingEvent, TrainSettings
    from cpsam_core.pairs import Pair
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import BeforeAfter, Candidate, Doubt, Retrained, RetrainingPlan, Use
    from cpsam_core.segment import Segmenter
    from cpsam_core.vit import FlowVit

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


class Listener(Protocol):
    """Hears of a training while it runs; called from the training's thread."""

    def on_plan(self, plan: RetrainingPlan) -> None:
        """What will be done is decided."""

    def on_epoch(self, report: EpochReport) -> None:
        """An epoch ended."""

    def on_event(self, event: TrainingEvent) -> None:
        """Something is worth telling."""


def look_at(folder: Path, uses: Mapping[Path, Use], progress: Progress = silent) -> tuple[Candidate, ...]:
    """Return the images of a folder that have masks, with what is known of each for training."""
    from cpsam_core.images import supported_suffixes
    from cpsam_core.retrain import describe

    found = []
    images = [image for image in images_in(folder, supported_suffixes()) if earlier_work(image) is not None]
    for number, image in enumerate(images):
        progress(number, len(images), image.name)
        found.append(describe(pair_of(image), uses.get(image, "auto")))
    progress(len(images), len(images), "")
    return tuple(found)


def pair_of(image: Path) -> Pair:
    """Return an image with the masks that were saved beside it: the project where there is one."""
    from cpsam_core.pairs import Pair

    masks = earlier_work(image)
    if masks is None:
        raise TrainingError(f"{image.name} has no saved masks.")
    return Pair(image, masks, image.parent.name)


def settings_of(options: TrainOptions) -> TrainSettings:
    """Return how to train: what suits the start model, with the user's changes."""
    from cpsam_core.finetune import RATES
    from cpsam_core.retrain.plan import default_settings

    settings, changes = default_settings(options.start), dict(options.changes)
    mode = changes.get("mode", "full")
    if mode != "full" and "learning_rate" not in changes:
        changes["learning_rate"] = RATES[mode] * settings.learning_rate / RATES["full"]
    if options.scale is not None:
        changes["augmentation"] = replace(settings.augmentation, scale=options.scale)
    return replace(settings, **changes)


def plan(candidates: Iterable[Candidate], options: TrainOptions) -> RetrainingPlan:
    """Decide what one click decides."""
    from cpsam_core.retrain import plan_retraining

    settings = settings_of(options)
    return plan_retraining(
        tuple(candidates), options.start, name=options.name or None, settings=settings, classes=options.classes,
        seed=settings.seed,
    )  # fmt: skip


def train(
    candidates: tuple[Candidate, ...],
    options: TrainOptions,
    control: Control,
    listener: Listener,
    progress: Progress,
) -> Outcome:
    """Train as asked and compare the new model with its start on what was kept aside."""
    from cpsam_core.retrain import retrain
    from cpsam_core.weights import own_folder

    progress(0, 1, "Planning")
    planned = plan(candidates, options)
    listener.on_plan(planned)
    note = own_folder() / f"{planned.name}{REQUEST}"
    write_request(note, candidates, replace(options, name=planned.name))
    score = scorer(planned.aside, options) if planned.aside else None
    trained = retrain(
        planned, device=options.device, precision=options.precision, progress=progress, control=control,
        on_epoch=listener.on_epoch, on_event=listener.on_event, score=score,
    )  # fmt: skip
    note.unlink(missing_ok=True)
    return Outcome(planned, trained, compare(planned, trained.path, options, progress))


def compare(
    plan: RetrainingPlan, path: Path, options: TrainOptions, progress: Progress
) -> BeforeAfter | None:
    """Segment what was kept aside with the start and with the new model."""
    if not plan.aside:
        return None
    from cpsam_core.retrain import before_after
    from cpsam_core.segment import Segmenter

    progress(0, 1, "Comparing with the old model")
    models = [
        Segmenter.load(name, options.device, options.precision, progress) for name in (plan.start, path)
    ]
    return before_after(models[0], models[1], plan.aside, progress=progress)


def scorer(aside: tuple[Pair, ...], options: TrainOptions) -> Callable[[FlowVit], float]:
    """Return what measures a network in training: its mean average precision at IoU 0.5 on the images kept aside."""
    from cpsam_core.examples import counted_objects, read_annotation
    from cpsam_core.images import read_image
    from cpsam_core.metrics import average_precision

    images = [(read_image(pair.image), read_annotation(pair)) for pair in aside]

    def score(model: FlowVit) -> float:
        segmenter, precisions = _segmenter(model, options), []
        for image, annotation in images:
            true = counted_objects(annotation.labels, annotation.complete)
            found = segmenter.segment(image).labels.reshape(true.shape)
            precision = average_precision(true, counted_objects(found, annotation.complete), (0.5,))[0]
            precisions.append(float(precision[0]))
        known = [value for value in precisions if not math.isnan(value)]
        return float(np.mean(known)) if known else math.nan

    return score


def _segmenter(model: FlowVit, options: TrainOptions) -> Segmenter:
    from cpsam_core.devices import choose_device, choose_precision
    from cpsam_core.network import Network
    from cpsam_core.segment import Segmenter

    device = choose_device(options.device)
    return Segmenter(Network(model, model.config, device, choose_precision(device, options.precision)))


# -- going on after a crash ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """What an interrupted training was asked to do."""

    path: Path
    options: TrainOptions
    images: tuple[tuple[Path, Use], ...]


def write_request(path: Path, candidates: Iterable[Candidate], options: TrainOptions) -> None:
    """Write down what a training is to do, so that it can go on after a crash."""
    from cpsam_core.atomic import write_bytes

    content = {
        "start": options.start, "name": options.name, "changes": dict(options.changes), "scale": options.scale,
        "classes": options.classes, "device": options.device, "precision": options.precision,
        "images": [[str(one.pair.image), one.use] for one in candidates],
    }  # fmt: skip
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
            str(stored["start"]), str(stored["name"]), dict(stored["changes"]),
            (float(scale[0]), float(scale[1])) if scale else None,
            stored["classes"], stored["device"], stored["precision"],
        )  # fmt: skip
        settings_of(options)  # refuses what makes no sense
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


def drop(request: Request) -> None:
    """Give up an interrupted training."""
    request.path.unlink(missing_ok=True)
    request.path.with_name(f"{request.options.name}.partial").unlink(missing_ok=True)


def candidates_of(request: Request, progress: Progress) -> tuple[Candidate, ...]:
    """Look again at the images of an interrupted training."""
    from cpsam_core.retrain import describe

    found = []
    for number, (image, use) in enumerate(request.images):
        progress(number, len(request.images), image.name)
        found.append(describe(pair_of(image), use))
    return tuple(found)


# -- which image next ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The image whose correction teaches most, and why."""

    image: Path
    text: str


def suggest(images: Iterable[Path], progress: Progress = silent) -> Suggestion | None:
    """Return the segmented image with the most doubtful masks that nobody has corrected yet."""
    from cpsam_core.images.project_files import is_corrected
    from cpsam_core.retrain import suggest_next

    doubts: dict[Path, Doubt] = {}
    listed = tuple(images)
    for number, image in enumerate(listed):
        progress(number, len(listed), image.name)
        project = project_path(image)
        if project.is_file() and not is_corrected(project):
            doubt = doubt_in(project)
            if doubt is not None:
                doubts[image] = doubt
    order = suggest_next(doubts)
    return Suggestion(order[0], doubts[order[0]].text) if order else None


def doubt_in(project: Path) -> Doubt | None:
    """Return how doubtful the saved objects of an image are, by their flow errors and probabilities."""
    from cpsam_core.images.project_files import read_project_file
    from cpsam_core.retrain import Doubt
    from cpsam_core.retrain.doubt import object_doubts

    try:
        rows = list(read_project_file(project, maps=()).objects.values())
    except CpsamError:
        return None
    errors, probabilities = (
        np.array([row.get(name) if row.get(name) is not None else np.nan for row in rows], np.float32)
        for name in ("flow_error", "probability")
    )
    each = object_doubts(errors, probabilities)
    doubtful = int((each > 0.5).sum())
    text = f"{doubtful} of {len(rows)} objects are doubtful" if rows else "nothing found"
    return Doubt(float(each.mean()) if rows else 0.0, len(rows), doubtful, 0.0, text)
