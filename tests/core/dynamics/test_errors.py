"""Flow errors in single precision against those of vectors in double precision."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.dynamics import diffusion, flow_errors, misfit
from cpsam_core.dynamics import errors as errors_module
from cpsam_core.dynamics import targets as targets_module
from cpsam_core.dynamics.objects import objects_in
from cpsam_core.dynamics.targets import HeatMap, flows_from_masks

Labels = NDArray[np.uint32]


def cells(seed: int = 0, side: int = 260) -> Labels:
    """Return ellipses over one another, and an object with pixels that hang together by a corner or not at all."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((side, side + 30), np.int32)
    for number in range(1, 40):
        middle = [int(value) for value in rng.integers(10, side - 10, 2)]
        axes = [int(value) for value in rng.integers(6, 30, 2)]
        cv2.ellipse(labels, middle, axes, float(rng.uniform(0, 180)), 0, 360, number, -1)
    labels[5, side + 10 : side + 20 : 3] = 40
    labels[9:12, side + 10 : side + 13] = 40
    labels[12, side + 13] = 40
    return labels.view(np.uint32)


def by_vectors(labels: Labels, flows: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the mean over each object, as the paper has it."""
    found = np.nan_to_num(flows.astype(np.float32), posinf=0, neginf=0).astype(np.float64)
    off = ((flows_from_masks(labels) - found / 5) ** 2).sum(axis=0)
    return np.asarray(ndimage.mean(off, labels, np.unique(labels[labels > 0])))


def noisy(labels: Labels) -> NDArray[np.float32]:
    rng = np.random.default_rng(1)
    return (5 * flows_from_masks(labels) + rng.normal(0, 1, (2, *labels.shape))).astype(np.float32)


@pytest.fixture
def slow_bands(monkeypatch: pytest.MonkeyPatch) -> list[slice]:
    """Note the bands that are done in double precision."""
    bands, real = list[slice](), HeatMap.vectors

    def noted(self: HeatMap, band: slice, *rest: Any) -> Any:
        bands.append(band)
        return real(self, band, *rest)

    monkeypatch.setattr(HeatMap, "vectors", noted)
    return bands


@pytest.mark.parametrize("seed", [0, 1])
def test_they_are_those_of_the_vectors(seed: int, slow_bands: list[slice]) -> None:
    labels = cells(seed)
    flows = noisy(labels)
    expected = by_vectors(labels, flows)
    slow_bands.clear()
    ids, found = flow_errors(labels, flows)
    np.testing.assert_array_equal(ids, np.unique(labels)[1:])
    # The vector of the pixel in the centre is known by rounding alone.
    np.testing.assert_allclose(found, expected, atol=0.002, rtol=0)
    assert np.median(np.abs(found - expected)) < 2e-5
    assert not slow_bands


def test_bands_and_pieces_change_no_digit_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = cells()
    flows = noisy(labels)
    _, whole = flow_errors(labels, flows)
    monkeypatch.setattr(errors_module, "BAND_PIXELS", 3000)
    monkeypatch.setattr(misfit, "PIECE", 700)
    np.testing.assert_allclose(flow_errors(labels, flows)[1], whole, rtol=3e-6)
    parted = flow_errors(labels, flows)[1]
    monkeypatch.setattr(misfit, "without_lock", lambda loop, *parts: loop)
    np.testing.assert_array_equal(flow_errors(labels, flows)[1], parted)


def test_flows_of_other_kinds_of_memory_give_the_same() -> None:
    labels = cells()
    flows = noisy(labels)
    _, expected = flow_errors(labels, flows)
    locked = flows.copy()
    locked.flags.writeable = False
    backwards = flows[:, ::-1].copy()[:, ::-1]
    for other in (locked, backwards, flows.astype(np.float64), flows.astype(">f4"), np.asfortranarray(flows)):
        np.testing.assert_array_equal(flow_errors(labels, other)[1], expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 2e19])
def test_flows_that_are_no_numbers_count_as_none_and_long_ones_as_they_are(
    value: float, slow_bands: list[slice]
) -> None:
    labels = cells()
    flows = noisy(labels)
    flows[0, 100:103] = value
    expected = by_vectors(labels, flows)
    np.testing.assert_allclose(flow_errors(labels, flows)[1], expected, atol=0.002, rtol=1e-5)
    # Where there is no object, nobody minds.
    flows = np.where(labels > 0, noisy(labels), np.float32(value))
    expected = by_vectors(labels, flows)
    slow_bands.clear()
    np.testing.assert_allclose(flow_errors(labels, flows)[1], expected, atol=0.002, rtol=1e-5)
    assert not slow_bands


@pytest.mark.parametrize("large", [False, True])
def test_an_object_with_little_heat_at_its_end_is_done_in_double_precision(
    large: bool, slow_bands: list[slice], monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.zeros((41, 41), np.uint32)
    labels[1:40:6, 1:40] = 1
    for number, row in enumerate(range(1, 37, 6)):
        labels[row : row + 6, 39 if number % 2 == 0 else 1] = 1
    flows = noisy(labels)
    if large:
        monkeypatch.setattr(targets_module, "SINGLE_PRECISION_PIXELS", 100)
    slow_bands.clear()
    found = flow_errors(labels, flows)[1]
    assert slow_bands
    np.testing.assert_allclose(found, by_vectors(labels, flows), atol=0.002)


def test_pieces_that_no_heat_reaches_ask_for_no_more_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = cells()
    used = list[tuple[diffusion.Heating, int]]()
    real = targets_module.diffuse

    def noted(labels: Any, sheet: Any, steps: int, heat: Any, stop: Any, how: diffusion.Heating) -> Any:
        used.append((how, len(sheet.objects)))
        return real(labels, sheet, steps, heat, stop, how)

    monkeypatch.setattr(targets_module, "diffuse", noted)
    flows_from_masks(np.where(labels == 40, labels, 0), niter=200, exact=False)
    assert used == [(diffusion.Heating.WAVES, 1)]
    volume = np.zeros((4, 9, 9), np.uint32)
    volume[1:3, 1:4, 1:4] = 1
    # Beside a corner of it: no neighbour in a volume.
    volume[3, 4, 4] = 1
    used.clear()
    flows_from_masks(volume, exact=False)
    assert used == [(diffusion.Heating.SINGLE, 1)]


@pytest.mark.parametrize("shape", [(40, 50), (6, 20, 25)])
def test_objects_are_where_they_lie(shape: tuple[int, ...]) -> None:
    labels = np.random.default_rng(2).integers(0, 9, shape).astype(np.uint32) * 1000
    labels[labels == 3000] = 0
    found = {item.label: item for item in objects_in(labels)}
    boxes = ndimage.find_objects((labels // 1000).astype(np.int32))
    assert list(found) == [1000 * number for number, box in enumerate(boxes, 1) if box is not None]
    for label, item in found.items():
        box = boxes[label // 1000 - 1]
        assert item.box == box
        mask = labels[box] == label
        assert item.shape == mask.shape
        assert item.middle == tuple(np.round(np.argwhere(mask).mean(axis=0)).astype(int))
