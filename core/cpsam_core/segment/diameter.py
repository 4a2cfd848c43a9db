"""How large are the cells? A coarse first pass, for `diameter="auto"`."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cpsam_core.dynamics import find_masks
from cpsam_core.labels.ids import clear_border
from cpsam_core.preprocess.tiling import single_side
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict import TileNetwork, device_of, predict_planes
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings

__all__ = [
    "DiameterEstimate",
    "estimate_diameter",
    "look_for_diameter",
    "look_tiles",
    "measure_diameter",
    "typical_diameter",
]

log = logging.getLogger(__name__)

# Cells of the size that the network knows best, and of up to four times that;
SCALES = (1.0, 0.5, 0.25)
# down to a quarter of it, where the others lead there or show nothing.
SMALL_SCALES = (2.0, 4.0)
# Tiles looked at, at each scale, and the rows and columns of places that they are chosen from.
PLACES = 3
GRID = 8
# Of the samples by which places are chosen, along each side.
SAMPLES = 64
# A smaller scaled part shows nothing.
SMALLEST_SIDE_PX = 32
MIN_OBJECTS = 3
# Of the diameter weighed by area: what is smaller is no cell.
DEBRIS = 0.4
# Share of the score that the scale at which cells have the native size must keep to be taken instead.
NATIVE_SHARE = 0.5
# A size that is seen at this many times the native one, or at less than its inverse, is measured badly there.
NATIVE_RANGE = 2.0
# Objects that are fully believed, from which on their number leaves no doubt.
EVIDENCE = 2.0
# Ratio of two diameters that say the same.
ALIKE = 1.4
# From this certainty on the answer is taken without a word.
SURE = 0.5
# The thresholds that cells are measured with, whatever the masks are made with: those decide what counts as a cell, not
# how large cells are. Moved after a run they give what a run with them gives.
USUAL = Settings()


@dataclass(frozen=True)
class DiameterEstimate:
    """What was found out about the size of the cells.

    Attributes
    ----------
    diameter
        Of typical cells in pixels; None where none was seen.
    sure
        0 to 1: how much better this size explains the picture than any other, and how far its places agree.
    """

    diameter: float | None
    sure: float = 0.0

    @property
    def doubt(self) -> str:
        """Why the answer may be wrong; empty where it is sure."""
        if self.diameter is None:
            return "no cells were seen to measure, so the image is taken as it is; set the diameter if there are some"
        return self.text if self.sure < SURE else ""

    @property
    def text(self) -> str:
        """What was found, for people."""
        if self.diameter is None:
            return "no cells were seen to measure"
        doubt = "" if self.sure >= SURE else ": look at the result, or set the diameter"
        return f"cells measure about {self.diameter:.0f} pixels ({self.sure:.0%} sure){doubt}"


class Plane(Protocol):
    """A normalised plane (y, x, channel), float32: an array, or what reads parts of one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths (y, x, channel)."""
        ...

    def __getitem__(self, part: tuple[slice, slice], /) -> NDArray[np.float32]:
        """Return rows and columns."""
        ...


@dataclass(frozen=True)
class _Look:
    """What one tile showed: its score, its objects' areas in scaled pixels, and how many of them are believed."""

    score: float
    areas: NDArray[np.int64]
    believed: float = 0.0


@dataclass(frozen=True)
class _Scale:
    """What all tiles showed at one scale."""

    scale: float
    score: float
    diameter: float
    agreement: float
    """Share of the tiles with objects in which these have about this size."""
    believed: float

    @property
    def native(self) -> float:
        """Ratio of the size in scaled pixels to the one that the network knows best."""
        return self.diameter * self.scale / NATIVE_DIAMETER_PX


def estimate_diameter(
    network: TileNetwork, plane: Plane, settings: Settings, progress: Progress = silent
) -> float:
    """Return the diameter in pixels of typical cells of a normalised plane (y, x, channel); 30 where there are none.

    See `look_for_diameter`.
    """
    measured = measure_diameter(network, plane, settings, progress)
    return NATIVE_DIAMETER_PX if measured is None else measured


def measure_diameter(
    network: TileNetwork, plane: Plane, settings: Settings, progress: Progress = silent
) -> float | None:
    """Return the diameter in pixels of typical cells of a normalised plane, None where there are none.

    How sure that is stands in the log; see `look_for_diameter`.
    """
    found = look_for_diameter(network, plane, settings, progress)
    if found.diameter is not None:
        (log.info if found.sure >= SURE else log.warning)("%s", found.text)
    return found.diameter


def look_for_diameter(
    network: TileNetwork, plane: Plane, settings: Settings, progress: Progress = silent
) -> DiameterEstimate:
    """Measure the cells of a normalised plane (y, x, channel), and say how sure that is.

    A few tiles are segmented at several scales: the middle of the plane and the places with most contrast. A scale is
    believed by how much of the picture it explains and how well: the area of its objects, weighed by their probability
    and by how little flows disagree. Cells cut into pieces disagree with their flows; cells too small are missed.

    Small cells are measured too large, since their borders lie between pixels. So the scale that shows most only leads
    to the one at which its cells have the size that the network knows best, as long as that shows about as much.

    Of the settings the batch size counts, and no threshold.
    """
    shape = (plane.shape[0], plane.shape[1])

    def look(scale: float) -> _Scale:
        return _at_scale(network, plane, scale, settings, progress)

    seen = {scale: look(scale) for scale in _fitting(SCALES, shape)}
    if not any(one.score > 0 for one in seen.values()):
        seen.update({scale: look(scale) for scale in _fitting(SMALL_SCALES, shape)})
    best = max(seen.values(), key=lambda one: one.score, default=None)
    if best is None or best.score <= 0:
        return DiameterEstimate(None)
    ladder = _fitting((*SCALES, *SMALL_SCALES), shape)
    visited: set[float] = set()
    while best.scale not in visited:
        visited.add(best.scale)
        wanted = best.scale / best.native
        nearest = min(ladder, key=lambda scale: abs(np.log(scale / wanted)))
        if nearest not in seen:
            seen[nearest] = look(nearest)
        if seen[nearest].score >= NATIVE_SHARE * best.score:
            best = seen[nearest]
    return DiameterEstimate(best.diameter, _certainty(best, seen.values()))


def _certainty(best: _Scale, scales: Iterable[_Scale]) -> float:
    rivals = [
        one.score
        for one in scales
        if one.score > 0
        and max(one.diameter, best.diameter) > ALIKE * min(one.diameter, best.diameter)
        and 1 / NATIVE_RANGE <= one.native <= NATIVE_RANGE
    ]
    clear = best.score / (best.score + max(rivals, default=0.0))
    return round(clear * best.agreement * min(1.0, best.believed / EVIDENCE), 2)


def look_tiles(shape: tuple[int, int], tile: int) -> int:
    """Return how many tiles are always looked at in a plane of `shape` (y, x)."""
    return sum(min(PLACES, len(_places(shape, _side(tile, scale)))) for scale in _fitting(SCALES, shape))


def _side(tile: int, scale: float) -> int:
    """Return the side in pixels of what one tile shows at a scale."""
    return max(int(single_side(tile) / scale), 1)


def _fitting(scales: Iterable[float], shape: tuple[int, int]) -> list[float]:
    return [scale for scale in scales if min(shape) * scale >= SMALLEST_SIDE_PX]


def _places(shape: tuple[int, int], side: int) -> list[tuple[slice, slice]]:
    """Return the places of a tile of `side` pixels: the middle, and others evenly over the plane."""
    rows, columns = (_starts(length, min(length, side)) for length in shape)
    tall, wide = min(shape[0], side), min(shape[1], side)
    corners = [((shape[0] - tall) // 2, (shape[1] - wide) // 2), *product(rows, columns)]
    return [(slice(top, top + tall), slice(left, left + wide)) for top, left in dict.fromkeys(corners)]


def _starts(length: int, part: int) -> list[int]:
    count = min(-(-length // part), GRID)
    return [int(start) for start in np.linspace(0, length - part, count)]


def _tiles(plane: Plane, side: int) -> list[NDArray[np.float32]]:
    """Return the parts of a plane to look at, each of at most `side` pixels along both axes."""
    middle, *others = _places((plane.shape[0], plane.shape[1]), side)
    step = max(side // SAMPLES, 1)

    def contrast(place: tuple[slice, slice]) -> float:
        return float(plane[place][::step, ::step].std(axis=(0, 1)).max())

    chosen = [middle, *sorted(others, key=contrast, reverse=True)[: PLACES - 1]]
    return [plane[place] for place in chosen]


def _at_scale(
    network: TileNetwork, plane: Plane, scale: float, settings: Settings, progress: Progress
) -> _Scale:
    maps = predict_planes(
        network,
        _tiles(plane, _side(network.tile, scale)),
        scale=scale,
        batch_size=settings.batch_size,
        progress=progress,
    )
    looks = [_look(one, device_of(network)) for one in maps]
    seen = [look for look in looks if look.score > 0]
    if not seen:
        return _Scale(scale, 0.0, 0.0, 0.0, 0.0)
    diameter = typical_diameter(np.concatenate([look.areas for look in seen])) / scale
    each = [typical_diameter(look.areas) / scale for look in seen]
    alike = [max(diameter, own) <= ALIKE * min(diameter, own) for own in each]
    score = sum(look.score for look in looks) / len(looks)
    return _Scale(scale, score, diameter, sum(alike) / len(alike), sum(look.believed for look in looks))


def typical_diameter(areas: NDArray[np.integer]) -> float:
    """Return the median diameter in pixels of objects of these areas (n,), at least one, leaving debris out.

    The median over objects is what training means by the size of cells; one weighed by area is a quarter to a half
    larger. It only says what is debris beside the cells.
    """
    diameters = np.sqrt(np.sort(areas) / np.pi) * 2
    by_area = np.cumsum(np.sort(areas))
    middle = diameters[min(int(np.searchsorted(by_area, by_area[-1] / 2)), len(diameters) - 1)]
    return float(np.median(diameters[diameters >= DEBRIS * middle]))


def _look(maps: NDArray[np.float32], device: str) -> _Look:
    found = find_masks(
        maps[-3:-1],
        maps[-1],
        cellprob_threshold=USUAL.cellprob_threshold,
        flow_threshold=USUAL.flow_threshold,
        device=device,
    )
    areas = np.bincount(found.labels.ravel())[1:]
    if len(areas) < 1:
        return _Look(0.0, areas)
    trust = trust_of(found.labels, areas, maps[-1], found.flow_errors)
    explained = float((areas * trust).sum() / found.labels.size)
    few = min(1.0, len(areas) / MIN_OBJECTS)
    # What the tile cuts off is no measure, unless there is little else.
    whole = np.bincount(clear_border(found.labels).ravel())[1:]
    whole = whole[whole > 0]
    return _Look(explained * few, whole if len(whole) >= MIN_OBJECTS else areas, float(trust.sum()))


def trust_of(
    labels: NDArray[np.uint32],
    areas: NDArray[np.int64],
    logits: NDArray[np.float32],
    flow_errors: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return how far each object is believed, 0 to 1: by its mean probability above a half, and by its flow error."""
    means = np.bincount(labels.ravel(), expit(logits).ravel())[1:] / np.maximum(areas, 1)
    return np.asarray(np.clip(means * 2 - 1, 0, 1) * np.clip(1 - flow_errors / 0.4, 0, 1))
