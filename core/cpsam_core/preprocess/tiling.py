"""Cut a plane into overlapping tiles and put their predictions together again, one tile at a time.

The tiles lie on a regular grid and their weight falls off towards the edges along y and x independently, so
the sum of all weights at a pixel is a product of one factor for its row and one for its column. Each tile
can therefore be weighted to its final share at once: no map of weights, no division at the end, and a tile
is forgotten once added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError

FloatArray = NDArray[np.float32]

# Padded sizes are multiples of this, and half of it is added on each side.
_STEP_PX = 16
# Pixels, of the sigmoid.
_TAPER_WIDTH_PIXELS = 7.5
# Pixels from the edge of a tile to the middle of the sigmoid.
_TAPER_EDGE_PIXELS = 20


@dataclass(frozen=True)
class Tile:
    """One tile of a grid.

    Parameters
    ----------
    row, column : int
        Place in the grid.
    top, left : int
        First pixel in the plane; negative where the tile begins in the padding.
    """

    row: int
    column: int
    top: int
    left: int


class TileGrid:
    """Where the tiles of a plane lie and what each of them contributes to a pixel.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the plane in pixels.
    size : int
        Edge of a tile in pixels.
    overlap : float
        Least overlap of neighbouring tiles as a part of a tile, taken as 0.05 to 0.5.
    augment : bool
        Overlap by half a tile, and turn tiles over: every second one in a row upside down, every second row
        left to right. What the network makes of different views of a pixel is averaged (test-time
        augmentation).

    Raises
    ------
    SettingsError
        The overlap is not a number, or a size is less than 1.

    Notes
    -----
    Padding, positions and taper are those of the reference, where a plane of the size of a tile costs four
    tiles.
    """

    def __init__(
        self, shape: tuple[int, int], size: int = 256, overlap: float = 0.1, augment: bool = False
    ) -> None:
        if not math.isfinite(overlap):
            raise SettingsError(f"tile_overlap is a part of a tile, 0.05 to 0.5, not {overlap}.")
        if min(*shape, size) < 1:
            raise SettingsError(f"A plane of {shape[0]} x {shape[1]} pixels has no tiles of {size}.")
        self.shape = shape
        self.size = size
        self.augment = augment
        self._tops = _starts(shape[0], size, overlap, augment)
        self._lefts = _starts(shape[1], size, overlap, augment)
        self._down = _shares(self._tops, shape[0], size)
        self._along = _shares(self._lefts, shape[1], size)

    def __len__(self) -> int:
        return len(self._tops) * len(self._lefts)

    def __getitem__(self, number: int) -> Tile:
        """Return a tile by its number, counted along rows."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        row, column = divmod(number, len(self._lefts))
        return Tile(row, column, self._tops[row], self._lefts[column])

    def window(self, tile: Tile) -> tuple[slice, slice]:
        """Return the rows and columns of the plane that a tile sees."""
        return self._windows(tile)[1]

    def touching(self, part: tuple[slice, slice]) -> list[int]:
        """Return the numbers of the tiles that contribute to a part of the plane, in order."""
        rows, columns = (
            [k for k, first in enumerate(starts) if first < side.stop and first + self.size > side.start]
            for starts, side in zip((self._tops, self._lefts), part, strict=True)
        )
        return [row * len(self._lefts) + column for row in rows for column in columns]

    def cut(self, plane: NDArray[Any], tile: Tile, out: FloatArray, origin: tuple[int, int] = (0, 0)) -> None:
        """Copy one tile of a plane (y, x, channel) into `out` (channel, size, size); 0 outside the plane.

        A plane may have fewer channels than `out`: the others are 0. It may be a part that holds all that the tile
        sees, with its first row and column as `origin`.
        """
        out[:] = 0
        inside, seen = self._windows(tile)
        window = _moved(seen, origin)
        channels = min(plane.shape[2], len(out))
        out[(slice(channels), *inside)] = np.moveaxis(plane[window][..., :channels], -1, 0)
        if self.augment:
            # the copy keeps source and target of the flip apart
            out[:] = _flip(out, tile).copy()

    def add(
        self, prediction: FloatArray, tile: Tile, maps: FloatArray, origin: tuple[int, int] = (0, 0)
    ) -> None:
        """Add the share of one tile to the maps of the plane.

        Parameters
        ----------
        prediction : ndarray (map, size, size), float32
            What the network made of the tile; the last three maps are flow y, flow x and the cell logit.
        tile : Tile
            The tile.
        maps : ndarray (map, height, width), float32
            Zero before the first tile, finished after the last one. May be a part of the plane.
        origin : (int, int)
            First row and column of the part.
        """
        inside, window = self._inside_part(tile, origin, maps.shape[1:])
        weight = np.outer(self._down[tile.row][inside[0]], self._along[tile.column][inside[1]])
        upright = _flip(prediction, tile) if self.augment else prediction
        share = upright[(slice(None), *inside)] * weight
        if self.augment and tile.column % 2:
            share[-3] *= -1
        if self.augment and tile.row % 2:
            share[-2] *= -1
        maps[(slice(None), *_moved(window, origin))] += share

    def _inside_part(
        self, tile: Tile, origin: tuple[int, int], shape: tuple[int, ...]
    ) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Return the part of the tile that lies in a part of the plane, in the tile and in the plane."""
        _, window = self._windows(tile)
        top, bottom = max(window[0].start, origin[0]), min(window[0].stop, origin[0] + shape[0])
        left, right = max(window[1].start, origin[1]), min(window[1].stop, origin[1] + shape[1])
        inside = (slice(top - tile.top, bottom - tile.top), slice(left - tile.left, right - tile.left))
        return inside, (slice(top, bottom), slice(left, right))

    def _windows(self, tile: Tile) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Return the part of the tile that lies in the plane, in the tile and in the plane."""
        top, bottom = max(tile.top, 0), min(tile.top + self.size, self.shape[0])
        left, right = max(tile.left, 0), min(tile.left + self.size, self.shape[1])
        inside = (slice(top - tile.top, bottom - tile.top), slice(left - tile.left, right - tile.left))
        return inside, (slice(top, bottom), slice(left, right))


def _moved(window: tuple[slice, slice], origin: tuple[int, int]) -> tuple[slice, slice]:
    rows, columns = (
        slice(side.start - first, side.stop - first) for side, first in zip(window, origin, strict=True)
    )
    return rows, columns


def taper(size: int) -> NDArray[np.float64]:
    """Return the weight of the pixels of a tile along one axis: 1 in the middle, falling off to the edges."""
    distance = np.abs(np.arange(size) - (size - 1) / 2)
    weight: NDArray[np.float64] = 1 / (
        1 + np.exp((distance - (size / 2 - _TAPER_EDGE_PIXELS)) / _TAPER_WIDTH_PIXELS)
    )
    return weight


def single_side(size: int) -> int:
    """Return the longest side of a plane, in pixels, that a single tile of `size` pixels covers."""
    return size - _STEP_PX


def _starts(length: int, size: int, overlap: float, augment: bool) -> list[int]:
    """Return the first pixel of each tile along one axis; the padding begins below 0."""
    extra = -length % _STEP_PX if length >= size else max(0, size - length - _STEP_PX)
    padded = length + _STEP_PX + extra
    if augment:
        count = max(2, math.ceil(2 * padded / size))
    elif padded <= size:
        count = 1
    else:
        count = math.ceil((1 + 2 * min(0.5, max(0.05, overlap))) * padded / size)
    before = _STEP_PX // 2 + extra // 2
    return [int(start) - before for start in np.linspace(0, padded - size, count)]


def _shares(starts: list[int], length: int, size: int) -> list[FloatArray]:
    """Return the weights of each tile along one axis, scaled to sum to 1 at every pixel of the plane."""
    weight = taper(size)
    first = min(starts)
    total = np.zeros(max(max(starts) + size, length) - first)
    for start in starts:
        total[start - first : start - first + size] += weight
    return [(weight / total[start - first : start - first + size]).astype(np.float32) for start in starts]


def _flip(tile_maps: FloatArray, tile: Tile) -> FloatArray:
    """Turn the maps of a tile over as its place in the grid says; twice gives the maps again."""
    upside_down, left_to_right = tile.column % 2, tile.row % 2
    return tile_maps[:, :: -1 if upside_down else 1, :: -1 if left_to_right else 1]
