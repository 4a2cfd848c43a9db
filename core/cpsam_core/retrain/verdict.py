"""Is a difference between two models more than chance? A paired test over objects or images, in three words.

Both models segment the same images, so each true object is a pair: found by both, by one, or by none. A false object
counts with the true one that it lies on, because a cell that is outlined badly is one fault and not two.

McNemar's test (mid-p) says whether more objects became right than wrong, and a bootstrap says by how much the average
precision differs. On few images it is that of all their objects together, and objects are drawn: an image of three
cells would else weigh as much as one of a hundred. From `MANY_IMAGES` images on it is the mean over images, and images
are drawn, for objects of one image succeed and fail together. Both have to agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri, stdtrit

__all__ = [
    "FEW_OBJECTS",
    "MOST_ADVISED",
    "WORTH_SEEING",
    "Difference",
    "Units",
    "Word",
    "difference_of",
    "estimated",
    "signed",
]

Word = Literal["better", "not different", "worse"]
Units = NDArray[np.int64]
"""(n, 5): matched objects and all that count (matched, missed and false), by the old and then by the new model; and 1
where the unit is a true object, 0 where it is a false one that lies on none."""

COUNTS, TRUE = slice(0, 4), 4
# Chance of a false "better", and of a false "worse".
LEVEL = 0.05
DRAWS = 2000
MANY_IMAGES = 6
# True objects below which nothing is said.
FEW_OBJECTS = 10
# Difference of average precision that is worth more corrections.
WORTH_SEEING = 0.05
# Objects that may have changed although none of those looked at did, with a chance of `LEVEL` (the rule of three).
UNSEEN = -math.log(LEVEL)
# Cells; nobody corrects more of them to settle a question.
MOST_ADVISED = 2000
SEED = 0x5EED


def signed(change: float) -> str:
    """Return a change with its sign in two decimals; what rounds to nothing has no minus."""
    return f"{round(change, 2) + 0.0:+.2f}"


@dataclass(frozen=True)
class Difference:
    """New model minus old model, in average precision at IoU 0.5: of all objects, or the mean over many images.

    Attributes
    ----------
    word
        "better" and "worse" where the difference is more than chance.
    change
        The difference; NaN without any object.
    low, high
        It lies between these with a probability of 90 percent. Where nothing is proven 0 lies between them, too, and
        they are at least as far apart as objects allow of which none changed: 3 of their number to each side.
    objects, images
        True objects, and images with any, that it was measured on.
    more
        True objects to add until the interval leaves out 0 if the difference stays what it is, or, where that is
        next to nothing, until a difference of 0.05 would be seen; at least `FEW_OBJECTS`, since fewer move nothing
        that can be relied on. 0 where the question is settled, or where such a difference would have been seen.
    before, after
        Average precision of the old and of the new model, of which `change` is the difference.
    """

    word: Word
    change: float
    low: float
    high: float
    objects: int
    images: int
    more: int = 0
    before: float = math.nan
    after: float = math.nan

    @property
    def interval(self) -> str:
        """The difference and its interval, for people."""
        if math.isnan(self.change):
            return ""
        return f"{signed(self.shown)}, between {signed(self.low)} and {signed(self.high)}"

    @property
    def shown(self) -> float:
        """The difference of the two precisions as people see them, in two decimals, so that the three agree."""
        if math.isnan(self.before) or math.isnan(self.after):
            return self.change
        return round(self.after, 2) - round(self.before, 2)

    @property
    def doubt(self) -> str:
        """Why a difference that is not proven is not excluded either, in words; empty where there is no such doubt.

        No word of more cells: it is said of images that come with the program, or were learnt from before.
        """
        if self.word != "not different" or not self.more or math.isnan(self.change):
            return ""
        return f"may be chance: the true change lies between {signed(self.low)} and {signed(self.high)}"


def estimated(number: int) -> int:
    """Return a number as fine as an estimate is."""
    step = 1 if number < 10 else 5 if number < 50 else 10 if number < 200 else 100
    return -(-number // step) * step


def difference_of(images: Sequence[Units]) -> Difference:
    """Compare two models by the units of each image; the same units always give the same answer."""
    known = [units for units in images if units[:, (1, 3)].any()]
    objects = sum(int(units[:, TRUE].sum()) for units in known)
    if not known:
        return Difference("not different", math.nan, math.nan, math.nan, 0, 0, FEW_OBJECTS)
    rng = np.random.default_rng(SEED)
    many = len(known) >= MANY_IMAGES
    sums = _sums(known) if many else _sums(known).sum(axis=0, keepdims=True)
    before, after = (float(np.mean(side)) for side in _precisions(sums))
    change = after - before
    low, high = _over_images(known, change, rng) if many else _over_objects(known, change, rng)
    word: Word = "not different"
    if objects >= FEW_OBJECTS:
        right, wrong = _turned(known)
        if low > 0 and right <= LEVEL:
            word = "better"
        elif high < 0 and wrong <= LEVEL:
            word = "worse"
    if word != "not different":
        return Difference(word, change, low, high, objects, len(known), 0, before, after)
    more = _more(objects, change, (high - low) / 2)
    # A bootstrap of objects that all stayed what they were knows of no other.
    unseen = min(UNSEEN / max(objects, 1), 1.0)
    # Nor is no change at all excluded, where only one of the two tests would have it so.
    low, high = min(low, change - unseen, 0.0), max(high, change + unseen, 0.0)
    return Difference(word, change, low, high, objects, len(known), more, before, after)


def _sums(images: Sequence[Units]) -> NDArray[np.float64]:
    """Return the sums of the units of each image, (n, 4)."""
    return np.array([units[:, COUNTS].sum(axis=0) for units in images], np.float64)


def _precisions(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the average precision of both models for sums (..., 4); one with nothing to count has no fault."""
    tp_old, all_old, tp_new, all_new = np.moveaxis(sums, -1, 0)
    old = np.where(all_old > 0, tp_old / np.maximum(all_old, 1e-9), 1.0)
    new = np.where(all_new > 0, tp_new / np.maximum(all_new, 1e-9), 1.0)
    return np.asarray(old), np.asarray(new)


def _over_objects(images: Sequence[Units], change: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return the interval by a bootstrap over the units of all images."""
    # Units that are alike are drawn together: thousands of cells are of a dozen kinds.
    kinds, counts = np.unique(np.concatenate(images)[:, COUNTS], axis=0, return_counts=True)
    total = int(counts.sum())
    weights = rng.multinomial(total, counts / total, DRAWS).astype(np.float64)
    old, new = _precisions(weights @ kinds.astype(np.float64))
    return _around(change, new - old, float(ndtri(1 - LEVEL)), total)


def _over_images(images: Sequence[Units], change: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return the interval by a bootstrap over images, as wide as so few of them ask for."""
    old, new = _precisions(_sums(images))
    each = new - old
    draws = each[rng.integers(0, len(each), (DRAWS, len(each)))].mean(axis=1)
    return _around(change, draws, float(stdtrit(len(each) - 1, 1 - LEVEL)), len(each))


def _around(change: float, draws: NDArray[np.float64], quantile: float, count: int) -> tuple[float, float]:
    """Return the interval of the draws, widened by what a bootstrap of `count` things misses."""
    wider = float(quantile / float(ndtri(1 - LEVEL))) * math.sqrt(count / max(count - 1, 1))
    low, high = (float(side) for side in np.quantile(draws, (LEVEL, 1 - LEVEL)))
    return change + (low - change) * wider, change + (high - change) * wider


def _turned(images: Sequence[Units]) -> tuple[float, float]:
    """Return the chances (mid-p) of so many units turning right, and wrong, where both are equally likely."""
    units = np.concatenate(images)
    good = (2 * units[:, 2] - units[:, 3]) - (2 * units[:, 0] - units[:, 1])
    right, wrong = int((good > 0).sum()), int((good < 0).sum())
    total = right + wrong
    return _mid_p(right, total), _mid_p(wrong, total)


def _mid_p(count: int, total: int) -> float:
    """Return the chance of more than `count` of `total`, and half that of just so many."""
    if total == 0:
        return 0.5
    upto, below = float(bdtr(count, total, 0.5)), float(bdtr(count - 1, total, 0.5)) if count else 0.0
    return 1 - (upto + below) / 2


def _more(objects: int, change: float, half: float) -> int:
    """Return how many more objects would settle the question; the interval shrinks with the root of their number.

    What none of them showed shrinks with their number. 0 where a difference that is worth seeing would have been seen
    already.
    """
    wanted = max(abs(change), WORTH_SEEING)
    needed = max(objects * (half / wanted) ** 2, UNSEEN / wanted, FEW_OBJECTS)
    missing = math.ceil(needed) - objects
    if missing <= 0 and abs(change) < WORTH_SEEING:
        return 0
    return min(max(missing, FEW_OBJECTS), MOST_ADVISED)
