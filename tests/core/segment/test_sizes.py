"""The size of cells as a size head tells it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.segment.diameter import look_for_diameter
from cpsam_core.segment.settings import Settings
from cpsam_core.segment.sizes import TILES, seen_size, size_of, tiles_to_look_at

Floats = NDArray[np.float32]


class Telling:
    """Tells the size of bright squares as it sees them, from 8 to 100 pixels; larger and smaller ones it misjudges."""

    tile, in_channels, out_channels, tells_sizes = 256, 3, 3, True

    def __init__(self, diameter: float) -> None:
        self.diameter, self.looks = diameter, 0

    def __call__(self, tiles: Floats) -> Floats:
        raise AssertionError("nothing is segmented to learn the size")

    def sizes(self, tiles: Floats) -> tuple[Floats, Floats]:
        self.looks += 1
        cells = tiles[:, 0].reshape(len(tiles), 32, 8, 32, 8).mean(axis=(2, 4))
        scale = (
            float(tiles[:, 1].max()) * 10
        )  # the plane carries its scale in its second channel, see `plane`
        seen = np.clip(self.diameter * scale, 8, 100)
        return np.full(cells.shape, np.log2(seen / 30), np.float32), cells


def plane(side: int) -> Floats:
    image = np.zeros((side, side, 3), np.float32)
    image[..., 0] = 1
    return image


@pytest.fixture
def scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tiles carry the scale at which they were cut."""

    def cut(image: Floats, scale: float, tile: int, channels: int) -> Floats:
        tiles = tiles_to_look_at(image, scale, tile, channels)
        tiles[:, 1] = scale / 10
        return tiles

    monkeypatch.setattr("cpsam_core.segment.sizes.tiles_to_look_at", cut)


@pytest.mark.parametrize(("diameter", "looks"), [(30, 1), (24, 1), (80, 2), (14, 2), (400, 3), (3, 3)])
@pytest.mark.usefixtures("scaled")
def test_cells_far_from_what_the_network_knows_are_looked_at_again(diameter: int, looks: int) -> None:
    network = Telling(diameter)
    found = look_for_diameter(network, plane(1024), Settings())
    assert found.diameter == pytest.approx(diameter, rel=0.01)
    assert network.looks == looks
    assert found.sure == 1


def test_where_no_cell_is_seen() -> None:
    found = look_for_diameter(Telling(30), np.zeros((300, 300, 3), np.float32), Settings())
    assert found.diameter is None
    assert "no cells were seen" in found.doubt


def test_the_median_is_that_of_cells_not_of_their_area() -> None:
    octaves, cells = np.zeros((1, 32, 32), np.float32), np.zeros((1, 32, 32), np.float32)
    cells[0, :20] = 1
    octaves[0, :16] = 2  # 2 cells of 120 pixels fill four times the tokens of 9 cells of 30
    found = size_of(octaves, cells, 1.0)
    assert found is not None
    assert found.diameter == pytest.approx(30)
    assert 0.5 < found.agreement < 1
    assert size_of(octaves, cells * 0.4, 1.0) is None


def test_few_tiles_of_a_large_plane_are_looked_at_the_middle_and_those_with_contrast() -> None:
    image = np.full((4096, 4096, 1), 0.2, np.float32)
    image[256:384, 512:768] = 1
    tiles = tiles_to_look_at(image, 1.0, 256, 3)
    assert tiles.shape == (TILES, 3, 256, 256)
    assert [float(tile[0].max()) for tile in tiles].count(1.0) == 1
    assert not tiles[:, 1:].any()


@pytest.mark.parametrize(("side", "scale"), [(40, 1.0), (700, 0.25), (100, 4.0), (256, 1.0), (1, 1.0)])
def test_small_planes_lie_in_the_middle_of_a_tile(side: int, scale: float) -> None:
    tiles = tiles_to_look_at(np.ones((side, side, 3), np.float32), scale, 256, 3)
    shown = tiles[0, 0] > 0
    size = min(256, round(side * scale))
    assert shown.sum() == max(1, size) ** 2
    rows = np.flatnonzero(shown.any(axis=1))
    assert abs(rows[0] - (255 - rows[-1])) <= 1


def test_images_smaller_than_anything_are_looked_at() -> None:
    assert seen_size(Telling(30), plane(16)) is not None
