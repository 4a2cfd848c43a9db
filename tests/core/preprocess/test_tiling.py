from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.errors import SettingsError
from cpsam_core.preprocess.tiling import TileGrid, taper

SHAPES = [(1, 1), (17, 300), (240, 240), (256, 256), (257, 100), (600, 333)]


@pytest.mark.parametrize("augment", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [64, 256])
def test_tiles_put_together_give_the_plane(shape: tuple[int, int], size: int, augment: bool) -> None:
    plane = np.random.default_rng(0).random((*shape, 4), dtype=np.float32)
    grid = TileGrid(shape, size, augment=augment)
    maps = np.zeros((4, *shape), np.float32)
    tile = np.empty((4, size, size), np.float32)
    for k in range(len(grid)):
        grid.cut(plane, grid[k], tile)
        if augment:
            # what a network does to directions when it sees the tile turned over
            tile[-3] *= -1 if grid[k].column % 2 else 1
            tile[-2] *= -1 if grid[k].row % 2 else 1
        grid.add(tile, grid[k], maps)
    np.testing.assert_allclose(np.moveaxis(maps, 0, -1), plane, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "augment", "count"),
    [
        ((256, 256), False, 4),
        ((240, 240), False, 1),
        ((100, 256), False, 2),
        ((1024, 1024), False, 25),
        ((256, 256), True, 9),
        ((10, 10), True, 4),
    ],
)
def test_numbers_of_tiles(shape: tuple[int, int], augment: bool, count: int) -> None:
    assert len(TileGrid(shape, augment=augment)) == count


def test_outside_the_plane_is_0_and_missing_channels_too() -> None:
    grid = TileGrid((10, 20), 64)
    tile = np.full((3, 64, 64), np.nan, np.float32)
    grid.cut(np.ones((10, 20, 1), np.float32), grid[0], tile)
    assert tile.sum() == 200
    assert tile[0, -grid[0].top : 10 - grid[0].top, -grid[0].left : 20 - grid[0].left].all()


def test_overlap_moves_between_its_bounds() -> None:
    counts = [len(TileGrid((2000, 2000), overlap=overlap)) for overlap in (-1, 0.05, 0.1, 0.5, 3)]
    assert counts[0] == counts[1] < counts[2] < counts[3] == counts[4]


def test_taper_falls_off_to_the_edges() -> None:
    weight = taper(256)
    np.testing.assert_allclose(weight, weight[::-1])
    assert weight[128] == pytest.approx(1, abs=1e-5)
    assert weight[0] < 0.1
    assert (np.diff(weight[:128]) > 0).all()


def test_a_grid_ends() -> None:
    grid = TileGrid((256, 256))
    assert [tile.row for tile in grid] == [0, 0, 1, 1]


@pytest.mark.parametrize(("shape", "overlap"), [((0, 5), 0.1), ((5, 5), float("nan"))])
def test_nonsense(shape: tuple[int, int], overlap: float) -> None:
    with pytest.raises(SettingsError):
        TileGrid(shape, overlap=overlap)
