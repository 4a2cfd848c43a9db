"""Which images to learn from, which to keep aside, and how to train: everything that one click decides."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cpsam_core.augment import UNKNOWN_CLASS
from cpsam_core.cards import read_card
from cpsam_core.errors import ImageError, SettingsError, TrainingError
from cpsam_core.examples import mean_diameter, read_annotation
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.images import check_same_shape, read_image
from cpsam_core.images.project_files import PROJECT_SUFFIX, is_corrected
from cpsam_core.pairs import Pair
from cpsam_core.settings import NATIVE_DIAMETER
from cpsam_core.weights import check_name, list_models, own_folder
from cpsam_core.weights.library import own_files

__all__ = [
    "Candidate",
    "RetrainingPlan",
    "Use",
    "default_settings",
    "describe",
    "plan_retraining",
    "unique_name",
]

Use = Literal["auto", "train", "aside", "exclude"]
ENOUGH_IMAGES = 3  # from so many on, one is kept aside whole
FEWEST_OBJECTS = 2
ALIKE = 1.5  # ratio of the largest to the smallest diameter up to which images count as of one size of cells
SMALL_WIDTH = 512  # networks narrower than this are small ones, trained from random start
SMALL_BYTES = 200_000_000  # where no card tells the width

SMALL: dict[str, Any] = {"learning_rate": 1e-3, "layer_drop": 0.0}
"""What differs for a small network: its weights are young, and bear and need larger steps than the published ones.

Found by retraining one that had never seen phase contrast on two such images, scored on others: average precision 0.00
before, 0.28 with this, 0.11 at rate 4e-4, and 0.06 in batches of 4, which take a quarter of the steps.
"""

SMALL_CROP = 128  # pixels; a quarter of the time of a crop of 256, and as many cells at its size of them
CLASS_RATE = 5e-5  # at the least, for class maps start from nothing (paper, "Semantic segmentation training")


@dataclass(frozen=True)
class Candidate:
    """An image that a model could learn from.

    Attributes
    ----------
    pair
        Its files.
    corrected
        Whether somebody corrected or verified its masks.
    objects
        Number of objects.
    shape
        Rows and columns.
    channels
        Channels of the image.
    diameter
        Median diameter of its objects in pixels, 0 without any.
    classes
        Numbers of the classes that its objects have.
    class_names
        Names of classes, where the project has them.
    partial
        Whether only parts of it are marked as complete.
    use
        What the user wants with it; "auto" takes it where it is corrected.
    problem
        Why it cannot be used, empty where it can.
    """

    pair: Pair
    corrected: bool = True
    objects: int = 0
    shape: tuple[int, int] = (0, 0)
    channels: int = 1
    diameter: float = 0.0
    classes: tuple[int, ...] = ()
    class_names: tuple[tuple[int, str], ...] = ()
    partial: bool = False
    use: Use = "auto"
    problem: str = ""

    @property
    def name(self) -> str:
        """Name of the image file."""
        return self.pair.image.name

    @property
    def wanted(self) -> bool:
        """Whether the image takes part, unless the user says otherwise."""
        return self.use in ("train", "aside") or (self.use == "auto" and self.corrected and not self.problem)


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


def describe(pair: Pair, use: Use = "auto") -> Candidate:
    """Look at an image and its masks; both are read, so call it from a job.

    What is wrong with them is told in `Candidate.problem` instead of raised.
    """
    corrected = pair.masks.suffix.lower() != PROJECT_SUFFIX or is_corrected(pair.masks)
    try:
        image, annotation = read_image(pair.image), read_annotation(pair)
        shape = int(image.pixels.shape[1]), int(image.pixels.shape[2])
        channels = int(image.pixels.shape[3])
        if image.is_stack:
            raise ImageError("it is a stack; save the planes to train on as images of their own")
        check_same_shape(image, annotation.labels)
    except ImageError as error:
        return Candidate(pair, corrected, use=use, problem=str(error))
    labels, complete = annotation.labels, annotation.complete
    seen = labels if complete is None else labels[complete]
    kinds = np.unique(annotation.classes) if annotation.classes is not None else np.zeros(0, np.uint8)
    return Candidate(
        pair,
        corrected,
        int(np.count_nonzero(np.unique(seen))),
        shape,
        channels,
        mean_diameter(seen),
        tuple(int(kind) for kind in kinds if 0 < kind < UNKNOWN_CLASS),
        tuple(sorted(annotation.class_names.items())),
        complete is not None,
        use,
    )


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
    known = _Start.of(start)
    training, aside, how, text = _kept_aside(used, rng)
    if name is not None and _folded(name) in {_folded(other) for other in (*own_files(), *taken)}:
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


def default_settings(start: str, classes: bool = False) -> TrainSettings:
    """Return how to finetune a model: as the paper does, with larger steps for a small network and for classes.

    Images are shown in the size in which the model wants to see cells: what its card says of the diameter.
    """
    known = _Start.of(start)
    settings = TrainSettings(**SMALL) if known.small else TrainSettings()
    if classes:
        settings = replace(settings, learning_rate=max(settings.learning_rate, CLASS_RATE))
    augmentation = settings.augmentation
    if known.small:
        augmentation = replace(augmentation, crop=SMALL_CROP)
    if known.diameter == "auto":
        augmentation = replace(augmentation, diameter=NATIVE_DIAMETER)
    elif isinstance(known.diameter, (int, float)):
        factor = NATIVE_DIAMETER / known.diameter
        low, high = augmentation.scale
        augmentation = replace(augmentation, scale=(low * factor, high * factor))
    return replace(settings, augmentation=augmentation)


def unique_name(base: str, taken: Collection[str] = ()) -> str:
    """Return `base` as a name that a model may have and none has, with a number where needed."""
    allowed = "".join(char if char.isalnum() or char in " -_.()" else "-" for char in base).strip(" .-")[:60]
    unfinished = [path.stem for path in own_folder().glob("*.partial")]  # their names go on with them
    names = {_folded(other) for other in (*own_files(), *unfinished, *taken)}
    for number in range(1, 100_000):
        name = (allowed or "model") + (f"-{number}" if number > 1 else "")
        try:
            if _folded(name) not in names:
                return check_name(name)
        except SettingsError:
            allowed = f"my {allowed}".strip() if number < 3 else "model"
    raise SettingsError(f"No name is free that begins with {base!r}: give one.")


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


@dataclass(frozen=True)
class _Start:
    """What is known of the start model without loading it, or fetching it from the net."""

    channels: int = 3
    small: bool = False
    diameter: float | Literal["auto"] | None = None

    @classmethod
    def of(cls, start: str) -> _Start:
        path, card = Path(start).expanduser(), None
        known = next((model for model in list_models() if model.name == start), None)
        if known is not None:
            path, card = known.path, known.card
        elif path.is_file():
            card = read_card(path)
        architecture = card.architecture if card is not None else {}
        channels, width = (architecture.get(key) for key in ("in_channels", "width"))
        size = path.stat().st_size if path.is_file() else SMALL_BYTES
        small = width < SMALL_WIDTH if isinstance(width, int) else size < SMALL_BYTES
        wanted = card.diameter if card is not None else None
        return cls(channels if isinstance(channels, int) else 3, small, wanted)


def _base_name(used: list[Candidate]) -> str:
    folder = used[0].pair.image.resolve().parent
    return (folder.parent if folder.name == "images" else folder).name


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", os.fspath(name)).casefold()
