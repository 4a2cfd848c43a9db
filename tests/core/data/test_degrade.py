"""The four degradations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.data.degrade import KINDS, degrade


def picture(channels: int = 3, side: int = 96) -> NDArray[np.float32]:
    squares = np.indices((side, side)).sum(axis=0) // 6 % 2
    return np.repeat(squares[:, :, None], channels, axis=2).astype(np.float32)


def sharpness(image: NDArray[np.float32], axis: int) -> float:
    return float(np.abs(np.diff(image[:, :, 0], axis=axis)).mean())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_shape_type_and_repeatability(kind: str, channels: int) -> None:
    image = picture(channels)
    before = image.copy()
    one, two = (degrade(image, kind, 30.0, np.random.default_rng(3)) for _ in range(2))
    assert one.shape == image.shape
    assert one.dtype == np.float32
    assert np.isfinite(one).all()
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("kind", KINDS)
def test_bright_stays_bright_on_average(kind: str) -> None:
    image = np.full((96, 96, 1), 0.6, np.float32)
    image[:, 48:] = 0
    worse = np.mean([degrade(image, kind, 30.0, np.random.default_rng(s)) for s in range(20)], axis=0)
    assert worse[:, 8:40].mean() == pytest.approx(0.6, abs=0.05)
    assert worse[:, 56:88].mean() == pytest.approx(0, abs=0.05)


def test_shot_noise_is_that_of_the_photons_drawn() -> None:
    image = np.full((128, 128, 1), 1.0, np.float32)
    spreads = []
    for seed in range(30):
        worse = degrade(image, "noise", 30.0, np.random.default_rng(seed))
        photons = max(1.0, np.random.default_rng(seed).gamma(4.0, 0.7))
        assert worse.std() == pytest.approx(photons**-0.5, rel=0.05)
        spreads.append(worse.std())
    assert max(spreads) <= 1.05  # at least one photon


def test_shot_noise_leaves_black_black_and_takes_negative_pixels() -> None:
    image = np.full((32, 32, 1), -0.2, np.float32)
    assert (degrade(image, "noise", 30.0, np.random.default_rng(0)) == 0).all()
    assert np.isfinite(degrade(image, "blur", 30.0, np.random.default_rng(0))).all()


def test_blur_grows_with_the_cells() -> None:
    image = picture(1)
    small, large = (
        np.mean([degrade(image, "blur", d, np.random.default_rng(s)).std() for s in range(10)])
        for d in (10, 60)
    )
    assert large < small < image.std()


def test_coarse_pixels_along_one_axis_or_both() -> None:
    image = np.random.default_rng(0).random((96, 96, 1), np.float32)
    kept = [0, 0]
    for seed in range(20):
        both = degrade(image, "downsample", 30.0, np.random.default_rng(seed))
        assert sharpness(both, 0) < 0.8 * sharpness(image, 0)
        assert sharpness(both, 1) < 0.8 * sharpness(image, 1)
        one = degrade(image, "anisotropic", 30.0, np.random.default_rng(seed))
        ratio = sharpness(one, 0) / sharpness(one, 1)
        assert not 0.8 < ratio < 1.25
        kept[int(ratio > 1)] += 1
    assert min(kept) > 3


def test_cells_of_few_pixels_are_not_made_coarser() -> None:
    image = picture(1)
    np.testing.assert_array_equal(degrade(image, "downsample", 4.0, np.random.default_rng(0)), image)


@pytest.mark.parametrize("kind", KINDS)
def test_tiny_images(kind: str) -> None:
    image = np.ones((1, 2, 3), np.float32)
    assert degrade(image, kind, 100.0, np.random.default_rng(0)).shape == (1, 2, 3)


def test_a_section_is_smeared_along_one_axis() -> None:
    columns = np.repeat((np.arange(192) // 8 % 2)[None, :, None], 192, axis=0).astype(np.float32)
    contrasts = []
    for seed in range(20):
        worse = degrade(columns, "section", 30.0, np.random.default_rng(seed))
        contrasts.append(float(np.ptp(worse.mean(axis=0)[32:160])))
    # Smeared along the columns they stay as they are, smeared across them they blur.
    kept, blurred = [c for c in contrasts if c > 0.9], [c for c in contrasts if c < 0.75]
    assert len(kept) >= 4
    assert len(blurred) >= 4
