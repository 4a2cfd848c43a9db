"""From a normalised plane to flows and cell probability: tiles through the network, a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.preprocess.resample import resize_maps, resize_plane
from cpsam_core.preprocess.tiling import TileGrid
from cpsam_core.progress import Progress, silent

FloatArray = NDArray[np.float32]


class TileNetwork(Protocol):
    """What predicts tiles: a network on its device, or a stand-in for it."""

    @property
    def tile(self) -> int:
        """Edge of a tile in pixels."""
        ...

    @property
    def in_channels(self) -> int:
        """Channels that the network takes."""
        ...

    @property
    def out_channels(self) -> int:
        """Maps that it returns; the last three are flow y, flow x and the cell logit."""
        ...

    def __call__(self, tiles: FloatArray) -> FloatArray:
        """Predict tiles (batch, channel, tile, tile) as (batch, map, tile, tile), both float32."""
        ...


def device_of(network: TileNetwork) -> str:
    """Return where a network computes; stand-ins, which do not say, on the processor."""
    return str(getattr(network, "device", "cpu"))


def predict_plane(
    network: TileNetwork,
    plane: FloatArray,
    *,
    batch_size: int = 8,
    tile_overlap: float = 0.1,
    augment: bool = False,
    scale: float = 1.0,
    progress: Progress = silent,
) -> FloatArray:
    """Predict one plane.

    Memory holds the plane, its resized copy where `scale` is not 1, the result and one batch of tiles.

    Parameters
    ----------
    network : TileNetwork
        What predicts tiles.
    plane : ndarray (y, x, channel), float32
        Normalised; channels that the network takes beyond those given are 0.
    batch_size : int
        Tiles predicted together.
    tile_overlap : float
        Least overlap of tiles, as a part of a tile.
    augment : bool
        Average the predictions of turned-over tiles; about three times the tiles.
    scale : float
        Resize the plane by this factor first (30 / diameter brings cells to the size the network knows best).
    progress : Progress
        Called after each batch with the tiles done and their total; may raise Cancelled.

    Returns
    -------
    ndarray (map, int(y * scale), int(x * scale)), float32
        At the resized plane's size; :func:`resize_flows` brings it back.

    Raises
    ------
    ImageError
        The plane has no pixels, other axes, or more channels than the network takes.
    SettingsError
        A setting makes no sense.
    """
    planes = predict_planes(
        network,
        [plane],
        batch_size=batch_size,
        tile_overlap=tile_overlap,
        augment=augment,
        scale=scale,
        progress=progress,
    )
    return next(planes)


def predict_planes(
    network: TileNetwork,
    planes: Sequence[FloatArray] | FloatArray,
    *,
    batch_size: int = 8,
    tile_overlap: float = 0.1,
    augment: bool = False,
    scale: float = 1.0,
    progress: Progress = silent,
) -> Iterator[FloatArray]:
    """Predict planes (plane, y, x, channel) of one shape in turn, each as :func:`predict_plane` does.

    Batches are filled across planes, so that small planes keep the device busy; only the planes that the
    current batch touches are in memory. Settings are checked when the first plane is asked for.
    """
    shape = _check(network, planes, batch_size, scale)
    grid = TileGrid(scaled_shape(shape, scale), network.tile, tile_overlap, augment)
    total = len(planes) * len(grid)
    tiles = np.empty((min(batch_size, total), network.in_channels, network.tile, network.tile), np.float32)
    waiting = ((n, k) for n in range(len(planes)) for k in range(len(grid)))
    prepared: tuple[int, FloatArray] = (-1, tiles[0])
    unfinished: dict[int, FloatArray] = {}
    done = 0
    while batch := list(islice(waiting, len(tiles))):
        for place, (n, k) in enumerate(batch):
            if prepared[0] != n:
                prepared = (n, resize_plane(planes[n], grid.shape))
                unfinished[n] = np.zeros((network.out_channels, *grid.shape), np.float32)
            grid.cut(prepared[1], grid[k], tiles[place])
        for (n, k), prediction in zip(batch, network(tiles[: len(batch)]), strict=True):
            grid.add(prediction, grid[k], unfinished[n])
        done += len(batch)
        progress(done, total, _at_work(done, len(planes), total))
        for n in sorted(unfinished):
            if done >= (n + 1) * len(grid):
                yield unfinished.pop(n)


def _at_work(done: int, planes: int, total: int) -> str:
    """Return what is at work after so many tiles: of a stack, which plane."""
    return "tiles" if planes == 1 else f"plane {min(done * planes // total + 1, planes)} of {planes}"


def count_tiles(
    shape: tuple[int, int], tile: int, *, tile_overlap: float = 0.1, augment: bool = False, scale: float = 1.0
) -> int:
    """Return how many tiles a plane of `shape` (y, x) costs."""
    return len(TileGrid(scaled_shape(shape, scale), tile, tile_overlap, augment))


def scaled_shape(shape: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return the size of a plane resized by `scale`: rounded down as in the reference, at least one pixel."""
    return max(1, int(shape[0] * scale)), max(1, int(shape[1] * scale))


def resize_flows(output: NDArray[Any], shape: tuple[int, int]) -> FloatArray:
    """Bring predicted maps (map, y, x) to the image's `shape` (y, x).

    Interpolation is linear, and flows keep their length: they are directions (5 times unit vectors), not
    distances.

    Returns
    -------
    ndarray (map, *shape), float32
    """
    return resize_maps(output, shape)


def _check(
    network: TileNetwork, planes: Sequence[FloatArray] | FloatArray, batch_size: int, scale: float
) -> tuple[int, int]:
    """Check what :func:`predict_planes` was given; return the planes' height and width."""
    if not len(planes) or planes[0].ndim != 3 or 0 in planes[0].shape:
        raise ImageError("There is no plane with pixels to predict; planes have the axes y, x and channel.")
    height, width, channels = planes[0].shape
    if channels > network.in_channels:
        raise ImageError(
            f"The network takes {network.in_channels} channels, but the plane has {channels}: choose some."
        )
    if batch_size < 1:
        raise SettingsError(f"batch_size is at least 1, not {batch_size}.")
    if not (math.isfinite(scale) and scale > 0):
        raise SettingsError(f"The diameter is a positive number; the image cannot be resized by {scale}.")
    return height, width
