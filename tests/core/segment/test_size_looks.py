"""Asking a network for the size of cells."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.network.config import VitConfig
from cpsam_core.network.network import Network
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Cancelled
from cpsam_core.segment.diameter import look_for_diameter
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings
from cpsam_core.segment.size_looks import PLACES, count_looks, tells_sizes

Floats = NDArray[np.float32]


class Ruler:
    """Measures the disks of a tile, as a network would; what is far from 30 pixels it misjudges."""

    tile, in_channels, out_channels = 256, 3, 3
    tells_sizes = True

    def __init__(self, dull: float = 1.0) -> None:
        self.tiles = 0
        self._dull = dull

    def __call__(self, tiles: Floats) -> Floats:
        raise AssertionError("sizes are asked for, not masks")

    def with_sizes(self, tiles: Floats) -> tuple[Floats, Floats]:
        self.tiles += len(tiles)
        maps = np.full((len(tiles), 3, 256, 256), -5, np.float32)
        sizes = np.zeros((len(tiles), 32, 32), np.float32)
        for number, tile in enumerate(tiles):
            cells = tile[0] > 0.5
            maps[number, 2] = np.where(cells, 5, -5)
            count, _, stats, _ = cv2.connectedComponentsWithStats(cells.astype(np.uint8))
            if count > 1:
                diameter = float(np.median(2 * np.sqrt(stats[1:, 4] / np.pi)))
                sizes[number] = self._dull * np.log2(diameter / 30)
        return maps, sizes


def disks(radius: int, side: int) -> Floats:
    image = np.zeros((side, side, 3), np.float32)
    for y in range(2 * radius, side - radius, 4 * radius):
        for x in range(2 * radius, side - radius, 4 * radius):
            cv2.circle(image, (x, y), radius, (1, 0, 0), -1)
    return image


@pytest.mark.parametrize("radius", [4, 8, 15, 30, 60])
@pytest.mark.parametrize("side", [300, 700])
def test_the_size_of_disks(radius: int, side: int) -> None:
    found = look_for_diameter(Ruler(), disks(radius, side), Settings())
    assert found.diameter == pytest.approx(2 * radius, rel=0.15) and found.sure > 0.5


def test_a_network_that_misjudges_what_is_far_from_30_pixels_is_asked_again() -> None:
    found = look_for_diameter(Ruler(dull=0.6), disks(60, 700), Settings())
    assert found.diameter == pytest.approx(120, rel=0.25)


def test_a_look_costs_a_few_tiles_whatever_the_size() -> None:
    for side in (200, 1024, 4000):
        ruler = Ruler()
        look_for_diameter(ruler, disks(15, side), Settings())
        assert ruler.tiles == count_looks((side, side), 256) <= PLACES


@pytest.mark.parametrize("shape", [(80, 90, 3), (1, 1, 3), (900, 20, 1)])
def test_where_no_cell_is_seen(shape: tuple[int, ...]) -> None:
    found = look_for_diameter(Ruler(), np.zeros(shape, np.float32), Settings())
    assert found.diameter is None and "no cells" in found.doubt


def test_two_sizes_are_less_sure_than_one() -> None:
    image = disks(15, 1024)
    image[:512] = 0
    image[:512] = disks(40, 1024)[:512]
    clear = look_for_diameter(Ruler(), disks(15, 1024), Settings())
    assert look_for_diameter(Ruler(), image, Settings()).sure < clear.sure


def test_cancel() -> None:
    def cancel(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        look_for_diameter(Ruler(), disks(15, 300), Settings(), cancel)


def test_a_small_network_is_asked_and_others_are_not() -> None:
    shape = {"depth": 1, "width": 32, "heads": 2, "neck": 16, "fine": 8, "coarse": 8, "stem": "unet"}
    small = VitConfig(**shape, relative_positions=False, sizes=True)  # type: ignore[arg-type]
    network = Network(FlowVit(small), small, *_cpu(), diameter="auto")
    assert tells_sizes(network)
    maps, sizes = network.with_sizes(np.random.default_rng(0).random((2, 3, 256, 256), np.float32))
    assert maps.shape == (2, 3, 256, 256) and sizes.shape == (2, 32, 32)
    # An untrained head says 30 pixels of anything.
    np.testing.assert_array_equal(sizes, 0)
    found = Segmenter(network).segment(disks(15, 200)[..., 0] * 255, Settings())
    assert found.output.diameter in (None, 30)
    without = VitConfig(**shape, relative_positions=False)  # type: ignore[arg-type]
    assert not tells_sizes(Network(FlowVit(without), without, *_cpu()))


def _cpu() -> tuple[object, object]:
    import torch

    return torch.device("cpu"), torch.float32
