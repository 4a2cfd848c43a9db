"""Which images the new model is judged on: never one that its line has learnt from, and enough of them to tell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.examples import read_annotation
from cpsam_core.data.pairs import Pair
from cpsam_core.data.patches import Patch
from cpsam_core.errors import TrainingError
from cpsam_core.retrain.candidates import Candidate
from cpsam_core.retrain.lineage import Lineage

__all__ = ["ValidationSplit", "split"]

How = Literal["images", "crops", "folds", "none"]

# From so many on, whole images are kept aside.
ENOUGH_IMAGES = 3
# Of the images that is kept aside.
SHARE = 0.2
# Images up to which a thorough verdict is offered.
MOST_FOLDED = 10
FOLDS = 5
FEWEST_OBJECTS = 2
NEAR = (
    "The planes that judge lie so near to those learnt from that the same cells are in both, which flatters the new "
    "model. Correct planes farther apart, or another stack, to be sure."
)
MOVIE = (
    "The time points that judge are of a movie whose other time points are learnt from: the same cells are in both, "
    "which flatters the new model. Correct another movie, or other images, to be sure."
)


@dataclass(frozen=True)
class ValidationSplit:
    """What is learnt from and what is judged on.

    Attributes
    ----------
    training, aside
        As `RetrainingPlan.training` and `RetrainingPlan.aside`.
    how
        As `RetrainingPlan.how`.
    volumes
        Stacks of which all masks count and no plane is learnt from; the verdict matches their bodies in 3D, in the
        place of their planes in `aside`.
    folds
        With "folds": groups of images; each is judged by a model that learnt from all but them.
    text
        How the new model is judged, for people.
    warnings
        What was decided other than the user may expect.
    """

    training: tuple[Pair, ...]
    aside: tuple[Pair, ...]
    how: How
    text: str
    folds: tuple[tuple[Pair, ...], ...] = ()
    warnings: tuple[str, ...] = ()
    volumes: tuple[Pair, ...] = ()


def split(
    used: Sequence[Candidate], lineage: Lineage, seed: int, *, thorough: bool = False
) -> ValidationSplit:
    """Decide what is kept aside.

    What the line kept aside stays aside; what it learnt from never judges. A fifth of the images is kept aside, at
    least one, from three images on; of fewer, a quarter of each image that is new to the line. All planes of a volume
    and all time points of a movie are one image here, because they show the same cells; which of the planes judge is
    for `planes_of` to say. So are all layers of an image, because they show the same pixels. With `thorough`, up to ten
    images are judged in folds.

    Raises
    ------
    TrainingError
        Nothing is left to learn from, or a thorough verdict is asked for where there is nothing to fold.
    """
    marked = [one for one in used if one.aside]
    tainted = [one for one in marked if not lineage.may_judge(one.digest)]
    warnings = tuple(
        f"{one.name} is marked to be kept aside, but the start model or one before it learnt from it, so it cannot "
        "judge and is left out."
        for one in tainted
    )
    if any(one.near for one in marked):
        warnings += (NEAR,)
    # A user who wants to learn from an image that was kept aside may: it does not judge any more, in any layer.
    asked = {one.digest for one in used if one.use == "train"}
    stay = [
        one
        for one in used
        if one.use == "auto" and not one.slab and lineage.is_aside(one.digest) and one.digest not in asked
    ]
    aside = [one for one in marked if one not in tainted] + stay
    training = [one for one in used if not one.aside and one not in stay]
    seen = {one.digest for one in aside}
    shared = [one for one in training if one.digest in seen]
    warnings += tuple(
        f"{one.name} is left out, because another layer of the same pixels is kept aside." for one in shared
    )
    training = [one for one in training if one not in shared]
    if not training and stay:
        training, aside = _give_back(aside, stay)
    if not training:
        raise TrainingError("Every image is kept aside, so that none is left to learn from.")
    if thorough:
        return _with_movies(_folded(training, aside, lineage, seed, warnings))
    chosen = _choose(training, aside, lineage, seed) if not marked else []
    aside, training = aside + chosen, [one for one in training if one not in chosen]
    # Parts that were kept aside when there were fewer images stay aside, too, and go on judging.
    parts = {one.digest: part for one in training if (part := _old_part(one, lineage)) is not None}
    if aside:
        return _with_movies(_whole(training, aside, parts, lineage, warnings))
    return _with_movies(_crops(training, parts, lineage, seed, warnings))


def _with_movies(parts: ValidationSplit) -> ValidationSplit:
    """Say where a time point judges what learns from others of its movie: by a person's wish, or as it did before."""

    def in_both(judge: Pair, other: Pair) -> bool:
        same = (judge.image, replace(judge.key, time=None)) == (other.image, replace(other.key, time=None))
        # The same part left out of all of them shows cells that are in none.
        return (
            same
            and judge.key.time != other.key.time
            and (judge.only is None or other.leave_out != judge.only)
        )

    flattered = any(in_both(judge, other) for judge in parts.aside for other in parts.training)
    return replace(parts, warnings=(*parts.warnings, MOVIE)) if flattered else parts


def order(one: Candidate, seed: int) -> str:
    """Return a key that puts images in a random order which new images do not change."""
    return hashlib.sha256(f"{seed} {one.digest}".encode()).hexdigest()


def _old_part(one: Candidate, lineage: Lineage) -> tuple[int, int, int, int] | None:
    part = lineage.part_of(one.digest)
    return part if part is not None and part[1] <= one.shape[0] and part[3] <= one.shape[1] else None


def _give_back(aside: list[Candidate], stay: list[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return what is learnt from and judged on where all images were kept aside before: the half goes on judging."""
    half = len({one.digest for one in aside}) // 2
    given = [one for layers in _gathered(stay, lambda one: one.digest)[:half] for one in layers]
    return given, [one for one in aside if one not in given]


def _choose(
    training: list[Candidate], aside: list[Candidate], lineage: Lineage, seed: int
) -> list[Candidate]:
    """Choose whole images to keep aside beside those that are already; never one that the line learnt from."""
    images, already = _by_image(training), len(_by_image(aside))
    total = len(images) + already
    wanted = max(1, round(SHARE * total)) - already
    fresh = [
        parts
        for parts in images
        if all(one.use == "auto" and lineage.may_judge(one.digest) for one in parts) and _objects(parts) > 0
    ]
    if total < ENOUGH_IMAGES or wanted < 1:
        return []
    chosen: list[list[Candidate]] = []
    objects = _objects(training)
    for parts in sorted(fresh, key=lambda parts: order(parts[0], seed)):
        # What is left to learn from needs objects, too.
        if len(chosen) < wanted and objects - _objects(parts) >= FEWEST_OBJECTS:
            chosen.append(parts)
            objects -= _objects(parts)
    return [one for parts in chosen for one in parts]


def _by_image(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Gather the planes of each volume, the time points of each movie and the layers of each image."""
    return _gathered(candidates, _image_of)


def _image_of(one: Candidate) -> object:
    return one.pair.image, replace(one.pair.key, time=None, layer="")


def _square_of(one: Candidate) -> str:
    """Return which square it is of an image larger than memory, whose squares show other cells each."""
    section = one.pair.section
    return section.ending if isinstance(section, Patch) else ""


def _gathered(candidates: Sequence[Candidate], what: Callable[[Candidate], object]) -> list[list[Candidate]]:
    """Return groups of candidates with the same answer to `what`."""
    groups: dict[object, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(what(one), []).append(one)
    return list(groups.values())


def _objects(candidates: Sequence[Candidate]) -> int:
    return sum(one.objects for one in candidates)


def _whole(
    training: list[Candidate],
    aside: list[Candidate],
    parts: dict[str, tuple[int, int, int, int]],
    lineage: Lineage,
    warnings: tuple[str, ...],
) -> ValidationSplit:
    volumes = _volumes(training, aside)
    as_bodies = {pair.image for pair in volumes}
    titles = [f"the bodies of {pair.name}" for pair in volumes]
    titles += [one.name for one in aside if one.pair.image not in as_bodies]
    names = ", ".join(titles[:3])
    names = f"{names} and others" if len(titles) > 3 else names
    # Sentences of their own, since sentences are what is translated.
    count = len(training)
    said = [
        f"The new model learns from {count} image{'' if count == 1 else 's'}.",
        f"It is judged on {names}, which neither it nor the models before it learnt from.",
    ]
    if sum(lineage.is_aside(one.digest) for one in aside) == len(aside):
        said.append("That has been kept aside since an earlier training.")
    if parts:
        said.append(
            f"Parts of {len(parts)} other{'' if len(parts) == 1 else 's'}, kept aside earlier, judge it, too."
        )
    text = " ".join(said)
    judged = [one.pair for one in aside]
    judged += [replace(one.pair, only=parts[one.digest]) for one in training if one.digest in parts]
    return ValidationSplit(
        _without(training, parts), tuple(judged), "images", text, warnings=warnings, volumes=volumes
    )


def _volumes(training: list[Candidate], aside: list[Candidate]) -> tuple[Pair, ...]:
    """Return the stacks that are kept aside as a whole and whose masks all count: sections are taken of these alone."""
    learnt = {one.pair.image for one in training}
    return tuple(
        replace(parts[0].pair, section=None)
        for parts in _gathered(aside, lambda one: (one.pair.image, one.pair.key))
        if parts[0].pair.image not in learnt
        and any(one.pair.section is not None and one.pair.section.axis > 0 for one in parts)
        and all(one.use == "aside" for one in parts)
    )


def _without(training: list[Candidate], parts: dict[str, tuple[int, int, int, int]]) -> tuple[Pair, ...]:
    return tuple(
        replace(one.pair, leave_out=parts[one.digest]) if one.digest in parts else one.pair
        for one in training
    )


def _crops(
    training: list[Candidate],
    parts: dict[str, tuple[int, int, int, int]],
    lineage: Lineage,
    seed: int,
    warnings: tuple[str, ...],
) -> ValidationSplit:
    """Keep a corner of each image aside: the last resort."""
    for planes in _by_image(training):
        boxes: dict[tuple[int, str], tuple[int, int, int, int] | None] = {}
        for one in planes:
            if one.digest not in parts and lineage.may_judge(one.digest):
                # The same corner of all planes of a volume that lie across one axis: they show the same cells.
                section = one.pair.section
                same = (section.axis if section is not None else 0, _square_of(one))
                if boxes.get(same) is None:
                    rng = np.random.default_rng((seed, int(order(one, seed)[:12], 16)))
                    boxes[same] = _corner(one, rng)
                box = boxes[same]
                if box is not None:
                    parts[one.digest] = box
        if len({axis for axis, _ in boxes}) > 1 and any(boxes.values()) and NEAR not in warnings:
            # What one kind of section leaves out is in the others.
            warnings += (NEAR,)
    pairs = _without(training, parts)
    if parts:
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
        judged = tuple(replace(one.pair, only=parts[one.digest]) for one in training if one.digest in parts)
        return ValidationSplit(pairs, judged, "crops", text, warnings=warnings)
    if any(not lineage.may_judge(one.digest) for one in training):
        why = "The model that training starts from, or one before it, learnt from these images"
        then = "Correct one more image to know."
    else:
        why, then = "There are too few objects to keep any aside", "Correct more images to know."
    text = f"{why}: nothing will show whether the new model is better. {then}"
    return ValidationSplit(pairs, (), "none", text, warnings=warnings)


def _corner(one: Candidate, rng: np.random.Generator) -> tuple[int, int, int, int] | None:
    """Return that corner of an image which has nearest to a quarter of its objects, if both parts have some."""
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
    # Ties at random.
    misses = np.abs(np.array(counts) - max(1, round(total / 4))) + rng.random(4) / 2
    best = int(np.argmin(misses))
    return None if counts[best] < 1 or total - counts[best] < FEWEST_OBJECTS else boxes[best]


def _folded(
    training: list[Candidate],
    aside: list[Candidate],
    lineage: Lineage,
    seed: int,
    warnings: tuple[str, ...],
) -> ValidationSplit:
    """Let every new image judge a model that did not learn from it."""
    new = [one for one in training if lineage.may_judge(one.digest)]
    groups = _gathered(new, lambda one: (_image_of(one), _square_of(one)))
    fresh = sorted((parts for parts in groups if _objects(parts)), key=lambda parts: order(parts[0], seed))
    if len(fresh) < 2:
        raise TrainingError(
            "Cross-validation needs at least two images that no model of this line has learnt from. Train without it, "
            "or correct more images."
        )
    if len(fresh) > MOST_FOLDED:
        raise TrainingError(
            f"Cross-validation is for up to {MOST_FOLDED} images; of {len(fresh)}, enough are kept aside without it."
        )
    count = min(len(fresh), FOLDS)
    folds = tuple(tuple(one.pair for parts in fresh[start::count] for one in parts) for start in range(count))
    text = (
        f"Cross-validation: {count} more models are trained, each with 1/{count} of the steps and without "
        f"{'one image' if len(fresh) == count else 'some of the images'}, and judged on what it did not see; the new "
        f"model learns from all {len(training)}. It takes about twice as long."
    )
    return ValidationSplit(
        tuple(one.pair for one in training), tuple(one.pair for one in aside), "folds", text, folds, warnings
    )
