"""The four degradations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.data import degrade as degrade_module
from cpsam_core.data.degrade import KINDS, draw_degradation


def degrade(
    image: NDArray[np.float32], kind: str, diameter: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    return degrade_module.degrade(image, draw_degradation(kind, diameter, rng), rng)


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


def edge_width(image: NDArray[np.float32]) -> float:
    """Return the standard deviation in pixels of the blur of a step edge."""
    slope = np.abs(np.diff(image[:, :, 0].mean(axis=0)))
    place = np.arange(len(slope))
    centre = (slope * place).sum() / slope.sum()
    return float(np.sqrt((slope * (place - centre) ** 2).sum() / slope.sum()))


def test_blur_is_drawn_from_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exponential of mean a half, cut at 0.1 and 1, times five pixels for cells of thirty."""
    monkeypatch.setattr(degrade_module, "shot_noise", lambda pixels, photons, rng: pixels)
    image = np.zeros((8, 200, 1), np.float32)
    image[:, 100:] = 1
    for diameter in (30.0, 60.0):
        widths = [edge_width(degrade(image, "blur", diameter, np.random.default_rng(s))) for s in range(200)]
        unit = diameter / 30 * 5
        assert min(widths) == pytest.approx(0.1 * unit, rel=0.35)
        assert max(widths) == pytest.approx(unit, rel=0.1)
        assert np.median(widths) == pytest.approx(0.5 * np.log(2) * unit, rel=0.3)


def test_blur_counts_its_photons() -> None:
    image = np.full((200, 200, 1), 0.5, np.float32)
    spread = degrade(image, "blur", 30.0, np.random.default_rng(0)).std()
    assert spread == pytest.approx((0.5 / 120) ** 0.5, rel=0.1)


def test_pixels_are_as_coarse_as_the_range_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two to seven pixels become one, for cells of thirty; small cells are left as they are."""
    factors: list[tuple[float, float]] = []
    monkeypatch.setattr(degrade_module, "coarsen", lambda pixels, y, x: factors.append((y, x)) or pixels)
    image = picture(1)
    for seed in range(300):
        degrade(image, "downsample", 30.0, np.random.default_rng(seed))
    both = np.array(factors)
    assert (both[:, 0] == both[:, 1]).all()
    assert 2 <= both.min() < 2.1 and 6.9 < both.max() <= 7
    assert np.median(both) == pytest.approx(4.5, abs=0.5)
    factors.clear()
    for seed in range(100):
        degrade(image, "anisotropic", 30.0, np.random.default_rng(seed))
    one = np.array(factors)
    assert ((one == 1).sum(axis=1) == 1).all() and one.max() > 6
    factors.clear()
    assert degrade(image, "downsample", 4.0, np.random.default_rng(0)) is image and not factors


def test_coarse_pixels_really_are_fewer() -> None:
    image = np.random.default_rng(0).random((120, 120, 1), np.float32)
    seen = [degrade(image, "downsample", 30.0, np.random.default_rng(s))[:, :, 0] for s in range(6)]
    for one, seed in zip(seen, range(6), strict=True):
        factor = np.random.default_rng(seed).uniform(2, 7)
        kept = round(120 / factor)
        # As many independent columns as are left: the rest follows from them.
        assert np.linalg.matrix_rank(one, tol=1e-2) <= kept + 1


def test_sections_are_smeared_coarse_and_noisy_as_the_ranges_say() -> None:
    """Along one axis: smeared by one to five pixels, one to six become one, for cells of thirty; ten to 120 photons."""
    for diameter in (30.0, 60.0):
        drawn = [draw_degradation("section", diameter, np.random.default_rng(seed)) for seed in range(400)]
        smear, step = (np.array([getattr(one, name) for one in drawn]) for name in ("smear", "coarse"))
        counts, unit = [one.photons or 0.0 for one in drawn], diameter / 30
        along_y = smear[:, 1] == 0
        assert ((smear[:, 0] == 0) == ~along_y).all() and ((step[:, 1] == 1) >= along_y).all()
        assert 0.4 < along_y.mean() < 0.6
        wide, coarse = smear.max(axis=1) / unit, step.max(axis=1) / unit
        assert 1 <= wide.min() < 1.1 and 4.9 < wide.max() <= 5
        assert coarse.min() < 1.1 and 5.9 < coarse.max() <= 6
        assert np.median(wide) == pytest.approx(3, abs=0.3) and np.median(coarse) == pytest.approx(
            3.5, abs=0.4
        )
        assert 10 <= min(counts) < 11 and 110 < max(counts) <= 120
        assert np.median(counts) == pytest.approx(1200**0.5, rel=0.15)  # drawn on a logarithmic scale
    for seed in range(20):
        # Cells of few pixels are not made coarser, along either axis.
        assert draw_degradation("section", 3.0, np.random.default_rng(seed)).coarse == (1.0, 1.0)


def test_coarse_pixels_are_blurred_by_half_their_size_along_their_own_axis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widths: list[tuple[float, float]] = []
    monkeypatch.setattr(degrade_module, "blur", lambda pixels, y, x: widths.append((y, x)) or pixels)
    for factors in ((4.0, 1.0), (1.0, 6.0), (3.0, 5.0)):
        degrade_module.coarsen(picture(1), *factors)
    assert widths == [(2.0, 0), (0, 3.0), (1.5, 2.5)]


def test_few_photons_are_counted_one_by_one() -> None:
    image = np.full((64, 64, 1), 0.7, np.float32)
    counts = degrade_module.shot_noise(image, 4.0, np.random.default_rng(0)) * 4
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-4)
    assert counts.min() >= 0 and len(np.unique(np.round(counts))) > 5
