"""Compare predicted with true objects."""

from __future__ import annotations

from .overlap import Overlaps, overlaps
from .scores import Scores, aggregated_jaccard, average_precision, pooled, score, score_classes

__all__ = [
    "Overlaps",
    "Scores",
    "aggregated_jaccard",
    "average_precision",
    "overlaps",
    "pooled",
    "score",
    "score_classes",
]
