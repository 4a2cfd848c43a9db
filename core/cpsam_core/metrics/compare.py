"""Compare two sets of masks of one image object by object: matched, gained, lost, split and merged.

Two models, two people, or before and after: neither side needs to be the truth. The scores take the first side as
the truth, as the paper takes one annotator when it measures another ("Quantification of segmentation quality").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.metrics import THRESHOLDS, Overlaps, Scores, largest_matching, overlaps, score_overlaps

__all__ = ["Comparison", "Group", "MatchState", "compare", "compare_overlaps"]

Ids = NDArray[np.uint32]

# Part of a piece that lies inside the whole, from which the whole was split into it.
PIECE = 0.5
# Part of the whole that a piece takes at least: crumbs split nothing.
SHARE = 0.1
# Part of the whole that its pieces take together at least.
COVER = 0.5


class MatchState(IntEnum):
    """What became of an object between the first and the second set of masks."""

    MATCHED = 0
    """It is in both."""
    LOST = 1
    """It is in the first only."""
    GAINED = 2
    """It is in the second only."""
    SPLIT = 3
    """It is in several pieces in the second; or it is one of the pieces."""
    MERGED = 4
    """It is one with others in the second; or it is what they became."""


@dataclass(frozen=True)
class Group:
    """An object on one side, and the pieces that take its place on the other side.

    Attributes
    ----------
    whole : int
        Id in the first set where it was split, in the second where pieces were merged.
    pieces : tuple of int
        Two ids or more of the other set.
    """

    whole: int
    pieces: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sets of masks, object by object.

    Every object has one state. A split or a merge shows even where the largest piece still matches the whole, so that
    there can be more `pairs` than objects whose state is MATCHED; the scores count the pairs.

    Attributes
    ----------
    threshold : float
        IoU from which two objects match.
    first_ids, second_ids : (n,), (m,) uint32
        Objects of either side, in rising order.
    first_states, second_states : (n,), (m,) uint8
        A `MatchState` for each.
    first_partners, second_partners : (n,), (m,) uint32
        Id of the object that it matches on the other side, 0 for none.
    first_ious, second_ious : (n,), (m,) float64
        Largest IoU with any object of the other side, 0 where it meets none.
    pairs : (k, 2) uint32
        Matched objects, ids of the first and of the second side, in rising order of the first.
    pair_ious : (k,) float64
        IoU of each pair.
    splits, merges : tuple of Group
        In rising order of the whole.
    scores : Scores
        At `threshold` first, then at the IoU 0.5, 0.75 and 0.9; the first side counts as the truth.
    """

    threshold: float
    first_ids: Ids
    second_ids: Ids
    first_states: NDArray[np.uint8]
    second_states: NDArray[np.uint8]
    first_partners: Ids
    second_partners: Ids
    first_ious: NDArray[np.float64]
    second_ious: NDArray[np.float64]
    pairs: Ids
    pair_ious: NDArray[np.float64]
    splits: tuple[Group, ...]
    merges: tuple[Group, ...]
    scores: Scores

    @property
    def lost(self) -> Ids:
        """Ids of the first side that are nowhere in the second."""
        lost: Ids = self.first_ids[self.first_states == MatchState.LOST]
        return lost

    @property
    def gained(self) -> Ids:
        """Ids of the second side that are nowhere in the first."""
        gained: Ids = self.second_ids[self.second_states == MatchState.GAINED]
        return gained

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs matched, objects were lost and gained, wholes split, and groups merged."""
        return {
            "matched": len(self.pairs),
            "lost": len(self.lost),
            "gained": len(self.gained),
            "split": len(self.splits),
            "merged": len(self.merges),
        }

    @property
    def average_precision(self) -> NDArray[np.float64]:
        """TP / (TP + FP + FN) at the IoU 0.5, 0.75 and 0.9; NaN where there are no objects."""
        return self.scores.average_precision[1:]

    @property
    def error_rate(self) -> float:
        """(FN + FP) / (TP + FN) at `threshold`; NaN where the first side has no objects."""
        return float(self.scores.error_rate[0])

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN) at `threshold`; NaN where there are no objects."""
        return float(self.scores.f1[0])

    @property
    def precision(self) -> float:
        """TP / (TP + FP) at `threshold`; NaN where the second side has no objects."""
        return float(self.scores.precision[0])

    @property
    def recall(self) -> float:
        """TP / (TP + FN) at `threshold`; NaN where the first side has no objects."""
        return float(self.scores.recall[0])


def compare(first: NDArray[Any], second: NDArray[Any], threshold: float = 0.5) -> Comparison:
    """Compare two sets of masks of one image.

    Parameters
    ----------
    first, second : (y, x) or (z, y, x) integer arrays
        Labels; ids are arbitrary and need not agree between the two.
    threshold : float
        IoU from which two objects match, above 0 and at most 1.

    Returns
    -------
    Comparison

    Raises
    ------
    ImageError
        An array is no label image, or the two have different sizes.
    SettingsError
        The threshold is out of range.
    """
    return compare_overlaps(overlaps(first, second), threshold)


def compare_overlaps(shared: Overlaps, threshold: float = 0.5) -> Comparison:
    """Compare two sets of masks whose overlaps are known already; otherwise as `compare`."""
    scores = score_overlaps(shared, (threshold, *THRESHOLDS))
    ious = shared.ious
    chosen = largest_matching(shared, threshold)
    one, other = shared.true[chosen], shared.predicted[chosen]
    first_ids, second_ids = shared.true_ids.astype(np.uint32), shared.predicted_ids.astype(np.uint32)
    first_states = np.full(len(first_ids), MatchState.LOST, np.uint8)
    second_states = np.full(len(second_ids), MatchState.GAINED, np.uint8)
    first_states[one] = second_states[other] = MatchState.MATCHED
    whole, piece = _pieces(
        shared.true, shared.predicted, shared.shared, shared.true_areas, shared.predicted_areas
    )
    joined, part = _pieces(
        shared.predicted, shared.true, shared.shared, shared.predicted_areas, shared.true_areas
    )
    # What a whole became says more than what it was a piece of, so wholes are marked last.
    second_states[piece] = MatchState.SPLIT
    first_states[part] = MatchState.MERGED
    first_states[whole] = MatchState.SPLIT
    second_states[joined] = MatchState.MERGED
    return Comparison(
        threshold=float(threshold),
        first_ids=first_ids,
        second_ids=second_ids,
        first_states=first_states,
        second_states=second_states,
        first_partners=_spread(one, second_ids[other], len(first_ids)),
        second_partners=_spread(other, first_ids[one], len(second_ids)),
        first_ious=_largest(shared.true, ious, len(first_ids)),
        second_ious=_largest(shared.predicted, ious, len(second_ids)),
        pairs=np.stack([first_ids[one], second_ids[other]], axis=1),
        pair_ious=ious[chosen],
        splits=_groups(first_ids[whole], second_ids[piece]),
        merges=_groups(second_ids[joined], first_ids[part]),
        scores=scores,
    )


def _pieces(
    whole: NDArray[np.int64],
    piece: NDArray[np.int64],
    shared: NDArray[np.int64],
    whole_areas: NDArray[np.int64],
    piece_areas: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (whole, piece) of every piece of the objects of one side that are in pieces on the other."""
    inside = (shared > PIECE * piece_areas[piece]) & (shared >= SHARE * whole_areas[whole])
    whole, piece, shared = whole[inside], piece[inside], shared[inside]
    number = np.bincount(whole, minlength=len(whole_areas))
    covered = np.bincount(whole, weights=shared, minlength=len(whole_areas))
    broken = (number > 1) & (covered >= COVER * whole_areas)
    kept = np.flatnonzero(broken[whole])
    kept = kept[np.lexsort((piece[kept], whole[kept]))]
    return whole[kept], piece[kept]


def _groups(wholes: Ids, pieces: Ids) -> tuple[Group, ...]:
    """Gather the pieces of each whole; `wholes` is in rising order."""
    distinct, starts = np.unique(wholes, return_index=True)
    parts = np.split(pieces, starts[1:])
    return tuple(
        Group(whole, tuple(part.tolist())) for whole, part in zip(distinct.tolist(), parts, strict=False)
    )


def _spread(places: NDArray[np.int64], values: Ids, count: int) -> Ids:
    spread = np.zeros(count, np.uint32)
    spread[places] = values
    return spread


def _largest(places: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    largest = np.zeros(count)
    np.maximum.at(largest, places, values)
    return largest
