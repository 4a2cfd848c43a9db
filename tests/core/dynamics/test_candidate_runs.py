"""Choosing among candidates by runs gives what choosing by pixels gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from cpsam_core import dynamics as dynamics_module
from cpsam_core.dynamics import CandidateRuns, Candidates, choose_masks
from cpsam_core.labels import Runs, object_table
from cpsam_core.segment.mask_memory import MOST, MaskMemory
from cpsam_core.segment.output import NetworkOutput
from cpsam_core.segment.segmenter import masks_of
from cpsam_core.segment.settings import Settings


def scattered(seed: int) -> Candidates:
    """Return rings, discs inside rings, touching and lone candidates with numbers that have gaps."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(3, 60, 2))
    labels = np.zeros(shape, np.uint32)
    y, x = np.mgrid[: shape[0], : shape[1]]
    numbers = rng.permutation(np.arange(1, 40))[: int(rng.integers(0, 24))]
    for number in numbers.tolist():
        row, column = rng.uniform(0, shape[0]), rng.uniform(0, shape[1])
        far = np.hypot(y - row, x - column)
        outer = rng.uniform(1, 14)
        labels[(far <= outer) & (far >= outer * rng.choice([0, 0.6]))] = number
    if rng.random() < 0.3:
        labels[rng.random(shape) < 0.2] = 0
    areas = np.bincount(labels.ravel(), minlength=41).astype(np.int64)
    areas[0] = 0
    return Candidates(labels, areas, rng.uniform(0, 0.8, 41).astype(np.float32))


@pytest.mark.parametrize("seed", range(300))
def test_runs_choose_as_pixels_do(seed: int) -> None:
    found = scattered(seed)
    rng = np.random.default_rng(1000 + seed)
    logits = rng.normal(0, 3, found.labels.shape).astype(np.float32)
    runs = CandidateRuns.of(found, logits)
    for threshold, least in ((0.4, 15), (0.0, 0), (0.1, 5), (0.7, 60), (0.0, 10_000)):
        expected = choose_masks(found, flow_threshold=threshold, min_size=least)
        chosen = runs.choose(flow_threshold=threshold, min_size=least)
        np.testing.assert_array_equal(chosen.labels, expected.labels)
        assert chosen.labels.dtype == np.uint32
        table = object_table(expected.labels, logits, expected.flow_errors)
        for name in ("ids", "areas", "boxes", "flow_errors"):
            np.testing.assert_array_equal(getattr(chosen.objects, name), getattr(table, name))
        np.testing.assert_allclose(chosen.objects.centroids, table.centroids)
        np.testing.assert_allclose(chosen.objects.probabilities, table.probabilities, atol=1e-5)


def test_holes_are_filled_without_painting_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a whole image for a few pixels, and takes as long as all the rest."""
    labels = np.zeros((40, 40), np.uint32)
    labels[2:30, 2:30] = 1
    labels[10:20, 10:20] = 0
    labels[12:15, 12:15] = 2
    labels[22:24, 22:24] = 0
    found = Candidates(labels, np.bincount(labels.ravel()), np.zeros(3, np.float32))
    expected = choose_masks(found, flow_threshold=0.4, min_size=0).labels
    runs = CandidateRuns.of(found, np.zeros(labels.shape, np.float32))
    with monkeypatch.context() as patch:
        patch.setattr(Runs, "painted", lambda self: pytest.fail("an image is painted"))
        chosen = runs.choose(flow_threshold=0.4, min_size=0)
    np.testing.assert_array_equal(chosen.labels, expected)
    assert (expected[2:30, 2:30] > 0).all() and np.count_nonzero(expected == 2) == 9


def test_the_pixels_of_candidates_are_told() -> None:
    found = scattered(3)
    runs = CandidateRuns.of(found, np.zeros(found.labels.shape, np.float32))
    present = np.flatnonzero(found.areas)[::-1]
    told = {number: (place, mask) for number, place, mask in runs.masks(np.append(present, 40))}
    assert list(told) == present.tolist()
    for number, (place, mask) in told.items():
        assert place == ndimage.find_objects(found.labels.astype(np.int32))[number - 1]
        np.testing.assert_array_equal(mask, found.labels[place] == number)


def flows_of_discs() -> NetworkOutput:
    """Return flows that lead to the middles of a few discs."""
    shape = (80, 90)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    flows, logits = np.zeros((2, *shape), np.float32), np.full(shape, -4, np.float32)
    for row, column in ((20, 20), (20, 60), (55, 40)):
        far = np.hypot(y - row, x - column)
        inside = far < 12
        flows[:, inside] = 5 * np.stack([row - y, column - x])[:, inside] / np.maximum(far[inside], 1)
        logits[inside] = (12 - far)[inside]
    return NetworkOutput(flows, logits)


def test_a_memory_answers_without_following_the_flows_again(monkeypatch: pytest.MonkeyPatch) -> None:
    output = flows_of_discs()
    plain = masks_of(output, Settings())
    memory = plain.output.memory
    assert memory is not None and memory.known
    monkeypatch.setattr(dynamics_module, "find_candidates", lambda *_, **__: pytest.fail("followed again"))
    for settings in (Settings(flow_threshold=0.0), Settings(min_size=200), Settings()):
        again = masks_of(plain.output, settings)
        np.testing.assert_array_equal(again.labels > 0, plain.labels > 0)


def test_a_memory_keeps_the_last_cell_thresholds_and_stays_small() -> None:
    output, memory = flows_of_discs(), MaskMemory()
    sizes = []
    for step in range(MOST + 3):
        found = masks_of(output, Settings(cellprob_threshold=0.5 * step), memory=memory)
        alone = masks_of(output, Settings(cellprob_threshold=0.5 * step))
        np.testing.assert_array_equal(found.labels, alone.labels)
        sizes.append(memory.nbytes)
    assert sizes[-1] <= max(sizes[:MOST])
    assert len(memory._found) == MOST
