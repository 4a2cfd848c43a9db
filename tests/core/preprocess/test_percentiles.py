from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.preprocess.percentiles import _SMALL, bands, percentiles

AT = (0.0, 1.0, 50.0, 98.7, 100.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
@pytest.mark.parametrize("size", [1, 2, 1000, 2 * _SMALL + 3])
def test_small_integers_are_exact(dtype: type, size: int) -> None:
    info = np.iinfo(dtype)
    values = np.random.default_rng(size).integers(info.min, info.max, size, dtype, endpoint=True)
    assert percentiles(values, AT) == tuple(np.percentile(values, AT))


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_floats_of_any_sign_and_size(scale: float) -> None:
    values = (np.random.default_rng(1).normal(0, 1, 2 * _SMALL + 7) ** 3 * scale).astype(np.float32)
    values[:100] = 0
    values[100:200] = -0.0
    # float64 copies hold the same numbers, and numpy then interpolates in float64
    expected = tuple(np.percentile(values.astype(np.float64), AT))
    assert percentiles(values, AT) == pytest.approx(expected, rel=1e-12)


def test_one_value_nearly_everywhere() -> None:
    values = np.zeros((3, 500, 400), np.float32)
    values[2, -1, -5:] = 7
    assert percentiles(values, (1, 99, 100)) == (0, 0, 7)


def test_strided_channels_and_other_types() -> None:
    pixels = np.random.default_rng(2).integers(0, 60000, (2, 400, 500, 3))
    expected = tuple(np.percentile(pixels[..., 1].astype(np.float64), AT))
    for dtype in (np.uint16, np.int32, np.uint64, np.float32, np.float64):
        assert percentiles(pixels.astype(dtype)[..., 1], AT) == pytest.approx(expected, rel=1e-12)


def test_booleans() -> None:
    values = np.zeros(2 * _SMALL, bool)
    values[: _SMALL // 4] = True
    assert percentiles(values, (1, 99)) == (0, 1)


@pytest.mark.parametrize("shape", [(7,), (5, 4), (3, 4, 5), (2, 40), (1, 1, 9)])
def test_bands_cover_everything_once_without_copies(shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    parts = list(bands(values, size=6))
    assert np.concatenate([part.ravel() for part in parts]).tolist() == values.ravel().tolist()
    assert all(np.shares_memory(part, values) for part in parts)
