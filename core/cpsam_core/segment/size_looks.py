"""How large are the cells? The network is asked at a few places, again at another scale where they are far from 30 px.

For networks that tell the size of cells, see `network.size`. A look costs a few tiles whatever the size of the plane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cpsam_core.preprocess.resample import resize_plane
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.diameter_estimate import DiameterEstimate
from cpsam_core.segment.predict import TileNetwork, scaled_shape
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings

FloatArray = NDArray[np.float32]

# Squares of a large plane that are looked at: the middle, and those with most contrast.
PLACES = 4
# Looks at the same plane, each at the scale that the one before asks for.
LOOKS = 3
# Doublings from 30 pixels within which an answer is final: networks are taught around there.
NEAR = 0.6
# Looked at in turn where no cells are seen.
SCALES = (1.0, 0.5, 2.0, 0.25)
# Share of what is looked at that must be cells.
FEWEST_CELLS = 0.002
# Doublings between two answers that say the same.
ALIKE = 0.5


class SizedNetwork(TileNetwork, Protocol):
    """What predicts tiles and tells the size of the cells in them."""

    tells_sizes: bool

    def with_sizes(self, tiles: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return maps (batch, map, tile, tile) and sizes (batch, grid, grid): log2 of diameter over 30 pixels."""
        ...


@dataclass(frozen=True)
class _Look:
    """What the places of a plane told at one scale: doublings from 30 scaled pixels, and how far they agree."""

    doublings: float
    agreement: float
    cells: float


def tells_sizes(network: TileNetwork) -> TypeGuard[SizedNetwork]:
    """Whether a network tells the size of cells."""
    return bool(getattr(network, "tells_sizes", False))


def ask_sizes(
    network: SizedNetwork, plane: FloatArray, settings: Settings, progress: Progress = silent
) -> DiameterEstimate:
    """Measure the cells of a normalised plane (y, x, channel), and say how sure that is."""
    look, scale = _first_with_cells(network, plane, progress)
    if look is None:
        return DiameterEstimate(None)
    for _ in range(LOOKS - 1):
        if abs(look.doublings) <= NEAR:
            break
        wanted = scale * 2.0**-look.doublings
        again = _look(network, plane, wanted, progress)
        if again.cells < FEWEST_CELLS:
            break
        look, scale = again, wanted
    diameter = NATIVE_DIAMETER_PX * 2.0**look.doublings / scale
    return DiameterEstimate(round(diameter, 2), round(look.agreement, 2))


def count_looks(shape: tuple[int, int], tile: int) -> int:
    """Return how many tiles the first look at a plane of `shape` (y, x) costs."""
    return len(_places(shape, tile, None))


def _first_with_cells(
    network: SizedNetwork, plane: FloatArray, progress: Progress
) -> tuple[_Look | None, float]:
    for scale in SCALES:
        look = _look(network, plane, scale, progress)
        if look.cells >= FEWEST_CELLS:
            return look, scale
    return None, 1.0


def _look(network: SizedNetwork, plane: FloatArray, scale: float, progress: Progress) -> _Look:
    side = max(1, int(network.tile / scale))
    places = _places((plane.shape[0], plane.shape[1]), side, plane)
    tiles = np.zeros((len(places), network.in_channels, network.tile, network.tile), np.float32)
    counted = np.zeros((len(places), network.tile, network.tile), np.float32)
    for number, (top, left) in enumerate(places):
        part = plane[top : top + side, left : left + side]
        height, width = (min(n, network.tile) for n in scaled_shape((part.shape[0], part.shape[1]), scale))
        small = resize_plane(part, (height, width))
        tiles[number, : small.shape[2], :height, :width] = small.transpose(2, 0, 1)
        counted[number, :height, :width] = 1
    maps, sizes = network.with_sizes(tiles)
    progress(1, 1, "size of cells")
    step = network.tile // sizes.shape[-1]
    cells = _pooled(expit(maps[:, -1]) * counted, step)
    weight = np.where(cells > 0.5, cells, 0).ravel()
    if weight.sum() <= 0:
        return _Look(0.0, 0.0, 0.0)
    told = sizes.ravel()
    order = np.argsort(told)
    middle = float(told[order][np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)])
    alike = float(weight[np.abs(told - middle) <= ALIKE].sum() / weight.sum())
    return _Look(middle, alike, float(weight.sum() * step**2 / counted.sum()))


def _pooled(maps: FloatArray, step: int) -> FloatArray:
    """Return means of squares of `step` pixels."""
    count, height, width = maps.shape
    squares = maps.reshape(count, height // step, step, width // step, step)
    return np.asarray(squares.mean(axis=(2, 4)), np.float32)


def _places(shape: tuple[int, int], side: int, plane: FloatArray | None) -> list[tuple[int, int]]:
    """Return the corners (top, left) of the squares to look at; without a plane, of as many."""
    height, width = shape
    if max(height, width) <= side:
        return [(0, 0)]
    tall, wide = min(height, side), min(width, side)
    middle = ((height - tall) // 2, (width - wide) // 2)
    others = [
        (top, left)
        for top in range(0, height - tall + 1, tall)
        for left in range(0, width - wide + 1, wide)
        if abs(top - middle[0]) >= tall or abs(left - middle[1]) >= wide
    ]
    if plane is None:
        return [middle, *others[: PLACES - 1]]
    step = max(side // 64, 1)

    def contrast(corner: tuple[int, int]) -> float:
        top, left = corner
        return float(plane[top : top + tall : step, left : left + wide : step].std(axis=(0, 1)).max())

    return [middle, *sorted(others, key=contrast, reverse=True)[: PLACES - 1]]
