from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.progress import Cancelled
from cpsam_core.segment.predict import count_tiles, predict_plane, predict_planes, resize_flows


class Mirror:
    """Returns what it is shown, and remembers how much at once."""

    tile = 64
    in_channels = 3
    out_channels = 3

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, tiles: np.ndarray) -> np.ndarray:
        self.batches.append(len(tiles))
        return tiles


PLANE = np.random.default_rng(0).random((150, 210, 3), dtype=np.float32)


@pytest.mark.parametrize("batch_size", [1, 5, 1000])
def test_every_pixel_comes_back(batch_size: int) -> None:
    network = Mirror()
    result = predict_plane(network, PLANE, batch_size=batch_size)
    assert result.dtype == np.float32
    np.testing.assert_allclose(np.moveaxis(result, 0, -1), PLANE, atol=1e-5)
    assert max(network.batches) <= batch_size
    assert sum(network.batches) == count_tiles((150, 210), 64)


def test_gray_fills_the_first_channel_only() -> None:
    result = predict_plane(Mirror(), PLANE[..., :1])
    np.testing.assert_allclose(result[0], PLANE[..., 0], atol=1e-5)
    assert not result[1:].any()


def test_class_maps_come_first_and_are_kept() -> None:
    class WithClasses(Mirror):
        out_channels = 5

        def __call__(self, tiles: np.ndarray) -> np.ndarray:
            return np.concatenate([tiles[:, :2] + 1, tiles], axis=1)

    result = predict_plane(WithClasses(), PLANE, augment=False)
    assert result.shape == (5, 150, 210)
    np.testing.assert_allclose(result[:2], result[2:4] + 1, atol=1e-5)


def test_augmented_flows_point_the_same_way() -> None:
    class Downhill(Mirror):
        """Flow = gradient of the first channel: turned over with the tile."""

        def __call__(self, tiles: np.ndarray) -> np.ndarray:
            down, right = np.gradient(tiles[:, 0], axis=(1, 2))
            return np.stack([down, right, tiles[:, 0]], axis=1)

    y, x = np.mgrid[:150, :210].astype(np.float32)
    result = predict_plane(Downhill(), (2 * y + 3 * x)[..., None], augment=True)
    inner = (slice(5, -5), slice(5, -5))
    np.testing.assert_allclose(result[0][inner], 2, atol=1e-2)
    np.testing.assert_allclose(result[1][inner], 3, atol=1e-2)


@pytest.mark.parametrize(("scale", "shape"), [(0.7, (105, 147)), (1.5, (225, 315)), (0.001, (1, 1))])
def test_scale_and_back(scale: float, shape: tuple[int, int]) -> None:
    result = predict_plane(Mirror(), np.full((150, 210, 3), 0.25, np.float32), scale=scale)
    assert result.shape == (3, *shape)
    back = resize_flows(result, (150, 210))
    assert back.shape == (3, 150, 210)
    np.testing.assert_allclose(back, 0.25, atol=1e-5)


def test_planes_share_batches_and_come_in_order() -> None:
    network = Mirror()
    stack = np.random.default_rng(1).random((7, 40, 40, 3), dtype=np.float32)
    results = list(predict_planes(network, stack, batch_size=4))
    assert network.batches == [4, 3]
    np.testing.assert_allclose(np.moveaxis(np.stack(results), 1, -1), stack, atol=1e-5)


def test_progress_counts_every_batch() -> None:
    seen: list[tuple[int, int]] = []

    def note_down(done: int, total: int, note: str = "") -> None:
        seen.append((done, total))

    predict_plane(Mirror(), PLANE, batch_size=8, progress=note_down)
    total = count_tiles((150, 210), 64)
    assert [done for done, _ in seen] == [*range(8, total, 8), total]
    assert {t for _, t in seen} == {total}


def test_cancel_acts_within_one_batch() -> None:
    def stop(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    network = Mirror()
    with pytest.raises(Cancelled):
        predict_plane(network, PLANE, batch_size=2, progress=stop)
    assert network.batches == [2]


def test_memory_does_not_grow_with_the_number_of_tiles() -> None:
    plane = np.zeros((900, 900, 1), np.float32)
    peaks = []
    for overlap in (0.05, 0.5):
        tracemalloc.start()
        predict_plane(Mirror(), plane, tile_overlap=overlap)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert count_tiles((900, 900), 64, tile_overlap=0.5) > 2 * count_tiles((900, 900), 64, tile_overlap=0.05)
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[0] < 1.5 * 3 * plane.nbytes


@pytest.mark.parametrize(
    ("plane", "options", "error"),
    [
        (np.zeros((0, 4, 3), np.float32), {}, ImageError),
        (np.zeros((4, 4), np.float32), {}, ImageError),
        (np.zeros((4, 4, 4), np.float32), {}, ImageError),
        (PLANE, {"batch_size": 0}, SettingsError),
        (PLANE, {"scale": 0}, SettingsError),
        (PLANE, {"scale": float("nan")}, SettingsError),
        (PLANE, {"scale": float("inf")}, SettingsError),
    ],
)
def test_nonsense(plane: np.ndarray, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        predict_plane(Mirror(), plane, **options)
