"""How doubtful are the masks of an image, and which image is best corrected next.

The flow error of a mask says how badly the network's own flows agree with it, the probability how sure the network is
of its pixels, and cells of middling probability outside all masks hint at what was missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cpsam_core.segment.segmenter import Segmentation

__all__ = ["Doubt", "doubt_of", "suggest_next"]

Name = TypeVar("Name")
FLOW_ERROR = 0.4  # the flow error at which masks are dropped by default


@dataclass(frozen=True)
class Doubt:
    """How doubtful the masks of one image are.

    Attributes
    ----------
    score
        0 (sure) to 1 (doubtful).
    objects
        Number of objects.
    doubtful
        How many of them are doubtful.
    missed
        Area between masks that might be cells, in cells of the image's mean size.
    text
        Why, in a few words.
    """

    score: float
    objects: int
    doubtful: int
    missed: float
    text: str


def doubt_of(segmentation: Segmentation) -> Doubt:
    """Return how doubtful the masks of an image are.

    Parameters
    ----------
    segmentation
        What a run found, with flow errors and logits.
    """
    table = segmentation.objects
    each = object_doubts(table.flow_errors, table.probabilities)
    area = float(table.areas.mean()) if len(table) else np.pi * (segmentation.diameter / 2) ** 2
    outside = segmentation.logits[segmentation.labels == 0]
    # Of a pixel that is surely background nothing counts, of one just below the threshold all does.
    missed = float(np.clip(2 * expit(outside) - 0.2, 0, 1).sum()) / max(area, 1.0)
    score = float((each.sum() + missed) / (len(table) + missed)) if len(table) + missed > 0 else 0.0
    doubtful = int((each > 0.5).sum())
    return Doubt(min(score, 1.0), len(table), doubtful, missed, _words(len(table), doubtful, missed))


def object_doubts(
    flow_errors: NDArray[np.float32], probabilities: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the doubt of each object, (n,) from 0 to 1; 0.5 where nothing is known."""
    from_flow = np.clip(np.nan_to_num(flow_errors.astype(float) / FLOW_ERROR, nan=0.5), 0, 1)
    from_cell = np.clip(2 * (1 - np.nan_to_num(probabilities.astype(float), nan=0.75)), 0, 1)
    doubts: NDArray[np.float64] = 1 - (1 - from_flow) * (1 - from_cell)
    return doubts


def suggest_next(doubts: Mapping[Name, Doubt]) -> list[Name]:
    """Return the images in the order in which correcting them teaches most, the most doubtful first.

    Images without anything to correct come last, whatever their score.
    """
    return sorted(doubts, key=lambda name: (_empty(doubts[name]), -doubts[name].score))


def _empty(doubt: Doubt) -> bool:
    return doubt.objects == 0 and doubt.missed < 0.5


def _words(objects: int, doubtful: int, missed: float) -> str:
    if objects == 0:
        return "nothing found" + (", but there may be cells" if missed >= 0.5 else "")
    parts = [f"{doubtful} of {objects} objects are doubtful"] if doubtful else ["every object is clear"]
    if missed >= 1:
        parts.append(f"about {missed:.0f} may be missed")
    return ", ".join(parts)
