"""Objects that were matched, lost, gained, split and merged, in pictures small enough to see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.metrics import score
from cpsam_core.metrics.compare import Comparison, Group, MatchState, compare


def row(*widths: tuple[int, int], high: int = 10) -> NDArray[np.uint32]:
    """Return labels (high, sum of widths) of rectangles side by side, each an (id, width)."""
    line = np.concatenate([np.full(width, number, np.uint32) for number, width in widths])
    return np.repeat(line[np.newaxis], high, axis=0)


def states(found: Comparison) -> tuple[dict[int, MatchState], dict[int, MatchState]]:
    sides = ((found.first_ids, found.first_states), (found.second_ids, found.second_states))
    one, other = ({int(k): MatchState(v) for k, v in zip(*side, strict=True)} for side in sides)
    return one, other


def test_every_kind_of_change_in_one_picture() -> None:
    #          matched     lost      split        merged (two)          gained
    first = row((7, 10), (0, 2), (3, 10), (0, 2), (900, 20), (0, 2), (5, 10), (6, 10), (0, 12))
    second = row((1, 9), (0, 15), (2, 10), (8, 10), (0, 2), (70_000, 20), (0, 2), (4, 10))
    found = compare(first, second)
    one, other = states(found)
    assert one == {
        3: MatchState.LOST,
        5: MatchState.MERGED,
        6: MatchState.MERGED,
        7: MatchState.MATCHED,
        900: MatchState.SPLIT,
    }
    assert other == {
        1: MatchState.MATCHED,
        2: MatchState.SPLIT,
        4: MatchState.GAINED,
        8: MatchState.SPLIT,
        70_000: MatchState.MERGED,
    }
    assert found.splits == (Group(900, (2, 8)),)
    assert found.merges == (Group(70_000, (5, 6)),)
    assert found.lost.tolist() == [3] and found.gained.tolist() == [4]


def test_halves_match_once_and_show_as_a_split() -> None:
    found = compare(row((1, 20)), row((1, 10), (2, 10)))
    assert found.counts == {"matched": 1, "lost": 0, "gained": 0, "split": 1, "merged": 0}
    assert states(found) == ({1: MatchState.SPLIT}, {1: MatchState.SPLIT, 2: MatchState.SPLIT})
    assert compare(row((1, 20)), row((1, 10), (2, 10)), 0.6).counts["matched"] == 0


def test_partners_and_ious_follow_the_ids() -> None:
    found = compare(row((9, 10), (4, 10)), row((0, 2), (7, 8), (0, 4), (3, 6)))
    assert found.pairs.tolist() == [[4, 3], [9, 7]]
    np.testing.assert_allclose(found.pair_ious, [0.6, 0.8])
    assert found.first_partners.tolist() == [3, 7]
    assert found.second_partners.tolist() == [4, 9]
    np.testing.assert_allclose(found.first_ious, [0.6, 0.8])
    np.testing.assert_allclose(found.second_ious, [0.6, 0.8])


def test_a_crumb_splits_nothing() -> None:
    found = compare(row((1, 20)), row((1, 19), (2, 1)))
    assert found.counts == {"matched": 1, "lost": 0, "gained": 1, "split": 0, "merged": 0}


def test_small_objects_inside_a_large_one_are_no_split_of_it() -> None:
    """Three found nuclei do not replace a cell of which they cover a third."""
    found = compare(row((1, 100)), row((1, 11), (0, 20), (2, 11), (0, 20), (3, 11), (0, 27)))
    assert found.counts == {"matched": 0, "lost": 1, "gained": 3, "split": 0, "merged": 0}


def test_a_shift_keeps_the_largest_iou_of_objects_without_a_match() -> None:
    found = compare(row((1, 10), (0, 10)), row((0, 6), (1, 10), (0, 4)))
    assert states(found) == ({1: MatchState.LOST}, {1: MatchState.GAINED})
    assert found.first_ious[0] == found.second_ious[0] == pytest.approx(4 / 16)


def test_turning_the_sides_round_turns_the_names_round() -> None:
    first, second = row((1, 20), (0, 5), (2, 8)), row((4, 10), (5, 10), (0, 13))
    there, back = compare(first, second), compare(second, first)
    assert there.splits == back.merges
    assert there.lost.tolist() == back.gained.tolist() == [2]
    assert there.recall == back.precision
    assert there.f1 == back.f1


def test_scores_are_those_of_metrics() -> None:
    rng = np.random.default_rng(3)
    first, second = (np.kron(rng.integers(0, 12, (6, 6)), np.ones((3, 4), np.uint32)) for _ in range(2))
    found, expected = compare(first, second), score(first, second)
    np.testing.assert_array_equal(found.average_precision, expected.average_precision)
    assert found.error_rate == expected.error_rate[0]
    assert found.f1 == expected.f1[0]
    assert found.recall == expected.tp[0] / expected.true_objects
    assert found.precision == expected.tp[0] / expected.predicted_objects


def test_volumes_are_compared_as_wholes() -> None:
    first = np.zeros((4, 10, 10), np.uint16)
    first[:, 2:8, 2:8] = 5
    second = first.copy()
    second[2:, 2:8, 2:8] = 6
    assert compare(first, second).splits == (Group(5, (5, 6)),)


def test_nothing_on_a_side() -> None:
    empty, full = row((0, 10)), row((3, 10))
    assert compare(empty, full).gained.tolist() == [3]
    assert compare(full, empty).lost.tolist() == [3]
    nothing = compare(empty, empty)
    assert nothing.counts == {"matched": 0, "lost": 0, "gained": 0, "split": 0, "merged": 0}
    assert np.isnan([nothing.error_rate, nothing.f1, nothing.precision, nothing.recall]).all()


def test_masks_of_another_size_and_thresholds_out_of_range_are_refused() -> None:
    with pytest.raises(ImageError, match="pixels"):
        compare(row((1, 10)), row((1, 11)))
    with pytest.raises(SettingsError, match="IoU"):
        compare(row((1, 10)), row((1, 10)), 0)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.integers(0, 5), min_size=64, max_size=64),
    others=st.lists(st.integers(0, 5), min_size=64, max_size=64),
    threshold=st.sampled_from([0.1, 0.3, 0.5, 0.75]),
)
def test_pairs_are_one_to_one_and_as_many_as_true_positives(
    values: list[int], others: list[int], threshold: float
) -> None:
    first, second = (np.array(v, np.uint32).reshape(8, 8) for v in (values, others))
    found = compare(first, second, threshold)
    assert len(found.pairs) == score(first, second, threshold).tp[0]
    for side in found.pairs.T:
        assert len(set(side.tolist())) == len(side)
    assert (found.pair_ious >= threshold).all()
    assert np.isin(found.pairs[:, 0], found.first_ids).all()
    every: Any = found.first_states[~np.isin(found.first_ids, found.pairs[:, 0])]
    assert not (every == MatchState.MATCHED).any()
