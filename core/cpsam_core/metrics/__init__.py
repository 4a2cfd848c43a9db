"""Compare predicted with true objects."""

from __future__ import annotations

from cpsam_core.metrics.matching import largest_matching
from cpsam_core.metrics.overlap import Overlaps, overlaps, overlaps_in_parts
from cpsam_core.metrics.scores import (
    THRESHOLDS,
    Scores,
    aggregated_jaccard,
    average_precision,
    pooled,
    score,
    score_classes,
    score_overlaps,
)

__all__ = [
    "THRESHOLDS",
    "Overlaps",
    "Scores",
    "aggregated_jaccard",
    "average_precision",
    "largest_matching",
    "overlaps",
    "overlaps_in_parts",
    "pooled",
    "score",
    "score_classes",
    "score_overlaps",
]
