"""Which images to learn from, which to keep aside, and how to train: everything that one click decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cpsam_core.data.image_input import Diameter
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.images.project_summary import unchecked_text
from cpsam_core.retrain.candidates import Candidate, counts_of
from cpsam_core.retrain.classes import ClassUse, class_names
from cpsam_core.retrain.defaults import (
    StartModel,
    dated_name,
    default_settings,
    folded,
    unique_name,
    wanted_diameter,
)
from cpsam_core.retrain.kept_aside import FEWEST_OBJECTS, How, ValidationSplit, split
from cpsam_core.retrain.lineage import Lineage
from cpsam_core.weights import check_name
from cpsam_core.weights.library import own_files

__all__ = ["RetrainingPlan", "default_settings", "obstacle", "plan_retraining", "unique_name"]


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
        Whether whole "images" are kept aside, "crops" of the training images, "none", or whether every new image judges
        in "folds".
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
    folds
        With `how` "folds": groups of training images, each judged by a model that did not learn from them.
    volumes
        Stacks whose bodies judge in the place of their planes, see `kept_aside.ValidationSplit`.
    digests
        The image file of each part that is used, by its digest, see `Pair.digest`.
    lineage
        What the start model and its ancestors learnt from and were judged on.
    left_out
        Images that were meant to take part and neither teach nor judge; `warnings` say why.
    """

    training: tuple[Pair, ...]
    aside: tuple[Pair, ...]
    how: How
    text: str
    start: str
    name: str
    channels: int = 3
    classes: tuple[str, ...] = ()
    settings: TrainSettings = field(default_factory=TrainSettings)
    warnings: tuple[str, ...] = ()
    diameter: Diameter = None
    folds: tuple[tuple[Pair, ...], ...] = ()
    volumes: tuple[Pair, ...] = ()
    digests: Mapping[str, Path] = field(default_factory=dict)
    lineage: Lineage = field(default_factory=Lineage)
    left_out: tuple[Candidate, ...] = ()

    @property
    def judged(self) -> tuple[Pair, ...]:
        """What the verdict comes from: the images kept aside, and stacks as a whole in the place of their planes."""
        as_bodies = {pair.image for pair in self.volumes}
        return (*self.volumes, *(pair for pair in self.aside if pair.image not in as_bodies))


def plan_retraining(
    candidates: Sequence[Candidate],
    start: str,
    *,
    name: str | None = None,
    settings: TrainSettings | None = None,
    classes: bool | None = None,
    seed: int = 0,
    taken: Collection[str] = (),
    thorough: bool = False,
) -> RetrainingPlan:
    """Decide what one click decides.

    What is kept aside is decided by `kept_aside.split`. Masks are read where crops have to be chosen.

    Parameters
    ----------
    candidates
        Images of the folder, as `describe` found them.
    start
        Name or file of the model to start from.
    name
        Name of the new model; by default made from the folder of the images and the date.
    settings
        How to train; by default what suits the start model.
    classes
        Whether to train classes; by default where enough objects have some, see `ClassUse`.
    seed
        Of the choice of images and of the training.
    taken
        Names that are not free, beside those of the user's own models.
    thorough
        Judge by folds, see `kept_aside.split`.

    Raises
    ------
    TrainingError
        There is nothing to learn from; the message says what to do.
    SettingsError
        The name is taken or not possible.
    """
    known, lineage = StartModel.of(start), Lineage.of(start)
    seen = ClassUse.of(candidates)
    settings = replace(settings or default_settings(start, seen.learnt(classes)), seed=seed)
    used, few = _enough(_used(candidates), settings.min_objects)
    unfit = tuple(f"{one.name} is left out: {one.problem}" for one in _unfit(candidates))
    parts = split(used, lineage, seed, thorough=thorough)
    if name is not None:
        check_untaken(name, taken)
    channels, said = _channels(used, known.channels)
    kinds = class_names(used) if seen.learnt(classes) else ()
    if classes and not kinds:
        raise TrainingError("Classes cannot be trained: no object has a class yet.")
    return RetrainingPlan(
        parts.training,
        parts.aside,
        parts.how,
        " ".join(filter(None, (parts.text, _unchecked(used, parts)))),
        start,
        check_name(name) if name is not None else unique_name(dated_name(used[0].pair.image.parent), taken),
        channels,
        kinds,
        settings,
        (*unfit, *parts.warnings, *said, *few, *seen.warnings(classes), *_warnings(used)),
        wanted_diameter([one.diameter for one in used], known.diameter),
        parts.folds,
        parts.volumes,
        {one.digest: one.pair.image for one in used if one.digest},
        lineage,
        _left_out(candidates, parts),
    )


def check_untaken(name: str, taken: Collection[str] = ()) -> None:
    """Refuse a name that one of the user's own models has, or that is `taken` otherwise.

    Raises
    ------
    SettingsError
        With what to do.
    """
    if folded(name) in {folded(other) for other in (*own_files(), *taken)}:
        raise SettingsError(f"There is a model named {name!r} already: choose another name.")


def _left_out(candidates: Sequence[Candidate], parts: ValidationSplit) -> tuple[Candidate, ...]:
    """Return the images that were meant to take part and are not used."""
    used = {(pair.image, pair.ending) for pair in (*parts.training, *parts.aside)}
    return tuple(one for one in candidates if one.wanted and (one.pair.image, one.pair.ending) not in used)


def _enough(used: list[Candidate], fewest: int) -> tuple[list[Candidate], tuple[str, ...]]:
    """Leave out images with fewer than `fewest` objects, as the reference does, where others teach; and say so."""
    enough = [one for one in used if one.objects >= fewest or one.use != "auto"]
    left_out = [one for one in used if one not in enough]
    if not left_out or all(one.aside for one in enough):
        return used, ()
    names = ", ".join(one.name for one in left_out[:3])
    names = f"{names} and others" if len(left_out) > 3 else names
    return enough, (f"{names}: left out, because fewer than {fewest} objects are too few to learn from.",)


def obstacle(candidates: Sequence[Candidate]) -> str:
    """Return why nothing can be learnt from these images, in words; empty where it can."""
    try:
        _used(candidates)
    except TrainingError as error:
        return str(error)
    return ""


def _used(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the images that take part, or say what is missing."""
    used = [one for one in candidates if one.wanted]
    bad = [one for one in used if one.problem] if used else _unfit(candidates)
    if bad:
        raise TrainingError(
            "\n  ".join(["These images cannot be used:", *(f"{one.name}: {one.problem}" for one in bad)])
        )
    if not used and any(one.corrected and one.use == "exclude" for one in candidates):
        raise TrainingError("Every corrected image is left out, so that none is left to learn from.")
    if not used:
        raise TrainingError(
            "No image is corrected yet. Correct the masks of at least one image, or mark it as verified, and save it."
        )
    training = [one for one in used if not one.aside]
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


def _unfit(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the corrected images that take no part because something is wrong with them."""
    return [one for one in candidates if one.corrected and one.problem and one.use == "auto"]


def _unchecked(used: Sequence[Candidate], parts: ValidationSplit) -> str:
    """Return what to say where most of what judges was drawn by a model and checked by nobody."""
    known = {(one.pair.image, one.pair.ending): (one.objects, one.unchecked) for one in used}
    judging = [pair for group in (parts.aside, *parts.folds) for pair in group]
    # Of an image of which only a part judges, that part alone counts.
    counts = [known[pair.image, pair.ending] if pair.only is None else counts_of(pair) for pair in judging]
    objects, unchecked = (sum(side) for side in zip(*counts, strict=True)) if counts else (0, 0)
    return unchecked_text(unchecked, objects)


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
