"""All runs of labels: an image and back, two images over each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cpsam_core.labels.runs import Runs, joint_runs, look_up, overlay, runs_of, whole_runs

SHAPES = st.sampled_from([(1, 1), (3, 7), (4, 1), (2, 3, 5)])
LABELS = SHAPES.flatmap(lambda shape: arrays.arrays(np.uint32, shape, elements=st.integers(0, 3)))
PAIRS = SHAPES.flatmap(
    lambda shape: st.tuples(*[arrays.arrays(np.uint32, shape, elements=st.integers(0, 3))] * 2)
)


@given(LABELS)
def test_an_image_and_back(labels: np.ndarray) -> None:
    runs = whole_runs(labels)
    np.testing.assert_array_equal(runs.painted(), labels)
    assert runs.painted().dtype == np.uint32 and runs.lengths.sum() == labels.size
    known, inside = runs_of(labels), runs.where(runs.values > 0)
    np.testing.assert_array_equal(inside.starts, known.starts)
    np.testing.assert_array_equal(inside.values, known.values)
    np.testing.assert_array_equal(inside.lengths, known.lengths)


@given(PAIRS)
def test_two_images_over_each_other(pair: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = map(whole_runs, pair)
    both, others = overlay(first, second)
    np.testing.assert_array_equal(both.painted(), pair[0])
    np.testing.assert_array_equal(Runs(both.starts, both.lengths, others, both.shape).painted(), pair[1])
    inside = (both.values > 0) | (others > 0)
    for mine, known in zip((both.lengths, both.values, others), joint_runs(*pair), strict=True):
        np.testing.assert_array_equal(mine[inside], known)


@given(LABELS)
def test_other_names_may_make_one_run_of_several(labels: np.ndarray) -> None:
    table = np.array([0, 5, 5, 0], np.uint32)
    runs = whole_runs(labels).renamed(table)
    np.testing.assert_array_equal(runs.painted(), table[labels])
    merged, known = runs.merged(), whole_runs(table[labels])
    np.testing.assert_array_equal(merged.starts, known.starts)
    np.testing.assert_array_equal(merged.lengths, known.lengths)
    np.testing.assert_array_equal(merged.values, known.values)


def test_many_values_are_looked_up_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpsam_core.labels.runs.LOOKED_UP", 3)
    places = np.array([0, 2, 1, 1, 2, 0, 2])
    np.testing.assert_array_equal(look_up(np.array([7, 8, 9]), places), [7, 9, 8, 8, 9, 7, 9])
    assert look_up(np.array([7]), np.zeros(0, np.int64)).size == 0
