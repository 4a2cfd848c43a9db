"""Scores of masks against true masks."""

from cpsam_core.metrics import aggregated_jaccard, average_precision

__all__ = ["aggregated_jaccard", "average_precision"]
