"""How well several annotators agree, and what error rate a human consensus would reach.

Source: the paper, "Human-consensus bound" and "Quantification of segmentation quality".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError
from cpsam_core.metrics import overlaps, score_overlaps

__all__ = ["Agreement", "agreement", "mean_agreement"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """Scores of every annotator against every other one.

    Attributes
    ----------
    names : tuple of str
        The annotators (people or models); `n` of them.
    threshold : float
        IoU from which two objects match.
    error_rates : (n, n) float64
        (FN + FP) / (TP + FN) with the annotator of the row as the truth and that of the column measured against it;
        NaN where the truth has no objects. Zero on the diagonal.
    f1 : (n, n) float64
        2 TP / (2 TP + FP + FN), the same both ways; NaN where neither has objects. One on the diagonal.
    average_precision : (n, n) float64
        TP / (TP + FP + FN), the same both ways; NaN where neither has objects. One on the diagonal.
    images : int
        Over how many images these are means.
    """

    names: tuple[str, ...]
    threshold: float
    error_rates: NDArray[np.float64]
    f1: NDArray[np.float64]
    average_precision: NDArray[np.float64]
    images: int = 1

    @property
    def mean_error_rate(self) -> float:
        """Inter-annotator error rate: the mean over all ordered pairs of annotators."""
        return _mean(self.error_rates)

    @property
    def mean_f1(self) -> float:
        """Mean F1 over all pairs of annotators."""
        return _mean(self.f1)

    @property
    def mean_average_precision(self) -> float:
        """Mean average precision over all pairs of annotators."""
        return _mean(self.average_precision)

    @property
    def consensus_error_rate(self) -> float:
        """Error rate that a human consensus would have against an annotator: half the inter-annotator error rate.

        If annotators err at random around one consensus, the errors between two of them are those of both (paper,
        "Human-consensus bound"). This holds for errors that are rare, at an IoU of 0.5; the best that can be expected
        of a model lies between the inter-annotator error rate and this.
        """
        return self.mean_error_rate / 2


def agreement(masks: Sequence[NDArray[Any]], names: Sequence[str] = (), threshold: float = 0.5) -> Agreement:
    """Return how well several sets of masks of one image agree.

    Parameters
    ----------
    masks : sequence of (y, x) or (z, y, x) integer arrays
        Labels of two annotators or more.
    names : sequence of str, optional
        Names of the annotators; numbers by default.
    threshold : float
        IoU from which two objects match; 0.5 in the paper.

    Raises
    ------
    ImageError
        The label images do not fit each other.
    SettingsError
        There are fewer than two sets of masks, or names and masks differ in number.
    """
    count = len(masks)
    names = tuple(names) or tuple(str(number) for number in range(1, count + 1))
    if count < 2:
        raise SettingsError("agreement needs the masks of two annotators at least")
    if len(names) != count:
        raise SettingsError(f"{len(names)} names do not fit {count} sets of masks")
    errors, f1, precision = np.zeros((count, count)), np.ones((count, count)), np.ones((count, count))
    for i, j in combinations(range(count), 2):
        scores = score_overlaps(overlaps(masks[i], masks[j]), threshold)
        wrong = float(scores.fp[0] + scores.fn[0])
        errors[i, j] = wrong / scores.true_objects if scores.true_objects else np.nan
        errors[j, i] = wrong / scores.predicted_objects if scores.predicted_objects else np.nan
        f1[i, j] = f1[j, i] = scores.f1[0]
        precision[i, j] = precision[j, i] = scores.average_precision[0]
    return Agreement(names, threshold, errors, f1, precision)


def mean_agreement(images: Sequence[Agreement]) -> Agreement:
    """Return the mean over images, as the paper reports; a score that an image does not have is left out there.

    Raises
    ------
    SettingsError
        There are no images, or their annotators or thresholds differ.
    """
    if not images or len({(one.names, one.threshold) for one in images}) > 1:
        raise SettingsError("agreement can be averaged over images of the same annotators and threshold only")
    first = images[0]
    return Agreement(
        first.names,
        first.threshold,
        _mean_known([one.error_rates for one in images]),
        _mean_known([one.f1 for one in images]),
        _mean_known([one.average_precision for one in images]),
        sum(one.images for one in images),
    )


def _mean(matrix: NDArray[np.float64]) -> float:
    """Return the mean of what is known beside the diagonal."""
    known = matrix[~np.eye(len(matrix), dtype=bool) & ~np.isnan(matrix)]
    return float(known.mean()) if len(known) else float("nan")


def _mean_known(matrices: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    stack = np.stack(matrices)
    known = ~np.isnan(stack)
    total, number = np.where(known, stack, 0).sum(axis=0), known.sum(axis=0)
    mean: NDArray[np.float64] = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return mean
