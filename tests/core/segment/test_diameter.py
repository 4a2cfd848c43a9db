"""Estimating the size of cells."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.progress import Cancelled
from cpsam_core.segment.diameter import estimate_diameter, typical_diameter
from cpsam_core.segment.settings import Settings


def plane(radius: int, count: int = 3, side: int = 0) -> NDArray[np.float32]:
    step = 4 * radius
    size = max(side, count * step)
    image = np.zeros((size, size, 3), np.float32)
    for row, column in np.ndindex(count, count):
        cv2.circle(image, (step // 2 + step * column, step // 2 + step * row), radius, (1, 0, 0), -1)
    return image


@pytest.mark.parametrize("radius", [10, 15, 40])
def test_the_size_of_disks(disk_model: Any, radius: int) -> None:
    assert estimate_diameter(disk_model, plane(radius), Settings()) == pytest.approx(2 * radius, rel=0.25)


def test_debris_does_not_count_for_much(disk_model: Any) -> None:
    image = plane(20)
    for place in range(10, 230, 12):
        cv2.circle(image, (place, 236), 3, (1, 0, 0), -1)
    assert estimate_diameter(disk_model, image, Settings()) == pytest.approx(40, rel=0.25)


def test_the_typical_cell_is_the_one_in_the_middle_not_the_one_that_fills_the_picture() -> None:
    areas = np.array([100] * 10 + [400] * 3 + [5] * 8)
    assert typical_diameter(areas) == pytest.approx(2 * (100 / np.pi) ** 0.5)
    assert typical_diameter(areas[:1]) == pytest.approx(2 * (100 / np.pi) ** 0.5)


@pytest.mark.parametrize("shape", [(80, 90, 3), (20, 20, 3), (1, 1, 3)])
def test_where_nothing_is_found(disk_model: Any, shape: tuple[int, ...]) -> None:
    assert estimate_diameter(disk_model, np.zeros(shape, np.float32), Settings()) == 30


def test_extreme_logits_are_no_trouble() -> None:
    class Sure:
        tile, in_channels, out_channels = 256, 3, 3

        def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.full(tiles.shape, -1000, np.float32)

    assert estimate_diameter(Sure(), np.zeros((64, 64, 3), np.float32), Settings()) == 30


def test_only_the_middle_of_a_large_image_is_looked_at(
    disk_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cpsam_core.segment.diameter.LARGEST_SIDE", 128)
    tiles = 0

    class Counting:
        tile, in_channels, out_channels = 256, 3, 3

        def __call__(self, given: NDArray[np.float32]) -> NDArray[np.float32]:
            nonlocal tiles
            tiles += len(given)
            result: NDArray[np.float32] = disk_model(given)
            return result

    assert estimate_diameter(Counting(), plane(12, side=1500, count=30), Settings()) == pytest.approx(
        24, rel=0.3
    )
    assert tiles <= 12


def test_cancel(disk_model: Any) -> None:
    def cancel(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        estimate_diameter(disk_model, plane(10), Settings(), cancel)
