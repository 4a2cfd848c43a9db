"""Scores of masks against true masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core import metrics

__all__ = ["aggregated_jaccard_index", "average_precision"]


def average_precision(masks_true: Any, masks_pred: Any, threshold: Sequence[float] = (0.5, 0.75, 0.9)) -> Any:
    """Return average precision, true positives, false positives and false negatives, each (images, thresholds)."""
    return metrics.average_precision(masks_true, masks_pred, threshold)


def aggregated_jaccard_index(
    masks_true: Sequence[NDArray[Any]], masks_pred: Sequence[NDArray[Any]]
) -> NDArray[np.float64]:
    """Return the aggregated Jaccard index of each image, float64 (images,)."""
    return np.array([metrics.aggregated_jaccard(*one) for one in zip(masks_true, masks_pred, strict=True)])
