"""The pixels of a label image, grouped by object: what all measurements start from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cpsam_core.labels import Runs, runs_of

Labels = NDArray[np.uint32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupedPixels:
    """Runs of `n` objects, those of each object together and in the order of the image.

    Attributes
    ----------
    ids : (n,) uint32
        In rising order.
    runs : Runs
        Sorted by object.
    index : (runs,) int64
        Object of each run, counted from 0.
    first : (n,) int64
        First run of each object.
    """

    ids: Labels
    runs: Runs
    index: Ints
    first: Ints

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.ids)

    def sums(self, values: NDArray[np.number]) -> NDArray[np.number]:
        """Return the sum over each object of a value of its runs."""
        if len(self) == 0:
            return values[:0]
        total: NDArray[np.number] = np.add.reduceat(values, self.first)
        return total

    @cached_property
    def areas(self) -> Ints:
        """Pixels of each object."""
        return np.asarray(self.sums(self.runs.lengths), np.int64)

    @cached_property
    def positions(self) -> list[tuple[Ints, Ints]]:
        """First and last pixel of every run along each axis."""
        return self.runs.positions()

    @cached_property
    def boxes(self) -> Ints:
        """(n, axes, 2): first pixel and one past the last."""
        boxes = np.zeros((len(self), len(self.runs.shape), 2), np.int64)
        if len(self):
            for axis, (first, last) in enumerate(self.positions):
                boxes[:, axis, 0] = np.minimum.reduceat(first, self.first)
                boxes[:, axis, 1] = np.maximum.reduceat(last, self.first) + 1
        return boxes

    @cached_property
    def centroids(self) -> Floats:
        """(n, axes): mean position in pixels."""
        centroids = np.zeros((len(self), len(self.runs.shape)))
        for axis, (first, last) in enumerate(self.positions):
            centroids[:, axis] = self.sums(self.runs.lengths * (first + last)) / (2 * self.areas)
        return centroids


@dataclass(frozen=True, eq=False)
class Places:
    """From an id to the place of its object, by a table where ids are small numbers."""

    ids: Labels

    @cached_property
    def _table(self) -> Ints | None:
        top = int(self.ids[-1]) if len(self.ids) else 0
        if top > 64 * len(self.ids) + (1 << 20):
            return None
        table = np.full(top + 1, -1, np.int64)
        table[self.ids] = np.arange(len(self.ids))
        return table

    def of(self, values: Labels) -> Ints:
        """Return the place of each id, -1 where it is none of the objects."""
        if len(self.ids) == 0:
            return np.full(len(values), -1, np.int64)
        table = self._table
        if table is None:
            places = np.minimum(np.searchsorted(self.ids, values), len(self.ids) - 1)
            places[self.ids[places] != values] = -1
            return np.asarray(places, np.int64)
        known = values < len(table)
        places = np.full(len(values), -1, np.int64)
        places[known] = table[values[known]]
        return places


def group(labels: Labels, only: NDArray[np.integer] | None = None) -> GroupedPixels:
    """Group the runs of a label image by object.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) uint32
    only : array of int, optional
        Ids of the objects to keep.
    """
    runs = runs_of(labels)
    if only is not None:
        runs = runs.where(np.isin(runs.values, np.asarray(only, np.uint32)))
    ids, index = runs.objects()
    order = np.argsort(index, kind="stable")
    index = index[order]
    first = np.searchsorted(index, np.arange(len(ids)))
    return GroupedPixels(ids.astype(np.uint32), runs.where(order), index, first)
