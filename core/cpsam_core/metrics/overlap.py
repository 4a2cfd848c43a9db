"""How many pixels every true object shares with every predicted one.

Made in one pass over the two images, from the runs over which both are constant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cpsam_core.errors import ImageError
from cpsam_core.labels import as_labels
from cpsam_core.labels.runs import count_up, joint_runs

Image = NDArray[Any]

MANY_PAIRS = 1 << 22
"""Pairs of objects that wait to be summed up."""


@dataclass(frozen=True)
class Overlaps:
    """Which true and predicted objects share pixels.

    Attributes
    ----------
    true_ids, predicted_ids : (n_true,), (n_predicted,) int64
        Labels in rising order; the arrays below count from 0 in this order.
    true_areas, predicted_areas : (n_true,), (n_predicted,) int64
        Pixels of each object.
    true, predicted : (pairs,) int64
        The objects of every pair that shares pixels, ordered by true, then predicted object.
    shared : (pairs,) int64
        Pixels that the pair shares.
    """

    true_ids: NDArray[np.int64]
    predicted_ids: NDArray[np.int64]
    true_areas: NDArray[np.int64]
    predicted_areas: NDArray[np.int64]
    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    shared: NDArray[np.int64]

    @property
    def ious(self) -> NDArray[np.float64]:
        """Intersection over union of every pair, (pairs,) from 0 to 1."""
        union = self.true_areas[self.true] + self.predicted_areas[self.predicted] - self.shared
        return self.shared / union

    @property
    def union_pixels(self) -> int:
        """Pixels that belong to an object in either image."""
        return int(self.true_areas.sum() + self.predicted_areas.sum() - self.shared.sum())

    def restricted(self, true_ids: Iterable[int], predicted_ids: Iterable[int]) -> Overlaps:
        """Return what remains when only the objects with these ids exist."""
        keep_true = np.isin(self.true_ids, np.fromiter(true_ids, np.int64))
        keep_predicted = np.isin(self.predicted_ids, np.fromiter(predicted_ids, np.int64))
        pairs = keep_true[self.true] & keep_predicted[self.predicted]
        return Overlaps(
            self.true_ids[keep_true],
            self.predicted_ids[keep_predicted],
            self.true_areas[keep_true],
            self.predicted_areas[keep_predicted],
            (np.cumsum(keep_true) - 1)[self.true[pairs]],
            (np.cumsum(keep_predicted) - 1)[self.predicted[pairs]],
            self.shared[pairs],
        )


def overlaps(true: Image, predicted: Image) -> Overlaps:
    """Return which objects of two label images share how many pixels.

    Parameters
    ----------
    true, predicted : (y, x) or (z, y, x) integer array

    Raises
    ------
    ImageError
        If an array is no label image, or their shapes differ.
    """
    if true.shape != predicted.shape:
        raise ImageError(f"true labels are {true.shape} pixels, predicted ones {predicted.shape}")
    return _overlaps_of(*joint_runs(as_labels(true), as_labels(predicted)))


def overlaps_in_parts(parts: Iterable[tuple[Image, Image]]) -> Overlaps:
    """Return the overlaps of two label images of any size, of which memory holds one part at a time.

    Parameters
    ----------
    parts : iterable of (true, predicted)
        Parts of one shape that cover the images once.

    Raises
    ------
    ImageError
        A part is no label image, or the shapes of two differ.
    """
    pixels: list[NDArray[np.int64]] = []
    pairs: list[NDArray[np.uint64]] = []
    waiting = 0
    for true, predicted in parts:
        if true.shape != predicted.shape:
            raise ImageError(f"true labels are {true.shape} pixels, predicted ones {predicted.shape}")
        lengths, first, second = joint_runs(as_labels(true), as_labels(predicted))
        keys = first.astype(np.uint64) << np.uint64(32) | second.astype(np.uint64)
        summed = _summed(keys, lengths)
        pairs.append(summed[0])
        pixels.append(summed[1])
        waiting += len(summed[0])
        # Objects that lie in several parts stand once for each until they are summed up.
        if waiting > MANY_PAIRS:
            summed = _summed(np.concatenate(pairs), np.concatenate(pixels))
            pairs, pixels, waiting = [summed[0]], [summed[1]], 0
    if not pairs:
        return _overlaps_of(np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint32))
    keys, lengths = _summed(np.concatenate(pairs), np.concatenate(pixels))
    low = np.uint64(0xFFFFFFFF)
    return _overlaps_of(lengths, (keys >> np.uint64(32)).astype(np.uint32), (keys & low).astype(np.uint32))


def _summed(
    keys: NDArray[np.uint64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return each key once, and the sum of what belongs to it."""
    found, place = np.unique(keys, return_inverse=True)
    return found, np.bincount(place, lengths, len(found)).astype(np.int64)


def _overlaps_of(lengths: NDArray[np.int64], true: NDArray[Any], predicted: NDArray[Any]) -> Overlaps:
    """Return the overlaps from runs (or sums of them): pixels, true and predicted label of each."""
    labels = (true, predicted)
    ids: list[NDArray[np.int64]] = []
    places: list[NDArray[np.int64]] = []
    for values in labels:
        found, place = count_up(values)
        background = int(len(found) > 0 and found[0] == 0)
        ids.append(found[background:].astype(np.int64))
        places.append(place - background)
    areas = [
        np.bincount(place[place >= 0], weights=lengths[place >= 0], minlength=len(label)).astype(np.int64)
        for place, label in zip(places, ids, strict=True)
    ]
    both = (places[0] >= 0) & (places[1] >= 0)
    entries = (lengths[both], (places[0][both], places[1][both]))
    table = sparse.csr_array(entries, shape=(len(ids[0]), len(ids[1]))).tocoo()
    return Overlaps(*ids, *areas, *(k.astype(np.int64) for k in (table.row, table.col, table.data)))
