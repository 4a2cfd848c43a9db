"""How good is a model? Segment annotated images and score them, set by set, as a model card reports it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .dataset import Pair
from .images import check_same_shape, read_image, read_labels
from .metrics import average_precision
from .progress import Progress, silent
from .segment import Segmenter
from .settings import Settings

THRESHOLDS = (0.5, 0.75, 0.9)


def validate(
    segmenter: Segmenter, pairs: Sequence[Pair], settings: Settings | None = None, progress: Progress = silent
) -> dict[str, dict[str, float]]:
    """Return for each set the number of images and the mean over images of the average precision.

    Parameters
    ----------
    segmenter : Segmenter
        The model.
    pairs : sequence of Pair
        Images with true masks, from `dataset.find_pairs`.
    settings : Settings, optional
        How to segment; the defaults, unless given.
    progress : Progress
        Called after each image.

    Returns
    -------
    dict
        By set: ``{"images": 30.0, "ap_0.5": ..., "ap_0.75": ..., "ap_0.9": ...}``.

    Notes
    -----
    Paper, "Quantification of segmentation quality": AP = TP / (TP + FP + FN) per image.
    """
    precisions: dict[str, list[list[float]]] = {}
    for number, pair in enumerate(pairs, 1):
        image, true = read_image(pair.image), read_labels(pair.masks)
        check_same_shape(image, true)
        found = segmenter.segment(image, settings)
        precision = average_precision(true.reshape(found.labels.shape), found.labels, THRESHOLDS)[0]
        precisions.setdefault(pair.set_name, []).append([float(value) for value in precision])
        progress(number, len(pairs), pair.set_name)
    return {name: _means(rows) for name, rows in precisions.items()}


def _means(rows: list[list[float]]) -> dict[str, float]:
    """Return the number of images and the mean of each column, images without any object left out (NaN)."""
    values = np.array(rows)
    counted = np.isfinite(values).sum(axis=0)
    means = [float(v) / n if n else math.nan for v, n in zip(np.nansum(values, axis=0), counted, strict=True)]
    precisions = {f"ap_{limit}": round(mean, 4) for limit, mean in zip(THRESHOLDS, means, strict=True)}
    return {"images": float(len(rows)), **precisions}
