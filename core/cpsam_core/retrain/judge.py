"""Is the new model better? Old and new on the images kept aside, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.examples import counted_objects, read_annotation
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import TrainingError
from cpsam_core.images import check_same_shape
from cpsam_core.metrics.compare import Comparison, compare
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings

__all__ = ["BeforeAfter", "ImageChange", "Spot", "before_after"]

Labels = NDArray[np.uint32]
Verdict = Literal["improved", "not improved", "too few"]
FEW_OBJECTS = 10  # true objects from which on a difference says anything
THRESHOLD = 0.5


@dataclass(frozen=True)
class Spot:
    """An object to look at: its id, and its middle in pixels of the whole image."""

    id: int
    y: float
    x: float


@dataclass(frozen=True, eq=False)
class ImageChange:
    """Old and new model on one image kept aside.

    Attributes
    ----------
    pair
        The image.
    true, old, new
        Masks, uint32 (y, x), of the size of the image; outside the part kept aside they are empty.
    old_precision, new_precision
        Average precision at IoU 0.5; NaN without any object.
    gained, lost
        Objects of `true` that only the new model found, and that only the old one did.
    false_gone, false_new
        Objects of `old` that are none and that the new model no longer finds, and objects of `new` that are none and
        that the old model did not find.
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

    @property
    def true_objects(self) -> int:
        """Number of true objects."""
        return int(np.count_nonzero(np.unique(self.true)))


@dataclass(frozen=True, eq=False)
class BeforeAfter:
    """Old and new model on all images kept aside.

    Attributes
    ----------
    images
        One entry an image.
    old_precision, new_precision
        Mean over the images of the average precision at IoU 0.5; NaN where no image has objects.
    verdict
        Whether the new model is better; "too few" where there are too few objects to tell.
    text
        The verdict in a sentence or two.
    """

    images: tuple[ImageChange, ...]
    old_precision: float
    new_precision: float
    verdict: Verdict
    text: str


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
        Images with true masks, `RetrainingPlan.aside`; of a pair with `only`, that part counts.
    settings
        How to segment; the defaults, unless given.
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
        image, annotation = pair.read_image(), read_annotation(pair)
        check_same_shape(image, annotation.labels)
        counted = annotation.complete
        true = counted_objects(annotation.labels, counted)
        found = []
        for step, model in enumerate((old, new)):
            found.append(counted_objects(model.segment(image, settings).labels.reshape(true.shape), counted))
            progress(2 * number + step + 1, 2 * len(aside), pair.image.name)
        changes.append(image_change(pair, true, found[0], found[1]))
    return _judged(tuple(changes))


def image_change(pair: Pair, true: Labels, old: Labels, new: Labels) -> ImageChange:
    """Compare two sets of masks of one image with the true ones; all uint32 (y, x)."""
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
    )


def spots(labels: Labels, ids: set[int]) -> tuple[Spot, ...]:
    """Return where objects are, in the order of their ids; the rows and columns of their pixels' mean."""
    wanted = np.array(sorted(ids), np.uint32)
    if not len(wanted):
        return ()
    ys, xs = np.nonzero(np.isin(labels, wanted))
    place = np.searchsorted(wanted, labels[ys, xs])
    count = np.maximum(np.bincount(place, minlength=len(wanted)), 1)
    y, x = (np.bincount(place, axis, len(wanted)) / count for axis in (ys, xs))
    return tuple(
        Spot(int(number), float(a), float(b)) for number, a, b in zip(wanted.tolist(), y, x, strict=True)
    )


def _false(comparison: Comparison) -> set[int]:
    """Return the found objects that match no true one."""
    return set(comparison.second_ids.tolist()) - set(comparison.pairs[:, 1].tolist())


def _judged(images: tuple[ImageChange, ...]) -> BeforeAfter:
    old, new = (
        _mean([getattr(image, name) for image in images]) for name in ("old_precision", "new_precision")
    )
    verdict, text = verdict_of(images, old, new)
    return BeforeAfter(images, old, new, verdict, text)


def verdict_of(images: Sequence[ImageChange], old: float, new: float) -> tuple[Verdict, str]:
    """Return the verdict and its words from what changed and the mean average precision of both models."""
    total = sum(image.true_objects for image in images)
    better = sum(len(image.gained) + len(image.false_gone) for image in images)
    worse = sum(len(image.lost) + len(image.false_new) for image in images)
    numbers = (
        f"average precision {old:.2f} before, {new:.2f} after, on {total} "
        f"object{'' if total == 1 else 's'} kept aside; {better} better, {worse} worse"
    )
    if total < FEW_OBJECTS:
        return "too few", f"Too few objects to tell: {numbers}. Correct more images to know."
    if new > old and better > worse:
        return "improved", f"The new model is better: {numbers}."
    return (
        "not improved",
        f"The new model is not better: {numbers}. Keep the old one, or correct more images.",
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
