"""The old and the new model side by side: objects gained and lost, and the verdict in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.data.pairs import Pair
from cpsam_core.errors import TrainingError
from cpsam_core.retrain import before_after
from cpsam_core.segment.segmenter import Segmentation
from tests.core.retrain.scenes import Finds, Labels, grid, put, without


def judged(pair: Pair, old: Labels, new: Labels) -> Any:
    return before_after(Finds(old), Finds(new), [pair])  # type: ignore[arg-type]


def test_objects_gained_and_lost(folder: Path) -> None:
    true = grid()
    pair = put(folder, "a", true)
    wrong = true.copy()
    wrong[60:64, 0:64] = 99
    result = judged(pair, without(wrong, 1, 2, 3), without(true, 7))
    (image,) = result.images
    assert [spot.id for spot in image.gained] == [1, 2, 3]
    assert [spot.id for spot in image.lost] == [7]
    assert [spot.id for spot in image.false_gone] == [99]
    assert image.false_new == ()
    assert (image.gained[1].y, image.gained[1].x, image.gained[1].z) == (6.5, 22.5, 0)
    assert result.difference.before == pytest.approx(13 / 17) and result.difference.after == pytest.approx(
        15 / 16
    )
    assert result.verdict == "not different" and "4 better, 1 worse" in result.text
    assert result.difference.low < 0 < result.difference.change < result.difference.high
    assert result.difference.objects == 16 and result.difference.more > 0


def test_the_three_words(folder: Path) -> None:
    true = grid()
    pair = put(folder, "a", true)
    many = without(true, *range(1, 9))
    better, worse, same = judged(pair, many, true), judged(pair, true, many), judged(pair, true, true)
    assert (better.verdict, worse.verdict, same.verdict) == ("better", "worse", "not different")
    assert "is better" in better.text and "Keep the old one" in worse.text
    assert f"({better.difference.interval})" in better.text and better.difference.low > 0
    assert better.difference.change == -worse.difference.change == 0.5
    assert judged(pair, true, without(true, 1)).verdict == "not different"
    few = grid(2, 2)
    told = judged(put(folder, "b", few), without(few, 1, 2, 3), few)
    assert told.verdict == "not different" and "too few objects to tell" in told.text
    assert "more cell" in told.text
    empty = np.zeros((64, 64), np.uint32)
    nothing = judged(put(folder, "c", empty), empty, empty)
    assert nothing.verdict == "not different" and np.isnan(nothing.difference.before)
    assert "no objects to judge on" in nothing.text
    with pytest.raises(TrainingError, match="kept aside"):
        before_after(Finds(true), Finds(true), [])  # type: ignore[arg-type]


def test_each_segmented_image_is_a_step_of_the_judging(folder: Path) -> None:
    pairs = [put(folder, name, grid()) for name in ("a", "b")]
    told: list[tuple[int, int, str]] = []
    before_after(
        Finds(grid()),  # type: ignore[arg-type]
        Finds(grid()),  # type: ignore[arg-type]
        pairs,
        progress=lambda done, total, note="": told.append((done, total, note)),
    )
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert {done for done, _, _ in told} >= {1, 2, 3, 4} and {total for _, total, _ in told} == {4}


def test_the_precision_told_is_that_of_the_verdict(folder: Path) -> None:
    """An image of four cells weighs less than one of 64: the mean over the two falls where the verdict rises."""
    many, few = grid(8, 8), grid(2, 2)
    pairs = [put(folder, "many", many), put(folder, "few", few)]

    class OfSize:
        def __init__(self, *found: Labels) -> None:
            self.found = found

        def segment(self, image: Any, settings: object = None) -> Segmentation:
            return Finds(self.found[Path(image.path).name == "few.tif"]).segment(image)

    old, new = OfSize(without(many, *range(1, 21)), few), OfSize(many, without(few, 1, 2))
    result = before_after(old, new, pairs)  # type: ignore[arg-type]
    assert result.difference.change == pytest.approx(18 / 68)
    assert (result.difference.before, result.difference.after) == (
        pytest.approx(48 / 68),
        pytest.approx(66 / 68),
    )
    assert f"{48 / 68:.2f} before, {66 / 68:.2f} after" in result.text


def test_more_better_than_worse_is_not_enough(folder: Path) -> None:
    true = grid()
    result = judged(put(folder, "a", true), without(true, 1, 2), without(true, 3))
    assert result.difference.after > result.difference.before
    assert result.verdict == "not different"


def test_a_badly_outlined_cell_is_one_fault(folder: Path) -> None:
    true = grid()
    shifted = np.where(true == 6, 0, true).astype(np.uint32)
    shifted[22:30, 24:30][shifted[22:30, 24:30] == 0] = 77
    (image,) = judged(put(folder, "a", true), shifted, true).images
    row = image.units[5]
    assert row.tolist() == [0, 2, 1, 1, 1]  # missed with a false object on it, then found
    assert len(image.units) == 16


def test_false_objects_on_the_ground_are_units_of_their_own(folder: Path) -> None:
    true = grid()
    pair = put(folder, "a", true)
    wrong, same = true.copy(), true.copy()
    wrong[60:64, 0:64], same[60:64, 0:64] = 99, 55
    for old, new, unit in (
        (wrong, true, [0, 1, 0, 0, 0]),
        (true, wrong, [0, 0, 0, 1, 0]),
        # The same one by both models is one unit, whatever its id.
        (wrong, same, [0, 1, 0, 1, 0]),
    ):
        (image,) = judged(pair, old, new).images
        assert len(image.units) == 17 and image.units[16].tolist() == unit


def test_precision_is_that_at_half_overlap(folder: Path) -> None:
    true = grid()
    thin = true.copy()
    columns = np.flatnonzero((true == 6).any(axis=0))
    cut = thin[:, columns[5 * len(columns) // 8] :]
    cut[cut == 6] = 0
    result = judged(put(folder, "a", true), thin, thin)
    (image,) = result.images
    assert (
        (result.difference.before, result.difference.after)
        == (image.old_precision, image.new_precision)
        == (1, 1)
    )


def test_only_the_part_kept_aside_counts(folder: Path) -> None:
    true = grid()
    pair = replace(put(folder, "a", true), only=(0, 32, 0, 32))
    result = judged(pair, without(true, 1, 16), true)
    (image,) = result.images
    assert image.true_objects == 4 and image.true.shape == (64, 64)
    assert [spot.id for spot in image.gained] == [1]
    assert image.old_precision == 0.75
