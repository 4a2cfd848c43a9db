from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.preprocess.normalize import NormalizeSettings, normalize

RNG = np.random.default_rng(0)
STACK = (RNG.random((3, 40, 50, 2)) * [1000, 50] + [100, 0]).astype(np.float32)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64])
def test_percentiles_become_0_and_1_for_every_type(dtype: type) -> None:
    pixels = (STACK / 10).astype(dtype)
    before = pixels.copy()
    result = normalize(pixels)
    assert result.dtype == np.float32
    for c in range(2):
        assert np.percentile(result[..., c], (1, 99)) == pytest.approx((0, 1), abs=1e-6)
    np.testing.assert_array_equal(pixels, before)


def test_axes_may_be_left_out() -> None:
    plane = STACK[:1]
    np.testing.assert_array_equal(normalize(plane)[0], normalize(plane[0]))
    np.testing.assert_array_equal(normalize(plane)[0, ..., 0], normalize(plane[0, ..., 0]))


def test_per_plane_or_whole_stack() -> None:
    stack = STACK * np.array([1, 2, 3], np.float32)[:, None, None, None]
    by_plane = normalize(stack, NormalizeSettings(norm3D=False))
    for z in range(3):
        np.testing.assert_allclose(by_plane[z], normalize(stack[z]), atol=1e-6)
    assert normalize(stack)[0].max() < 0.5


def test_blocks_of_a_stack() -> None:
    light = np.linspace(0.05, 1, 200, dtype=np.float32)[:, None]
    stack = (RNG.random((3, 120, 200, 1), dtype=np.float32) + 1) * light * 1000

    def unevenness(settings: NormalizeSettings) -> float:
        result = normalize(stack, settings)
        return float(result[:, :, -20:].std() / result[:, :, :20].std())

    for whole in (True, False):
        blocks = NormalizeSettings(tile_norm_blocksize=40, norm3D=whole)
        assert unevenness(blocks) < 0.5 * unevenness(NormalizeSettings(norm3D=whole))


def test_blocks_without_contrast_take_their_neighbours_limits() -> None:
    plane = np.zeros((1, 200, 200, 1), np.uint16)
    plane[0, :100, :100, 0] = RNG.integers(0, 1000, (100, 100))
    stack = np.concatenate([plane, np.zeros_like(plane), plane])
    for settings in (
        NormalizeSettings(tile_norm_blocksize=30),
        NormalizeSettings(tile_norm_blocksize=30, norm3D=False, invert=True),
    ):
        result = normalize(stack, settings)
        assert np.isfinite(result).all()
        assert result[0, :80, :80].std() > 0.1
        assert np.ptp(result[0, 150:, 150:]) < 0.1


@pytest.mark.parametrize(
    "options",
    [{}, {"tile_norm_blocksize": 10}, {"sharpen_radius": 3}, {"smooth_radius": 3}, {"norm3D": False}],
)
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (20, 30), (2, 20, 30, 3)])
def test_constant_images_become_empty(options: dict[str, Any], invert: bool, shape: tuple[int, ...]) -> None:
    for value in (0, 1, 500):
        result = normalize(np.full(shape, value, np.uint16), NormalizeSettings(invert=invert, **options))
        np.testing.assert_array_equal(result, np.zeros(shape))


def test_an_empty_channel_stays_empty_beside_others() -> None:
    pixels = np.concatenate([STACK, np.zeros_like(STACK[..., :1])], axis=-1)
    result = normalize(pixels, NormalizeSettings(invert=True))
    assert not result[..., 2].any()
    assert result[..., 0].any()


def test_small_float_images_are_not_taken_for_constant() -> None:
    np.testing.assert_allclose(normalize(STACK * np.float32(1e-7)), normalize(STACK), atol=1e-5)


def test_a_few_bright_pixels_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    plane = np.zeros((100, 100), np.uint8)
    plane[:3, :3] = 200
    with caplog.at_level(logging.WARNING):
        assert not normalize(plane).any()
    assert "percentiles 1 and 99 are both 0" in caplog.text
    assert normalize(plane, NormalizeSettings(percentile=(1, 99.99))).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"smooth_radius": 2}, {"lowhigh": (0, 900)}])
def test_non_finite_pixels_take_the_lowest_value(
    bad: float, options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    pixels = STACK.copy()
    pixels[0, 3, 4, 0] = bad
    expected = STACK.copy()
    expected[0, 3, 4, 0] = np.delete(STACK[..., 0].ravel(), 3 * 50 + 4).min()
    with caplog.at_level(logging.WARNING):
        result = normalize(pixels, NormalizeSettings(**options))
    assert "channel 0: 1 pixels are not finite" in caplog.text
    np.testing.assert_array_equal(result, normalize(expected, NormalizeSettings(**options)))


def test_values_beyond_float32_count_as_infinite(caplog: pytest.LogCaptureFixture) -> None:
    pixels = STACK.astype(np.float64)
    pixels[0, 0, 0, 1] = 1e300
    result = normalize(pixels)
    assert np.isfinite(result).all()
    assert result[..., 1].std() > 0.1, "one pixel is no reason to lose a channel"
    assert "channel 1: 1 pixels are not finite" in caplog.text


def test_lowhigh_for_each_channel() -> None:
    result = normalize(STACK, NormalizeSettings(lowhigh=((100, 1100), (0, 50))))
    np.testing.assert_allclose(result, (STACK - [100, 0]) / [1000, 50], atol=1e-6)
    with pytest.raises(SettingsError, match="2 pairs, but the image has 3 channels"):
        normalize(np.ones((4, 4, 3)), NormalizeSettings(lowhigh=((0, 1), (0, 2))))


def test_off_leaves_values() -> None:
    np.testing.assert_array_equal(normalize(STACK, NormalizeSettings(normalize=False)), STACK)


def test_one_bit() -> None:
    mask = RNG.random((30, 30)) > 0.5
    np.testing.assert_array_equal(normalize(mask), mask.astype(np.float32))


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((0, 5)), "no pixels"),
        (np.zeros(5), "2 to 4 axes"),
        (np.zeros((1, 1, 1, 1, 1)), "2 to 4 axes"),
        (np.zeros((3, 3), complex), "complex"),
        (np.array([["a"]]), "not real numbers"),
        (np.full((3, 3), np.nan), "no finite value"),
    ],
)
def test_what_is_no_image(pixels: np.ndarray, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        normalize(pixels)


@pytest.mark.parametrize(
    "options",
    [
        {"percentile": (99, 1)},
        {"percentile": (-1, 99)},
        {"percentile": 5},
        {"percentile": (1, 2, 3)},
        {"lowhigh": (5, 5)},
        {"lowhigh": "ab"},
        {"lowhigh": (0, np.nan)},
        {"tile_norm_blocksize": -1},
        {"sharpen_radius": np.nan},
        {"normalize": False, "invert": True},
    ],
)
def test_settings_that_make_no_sense(options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        NormalizeSettings(**options)


def test_settings_are_comparable_however_written() -> None:
    assert NormalizeSettings(percentile=[1, 99], lowhigh=[0, 5]) == NormalizeSettings(lowhigh=(0.0, 5.0))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("where", ["tiny", "max"])
@pytest.mark.parametrize("options", [{}, {"tile_norm_blocksize": 10}, {"smooth_radius": 2.0}])
def test_numbers_near_the_limits_of_their_type(kind: str, where: str, options: dict[str, Any]) -> None:
    plain = RNG.random((1, 40, 50, 1)) * 2 - 1
    limits = np.finfo(kind)
    # Of subnormal numbers as many that they are not all the same.
    pixels = (plain * limits.max if where == "max" else plain * limits.tiny / 16).astype(kind)
    wanted = normalize(plain, NormalizeSettings(**options))
    np.testing.assert_allclose(normalize(pixels, NormalizeSettings(**options)), wanted, atol=1e-3)


def test_a_channel_without_a_value_is_left_empty_beside_others(caplog: pytest.LogCaptureFixture) -> None:
    pixels = np.stack([RNG.random((1, 20, 20)), np.full((1, 20, 20), np.nan)], axis=-1)
    result = normalize(pixels)
    assert result[..., 0].std() > 0.1
    assert not result[..., 1].any()
    assert "channel 1 is left empty" in caplog.text
