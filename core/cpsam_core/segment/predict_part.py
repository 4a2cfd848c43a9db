"""Predict a part of a plane: only the tiles that contribute to it are run, at their places in the whole."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cpsam_core.preprocess.resample import LinearAxis, resize_part
from cpsam_core.preprocess.tiling import TileGrid
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict import TileNetwork, scaled_shape

FloatArray = NDArray[np.float32]
Part = tuple[slice, slice]
"""Rows and columns."""

Read = Callable[[Part], FloatArray]
"""Returns a part (y, x, channel) of the normalised plane."""


def predict_part(
    network: TileNetwork,
    read: Read,
    shape: tuple[int, int],
    part: Part,
    *,
    batch_size: int = 8,
    tile_overlap: float = 0.1,
    augment: bool = False,
    scale: float = 1.0,
    resized: bool = True,
    progress: Progress = silent,
) -> FloatArray:
    """Predict a part of a plane at full size, as :func:`predict_plane` and :func:`resize_flows` predict the whole.

    The same to the last bit where the network gives a tile the same result whatever tiles it is predicted with.

    Parameters
    ----------
    network : TileNetwork
        What predicts tiles.
    read : callable
        Returns parts of the normalised plane.
    shape : (int, int)
        Of the whole plane.
    part : (slice, slice)
        Rows and columns to predict: of the image, or of what the network sees where `resized` is False.
    resized : bool
        Bring the maps to the size of the image; False leaves them at that of :func:`predict_plane`.
    batch_size, tile_overlap, augment, scale, progress
        As for :func:`predict_plane`.

    Returns
    -------
    ndarray (map, y, x), float32
    """
    small = scaled_shape(shape, scale)
    grid = TileGrid(small, network.tile, tile_overlap, augment)
    back = (LinearAxis(small[0], shape[0]), LinearAxis(small[1], shape[1]))
    inner = _needed(back, part) if resized else part
    numbers = grid.touching(inner)
    seen = _union([grid.window(grid[number]) for number in numbers])
    plane = _resized(read, shape, small, seen)
    origin = (inner[0].start, inner[1].start)
    maps = np.zeros((network.out_channels, inner[0].stop - origin[0], inner[1].stop - origin[1]), np.float32)
    tiles = np.empty(
        (min(batch_size, len(numbers)), network.in_channels, network.tile, network.tile), np.float32
    )
    waiting, done = iter(numbers), 0
    while batch := list(islice(waiting, len(tiles))):
        for place, number in enumerate(batch):
            grid.cut(plane, grid[number], tiles[place], (seen[0].start, seen[1].start))
        for number, prediction in zip(batch, network(tiles[: len(batch)]), strict=True):
            grid.add(prediction, grid[number], maps, origin)
        done += len(batch)
        progress(done, len(numbers), "tiles")
    if small == shape or not resized:
        return maps
    return np.stack([resize_part(one, origin, back, part) for one in maps])


def tiles_of_part(
    shape: tuple[int, int], part: Part, tile: int, *, tile_overlap: float, augment: bool, scale: float
) -> int:
    """Return how many tiles a part costs."""
    small = scaled_shape(shape, scale)
    back = (LinearAxis(small[0], shape[0]), LinearAxis(small[1], shape[1]))
    return len(TileGrid(small, tile, tile_overlap, augment).touching(_needed(back, part)))


def _resized(read: Read, shape: tuple[int, int], small: tuple[int, int], seen: Part) -> FloatArray:
    """Return a part of the plane at the network's size."""
    if small == shape:
        return read(seen)
    axes = (LinearAxis(shape[0], small[0]), LinearAxis(shape[1], small[1]))
    needed = _needed(axes, seen)
    pixels = read(needed)
    first = (needed[0].start, needed[1].start)
    channels = [resize_part(pixels[..., c], first, axes, seen) for c in range(pixels.shape[2])]
    return np.stack(channels, axis=-1)


def _needed(axes: tuple[LinearAxis, LinearAxis], part: Part) -> Part:
    rows, columns = (axis.needed(side) for axis, side in zip(axes, part, strict=True))
    return rows, columns


def _union(windows: list[Part]) -> Part:
    rows, columns = (
        slice(min(window[axis].start for window in windows), max(window[axis].stop for window in windows))
        for axis in (0, 1)
    )
    return rows, columns
