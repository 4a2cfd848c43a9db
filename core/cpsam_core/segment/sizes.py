"""The size of cells as a network with a size head sees it: in a few tiles at one scale, and again at a better one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cpsam_core.preprocess.resample import NATIVE_DIAMETER, resize_plane
from cpsam_core.progress import Progress, silent

Floats = NDArray[np.float32]

TILES = 8  # looked at in each look: a third of what a picture of 1024 x 1024 takes
MOST_LOOKS = 3
CELL = 0.5  # mean probability of a token from which it shows a cell
FEWEST_TOKENS = 2.0  # that show cells, counted as cells of 16 pixels
NEAR = 1.5  # ratio to the size that the network knows best, within which one look is enough
ALIKE = 1.4  # ratio of two diameters that say the same
SMALLEST, LARGEST = 0.125, 8.0  # scales that are looked at
OTHER_SCALES = (0.5, 0.25, 2.0)  # where no cell is seen in the picture as it is
SMALLEST_SIDE = 32  # pixels of a scaled plane that still shows something


@runtime_checkable
class SizingNetwork(Protocol):
    """A network that may tell the sizes of cells."""

    @property
    def tells_sizes(self) -> bool:
        """Whether it does."""
        ...

    @property
    def tile(self) -> int:
        """Edge of a tile in pixels."""
        ...

    @property
    def in_channels(self) -> int:
        """Channels that the network takes."""
        ...

    def sizes(self, tiles: Floats) -> tuple[Floats, Floats]:
        """Return log2(diameter / 30 pixels) and the probability of a cell, both (batch, rows, columns)."""
        ...


@dataclass(frozen=True)
class SeenSize:
    """Diameter of the median cell in pixels of the plane, and the share of cells that have about this size."""

    diameter: float
    agreement: float


def seen_size(network: SizingNetwork, plane: Floats, progress: Progress = silent) -> SeenSize | None:
    """Return the size of the cells of a normalised plane (y, x, channel); None where no cell is seen."""
    scale = 1.0
    found = _look(network, plane, scale, progress)
    if found is None:
        for scale in OTHER_SCALES:
            found = _look(network, plane, scale, progress)
            if found is not None:
                break
    for _ in range(MOST_LOOKS - 1):
        if found is None or max(found.diameter * scale, NATIVE_DIAMETER) <= NEAR * min(
            found.diameter * scale, NATIVE_DIAMETER
        ):
            return found
        scale = float(np.clip(NATIVE_DIAMETER / found.diameter, SMALLEST, LARGEST))
        again = _look(network, plane, scale, progress)
        if again is None:
            return found
        found = again
    return found


def _look(network: SizingNetwork, plane: Floats, scale: float, progress: Progress) -> SeenSize | None:
    if min(plane.shape[:2]) * scale < min(SMALLEST_SIDE, *plane.shape[:2]):
        return None
    tiles = tiles_to_look_at(plane, scale, network.tile, network.in_channels)
    octaves, cells = network.sizes(tiles)
    progress(len(tiles), len(tiles))
    return size_of(octaves, cells, scale)


def size_of(octaves: Floats, cells: Floats, scale: float) -> SeenSize | None:
    """Return the median over cells; a token counts by the share of its cell that it shows."""
    shown = cells > CELL
    sizes = octaves[shown].astype(np.float64)
    # As in training: a cell of 16 pixels counts once, however many tokens it fills.
    weights = cells[shown] * np.minimum(2.0 ** (-2 * sizes) / 4, 1)
    if weights.sum() < FEWEST_TOKENS:
        return None
    order = np.argsort(sizes)
    sums = np.cumsum(weights[order])
    middle = float(sizes[order][np.searchsorted(sums, sums[-1] / 2)])
    alike = np.abs(sizes - middle) <= np.log2(ALIKE)
    return SeenSize(NATIVE_DIAMETER * 2**middle / scale, float(weights[alike].sum() / weights.sum()))


def tiles_to_look_at(plane: Floats, scale: float, tile: int, channels: int) -> Floats:
    """Return the middle of a plane and places with contrast, (n, channels, tile, tile), resized by `scale`."""
    height, width = plane.shape[:2]
    side = max(1, round(tile / scale))
    tops, lefts = (_starts(n, side) for n in (height, width))
    parts = [plane[top : top + side, left : left + side] for top in tops for left in lefts]
    middle = len(parts) // 2
    step = max(1, side // 64)
    contrasts = [float(part[::step, ::step].std(axis=(0, 1)).max()) for part in parts]
    contrasts[middle] = np.inf
    chosen = np.argsort(contrasts)[::-1][:TILES]
    result = np.zeros((len(chosen), channels, tile, tile), np.float32)
    for one, number in zip(result, chosen, strict=True):
        part = parts[int(number)]
        size = (
            min(tile, max(1, round(part.shape[0] * scale))),
            min(tile, max(1, round(part.shape[1] * scale))),
        )
        resized = resize_plane(part, size)[:, :, :channels]
        # In the middle of the tile, as small images lie when they are segmented.
        top, left = (tile - size[0]) // 2, (tile - size[1]) // 2
        one[: resized.shape[2], top : top + size[0], left : left + size[1]] = resized.transpose(2, 0, 1)
    return result


def _starts(length: int, side: int) -> list[int]:
    """Return where parts of `side` pixels start that lie side by side in the middle of so many pixels."""
    count = max(1, length // side)
    first = max(0, (length - count * side) // 2)
    return [first + side * k for k in range(count)]
