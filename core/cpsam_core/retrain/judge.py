"""Is the new model better? Old and new on the images kept aside, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.examples import counted_objects, read_annotation
from cpsam_core.data.pairs import Pair
from cpsam_core.data.planes import bodies_of
from cpsam_core.errors import TrainingError
from cpsam_core.images import check_same_shape
from cpsam_core.images.project_summary import mostly_unchecked
from cpsam_core.metrics import overlaps
from cpsam_core.metrics.compare import Comparison, compare
from cpsam_core.progress import Progress, silent
from cpsam_core.retrain.candidates import unchecked_of
from cpsam_core.retrain.validate import settings_for
from cpsam_core.retrain.verdict import (
    FEW_OBJECTS,
    MOST_ADVISED,
    WORTH_SEEING,
    Difference,
    Units,
    difference_of,
    estimated,
)
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings

__all__ = ["BeforeAfter", "ImageChange", "Spot", "before_after"]

Labels = NDArray[np.uint32]
THRESHOLD = 0.5


@dataclass(frozen=True)
class Spot:
    """An object to look at: its id, and its middle in pixels of the whole image; `z` is the plane in a volume."""

    id: int
    y: float
    x: float
    z: float = 0.0


@dataclass(frozen=True, eq=False)
class ImageChange:
    """Old and new model on one image kept aside.

    Attributes
    ----------
    pair
        The image.
    true, old, new
        Masks, uint32 (y, x), or (z, y, x) of a volume, of the size of the image; outside the part kept aside they are
        empty.
    old_precision, new_precision
        Average precision at IoU 0.5; NaN without any object.
    gained, lost
        Objects of `true` that only the new model found, and that only the old one did.
    false_gone, false_new
        Objects of `old` that are none and that the new model no longer finds, and objects of `new` that are none and
        that the old model did not find.
    units
        What the verdict is computed from, see `verdict.Units`.
    spacing
        Distance of planes in pixels, of a volume.
    unchecked
        How many objects of `true` are a model's own that nobody checked.
    """

    pair: Pair
    true: Labels
    old: Labels
    new: Labels
    old_precision: float
    new_precision: float
    gained: tuple[Spot, ...]
    lost: tuple[Spot, ...]
    false_gone: tuple[Spot, ...]
    false_new: tuple[Spot, ...]
    units: Units = field(default_factory=lambda: np.zeros((0, 5), np.int64))
    spacing: float = 1.0
    unchecked: int = 0

    @property
    def is_volume(self) -> bool:
        """Whether the objects are bodies, which were matched in 3D."""
        return self.true.ndim == 3

    @property
    def true_objects(self) -> int:
        """Number of true objects."""
        return int(np.count_nonzero(np.unique(self.true)))


Verdict = Literal["better", "not different", "worse", "not known"]


@dataclass(frozen=True, eq=False)
class BeforeAfter:
    """Old and new model on all images kept aside.

    Attributes
    ----------
    images
        One entry an image.
    difference
        What is known of the difference, with the verdict in a word.
    text
        The verdict in a sentence or two.
    unchecked
        Whether most of the outlines they were judged by are a model's own that nobody checked.
    """

    images: tuple[ImageChange, ...]
    difference: Difference
    text: str
    unchecked: bool = False

    @property
    def verdict(self) -> Verdict:
        """Whether the new model is "better", "not different" or "worse"; else "not known".

        By outlines of the old model's own that nobody checked, the old one is right where it was wrong: only
        "better" means something then.
        """
        return _verdict(self.difference, unchecked=self.unchecked)


def before_after(
    old: Segmenter,
    new: Segmenter,
    aside: Sequence[Pair],
    settings: Settings | None = None,
    progress: Progress = silent,
) -> BeforeAfter:
    """Segment the images kept aside with both models and compare each with the true masks.

    Parameters
    ----------
    old, new
        The models.
    aside
        Images with true masks, `RetrainingPlan.aside`; of a pair with `only`, that part counts. Each is seen as its
        project says.
    settings
        How to segment beside that; the defaults, unless given.
    progress
        Called after each segmentation; may raise Cancelled.

    Raises
    ------
    TrainingError
        No image is kept aside.
    ImageError
        An image or its masks cannot be read.
    """
    if not aside:
        raise TrainingError("No image is kept aside, so the models cannot be compared.")
    changes = []
    for number, pair in enumerate(aside):

        def step(done: int, start: int = 2 * number, name: str = pair.image.name) -> None:
            progress(start + done, 2 * len(aside), name)

        changes.append(change_of(pair, (old, new), settings, step))
    return judged(changes)


def change_of(
    pair: Pair,
    models: tuple[Segmenter, Segmenter],
    settings: Settings | None = None,
    step: Callable[[int], None] = lambda done: None,
) -> ImageChange:
    """Segment one image with the old and the new model and compare; `step` is called after each."""
    image, chosen = pair.read_image(), settings_for(pair.shown, settings)
    counted: NDArray[np.bool_] | None = None
    spacing = 1.0
    if image.is_stack:
        bodies = bodies_of(pair, image)
        true, spacing = bodies.labels, bodies.spacing
        chosen = replace(chosen, do_3D=True, anisotropy=spacing)
    else:
        annotation = read_annotation(pair)
        check_same_shape(image, annotation.labels)
        counted = annotation.complete
        true = counted_objects(annotation.labels, counted)
    found = []
    for number, model in enumerate(models, 1):
        labels = model.segment(image, chosen).labels
        found.append(counted_objects(labels.reshape(true.shape), counted))
        step(number)
    unchecked = len(unchecked_of(pair).intersection(np.unique(true).tolist()))
    return replace(image_change(pair, true, found[0], found[1]), spacing=spacing, unchecked=unchecked)


def image_change(pair: Pair, true: Labels, old: Labels, new: Labels) -> ImageChange:
    """Compare two sets of masks of one image with the true ones; all uint32 (y, x), or (z, y, x) of a volume."""
    with_old, with_new = compare(true, old, THRESHOLD), compare(true, new, THRESHOLD)
    had, has = set(with_old.pairs[:, 0].tolist()), set(with_new.pairs[:, 0].tolist())
    wrong_old, wrong_new = _false(with_old), _false(with_new)
    both = compare(old, new, THRESHOLD).pairs.tolist()
    stayed_old = {one for one, other in both if other in wrong_new}
    stayed_new = {other for one, other in both if one in wrong_old}
    return ImageChange(
        pair,
        true,
        old,
        new,
        float(with_old.scores.average_precision[0]),
        float(with_new.scores.average_precision[0]),
        spots(true, has - had),
        spots(true, had - has),
        spots(old, wrong_old - stayed_old),
        spots(new, wrong_new - stayed_new),
        _units(with_old, with_new, (_host(true, old), _host(true, new)), both),
    )


def _host(true: Labels, found: Labels) -> dict[int, int]:
    """Return for each found object the true one that it shares most pixels with; those that meet none are left out."""
    shared = overlaps(true, found)
    order = np.argsort(shared.shared, kind="stable")
    one, other = shared.true_ids[shared.true[order]], shared.predicted_ids[shared.predicted[order]]
    return dict(zip(other.tolist(), one.tolist(), strict=True))


def _units(
    old: Comparison, new: Comparison, hosts: tuple[dict[int, int], dict[int, int]], both: list[list[int]]
) -> Units:
    """Return what is compared pair by pair: true objects with the false ones on them, and false ones on their own."""
    rows = {number: [0, 1, 0, 1, 1] for number in old.first_ids.tolist()}
    alone: dict[tuple[int, int], list[int]] = {}
    partner = {other: one for one, other in both}
    for side, (comparison, host) in enumerate(zip((old, new), hosts, strict=True)):
        for number in comparison.pairs[:, 0].tolist():
            rows[number][2 * side] = 1
        for number in sorted(_false(comparison)):
            if number in host:
                rows[host[number]][2 * side + 1] += 1
            else:
                # The same false object by both models is one unit.
                key = (0, number) if side == 0 else (0, partner[number]) if number in partner else (1, number)
                alone.setdefault(key, [0, 0, 0, 0, 0])[2 * side + 1] += 1
    return np.array([*rows.values(), *alone.values()], np.int64).reshape(-1, 5)


def spots(labels: Labels, ids: set[int]) -> tuple[Spot, ...]:
    """Return where objects are, in the order of their ids; planes, rows and columns of their pixels' mean."""
    wanted = np.array(sorted(ids), np.uint32)
    if not len(wanted):
        return ()
    positions = np.nonzero(np.isin(labels, wanted))
    place = np.searchsorted(wanted, labels[positions])
    count = np.maximum(np.bincount(place, minlength=len(wanted)), 1)
    middles = [np.bincount(place, axis, len(wanted)) / count for axis in reversed(positions)]
    return tuple(
        Spot(number, *where) for number, *where in zip(wanted.tolist(), *_ordered(middles), strict=True)
    )


def _ordered(middles: list[NDArray[np.float64]]) -> list[list[float]]:
    """Return means along x, y and perhaps z in the order of the fields of a spot."""
    x, y, *z = (middle.tolist() for middle in middles)
    return [y, x, *z]


def _false(comparison: Comparison) -> set[int]:
    """Return the found objects that match no true one."""
    return set(comparison.second_ids.tolist()) - set(comparison.pairs[:, 1].tolist())


def judged(changes: Sequence[ImageChange]) -> BeforeAfter:
    """Return what the images say together."""
    images = tuple(changes)
    difference = difference_of([image.units for image in images])
    unchecked = mostly_unchecked(
        sum(image.unchecked for image in images), sum(image.true_objects for image in images)
    )
    text = verdict_text(images, difference, _verdict(difference, unchecked=unchecked))
    return BeforeAfter(images, difference, text, unchecked)


def _verdict(difference: Difference, *, unchecked: bool) -> Verdict:
    return "not known" if unchecked and difference.word != "better" else difference.word


def verdict_text(
    images: Sequence[ImageChange], difference: Difference, verdict: Verdict | None = None
) -> str:
    """Return the verdict in words: what was measured, how sure that is, and what would settle it.

    The word is that of the difference, unless given.
    """
    better = sum(len(image.gained) + len(image.false_gone) for image in images)
    worse = sum(len(image.lost) + len(image.false_new) for image in images)
    total = difference.objects
    if not total:
        return "There are no objects to judge on, so nothing is known. Correct more images to know."
    numbers = (
        f"average precision {difference.before:.2f} before, {difference.after:.2f} after "
        f"({difference.interval}), on {total} object{'' if total == 1 else 's'} kept aside; "
        f"{better} better, {worse} worse"
    )
    if verdict == "not known":
        return f"It is not known which model is better, because most outlines kept aside are unchecked: {numbers}."
    if difference.word == "better":
        return f"The new model is better: {numbers}."
    if difference.word == "worse":
        return f"The new model is worse: {numbers}. Keep the old one."
    advice = _advice(difference)
    if total < FEW_OBJECTS:
        return f"There are too few objects to tell: {numbers}. {advice}"
    return f"The two models are not different, as far as can be told: {numbers}. {advice}"


def _advice(difference: Difference) -> str:
    """Return what would settle the question."""
    if not difference.more:
        return f"A difference of {WORTH_SEEING:.2f} would have been seen."
    cells = f"about {estimated(difference.more):,} more cells"
    if difference.more >= MOST_ADVISED:
        return "No number of corrections that anybody would make is going to tell them apart."
    if abs(difference.change) < WORTH_SEEING:
        return f"Correct {cells} on images of their own to see a difference of {WORTH_SEEING:.2f}."
    return f"Correct {cells} on images of their own to know."
