"""Pair true with predicted objects."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from cpsam_core.metrics.overlap import Overlaps


def true_positives(pairs: Overlaps, limits: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the size of a largest one-to-one matching of pairs with at least each threshold's IoU."""
    ious = pairs.ious
    counts = np.zeros(len(limits), np.int64)
    for k, limit in enumerate(limits):
        good = ious >= limit
        true, predicted = pairs.true[good], pairs.predicted[good]
        # Always so above 0.5.
        if _all_different(true) and _all_different(predicted):
            counts[k] = len(true)
            continue
        shape = (len(pairs.true_ids), len(pairs.predicted_ids))
        graph = _table(np.ones(len(true), np.int8), true, predicted, shape)
        counts[k] = int((csgraph.maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
    return counts


def best_assignment(pairs: Overlaps) -> NDArray[np.int64]:
    """Return the indices of the pairs of the best one-to-one assignment.

    Best is first the number of pairs with an IoU of at least 0.5, then the sum of IoU. Pairs above 0.5
    exclude each other's rivals and belong to every best assignment, so only the rest is searched.
    """
    ious = pairs.ious
    fixed = np.flatnonzero(ious > 0.5)
    free = ~np.isin(pairs.true, pairs.true[fixed]) & ~np.isin(pairs.predicted, pairs.predicted[fixed])
    rest = np.flatnonzero(free)
    if len(rest) == 0:
        return fixed
    smaller = min(len(pairs.true_ids), len(pairs.predicted_ids))
    # IoU decides between assignments of equal number.
    gain = (ious[rest] >= 0.5) + ious[rest] / (2 * smaller)
    return np.concatenate([fixed, rest[_assigned(pairs.true[rest], pairs.predicted[rest], gain)]])


def largest_matching(pairs: Overlaps, threshold: float) -> NDArray[np.int64]:
    """Return the indices of the pairs of a largest one-to-one matching, the one with the largest sum of IoU.

    Only pairs with an IoU of at least `threshold` match, so their number is that of `true_positives`.
    """
    ious = pairs.ious
    good = np.flatnonzero(ious >= threshold)
    true, predicted = pairs.true[good], pairs.predicted[good]
    rivals = np.bincount(true, minlength=1)[true] + np.bincount(predicted, minlength=1)[predicted] > 2
    rest = good[rivals]
    # Always so above 0.5.
    if len(rest) == 0:
        return good
    smaller = min(len(pairs.true_ids), len(pairs.predicted_ids))
    gain = 1 + ious[rest] / (2 * smaller)
    chosen = rest[_assigned(pairs.true[rest], pairs.predicted[rest], gain)]
    return np.sort(np.concatenate([good[~rivals], chosen]))


def _assigned(
    true: NDArray[np.int64], predicted: NDArray[np.int64], gain: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which pairs belong to the one-to-one assignment with the largest sum of gains of 0 to 1.5."""
    rows, row = np.unique(true, return_inverse=True)
    columns, column = np.unique(predicted, return_inverse=True)
    # A column of its own for every row stands for "no partner". A cost of 0 would mean no edge.
    alone = np.arange(len(rows))
    costs = _table(
        np.concatenate([2 - gain, np.full(len(rows), 2.0)]),
        np.concatenate([row, alone]),
        np.concatenate([column, len(columns) + alone]),
        (len(rows), len(columns) + len(rows)),
    )
    partner = np.full(len(rows), -1)
    matched, chosen = csgraph.min_weight_full_bipartite_matching(costs)
    partner[matched] = chosen
    return np.asarray(partner[row] == column)


def _table(
    values: NDArray[Any], rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
) -> sparse.csr_array:
    """Return a sparse table with indices of 32 bits: scipy 1.11 takes no others in graphs."""
    return sparse.csr_array((values, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape)


def _all_different(numbers: NDArray[np.int64]) -> bool:
    return len(numbers) == 0 or int(np.bincount(numbers).max()) == 1
