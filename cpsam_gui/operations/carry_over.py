"""Which objects of a new result are those that were there before, so that ids and colours stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 0.25
"""Least intersection over union of an object with its former self; a threshold can take half of its pixels."""


def former_ids(
    lengths: NDArray[np.int64], found: NDArray[np.integer[Any]], before: NDArray[np.integer[Any]], size: int
) -> NDArray[np.uint32]:
    """Return for each found object the id of the earlier object that it is, or 0 where it is new.

    Two objects are the same if each is the one that the other overlaps most with, by intersection over union, and that
    is at least `SAME`. So every earlier id is given once at most: of an object that falls apart, one part keeps it.

    Parameters
    ----------
    lengths, found, before
        Runs of pixels as `cpsam_core.labels.joint_runs` returns them; 0 is background on either side.
    size
        One more than the largest number of a found object.

    Returns
    -------
    array
        uint32 (size,), by the number of the found object.
    """
    former = np.zeros(size, np.uint32)
    earlier = int(before.max(initial=0)) + 1
    both = (found > 0) & (before > 0)
    if not both.any():
        return former
    areas = np.bincount(found, lengths, size)
    earlier_areas = np.bincount(before, lengths, earlier)
    # A table of few numbers each: many times as quick as sorting the pairs.
    table = sparse.coo_matrix((lengths[both], (found[both], before[both])), shape=(size, earlier)).tocsr()
    table.sum_duplicates()
    new, old, shared = np.repeat(np.arange(size), np.diff(table.indptr)), table.indices, table.data
    likeness = shared / (areas[new] + earlier_areas[old] - shared)
    best_of_new, best_of_old = np.zeros(size), np.zeros(earlier)
    np.maximum.at(best_of_new, new, likeness)
    np.maximum.at(best_of_old, old, likeness)
    same = (likeness >= SAME) & (likeness == best_of_new[new]) & (likeness == best_of_old[old])
    new, old = new[same], old[same]
    # of equal halves the one with the lower number keeps the id
    _, first = np.unique(old, return_index=True)
    former[new[first]] = old[first]
    return former
