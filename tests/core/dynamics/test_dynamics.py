"""Flows to masks on made-up flows, and bad input."""

from __future__ import annotations

import importlib
import itertools

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cpsam_core import dynamics
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.progress import Cancelled

# The function of the same name hides it.
follow_module = importlib.import_module("cpsam_core.dynamics.follow")


def discs(shape: tuple[int, ...], centres: list[tuple[int, ...]], radius: float) -> NDArray[np.uint32]:
    labels = np.zeros(shape, np.uint32)
    grid = np.indices(shape)
    for number, centre in enumerate(centres, 1):
        distance = sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True))
        labels[distance <= radius**2] = number
    return labels


def network_output(
    labels: NDArray[np.uint32], noise: float = 0.3
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    flows = 5 * flows_from_masks(labels) + rng.normal(0, noise, (labels.ndim, *labels.shape))
    return flows.astype(np.float32), np.where(labels > 0, 4, -4).astype(np.float32)


PLANE = discs((60, 80), [(15, 15), (15, 40), (40, 25), (45, 62)], 10)
VOLUME = discs((20, 36, 36), [(10, 10, 10), (10, 25, 24)], 7)


@pytest.mark.parametrize("labels", [PLANE, VOLUME], ids=["plane", "volume"])
def test_objects_come_back(labels: NDArray[np.uint32]) -> None:
    found = dynamics.find_masks(*network_output(labels))
    assert found.labels.dtype == np.uint32
    assert (found.labels == labels).mean() > 0.999
    assert len(found.flow_errors) == labels.max()
    assert (found.flow_errors < 0.1).all()


def followed_one_by_one(
    flows: NDArray[np.float32], inside: NDArray[np.bool_], niter: int
) -> NDArray[np.int64]:
    """Follow every pixel for every step, as the definition says."""
    ndim = inside.ndim
    top = torch.tensor([n - 1 for n in inside.shape[::-1]], dtype=torch.float32)
    field = torch.from_numpy(np.ascontiguousarray((flows * inside / np.float32(5))[::-1]))[None]
    field = field * (2 / top).reshape(1, ndim, *(1,) * ndim)
    points = torch.from_numpy(np.argwhere(inside)[:, ::-1].astype(np.float32)) / top * 2 - 1
    for _ in range(niter):
        grid = points[(None,) * ndim]
        step = torch.nn.functional.grid_sample(field, grid, align_corners=False)
        points = (points + step.reshape(ndim, -1).T).clamp(-1, 1)
    pixels = ((points + 1) * 0.5 * top).long().numpy()[:, ::-1]
    return np.ravel_multi_index(tuple(pixels.T), inside.shape)


@pytest.mark.parametrize("labels", [PLANE, VOLUME], ids=["plane", "volume"])
@pytest.mark.parametrize("niter", [0, 1, 30, 200, 333])
def test_dropping_points_that_met_changes_nothing(labels: NDArray[np.uint32], niter: int) -> None:
    flows, logits = network_output(labels, noise=1.0)
    inside = logits > 0
    starts, ends = dynamics.follow(flows, inside, niter)
    order = np.argsort(starts)
    np.testing.assert_array_equal(starts[order], np.flatnonzero(inside))
    assert (ends[order] == followed_one_by_one(flows, inside, niter)).mean() > 0.999


def test_rejection_by_flow_error() -> None:
    flows, logits = network_output(PLANE)
    flows[:, PLANE == 2] *= 0.3  # still points inwards, but no longer of unit length
    found = dynamics.find_masks(flows, logits, flow_threshold=0)
    assert len(found.flow_errors) == 4
    assert np.argmax(found.flow_errors) == 1
    kept = dynamics.find_masks(flows, logits, flow_threshold=0.4)
    assert len(kept.flow_errors) == 3
    assert (kept.labels > 0).sum() == (found.labels > 0).sum() - (found.labels == 2).sum()
    np.testing.assert_allclose(kept.flow_errors, np.delete(found.flow_errors, 1), rtol=1e-5)


def test_errors_are_computed_only_when_needed() -> None:
    found = dynamics.find_masks(*network_output(PLANE), flow_threshold=0, errors=False)
    assert np.isnan(found.flow_errors).all()
    assert len(found.flow_errors) == 4


def test_sizes() -> None:
    flows, logits = network_output(discs((50, 50), [(25, 25)], 15))
    assert dynamics.masks_from_flows(flows, logits).max() == 1
    assert dynamics.masks_from_flows(flows, logits, min_size=1000).max() == 0
    assert dynamics.masks_from_flows(flows, logits, max_size_fraction=0.25).max() == 0


def test_thresholds_of_probability() -> None:
    flows, logits = network_output(PLANE)
    assert dynamics.masks_from_flows(flows, logits, cellprob_threshold=5).max() == 0
    assert dynamics.masks_from_flows(flows, logits, cellprob_threshold=3.9).max() == 4


def test_no_flow_no_object() -> None:
    assert dynamics.masks_from_flows(np.zeros((2, 30, 30)), np.ones((30, 30))).max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (1, 1, 1), (1, 20, 20)])
@pytest.mark.parametrize("logit", [-1, 1])
def test_thin_images(shape: tuple[int, ...], logit: float) -> None:
    rng = np.random.default_rng(0)
    flows = rng.normal(0, 5, (len(shape), *shape)).astype(np.float32)
    labels = dynamics.find_masks(flows, np.full(shape, logit, np.float32)).labels
    assert labels.shape == shape


def test_numbers_that_are_none() -> None:
    flows, logits = network_output(PLANE)
    flows[:, 0:5] = np.nan
    flows[:, 50:] = np.inf
    flows[0, 40, 25] = -np.inf
    logits[:5] = np.nan
    found = dynamics.find_masks(flows, logits, flow_threshold=0)
    assert len(found.flow_errors) >= 3
    assert np.isfinite(found.flow_errors).all()
    assert not found.labels[:5].any()
    logits[:] = np.nan
    assert dynamics.masks_from_flows(flows, logits).max() == 0


@pytest.mark.parametrize(
    ("flows", "logits"),
    [
        ((2, 8, 8), (8, 9)),
        ((3, 8, 8), (8, 8)),
        ((2, 4, 8, 8), (4, 8, 8)),
        ((8, 8), (8, 8)),
        ((2, 0, 8), (0, 8)),
        ((1, 8), (8,)),
    ],
)
def test_shapes_that_do_not_fit(flows: tuple[int, ...], logits: tuple[int, ...]) -> None:
    with pytest.raises(ImageError):
        dynamics.masks_from_flows(np.zeros(flows, np.float32), np.zeros(logits, np.float32))


@pytest.mark.parametrize(
    "setting", [{"niter": -1}, {"max_size_fraction": 0}, {"flow3D_smooth": (1, 2)}, {"flow3D_smooth": -1}]
)
def test_settings_that_make_no_sense(setting: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        dynamics.masks_from_flows(*network_output(PLANE), **setting)  # type: ignore[arg-type]


def test_smoothing_acts_along_each_axis_of_a_volume() -> None:
    flows, logits = network_output(VOLUME, noise=3.0)
    rough = dynamics.masks_from_flows(flows, logits)
    smooth = dynamics.masks_from_flows(flows, logits, flow3D_smooth=(1, 2, 2))
    assert ((smooth > 0) == (VOLUME > 0)).mean() > ((rough > 0) == (VOLUME > 0)).mean()
    assert smooth.max() == 2


def test_progress_counts_up_and_cancels() -> None:
    seen: list[tuple[int, int, str]] = []

    def note(done: int, total: int, text: str = "") -> None:
        seen.append((done, total, text))

    dynamics.find_masks(*network_output(PLANE), progress=note)
    following = [(done, total) for done, total, text in seen if text == "following flows"]
    assert following == sorted(following)
    assert following[-1] == ((PLANE > 0).sum(), (PLANE > 0).sum())

    def stop(done: int, total: int, text: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        dynamics.find_masks(*network_output(PLANE), progress=stop)


def test_more_objects_than_16_bits_count() -> None:
    cell = np.zeros((5, 5), np.float32)
    cell[:4, :4] = 1
    pull = np.array([5.0, 0.0, -5.0, -5.0, 0.0], np.float32)
    many = 260
    flows = np.stack([np.tile(pull[:, None] * cell, (many, many)), np.tile(pull * cell, (many, many))])
    labels = dynamics.masks_from_flows(flows, np.tile(cell, (many, many)), flow_threshold=0, niter=8)
    assert labels.max() == many**2 > 65_535
    assert (labels > 0).sum() == 16 * many**2


def test_larger_peak_wins_where_regions_meet() -> None:
    ends = np.array([[5, 5]] * 30 + [[5, 8]] * 20 + [[5, 6]] * 5 + [[5, 7]] * 5)
    flat = np.ravel_multi_index(tuple(ends.T), (12, 12))
    labels = dynamics.gather(np.arange(len(flat)), flat, (12, 12)).ravel()[: len(flat)]
    assert set(labels[:30]) == {2}
    assert set(labels[50:]) == {2}
    assert set(labels[30:50]) == {2}  # five steps of growth reach the smaller peak


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_threads_do_not_change_ends(threads: int) -> None:
    flows, logits = network_output(np.tile(PLANE, (8, 6)), noise=1.0)
    inside = np.ones_like(logits, dtype=bool)
    expected = followed_one_by_one(flows, inside, 60)
    starts, ends = dynamics.follow(flows, inside, 60, threads=threads)
    order = np.argsort(starts)
    assert (ends[order] == expected).mean() > 0.999


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (96, 96), (200, 500), (7, 50, 60), (45, 41, 20)])
@pytest.mark.parametrize("share", [0, 0.01, 1])
def test_chunks_are_whole_tiles_of_the_image_one_after_the_other(
    shape: tuple[int, ...], share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "SMALL_CHUNK_POINTS", 5000)
    chosen = np.random.default_rng(0).random(shape) < share
    starts, edges = follow_module.in_chunks(chosen, 2)
    side, position = follow_module.TILE[len(shape)], np.arange(chosen.size).reshape(shape)
    corners = itertools.product(*(range(0, length, side) for length in shape))
    tiles = [tuple(slice(at, at + side) for at in corner) for corner in corners]
    expected = [position[tile][chosen[tile]] for tile in tiles]
    assert starts.dtype == np.int32
    np.testing.assert_array_equal(starts, np.concatenate(expected))
    assert edges[0] == 0 and edges[-1] == len(starts)
    ends = np.cumsum([0, *map(len, expected)])
    assert set(edges) <= set(ends.tolist())
    # One tile may be too large for a chunk.
    most = max(5000, len(starts) // 8, side ** len(shape))
    assert all(last - first <= most for first, last in itertools.pairwise(edges))
