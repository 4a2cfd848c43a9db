"""Run-length form of label images: what makes measuring them fast.

An object of a hundred pixels is about ten runs, so sums over objects touch a few hundred thousand runs where
the image has millions of pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Pixels compared at a time: temporaries stay small and in the cache.
BAND_PIXELS = 1 << 20
# Values looked up at a time, and pixels written: other threads have to wait meanwhile.
LOOKED_UP, PAINTED_PIXELS = 1 << 18, 1 << 16


@dataclass(frozen=True)
class Runs:
    """Runs of equal values along the last axis; background is left out but where it is said that all runs are meant.

    Attributes
    ----------
    starts : (n,) int64
        Position of the first pixel of each run in the flattened image.
    lengths : (n,) int64
    values : (n,) integer array
        The label of each run.
    shape : tuple of int
        Shape of the image.
    """

    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    values: NDArray[Any]
    shape: tuple[int, ...]

    def areas(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return (ids in rising order, pixels of each)."""
        ids, index = self.objects()
        return ids, np.bincount(index, weights=self.lengths, minlength=len(ids)).astype(np.int64)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Runs:
        """Return the runs that a mask or a list of places chooses."""
        return Runs(self.starts[chosen], self.lengths[chosen], self.values[chosen], self.shape)

    def painted(self) -> NDArray[Any]:
        """Return the image of which these are all runs, in order."""
        size, width = math.prod(self.shape), self.shape[-1]
        labels = np.empty(size, self.values.dtype)
        step = max(1, PAINTED_PIXELS // max(width, 1)) * width
        edges = [*range(0, size, max(step, 1)), size]
        places = np.searchsorted(self.starts, edges).tolist()
        for number in range(len(edges) - 1):
            part = slice(places[number], places[number + 1])
            labels[edges[number] : edges[number + 1]] = np.repeat(self.values[part], self.lengths[part])
        return labels.reshape(self.shape)

    def merged(self) -> Runs:
        """Return all runs with those made one that follow each other in a row with one value."""
        heads = np.ones(len(self.values), np.bool_)
        np.not_equal(self.values[1:], self.values[:-1], out=heads[1:])
        heads |= self.starts % self.shape[-1] == 0
        places = np.flatnonzero(heads)
        return runs_from(self.starts[places], self.values[places], self.shape)

    def renamed(self, table: NDArray[Any]) -> Runs:
        """Return the same runs with other values, by the old ones."""
        return Runs(self.starts, self.lengths, look_up(table, self.values), self.shape)

    def positions(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return (first, last) pixel of every run along each axis."""
        firsts: list[NDArray[np.int64]] = []
        rest = self.starts
        for length in self.shape[:0:-1]:
            rest, first = np.divmod(rest, length)
            firsts.insert(0, first)
        firsts.insert(0, rest)
        return [(first, first) for first in firsts[:-1]] + [(firsts[-1], firsts[-1] + self.lengths - 1)]

    def boxes(self, index: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """Return (count, ndim, 2): first pixel and one past the last of each of `count` objects.

        `index` says to which object each run belongs, as `objects` returns it.
        """
        boxes = np.zeros((count, len(self.shape), 2), np.int64)
        boxes[:, :, 0] = np.iinfo(np.int64).max
        for axis, (first, last) in enumerate(self.positions()):
            np.minimum.at(boxes[:, axis, 0], index, first)
            np.maximum.at(boxes[:, axis, 1], index, last + 1)
        return boxes

    def objects(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return (ids in rising order, index into them of each run)."""
        return count_up(self.values)


def count_up(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return (distinct values in rising order, index into them of each value); no value is negative."""
    if len(values) == 0:
        return values, np.zeros(0, np.int64)
    top = int(values.max())
    # A table by label is faster than sorting.
    if top <= 4 * len(values) + 1024:
        present = np.zeros(top + 1, bool)
        present[values] = True
        distinct = np.flatnonzero(present).astype(values.dtype)
        place = np.cumsum(present) - 1
        return distinct, place[values]
    distinct, index = np.unique(values, return_inverse=True)
    return distinct, index


def look_up(table: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """Return the values of a table at many places (n,), some at a time."""
    found = np.empty(places.shape, table.dtype)
    for first in range(0, len(places), LOOKED_UP):
        np.take(table, places[first : first + LOOKED_UP], out=found[first : first + LOOKED_UP])
    return found


def runs_from(starts: NDArray[np.int64], values: NDArray[Any], shape: tuple[int, ...]) -> Runs:
    """Return all runs of an image from where they start, in order."""
    return Runs(starts, np.diff(starts, append=math.prod(shape)), values, shape)


def whole_runs(labels: NDArray[np.integer[Any]]) -> Runs:
    """Return all runs of a label image, background too, in the order of rows."""
    starts, lengths = all_runs((labels,))
    return Runs(starts, lengths, look_up(labels.reshape(-1), starts), labels.shape)


def overlay(first: Runs, second: Runs) -> tuple[Runs, NDArray[Any]]:
    """Return the runs over which two images of one shape are both constant, and the values of the second there.

    All runs of both are given, and all are returned; their values are those of the first.
    """
    starts = union(first.starts, second.starts)
    values = first.values[np.searchsorted(first.starts, starts, "right") - 1]
    others = second.values[np.searchsorted(second.starts, starts, "right") - 1]
    return runs_from(starts, values, first.shape), others


def union(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places that are in one of two lists or in both; all are in order."""
    both = np.concatenate([one, other])
    # Stable sorting only merges what is in order already.
    both.sort(kind="stable")
    new = np.ones(len(both), np.bool_)
    np.not_equal(both[1:], both[:-1], out=new[1:])
    return both[new]


def runs_of(labels: NDArray[np.integer[Any]]) -> Runs:
    """Return the runs of a label image.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array

    Returns
    -------
    Runs
        Its `values` have the type of the labels.
    """
    starts, lengths = all_runs((labels,))
    values = labels.reshape(-1)[starts]
    inside = values > 0
    return Runs(starts[inside], lengths[inside], values[inside], labels.shape)


def joint_runs(
    first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
    """Return the runs over which two label images of one shape are both constant and not both background.

    Returns
    -------
    lengths : (n,) int64
    values, other_values : (n,) integer arrays
        The label of each run in the first and in the second image.
    """
    starts, lengths = all_runs((first, second))
    values, others = first.reshape(-1)[starts], second.reshape(-1)[starts]
    inside = (values > 0) | (others > 0)
    return lengths[inside], values[inside], others[inside]


def bands(shape: tuple[int, ...], pixels: int | None = None) -> Iterator[slice]:
    """Yield slices of the first axis that hold about so many pixels each, by default `BAND_PIXELS`."""
    if 0 in shape:
        return
    rows = max(1, (pixels or BAND_PIXELS) // math.prod(shape[1:]))
    for top in range(0, shape[0], rows):
        yield slice(top, min(top + rows, shape[0]))


def all_runs(images: tuple[NDArray[np.integer[Any]], ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (starts, lengths) of the runs over which all images are constant, background too, in the order of rows."""
    shape = images[0].shape
    width = shape[-1]
    pieces: list[NDArray[np.int64]] = []
    offset = 0
    for band in bands(shape):
        changed = np.empty((*images[0][band].shape[:-1], width), bool)
        # A run ends with its row.
        changed[..., 0] = True
        np.not_equal(images[0][band][..., 1:], images[0][band][..., :-1], out=changed[..., 1:])
        for image in images[1:]:
            changed[..., 1:] |= image[band][..., 1:] != image[band][..., :-1]
        pieces.append(np.flatnonzero(changed) + offset)
        offset += changed.size
    if not pieces:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.concatenate(pieces)
    return starts, np.diff(starts, append=offset)
