"""Estimating the size of cells."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.progress import Cancelled
from cpsam_core.segment.diameter import (
    DiameterEstimate,
    _certainty,
    _places,
    _Scale,
    estimate_diameter,
    look_for_diameter,
    look_tiles,
    measure_diameter,
    trust_of,
    typical_diameter,
)
from cpsam_core.segment.settings import Settings


def plane(radius: int, count: int = 3, side: int = 0) -> NDArray[np.float32]:
    step = 4 * radius
    size = max(side, count * step)
    image = np.zeros((size, size, 3), np.float32)
    for row, column in np.ndindex(count, count):
        cv2.circle(image, (step // 2 + step * column, step // 2 + step * row), radius, (1, 0, 0), -1)
    return image


@pytest.mark.parametrize("radius", [3, 5, 10, 15, 40])
def test_the_size_of_disks(disk_model: Any, radius: int) -> None:
    assert estimate_diameter(disk_model, plane(radius), Settings()) == pytest.approx(2 * radius, rel=0.25)


def test_the_size_of_cells_does_not_depend_on_thresholds(disk_model: Any) -> None:
    usual = measure_diameter(disk_model, plane(15), Settings())
    for changed in ({"cellprob_threshold": 30.0}, {"cellprob_threshold": -4.0}, {"flow_threshold": 0.01}):
        assert measure_diameter(disk_model, plane(15), Settings(**changed)) == usual


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


def test_some_tiles_of_a_large_image_are_looked_at(disk_model: Any) -> None:
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
    assert tiles == look_tiles((1500, 1500), 256) == 9
    tiles = 0
    assert estimate_diameter(Counting(), plane(4, side=1500, count=90), Settings()) == pytest.approx(
        8, rel=0.3
    )
    # Small cells are measured where they have the size that the network knows.
    assert tiles == 12


def test_tiles_looked_at_in_an_image_of_one_tile() -> None:
    assert look_tiles((200, 240), 256) == 3
    assert look_tiles((50, 50), 256) == 1
    assert look_tiles((20, 2000), 256) == 0


def test_cancel(disk_model: Any) -> None:
    def cancel(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        estimate_diameter(disk_model, plane(10), Settings(), cancel)


def test_cells_beside_an_empty_middle_are_found(disk_model: Any) -> None:
    image = np.zeros((900, 900, 3), np.float32)
    image[600:840, 20:260] = plane(15, count=4)[:240, :240]
    assert estimate_diameter(disk_model, image, Settings()) == pytest.approx(30, rel=0.25)


def test_the_answer_says_how_sure_it_is(disk_model: Any, caplog: pytest.LogCaptureFixture) -> None:
    clear = look_for_diameter(disk_model, plane(15, count=5), Settings())
    assert clear.diameter == pytest.approx(30, rel=0.2) and 0.5 < clear.sure <= 1
    assert f"{clear.sure:.0%} sure" in clear.text
    nothing = look_for_diameter(disk_model, np.zeros((90, 90, 3), np.float32), Settings())
    assert (nothing.diameter, nothing.sure) == (None, 0) and "no cells" in nothing.text
    # Two sizes in different places: they do not agree, and it says so.
    image = np.zeros((700, 1400, 3), np.float32)
    image[220:460, 580:820] = plane(10, count=6)
    image[200:520, 10:330] = plane(40, count=2)
    mixed = look_for_diameter(disk_model, image, Settings())
    assert mixed.sure < clear.sure
    with caplog.at_level("INFO"):
        measure_diameter(disk_model, image, Settings())
    assert "sure" in caplog.text


def test_trust_needs_probability_and_flows_that_agree() -> None:
    labels = np.array([[1, 1, 2, 2, 3, 3]], np.uint32)
    logits = np.array([[9, 9, 0.2, 0.2, 9, 9]], np.float32)
    trust = trust_of(labels, np.array([2, 2, 2]), logits, np.array([0.0, 0.0, 0.3], np.float32))
    assert trust[0] == pytest.approx(1, abs=1e-3)
    assert trust[1] == pytest.approx(2 / (1 + np.exp(-0.2)) - 1, abs=1e-6)
    assert trust[2] == pytest.approx(0.25, abs=1e-3)


def test_a_scale_with_improbable_objects_is_not_believed(disk_model: Any) -> None:
    """What is seen shrunk is larger, but hardly probable: the scale at which cells are plain wins."""

    class Unsure:
        tile, in_channels, out_channels = 256, 3, 3
        shown = 0.0

        def __call__(self, given: NDArray[np.float32]) -> NDArray[np.float32]:
            maps: NDArray[np.float32] = disk_model(given)
            cells = given[:, 0] > 0.5
            share = float(cells.mean())
            # Small disks (seen shrunk) get logits just above the threshold.
            areas = [cv2.connectedComponentsWithStats(one.astype(np.uint8))[2][1:, 4] for one in cells]
            small = np.mean(np.concatenate(areas)) < 400 if share > 0 else True
            maps[:, 2] = np.where(cells, 0.1 if small else 6.0, -5.0)
            return maps

    assert estimate_diameter(Unsure(), plane(15, count=6), Settings()) == pytest.approx(30, rel=0.25)


def test_what_is_in_doubt_is_said() -> None:
    assert "no cells were seen" in DiameterEstimate(None).doubt
    assert DiameterEstimate(20.0, 0.5).doubt == ""
    assert DiameterEstimate(20.0, 0.49).doubt == DiameterEstimate(20.0, 0.49).text
    assert "look at the result" in DiameterEstimate(20.0, 0.49).text
    assert DiameterEstimate(20.0, 0.5).text == "cells measure about 20 pixels (50% sure)"


def test_few_objects_and_other_sizes_make_the_answer_less_sure() -> None:
    def seen(diameter: float, score: float = 0.2, believed: float = 9.0, scale: float = 1.0) -> _Scale:
        return _Scale(scale, score, diameter, 1.0, believed)

    best = seen(30)
    assert _certainty(best, [best]) == 1
    assert _certainty(seen(30, believed=1.0), []) == 0.5
    assert _certainty(best, [seen(60)]) == 0.5
    # The same size again speaks against nothing, and neither does what is measured badly at its scale.
    assert _certainty(best, [seen(40)]) == _certainty(best, [seen(75)]) == _certainty(best, [seen(12)]) == 1
    assert _certainty(best, [seen(75, scale=0.5)]) == 0.5


def test_a_slide_is_looked_at_in_a_bounded_number_of_places() -> None:
    places = _places((100_000, 90_000), 256)
    assert len(places) == 65
    assert all(0 <= one.start < one.stop <= 100_000 for place in places for one in place)
    assert {(rows.stop, columns.stop) for rows, columns in places} >= {(100_000, 90_000), (256, 256)}
