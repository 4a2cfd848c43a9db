"""Objects in several parts: pixels of one value that do not touch each other.

Masks of other programs often hold one value for all objects (0 and 255), or one for each kind of object (semantic
masks). Read as they are, all cells together are one object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from cpsam_core.labels.runs import Runs, runs_of

__all__ = ["Parts", "parts_of", "parts_of_runs"]

SPECK_PX = 15
"""Pixels; a smaller part is more likely a slip of the pen than an object. The size filter of a run is the same."""
PARTS_PER_VALUE = 3.0
"""Parts per value from which on a mask counts as one that tells kinds, not objects."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of the objects of a label image; pixels that touch at a corner are one part.

    Attributes
    ----------
    ids : (n,) integer array
        Values in rising order, without the background.
    counts : (n,) int64
        How many parts each has.
    values : (m,) integer array
        Value of each part.
    areas : (m,) int64
        Pixels of each part.
    of_runs : (r,) int64
        Part of each run.
    runs : Runs
        Of the label image.
    """

    ids: NDArray[Any]
    counts: NDArray[np.int64]
    values: NDArray[Any]
    areas: NDArray[np.int64]
    of_runs: NDArray[np.int64]
    runs: Runs

    @property
    def several(self) -> dict[int, int]:
        """How many parts the objects have that are in more than one, by value."""
        chosen = self.counts > 1
        return dict(zip(self.ids[chosen].tolist(), self.counts[chosen].tolist(), strict=True))

    @property
    def kinds_not_objects(self) -> bool:
        """Whether the values rather tell kinds of objects, or only where objects are: most are in many parts."""
        large = int(np.count_nonzero(self.areas >= SPECK_PX))
        return len(self.ids) > 0 and large >= PARTS_PER_VALUE * len(self.ids)

    def words(self) -> str:
        """Return what there is in words, such as "1 value, 9 separate parts"."""
        count, parts = len(self.ids), len(self.values)
        return (
            f"{count:,} value{'' if count == 1 else 's'}, {parts:,} separate part{'' if parts == 1 else 's'}"
        )


def parts_of(labels: NDArray[np.integer[Any]], tick: Callable[[], None] | None = None) -> Parts:
    """Return the parts of the objects of a label image.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array
        0 is background.
    tick
        Called between the parts of the work, which take a second or so of a large image; may raise to stop.

    Returns
    -------
    Parts
    """
    return parts_of_runs(runs_of(labels), tick)


def parts_of_runs(runs: Runs, tick: Callable[[], None] | None = None) -> Parts:
    """Return the parts of the objects of a label image from its runs, background left out."""
    tick = tick or (lambda: None)
    tick()
    count = len(runs.values)
    first, second = _touching(runs, tick)
    graph = sparse.coo_matrix((np.ones(len(first), np.bool_), (first, second)), (count, count))
    found, places = csgraph.connected_components(graph, directed=False) if count else (0, np.zeros(0))
    of_runs: NDArray[np.int64] = np.asarray(places, np.int64)
    values = np.zeros(found, runs.values.dtype)
    values[of_runs] = runs.values
    areas = np.asarray(np.bincount(of_runs, weights=runs.lengths, minlength=found), np.int64)
    ids, counts = np.unique(values, return_counts=True)
    return Parts(ids, counts.astype(np.int64), values, areas, of_runs, runs)


def _touching(runs: Runs, tick: Callable[[], None]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of runs of one value in neighbouring rows and planes that touch, corners included."""
    width = runs.shape[-1]
    ways = [(0, 1)] if len(runs.shape) == 2 else [(0, 1), (1, -1), (1, 0), (1, 1)]
    height = runs.shape[-2]
    rows = runs.starts // width
    pairs = []
    for planes, down in ways:
        tick()
        row = rows % height + down
        there = (row >= 0) & (row < height)
        edge = (rows + down + planes * height) * width
        # A run touches what lies beside it by a corner, but nothing beyond the ends of the row.
        left = np.maximum(runs.starts % width - 1, 0) + edge
        right = np.minimum(runs.starts % width + runs.lengths, width - 1) + edge
        low = np.searchsorted(runs.starts + runs.lengths - 1, left, "left")
        high = np.searchsorted(runs.starts, right, "right")
        many = np.where(there, np.maximum(high - low, 0), 0)
        first = np.repeat(np.arange(len(rows)), many)
        offset = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        second = np.repeat(low, many) + offset
        same = runs.values[first] == runs.values[second]
        pairs.append((first[same], second[same]))
    return np.concatenate([one for one, _ in pairs]), np.concatenate([two for _, two in pairs])
