"""Scores against assignment by brute force, and against numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from cpsam_core import metrics
from cpsam_core.errors import ImageError, SettingsError


def blobs(seed: int, sigma: float = 2.0, shape: tuple[int, ...] = (70, 80)) -> NDArray[np.int64]:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), sigma)
    labels, _ = ndimage.label(noise > 0.02)
    return np.asarray(labels, np.int64)


def table(true: NDArray[Any], predicted: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (shared pixels, IoU) of all objects against all."""
    shared = np.zeros((true.max() + 1, predicted.max() + 1))
    np.add.at(shared, (true.ravel(), predicted.ravel()), 1)
    union = shared.sum(1, keepdims=True) + shared.sum(0, keepdims=True) - shared
    return shared[1:, 1:], (shared / np.maximum(union, 1))[1:, 1:]


def best(iou: NDArray[np.float64], threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    cost = -(iou >= threshold).astype(float) - iou / (2 * min(iou.shape))
    rows, columns = linear_sum_assignment(cost)
    return rows, columns


CASES = [(blobs(s), blobs(s + k)) for s, k in ((0, 0), (1, 50), (2, 60))]
CASES += [
    (blobs(s), np.roll(blobs(s), shift, (0, 1))) for s, shift in ((3, (1, 0)), (4, (2, 1)), (5, (5, 5)))
]
CASES += [(blobs(6), blobs(6) // 2), (blobs(7, 3.0), blobs(7, 2.0)), (blobs(8, 2.0, (9, 20, 20)),) * 2]


@pytest.mark.parametrize(("true", "predicted"), CASES)
def test_matching_is_the_best_there_is(true: NDArray[np.int64], predicted: NDArray[np.int64]) -> None:
    thresholds = [0.05, 0.1, 0.3, 0.5, 0.75, 0.9, 1.0]
    _, iou = table(true, predicted)
    ap, tp, fp, fn = metrics.average_precision(true, predicted, thresholds)
    for k, threshold in enumerate(thresholds):
        rows, columns = best(iou, threshold)
        expected = (iou[rows, columns] >= threshold).sum()
        assert tp[k] == expected
        assert fp[k] == len(np.unique(predicted)) - 1 - expected
        assert fn[k] == len(np.unique(true)) - 1 - expected
        assert ap[k] == pytest.approx(tp[k] / (tp[k] + fp[k] + fn[k]))


@pytest.mark.parametrize(("true", "predicted"), CASES)
def test_aggregated_jaccard_is_that_of_the_best_assignment(
    true: NDArray[np.int64], predicted: NDArray[np.int64]
) -> None:
    shared, iou = table(true, predicted)
    rows, columns = best(iou, 0.5)
    expected = shared[rows, columns].sum() / ((true > 0) | (predicted > 0)).sum()
    assert metrics.aggregated_jaccard(true, predicted) == pytest.approx(expected, abs=1e-12)


def test_halves_match_once() -> None:
    true = np.ones((4, 4), int)
    predicted = np.repeat([[1, 1, 2, 2]], 4, axis=0)
    _, tp, fp, fn = metrics.average_precision(true, predicted, 0.5)
    assert (tp[0], fp[0], fn[0]) == (1, 1, 0)


def test_numbers_worked_out_by_hand() -> None:
    true = np.zeros((10, 20), int)
    true[0:4, 0:5], true[5:9, 0:5], true[0:4, 10:15] = 1, 2, 7
    predicted = np.zeros((10, 20), int)
    predicted[0:4, 0:4] = 3  # IoU 0.8
    predicted[0:4, 10:15] = 2  # IoU 1
    predicted[8:10, 18:20] = 9  # of nothing
    scores = metrics.score(true, predicted, (0.5, 0.9))
    assert scores.tp.tolist() == [2, 1]
    assert scores.fp.tolist() == [1, 2]
    assert scores.fn.tolist() == [1, 2]
    assert (scores.true_objects, scores.predicted_objects) == (3, 3)
    np.testing.assert_allclose(scores.average_precision, [2 / 4, 1 / 5])
    np.testing.assert_allclose(scores.error_rate, [2 / 3, 4 / 3])
    np.testing.assert_allclose(scores.f1, [4 / 6, 2 / 6])
    assert scores.panoptic_quality == pytest.approx(1.8 / 3)
    assert scores.segmentation_quality == pytest.approx(0.9)
    assert scores.aggregated_jaccard == pytest.approx((16 + 20) / (60 + 4))


def test_classes_are_scored_apart() -> None:
    true = np.repeat([[1, 1, 0, 2, 2, 0, 3, 3]], 4, axis=0)
    predicted = np.repeat([[5, 5, 0, 6, 6, 0, 0, 7]], 4, axis=0)
    scores = metrics.score_classes(true, predicted, {1: 1, 2: 2, 3: 2}, {5: 1, 6: 1, 7: 2}, 0.5)
    assert (scores[1].tp, scores[1].fp, scores[1].fn) == (1, 1, 0)
    assert (scores[2].tp, scores[2].fp, scores[2].fn) == (1, 0, 1)
    assert scores[2].union_pixels == 16


def test_class_without_true_objects_has_no_error_rate() -> None:
    scores = metrics.score_classes(np.zeros((3, 3), int), np.eye(3, dtype=int), {}, {1: 4}, 0.5)
    assert np.isnan(scores[4].error_rate[0])
    assert scores[4].average_precision[0] == 0


def test_pooled_scores_are_those_of_one_large_image() -> None:
    pairs = CASES[3:6]
    together = metrics.pooled([metrics.score(*pair) for pair in pairs])
    true = np.concatenate([t + (t > 0) * k * 1000 for k, (t, _) in enumerate(pairs)])
    predicted = np.concatenate([p + (p > 0) * k * 1000 for k, (_, p) in enumerate(pairs)])
    whole = metrics.score(true, predicted)
    np.testing.assert_array_equal(together.tp, whole.tp)
    np.testing.assert_array_equal(together.fn, whole.fn)
    assert together.panoptic_quality == pytest.approx(whole.panoptic_quality)
    assert together.union_pixels == whole.union_pixels
    with pytest.raises(SettingsError):
        metrics.pooled([])
    with pytest.raises(SettingsError):
        metrics.pooled([whole, metrics.score(true, predicted, 0.5)])


def test_lists_give_a_row_per_image() -> None:
    ap, tp, fp, fn = metrics.average_precision([t for t, _ in CASES[:3]], [p for _, p in CASES[:3]])
    assert ap.shape == tp.shape == fp.shape == fn.shape == (3, 3)
    assert ap.dtype == np.float32
    np.testing.assert_array_equal(ap[0], 1)
    np.testing.assert_array_equal(ap[1], metrics.average_precision(*CASES[1])[0])


def test_images_without_objects() -> None:
    nothing, something = np.zeros((5, 5), int), np.eye(5, dtype=int)
    assert np.isnan(metrics.average_precision(nothing, nothing)[0]).all()
    assert np.isnan(metrics.aggregated_jaccard(nothing, nothing))
    ap, tp, fp, fn = metrics.average_precision(nothing, something, 0.5)
    assert (ap[0], tp[0], fp[0], fn[0]) == (0, 0, 1, 0)
    ap, tp, fp, fn = metrics.average_precision(something, nothing, 0.5)
    assert (ap[0], tp[0], fp[0], fn[0]) == (0, 0, 0, 1)
    assert metrics.average_precision(np.zeros((0, 4), int), np.zeros((0, 4), int), 0.5)[1][0] == 0


def test_an_image_without_background() -> None:
    _, tp, fp, fn = metrics.average_precision(np.ones((4, 4), int), np.ones((4, 4), int), 0.5)
    assert (tp[0], fp[0], fn[0]) == (1, 0, 0)


def test_labels_far_apart() -> None:
    true, predicted = CASES[4]
    far = np.where(predicted > 0, predicted * 50_000_017, 0)
    for ours, plain in zip(
        metrics.average_precision(true, far), metrics.average_precision(true, predicted), strict=True
    ):
        np.testing.assert_array_equal(ours, plain)


def test_what_does_not_fit() -> None:
    with pytest.raises(ImageError):
        metrics.score(np.zeros((4, 4), int), np.zeros((4, 5), int))
    with pytest.raises(ImageError):
        metrics.average_precision([np.zeros((4, 4), int)], [])
    with pytest.raises(ImageError):
        metrics.score(np.full((4, 4), 0.5), np.zeros((4, 4), int))
    for threshold in (0, 1.5, np.nan, []):
        with pytest.raises(SettingsError):
            metrics.average_precision(np.eye(4, dtype=int), np.eye(4, dtype=int), threshold)
