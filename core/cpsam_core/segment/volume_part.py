"""Predict a part of a volume: only the tiles of the three views that contribute to it, at their places in the whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cpsam_core.preprocess.resample import (
    DepthAxis,
    LinearAxis,
    resize_depth_part,
    resize_part,
)
from cpsam_core.preprocess.tiling import TileGrid
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict import TileNetwork
from cpsam_core.segment.volume import VIEWS, seen_shape

__all__ = ["VolumeFrame", "predict_volume_part", "tiles_of_volume_part"]

FloatArray = NDArray[np.float32]
Box = tuple[slice, slice, slice]
"""Planes, rows and columns."""

Read = Callable[[Box], FloatArray]
"""Returns a part (z, y, x, channel) of the normalised volume."""

SLAB_BYTES = 1 << 28
"""Of the planes of a view that are in memory at a time."""


@dataclass(frozen=True)
class VolumeFrame:
    """The whole volume of a part, and how the network sees it.

    Attributes
    ----------
    shape
        Planes, rows and columns.
    scale
        What all axes are resized by for the network.
    anisotropy
        Distance of planes over the size of a pixel; z is resized by it as well.
    """

    shape: tuple[int, int, int]
    scale: float = 1.0
    anisotropy: float = 1.0

    @property
    def seen(self) -> tuple[int, int, int]:
        """Size at which the network sees the volume."""
        return seen_shape(self.shape, self.scale, self.anisotropy)

    def needed(self, part: Box) -> Box:
        """Return the voxels that the network sees of which a part of the volume is made."""
        return _needed(self.seen, self.shape, part)

    def source(self, part: Box) -> Box:
        """Return the voxels of the volume of which a part is made that the network sees."""
        return _needed(self.shape, self.seen, part)


def predict_volume_part(
    network: TileNetwork,
    read: Read,
    frame: VolumeFrame,
    part: Box,
    *,
    batch_size: int = 8,
    tile_overlap: float = 0.1,
    augment: bool = False,
    progress: Progress = silent,
) -> FloatArray:
    """Predict a part of a volume, as :func:`predict_volume_maps` predicts the whole.

    The same to the last bit where the network gives a tile the same result whatever tiles it is predicted with.

    Parameters
    ----------
    network : TileNetwork
        What predicts tiles.
    read : callable
        Returns parts of the normalised volume.
    frame : VolumeFrame
        The whole volume.
    part : (slice, slice, slice)
        Planes, rows and columns to predict.
    batch_size, tile_overlap, augment, progress
        As for :func:`predict_volume_maps`.

    Returns
    -------
    ndarray (classes + 4, z, y, x), float32
    """
    inner = frame.needed(part)
    lengths = [side.stop - side.start for side in inner]
    classes = network.out_channels - 3
    maps = np.zeros((classes + 4, *lengths), np.float32)
    total = tiles_of_volume_part(frame, part, network.tile, tile_overlap=tile_overlap, augment=augment)
    before = 0
    for across, (a, b), name in VIEWS:
        grid = TileGrid((frame.seen[a], frame.seen[b]), network.tile, tile_overlap, augment)
        view = _View(across, (a, b), inner, grid)
        by_plane = np.moveaxis(maps, across + 1, 0)
        for slab in view.slabs(network.in_channels):
            planes = np.moveaxis(_seen(read, frame, view.box(slab)), across, 0)
            for number, prediction in view.predict(network, planes, batch_size):
                target = by_plane[slab.start - inner[across].start + number]
                target[:classes] += prediction[:classes]
                target[classes + a] += prediction[-3]
                target[classes + b] += prediction[-2]
                target[-1] += prediction[-1]
            before += (slab.stop - slab.start) * len(view.numbers)
            progress(before, total, f"{name} planes")
    return _back(maps, frame, inner, part)


def tiles_of_volume_part(
    frame: VolumeFrame, part: Box, tile: int, *, tile_overlap: float, augment: bool
) -> int:
    """Return how many tiles of the three views a part costs."""
    inner, total = frame.needed(part), 0
    for across, (a, b), _ in VIEWS:
        grid = TileGrid((frame.seen[a], frame.seen[b]), tile, tile_overlap, augment)
        total += (inner[across].stop - inner[across].start) * len(grid.touching((inner[a], inner[b])))
    return total


class _View:
    """The planes of a part along one axis, and the tiles of each that contribute to it."""

    def __init__(self, across: int, plane: tuple[int, int], inner: Box, grid: TileGrid) -> None:
        self._across, self._plane, self._inner, self._grid = across, plane, inner, grid
        self.numbers = grid.touching((inner[plane[0]], inner[plane[1]]))
        windows = [grid.window(grid[number]) for number in self.numbers]
        self._window = tuple(
            slice(min(one[k].start for one in windows), max(one[k].stop for one in windows)) for k in (0, 1)
        )

    def slabs(self, channels: int) -> Iterator[slice]:
        """Yield planes that fit into memory together."""
        side = self._inner[self._across]
        of_plane = math.prod(one.stop - one.start for one in self._window) * channels * 4
        step = max(1, SLAB_BYTES // of_plane)
        for first in range(side.start, side.stop, step):
            yield slice(first, min(first + step, side.stop))

    def box(self, slab: slice) -> Box:
        """Return what of the volume the network sees of some planes."""
        sides = [slab] * 3
        sides[self._plane[0]], sides[self._plane[1]] = self._window
        return sides[0], sides[1], sides[2]

    def predict(
        self, network: TileNetwork, planes: FloatArray, batch_size: int
    ) -> Iterator[tuple[int, FloatArray]]:
        """Yield the number of each plane and what the network makes of the part in it; batches go over planes."""
        grid, inner = self._grid, [self._inner[axis] for axis in self._plane]
        origin = (inner[0].start, inner[1].start)
        seen = (self._window[0].start, self._window[1].start)
        shape = (network.out_channels, *(side.stop - side.start for side in inner))
        waiting = ((plane, number) for plane in range(len(planes)) for number in self.numbers)
        tiles = np.empty((batch_size, network.in_channels, network.tile, network.tile), np.float32)
        unfinished: dict[int, FloatArray] = {}
        done = 0
        while batch := list(islice(waiting, batch_size)):
            for place, (plane, number) in enumerate(batch):
                grid.cut(planes[plane], grid[number], tiles[place], seen)
                if plane not in unfinished:
                    unfinished[plane] = np.zeros(shape, np.float32)
            for (plane, number), prediction in zip(batch, network(tiles[: len(batch)]), strict=True):
                grid.add(prediction, grid[number], unfinished[plane], origin)
            done += len(batch)
            for plane in sorted(unfinished):
                if done >= (plane + 1) * len(self.numbers):
                    yield plane, unfinished.pop(plane)


def _seen(read: Read, frame: VolumeFrame, part: Box) -> FloatArray:
    """Return a part (z, y, x, channel) of the volume at the size that the network sees."""
    if frame.seen == frame.shape:
        return read(part)
    needed = frame.source(part)
    pixels = read(needed)
    axes = (LinearAxis(frame.shape[1], frame.seen[1]), LinearAxis(frame.shape[2], frame.seen[2]))
    origin = (needed[1].start, needed[2].start)
    channels = range(pixels.shape[3])
    planes = np.stack(
        [
            np.stack([resize_part(plane[..., c], origin, axes, part[1:]) for c in channels], axis=-1)
            for plane in pixels
        ]
    )
    return resize_depth_part(planes, needed[0].start, DepthAxis(frame.shape[0], frame.seen[0]), part[0])


def _back(maps: FloatArray, frame: VolumeFrame, inner: Box, part: Box) -> FloatArray:
    """Bring maps of what the network sees to the size of the volume."""
    if frame.seen == frame.shape:
        return maps
    axes = (LinearAxis(frame.seen[1], frame.shape[1]), LinearAxis(frame.seen[2], frame.shape[2]))
    depth = DepthAxis(frame.seen[0], frame.shape[0])
    origin = (inner[1].start, inner[2].start)
    resized = np.empty((len(maps), *(side.stop - side.start for side in part)), np.float32)
    for target, one in zip(resized, maps, strict=True):
        planes = resize_depth_part(one, inner[0].start, depth, part[0])
        for result, plane in zip(target, planes, strict=True):
            result[:] = resize_part(plane, origin, axes, part[1:])
    return resized


def _needed(old: tuple[int, int, int], new: tuple[int, int, int], part: Box) -> Box:
    return (
        DepthAxis(old[0], new[0]).needed(part[0]),
        LinearAxis(old[1], new[1]).needed(part[1]),
        LinearAxis(old[2], new[2]).needed(part[2]),
    )
