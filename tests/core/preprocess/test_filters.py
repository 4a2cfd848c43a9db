from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cpsam_core.preprocess.filters import smooth_and_sharpen


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).random((height, width), dtype=np.float32)


def test_smoothing_is_a_gaussian_that_wraps() -> None:
    # the centre lies up to a pixel off: compare the spectra, which ignore shifts
    plane = noise(601, 601)
    smoothed = smooth_and_sharpen(plane, 3, 0)
    expected = gaussian_filter(plane.astype(np.float64), 3, mode="wrap")
    np.testing.assert_allclose(np.abs(np.fft.fft2(smoothed)), np.abs(np.fft.fft2(expected)), rtol=0, atol=30)
    assert smoothed.std() < plane.std() / 5
    assert smoothed.mean() == pytest.approx(plane.mean(), rel=1e-5)


def test_bands_leave_no_seam() -> None:
    plane = noise(1100, 40)
    rolled = smooth_and_sharpen(np.roll(plane, 300, axis=0), 2, 5)
    np.testing.assert_allclose(np.roll(smooth_and_sharpen(plane, 2, 5), 300, axis=0), rolled, atol=1e-5)


def test_sharpening_takes_the_mean_away() -> None:
    plane = noise(64, 80) + 100
    assert abs(float(smooth_and_sharpen(plane, 1, 4).mean())) < 1e-2


@pytest.mark.parametrize("radii", [(3, 0), (0, 30), (2, 50)])
def test_no_contrast_from_rounding(radii: tuple[float, float]) -> None:
    assert np.ptp(smooth_and_sharpen(np.full((50, 70), 1234.5, np.float32), *radii)) == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (2, 3000), (3000, 2), (5, 5)])
@pytest.mark.parametrize("radii", [(0, 0), (3, 0), (0, 30), (2, 50)])
def test_odd_shapes_stay_finite(shape: tuple[int, int], radii: tuple[float, float]) -> None:
    plane = noise(*shape)
    before = plane.copy()
    filtered = smooth_and_sharpen(plane, *radii)
    assert filtered.shape == shape
    assert np.isfinite(filtered).all()
    np.testing.assert_array_equal(plane, before)
