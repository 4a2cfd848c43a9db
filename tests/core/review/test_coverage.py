"""Places where the model saw cells and no object is."""

from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.review.coverage import uncovered


def test_a_missed_cell_is_found_and_rims_are_not() -> None:
    logits = np.full((40, 60), -3.0, np.float32)
    logits[3:20, 3:20] = 2  # a cell whose object is a little smaller
    logits[5:15, 30:44] = 1  # missed
    logits[9, 33] = 4
    logits[25:35, 50:60] = 3  # missed, at the border
    logits[30:33, 5:8] = 1  # a speck
    labels = np.zeros((40, 60), np.uint16)
    labels[4:19, 4:19] = 1
    found = uncovered(logits, labels)
    assert found.areas.tolist() == [140, 100]
    assert found.boxes.tolist() == [[[5, 15], [30, 44]], [[25, 35], [50, 60]]]
    assert found.points[0].tolist() == [9, 33]
    assert found.regions.sum() == 240 and not (found.regions & (labels > 0)).any()
    assert found.probabilities[1] == pytest.approx(1 / (1 + np.exp(-3)))
    assert len(uncovered(logits, labels, rim=0)) == 3
    assert len(uncovered(logits, labels, min_size=5)) == 3
    assert len(uncovered(logits, labels, threshold=1.5)) == 1


def test_of_a_cell_that_the_border_cuts_little_is_enough() -> None:
    """Its few pixels are faint; what is as faint elsewhere is no cell."""
    logits = np.full((40, 60), -3.0, np.float32)
    logits[:4, 10:20] = -0.8
    logits[1, 14] = 0.2
    logits[20:24, 30:40] = -0.8
    logits[21, 34] = 0.2
    logits[36:, 40:50] = -0.8  # sure nowhere
    labels = np.zeros((40, 60), np.uint16)
    found = uncovered(logits, labels)
    assert found.boxes.tolist() == [[[0, 4], [10, 20]]]
    assert found.points.tolist() == [[1, 14]]
    assert len(uncovered(logits, labels, at_border=0)) == 0
    both = uncovered(np.stack([logits, np.full_like(logits, -3)]), np.zeros((2, 40, 60), int))
    assert both.boxes.tolist() == [[[0, 1], [0, 4], [10, 20]]]


def test_volumes() -> None:
    logits = np.full((5, 20, 20), -1.0)
    logits[1:4, 4:10, 4:12] = 1
    found = uncovered(logits, np.zeros((5, 20, 20), int))
    assert found.areas.tolist() == [3 * 6 * 8]
    assert found.boxes.tolist() == [[[1, 4], [4, 10], [4, 12]]]
    assert found.points.shape == (1, 3)


def test_nothing_missed() -> None:
    labels = np.ones((10, 10), np.uint8)
    found = uncovered(np.ones((10, 10)), labels)
    assert len(found) == 0
    assert found.boxes.shape == (0, 2, 2) and found.points.shape == (0, 2)
    assert not found.regions.any()
    assert len(uncovered(np.ones((0, 10)), labels[:0])) == 0
    with pytest.raises(ImageError, match="do not fit"):
        uncovered(np.ones((10, 11)), labels)


def test_where_a_cell_was_refused_nothing_is_missed_and_the_rest_stays() -> None:
    logits = np.full((40, 60), -3.0, np.float32)
    logits[5:15, 5:15] = 2
    logits[20:30, 5:30] = 2
    logits[20:30, 45:] = 2
    refused = np.zeros(logits.shape, np.bool_)
    refused[9:15, 5:15] = (
        True  # most of the first, whose rest would be a region, and less than half of the second
    )
    refused[20:30, 5:15] = True
    found = uncovered(logits, np.zeros((40, 60), int), refused=refused)
    assert found.boxes.tolist() == [[[20, 30], [15, 30]], [[20, 30], [45, 60]]]
    assert [int((found.numbers == number).sum()) for number in (1, 2)] == found.areas.tolist()
    with pytest.raises(ImageError):
        uncovered(logits, np.zeros((40, 60), int), refused=refused[:3])
