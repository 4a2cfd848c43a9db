"""Scores of predicted objects: average precision, error rate, F1, aggregated Jaccard, panoptic quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.metrics.matching import best_assignment, true_positives
from cpsam_core.metrics.overlap import Overlaps, overlaps

Image = NDArray[Any]
THRESHOLDS = (0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Scores:
    """Counts of one image, one class or many images; the usual scores follow from them.

    Attributes
    ----------
    thresholds : (k,) float64
        IoU from which a pair of objects counts as a match.
    tp, fp, fn : (k,) int64
        Matched pairs, predicted objects without a match, true objects without a match.
    matched_iou : float
        Sum of the IoU of the pairs above 0.5, for the panoptic quality.
    matched_pairs : int
        Number of the pairs above 0.5.
    shared_pixels : int
        Pixels shared by the pairs of the best assignment, for the aggregated Jaccard index.
    union_pixels : int
        Pixels of objects in either image.
    """

    thresholds: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    matched_iou: float
    matched_pairs: int
    shared_pixels: int
    union_pixels: int

    @property
    def true_objects(self) -> int:
        """Number of true objects."""
        return int(self.tp[0] + self.fn[0])

    @property
    def predicted_objects(self) -> int:
        """Number of predicted objects."""
        return int(self.tp[0] + self.fp[0])

    @property
    def average_precision(self) -> NDArray[np.float64]:
        """TP / (TP + FP + FN) at each threshold; NaN where there are no objects at all."""
        return _ratio(self.tp, self.tp + self.fp + self.fn)

    @property
    def error_rate(self) -> NDArray[np.float64]:
        """(FN + FP) / (TP + FN) at each threshold (paper, "Quantification"); NaN without true objects."""
        return _ratio(self.fn + self.fp, self.tp + self.fn)

    @property
    def f1(self) -> NDArray[np.float64]:
        """2 TP / (2 TP + FP + FN) at each threshold; NaN where there are no objects at all."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def precision(self) -> NDArray[np.float64]:
        """TP / (TP + FP) at each threshold; NaN without predicted objects."""
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> NDArray[np.float64]:
        """TP / (TP + FN) at each threshold; NaN without true objects."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def aggregated_jaccard(self) -> float:
        """Pixels shared by assigned pairs over pixels of objects in either image; NaN without objects.

        As the published program computes it. Kumar et al. 2017 count a pixel of the union once per object
        instead.
        """
        return float(_ratio(self.shared_pixels, self.union_pixels))

    @property
    def segmentation_quality(self) -> float:
        """Mean IoU of the pairs above 0.5 (Kirillov et al. 2019, equation 2); NaN without such pairs."""
        return float(_ratio(self.matched_iou, self.matched_pairs))

    @property
    def panoptic_quality(self) -> float:
        """Sum of IoU over TP + FP/2 + FN/2 (Kirillov et al. 2019, equation 1); NaN without objects."""
        return float(_ratio(2 * self.matched_iou, self.true_objects + self.predicted_objects))


def average_precision(
    true: Image | Sequence[Image],
    predicted: Image | Sequence[Image],
    threshold: float | Sequence[float] | NDArray[np.floating[Any]] = THRESHOLDS,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return average precision, true positives, false positives and false negatives.

    Average precision is TP / (TP + FP + FN), where the true positives are the pairs of a largest one-to-one
    matching of objects with an IoU of at least the threshold (paper, "Quantification").

    Parameters
    ----------
    true, predicted : (y, x) or (z, y, x) integer array, or a sequence of them
    threshold : float or sequence of floats
        Above 0 and up to 1.

    Returns
    -------
    ap, tp, fp, fn : (thresholds,) float32, or (images, thresholds) for sequences
        `ap` is NaN where an image has neither true nor predicted objects.

    Raises
    ------
    ImageError
        If two images or the two sequences do not fit.
    SettingsError
        If a threshold is out of range.
    """
    single = isinstance(true, np.ndarray)
    true_list = [true] if isinstance(true, np.ndarray) else true
    predicted_list = [predicted] if isinstance(predicted, np.ndarray) else predicted
    if len(true_list) != len(predicted_list):
        raise ImageError(f"{len(true_list)} true images do not fit {len(predicted_list)} predicted ones")
    limits = _limits(threshold)
    counts = np.zeros((4, len(true_list), len(limits)), np.float32)
    for number, (one, other) in enumerate(zip(true_list, predicted_list, strict=True)):
        pairs = overlaps(one, other)
        tp = true_positives(pairs, limits)
        fp, fn = len(pairs.predicted_ids) - tp, len(pairs.true_ids) - tp
        counts[:, number] = _ratio(tp, tp + fp + fn), tp, fp, fn
    ap, tps, fps, fns = counts[:, 0] if single else counts
    return ap, tps, fps, fns


def score(true: Image, predicted: Image, threshold: float | Sequence[float] = THRESHOLDS) -> Scores:
    """Return all scores of one image.

    Parameters
    ----------
    true, predicted : (y, x) or (z, y, x) integer array
    threshold : float or sequence of floats
        IoU from which a pair counts as a match, above 0 and up to 1.

    Raises
    ------
    ImageError
        If the two images do not fit.
    SettingsError
        If a threshold is out of range.
    """
    return score_overlaps(overlaps(true, predicted), threshold)


def score_overlaps(pairs: Overlaps, threshold: float | Sequence[float] = THRESHOLDS) -> Scores:
    """Return all scores from overlaps that are known already; otherwise as `score`."""
    return _score(pairs, _limits(threshold))


def score_classes(
    true: Image,
    predicted: Image,
    true_classes: dict[int, int],
    predicted_classes: dict[int, int],
    threshold: float | Sequence[float] = THRESHOLDS,
) -> dict[int, Scores]:
    """Return the scores of every class, each as if only the objects of that class existed.

    Parameters
    ----------
    true, predicted : (y, x) or (z, y, x) integer array
    true_classes, predicted_classes : dict of int to int
        Class of each object by id. Objects that are not named belong to no class.
    threshold : float or sequence of floats
        IoU from which a pair counts as a match.

    Returns
    -------
    dict of int to Scores
        By class. The paper leaves classes without true objects out of an image's average: their error rate is
        NaN.
    """
    pairs = overlaps(true, predicted)
    limits = _limits(threshold)
    result = {}
    for kind in sorted({*true_classes.values(), *predicted_classes.values()}):
        of_kind = [[label for label, k in c.items() if k == kind] for c in (true_classes, predicted_classes)]
        result[kind] = _score(pairs.restricted(*of_kind), limits)
    return result


def pooled(scores: Sequence[Scores]) -> Scores:
    """Return the scores of several images taken as one large image: counts are added up.

    Raises
    ------
    SettingsError
        If there are no scores, or their thresholds differ.
    """
    if not scores or any(not np.array_equal(s.thresholds, scores[0].thresholds) for s in scores):
        raise SettingsError("scores can be pooled only if there are some, all of the same thresholds")
    return Scores(
        thresholds=scores[0].thresholds,
        tp=np.sum([s.tp for s in scores], axis=0),
        fp=np.sum([s.fp for s in scores], axis=0),
        fn=np.sum([s.fn for s in scores], axis=0),
        matched_iou=sum(s.matched_iou for s in scores),
        matched_pairs=sum(s.matched_pairs for s in scores),
        shared_pixels=sum(s.shared_pixels for s in scores),
        union_pixels=sum(s.union_pixels for s in scores),
    )


def aggregated_jaccard(true: Image, predicted: Image) -> float:
    """Return the aggregated Jaccard index of one image; see `Scores.aggregated_jaccard`."""
    pairs = overlaps(true, predicted)
    return float(_ratio(int(pairs.shared[best_assignment(pairs)].sum()), pairs.union_pixels))


def _limits(threshold: float | Sequence[float] | NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    limits = np.atleast_1d(np.asarray(threshold, float))
    if limits.ndim != 1 or not limits.size or not np.all((limits > 0) & (limits <= 1)):
        raise SettingsError(f"IoU thresholds must be above 0 and at most 1, not {threshold}")
    return limits


def _score(pairs: Overlaps, limits: NDArray[np.float64]) -> Scores:
    tp = true_positives(pairs, limits)
    ious = pairs.ious
    return Scores(
        thresholds=limits,
        tp=tp,
        fp=len(pairs.predicted_ids) - tp,
        fn=len(pairs.true_ids) - tp,
        matched_iou=float(ious[ious > 0.5].sum()),
        matched_pairs=int((ious > 0.5).sum()),
        shared_pixels=int(pairs.shared[best_assignment(pairs)].sum()),
        union_pixels=pairs.union_pixels,
    )


def _ratio(above: Any, below: Any) -> NDArray[np.float64]:
    """Return the quotient, NaN where it is 0 / 0."""
    above, below = np.asarray(above, float), np.asarray(below, float)
    ratio: NDArray[np.float64] = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio
