"""Whether a small model knows what it sees."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.segment.confidence import UNSURE, certainty, doubts
from cpsam_core.segment.segmenter import Segmenter


def maps(length: float, side: int = 20) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Flows of one direction and a length, and logits of cells in the left half; longer flows beside them."""
    flows = np.zeros((2, side, side), np.float32)
    flows[0], flows[1] = 5 * length * 0.6, 5 * length * 0.8
    logits = np.full((side, side), -3, np.float32)
    logits[:, : side // 2] = 3
    flows[:, :, side // 2 :] = 5
    return flows, logits


@pytest.mark.parametrize("length", [0.0, 0.4, 1.0])
def test_certainty_is_the_length_of_the_flows_in_cells(length: float) -> None:
    assert certainty(*maps(length)) == pytest.approx(length)


def test_nothing_is_said_of_a_few_pixels_and_of_volumes() -> None:
    flows, logits = maps(0.3)
    assert certainty(flows[:, :5], logits[:5]) is None
    assert certainty(np.zeros((3, 4, 20, 20), np.float32), np.ones((4, 20, 20), np.float32)) is None
    assert doubts("cpsam-lite", None) == ()


def test_who_is_sure_says_nothing() -> None:
    assert doubts("cpsam-lite", UNSURE) == ()
    assert doubts("cpsam-lite", UNSURE - 0.01) == (
        "cpsam-lite is unsure here: try cpsam_v2, or correct a few and retrain",
    )
    assert doubts("mine", 0.1) == ("This model is unsure here: try cpsam_v2, or correct a few and retrain",)


class Hesitant:
    """Takes everything for a cell, with flows of one length."""

    tile, in_channels, out_channels, name = 256, 3, 3, "cpsam-lite"

    def __init__(self, length: float, stem: str) -> None:
        self.length, self.config = length, SimpleNamespace(small=stem == "conv")

    def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        result = np.ones((len(tiles), 3, 256, 256), np.float32)
        result[:, 0], result[:, 1] = 5 * self.length, 0
        return result


@pytest.mark.parametrize(("length", "stem", "notes"), [(0.3, "conv", 1), (0.9, "conv", 0), (0.3, "patch", 0)])
def test_a_result_of_the_small_network_tells_of_doubt(length: float, stem: str, notes: int) -> None:
    network: Any = Hesitant(length, stem)
    image = np.random.default_rng(0).random((64, 64))
    assert len(Segmenter(network).segment(image).notes) == notes
