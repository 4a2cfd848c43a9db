"""Which images to learn from, which to keep aside, and how to train: everything that one click decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augment import UNKNOWN_CLASS
from cpsam_core.data.examples import read_annotation
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.retrain.candidates import Candidate
from cpsam_core.retrain.defaults import StartModel, default_settings, folded, unique_name
from cpsam_core.weights import check_name
from cpsam_core.weights.library import own_files

__all__ = ["RetrainingPlan", "default_settings", "plan_retraining", "unique_name"]

ENOUGH_IMAGES = 3  # from so many on, one is kept aside whole
FEWEST_OBJECTS = 2
ALIKE = 1.5  # ratio of the largest to the smallest diameter up to which images count as of one size of cells


@dataclass(frozen=True)
class RetrainingPlan:
    """What a retraining will do.

    Attributes
    ----------
    training
        Images to learn from; where a part of one is kept aside, its pair says so.
    aside
        Images, or parts of images, that the new model is judged on and does not learn from.
    how
        Whether whole "images" are kept aside, "crops" of the training images, or "none".
    text
        How the new model will be judged, in a sentence for the user.
    warnings
        What the user should know before starting, a sentence each.
    start
        Model to start from.
    name
        Name of the new model, not taken yet.
    channels
        Channels of the new network.
    classes
        Names of its class maps, background first; empty without classes.
    settings
        How to train.
    diameter
        Diameter at which the new model is to be used, see `ModelCard.diameter`. Scores during the training need it,
        too: ``Settings(diameter=plan.diameter)``.
    """

    training: tuple[Pair, ...]
    aside: tuple[Pair, ...]
    how: Literal["images", "crops", "none"]
    text: str
    start: str
    name: str
    channels: int = 3
    classes: tuple[str, ...] = ()
    settings: TrainSettings = field(default_factory=TrainSettings)
    warnings: tuple[str, ...] = ()
    diameter: float | Literal["auto"] | None = None


def plan_retraining(
    candidates: Sequence[Candidate],
    start: str,
    *,
    name: str | None = None,
    settings: TrainSettings | None = None,
    classes: bool | None = None,
    seed: int = 0,
    taken: Collection[str] = (),
) -> RetrainingPlan:
    """Decide what one click decides.

    With at least three images one is kept aside, at random by `seed` or as the user marked; with fewer, a quarter of
    each image is. Masks are read where crops have to be chosen.

    Parameters
    ----------
    candidates
        Images of the folder, as `describe` found them.
    start
        Name or file of the model to start from.
    name
        Name of the new model; by default made from the folder of the images.
    settings
        How to train; by default what suits the start model.
    classes
        Whether to train classes; by default where objects have some.
    seed
        Of the choice of images and of the training.
    taken
        Names that are not free, beside those of the user's own models.

    Raises
    ------
    TrainingError
        There is nothing to learn from; the message says what to do.
    SettingsError
        The name is taken or not possible.
    """
    used = _used(candidates)
    rng = np.random.default_rng(seed)
    known = StartModel.of(start)
    training, aside, how, text = _kept_aside(used, rng)
    if name is not None and folded(name) in {folded(other) for other in (*own_files(), *taken)}:
        raise SettingsError(f"There is a model named {name!r} already: choose another name.")
    channels, said = _channels(used, known.channels)
    kinds = _class_names(used) if classes is not False else ()
    if classes and not kinds:
        raise TrainingError("Classes cannot be trained: no object has a class yet.")
    return RetrainingPlan(
        training,
        aside,
        how,
        text,
        start,
        check_name(name) if name is not None else unique_name(_base_name(used), taken),
        channels,
        kinds,
        replace(settings or default_settings(start, bool(kinds)), seed=seed),
        (*said, *_warnings(used)),
        _diameter(used, known.diameter),
    )


def _used(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the images that take part, or say what is missing."""
    used = [one for one in candidates if one.wanted]
    if not used:
        raise TrainingError(
            "No image is corrected yet. Correct the masks of at least one image, or mark it as verified, and save it."
        )
    bad = [f"{one.name}: {one.problem}" for one in used if one.problem]
    if bad:
        raise TrainingError("These images cannot be used:\n  " + "\n  ".join(bad))
    training = [one for one in used if one.use != "aside"]
    if not training:
        raise TrainingError("Every image is kept aside, so that none is left to learn from.")
    total = sum(one.objects for one in training)
    if total == 0:
        raise TrainingError(
            "The masks of the corrected images are empty: draw the objects of at least one image first."
        )
    if total < FEWEST_OBJECTS:
        raise TrainingError("One object alone is too little to learn from: correct a few more first.")
    return used


def _kept_aside(
    used: list[Candidate], rng: np.random.Generator
) -> tuple[tuple[Pair, ...], tuple[Pair, ...], Literal["images", "crops", "none"], str]:
    aside = [one for one in used if one.use == "aside"]
    training = [one for one in used if one.use != "aside"]
    free = [one for one in training if one.use == "auto" and one.objects > 0]
    if not aside and len(training) >= ENOUGH_IMAGES and free:
        # What is left to learn from needs objects too.
        enough = [one for one in free if sum(o.objects for o in training) - one.objects >= FEWEST_OBJECTS]
        aside = [enough[int(rng.integers(len(enough)))]] if enough else []
        training = [one for one in training if one not in aside]
    if aside:
        names = ", ".join(one.name for one in aside[:3]) + (" and others" if len(aside) > 3 else "")
        text = (
            f"The new model learns from {_count(len(training), 'image')} and is judged on "
            f"{names}, which it does not learn from."
        )
        return tuple(one.pair for one in training), tuple(one.pair for one in aside), "images", text
    parted = [_part(one, rng) for one in training]
    crops = tuple(part for _, part in parted if part is not None)
    if crops:
        why = (
            f"There are fewer than {ENOUGH_IMAGES} images"
            if len(training) < ENOUGH_IMAGES
            else "No whole image can be spared"
        )
        which = "the image" if len(training) == 1 else "each image that has enough objects"
        text = (
            f"{why}, so a quarter of {which} is left out of the training and the new model is "
            "judged on it. That says less than images of their own: correct more images to be sure."
        )
        return tuple(pair for pair, _ in parted), crops, "crops", text
    text = (
        "There are too few objects to keep any aside: nothing will show whether the new model is better. "
        "Correct more images to know."
    )
    return tuple(one.pair for one in training), (), "none", text


def _part(one: Candidate, rng: np.random.Generator) -> tuple[Pair, Pair | None]:
    """Keep that corner of an image aside which has nearest to a quarter of its objects, if both parts have some."""
    annotation = read_annotation(one.pair)
    labels: NDArray[np.uint32] = (
        annotation.labels if annotation.complete is None else annotation.labels * annotation.complete
    )
    (height, width), total = labels.shape, len(np.unique(labels[labels > 0]))
    rows, columns = ((0, height // 2), (height // 2, height)), ((0, width // 2), (width // 2, width))
    boxes = [(*row, *column) for row in rows for column in columns]
    counts = []
    for top, bottom, left, right in boxes:
        inside = labels[top:bottom, left:right]
        counts.append(len(np.unique(inside[inside > 0])))
    misses = np.abs(np.array(counts) - max(1, round(total / 4))) + rng.random(4) / 2  # ties at random
    best = int(np.argmin(misses))
    if counts[best] < 1 or total - counts[best] < FEWEST_OBJECTS:
        return one.pair, None
    return replace(one.pair, leave_out=boxes[best]), replace(one.pair, only=boxes[best])


def _diameter(
    used: list[Candidate], wanted: float | Literal["auto"] | None
) -> float | Literal["auto"] | None:
    """Return what the new model wants: where the old one measures cells first, the corrected ones tell their size."""
    known = [one.diameter for one in used if one.diameter > 0]
    if wanted != "auto" or not known or max(known) > ALIKE * min(known):
        return wanted
    return round(float(np.median(known)), 1)


def _channels(used: list[Candidate], given: int) -> tuple[int, tuple[str, ...]]:
    """Return the channels of the network, and what to say where images differ."""
    counts = {one.channels for one in used}
    wanted = max(given, *counts)
    if len(counts) == 1 or counts <= {1, 3}:
        return wanted, ()
    shown = ", ".join(map(str, sorted(counts)))
    return wanted, (
        f"The images have different numbers of channels ({shown}); missing ones are taken as dark.",
    )


def _class_names(used: list[Candidate]) -> tuple[str, ...]:
    """Return the names of the class maps, background first; empty where no object has a class."""
    kinds = {kind for one in used for kind in one.classes}
    if not kinds:
        return ()
    names = {number: name for one in reversed(used) for number, name in one.class_names}
    last = max(kinds | {number for number in names if 0 < number < UNKNOWN_CLASS})
    return ("background", *(names.get(number) or f"class {number}" for number in range(1, last + 1)))


def _warnings(used: list[Candidate]) -> tuple[str, ...]:
    said = []
    empty = [one.name for one in used if one.objects == 0]
    if empty:
        said.append(
            f"{', '.join(empty[:3])}: no objects; the model learns that everything there is background."
        )
    if sum(one.objects for one in used) < 10:
        said.append("There are fewer than 10 objects; more corrections will help more than more training.")
    return tuple(said)


def _base_name(used: list[Candidate]) -> str:
    folder = used[0].pair.image.resolve().parent
    return (folder.parent if folder.name == "images" else folder).name


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
