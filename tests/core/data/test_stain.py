"""The colours of one stained section on another."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.data.augment import augment
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.examples import make_example
from cpsam_core.data.stain import stains_of, transfer

BLUE_PINK = np.array([[0.65, 0.70, 0.29], [0.07, 0.99, 0.11]])
BLUE_BROWN = np.array([[0.65, 0.70, 0.29], [0.27, 0.57, 0.78]])


def section(directions: NDArray[np.float64], seed: int = 0, side: int = 128) -> NDArray[np.float32]:
    """A made section (y, x, 3): patches of one stain, of the other, of both, and bare glass."""
    rng = np.random.default_rng(seed)
    amounts = np.zeros((side, side, 2))
    amounts[: side // 2, :, 0] = rng.uniform(0.4, 1.2, (side // 2, side))
    amounts[side // 4 : 3 * side // 4, :, 1] = rng.uniform(0.4, 1.0, (side // 2, side))
    amounts[:, : side // 3] = 0
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return np.exp(-(amounts @ unit)).astype(np.float32)


@pytest.mark.parametrize("directions", [BLUE_PINK, BLUE_BROWN])
def test_the_stains_are_found(directions: NDArray[np.float64]) -> None:
    found = stains_of(section(directions))
    assert found is not None
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert (found.directions * unit).sum(axis=1) == pytest.approx([1, 1], abs=0.01)
    assert found.strengths == pytest.approx([1.2, 1.0], rel=0.15)


def test_a_section_gets_the_colours_of_another() -> None:
    pink, brown = section(BLUE_PINK), section(BLUE_BROWN)
    own, other = stains_of(pink), stains_of(brown)
    assert own is not None
    assert other is not None
    changed = transfer(pink, own, other)
    assert changed.dtype == np.float32
    assert np.abs(pink - brown).mean() > 0.05
    assert np.abs(changed - brown).mean() < 0.015
    assert np.abs(transfer(pink, own, own) - pink).max() < 0.02


def test_what_is_no_section_has_no_stains() -> None:
    rng = np.random.default_rng(1)
    gray = np.repeat(section(BLUE_PINK)[:, :, :1], 3, axis=2)
    fluorescence = rng.random((64, 64, 3)).astype(np.float32) ** 4
    for image in (
        gray,
        fluorescence,
        np.ones((64, 64, 3)),
        np.zeros((64, 64, 3)),
        section(BLUE_PINK)[:8, :8],
    ):
        assert stains_of(image.astype(np.float32)) is None
    assert stains_of(np.ones((64, 64, 2), np.float32)) is None


def test_a_crop_takes_the_colours_of_the_other_image_and_nothing_else() -> None:
    labels = np.zeros((128, 128), np.uint32)
    labels[40:60, 60:90] = 1
    pink, brown = (make_example(section(kind), labels) for kind in (BLUE_PINK, BLUE_BROWN))
    settings = Augmentation(crop=96, scale=(1, 1))
    plain = augment(pink, settings, np.random.default_rng(5))
    changed = augment(pink, settings, np.random.default_rng(5), brown)
    np.testing.assert_array_equal(plain.target, changed.target)
    assert changed.tile.shape == plain.tile.shape
    assert changed.tile.dtype == np.float32
    assert np.abs(plain.tile - changed.tile).max() > 0.2
    gray = make_example(np.repeat(section(BLUE_PINK)[:, :, :1], 3, axis=2), labels)
    same = augment(pink, settings, np.random.default_rng(5), gray)
    np.testing.assert_array_equal(same.tile, plain.tile)
