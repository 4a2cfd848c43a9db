"""How doubtful are the masks of an image, and which image is best corrected next.

How doubtful an object is says `doubt.object_doubt`; cells of middling probability outside all masks hint at what was
missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import expit

from cpsam_core.review.doubt import DOUBTFUL, object_doubt
from cpsam_core.segment.segmenter import Segmentation

__all__ = ["ImageToCorrect", "doubt_of", "suggest_next"]

Name = TypeVar("Name")


@dataclass(frozen=True)
class ImageToCorrect:
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


def doubt_of(segmentation: Segmentation) -> ImageToCorrect:
    """Return how doubtful the masks of an image are.

    Parameters
    ----------
    segmentation
        What a run found, with flow errors and logits.
    """
    table = segmentation.objects
    each = object_doubt(
        {"id": table.ids, "flow_error": table.flow_errors, "probability": table.probabilities}
    ).scores
    area = float(table.areas.mean()) if len(table) else np.pi * (segmentation.diameter / 2) ** 2
    outside = segmentation.logits[segmentation.labels == 0]
    # Of a pixel that is surely background nothing counts, of one just below the threshold all does.
    missed = float(np.clip(2 * expit(outside) - 0.2, 0, 1).sum()) / max(area, 1.0)
    score = float((each.sum() + missed) / (len(table) + missed)) if len(table) + missed > 0 else 0.0
    doubtful = int((each >= DOUBTFUL).sum())
    return ImageToCorrect(min(score, 1.0), len(table), doubtful, missed, _words(len(table), doubtful, missed))


def suggest_next(doubts: Mapping[Name, ImageToCorrect]) -> list[Name]:
    """Return the images in the order in which correcting them teaches most, the most doubtful first.

    Images without anything to correct come last, whatever their score.
    """
    return sorted(doubts, key=lambda name: (_empty(doubts[name]), -doubts[name].score))


def _empty(doubt: ImageToCorrect) -> bool:
    return doubt.objects == 0 and doubt.missed < 0.5


def _words(objects: int, doubtful: int, missed: float) -> str:
    if objects == 0:
        return "nothing found" + (", but there may be cells" if missed >= 0.5 else "")
    parts = [f"{doubtful} of {objects} objects are doubtful"] if doubtful else ["every object is clear"]
    if missed >= 1:
        parts.append(f"about {missed:.0f} may be missed")
    return ", ".join(parts)
