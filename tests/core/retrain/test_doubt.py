"""How doubtful a result is, and which image to correct next."""

from __future__ import annotations

import numpy as np

from cpsam_core.labels import object_table
from cpsam_core.retrain import ImageToCorrect, doubt_of, suggest_next
from cpsam_core.segment.segmenter import NetworkOutput, Segmentation
from tests.core.retrain.scenes import Labels, grid, without


def found(labels: Labels, errors: float, logit: float, outside: float = -8.0) -> Segmentation:
    logits = np.where(labels > 0, logit, outside).astype(np.float32)
    count = len(np.unique(labels)) - 1
    table = object_table(labels, logits, np.full(count, errors, np.float32))
    return Segmentation(labels, NetworkOutput(np.zeros((2, *labels.shape), np.float32), logits, 30.0), table)


def test_doubt_grows_with_flow_error_and_with_middling_probability() -> None:
    labels = grid()
    sure = doubt_of(found(labels, 0.02, 6))
    bent, pale = doubt_of(found(labels, 0.35, 6)), doubt_of(found(labels, 0.02, 0.3))
    missed = doubt_of(found(without(labels, 1, 2, 3, 4), 0.02, 6, outside=-0.4))
    assert sure.score < 0.2 < bent.score
    assert sure.doubtful == 0 and bent.doubtful == pale.doubtful == 16
    assert sure.score < pale.score <= 1 and sure.score < missed.score <= 1
    assert missed.missed > 1 and "missed" in missed.text
    assert "clear" in sure.text and "16 of 16" in bent.text


def test_doubt_of_an_empty_image() -> None:
    nothing = doubt_of(found(np.zeros((64, 64), np.uint32), 0, 0, outside=-9))
    assert nothing.score == 0 and nothing.text == "nothing found"
    maybe = doubt_of(found(np.zeros((64, 64), np.uint32), 0, 0, outside=-0.2))
    assert maybe.score > 0.5 and "may be cells" in maybe.text


def test_the_most_doubtful_image_is_suggested_first() -> None:
    doubts = {
        "clear": ImageToCorrect(0.1, 9, 0, 0, ""),
        "empty": ImageToCorrect(0.9, 0, 0, 0, ""),
        "bad": ImageToCorrect(0.8, 9, 7, 0, ""),
        "missed": ImageToCorrect(0.85, 0, 0, 4, ""),
    }
    assert suggest_next(doubts) == ["missed", "bad", "clear", "empty"]
    assert suggest_next({}) == []
