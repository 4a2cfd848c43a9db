"""How large are the cells? A coarse first pass, for `diameter="auto"`."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cpsam_core.dynamics import find_masks
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict import TileNetwork, predict_plane
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings

__all__ = [
    "DiameterEstimate",
    "estimate_diameter",
    "look_for_diameter",
    "look_sizes",
    "measure_diameter",
    "typical_diameter",
]

log = logging.getLogger(__name__)

# Cells of up to four times the size that the network knows best,
SCALES = (1.0, 0.5, 0.25)
# and down to an eighth of it, where the others leave a doubt.
SMALL_SCALES = (2.0, 4.0)
# Where the cells measure less as they are, larger scales are looked at, too.
SMALL_CELLS_PX = 16.0
# Of what is looked at, at each scale, if it is one square; in larger images it is some squares of half that side.
LARGEST_SIDE_PX = 1024
PLACES = 4
# A smaller scaled part shows nothing.
SMALLEST_SIDE_PX = 32
MIN_OBJECTS = 3
# Of the diameter weighed by area: what is smaller is no cell.
DEBRIS = 0.4
# Ratio of two diameters that say the same.
ALIKE = 1.4
# From this certainty on the answer is taken without a word.
SURE = 0.5


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


@dataclass(frozen=True)
class _Look:
    """What one part showed at one scale: its score, and the areas of its objects in scaled pixels."""

    score: float
    areas: NDArray[np.int64]


@dataclass(frozen=True)
class _Scale:
    """What all parts showed at one scale."""

    scale: float
    score: float
    diameter: float
    agreement: float
    """Share of the parts with objects in which these have about this size."""


def estimate_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> float:
    """Return the diameter in pixels of typical cells of a normalised plane (y, x, channel); 30 where there are none.

    See `look_for_diameter`.
    """
    measured = measure_diameter(network, plane, settings, progress)
    return NATIVE_DIAMETER_PX if measured is None else measured


def measure_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> float | None:
    """Return the diameter in pixels of typical cells of a normalised plane, None where there are none.

    How sure that is stands in the log; see `look_for_diameter`.
    """
    found = look_for_diameter(network, plane, settings, progress)
    if found.diameter is not None:
        (log.info if found.sure >= SURE else log.warning)("%s", found.text)
    return found.diameter


def look_for_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> DiameterEstimate:
    """Measure the cells of a normalised plane (y, x, channel), and say how sure that is.

    Parts of the plane are segmented at several scales. A scale is believed by how much of the picture it explains and
    how well: the area of its objects, weighed by their probability and by how little flows disagree. Cells cut into
    pieces disagree with their flows; cells too small are missed. Of a large plane, the middle and the places with most
    contrast are looked at. Where the cells seem small, or nothing is seen, the plane is looked at enlarged, too.
    """
    shape = (plane.shape[0], plane.shape[1])
    scales = [_at_scale(network, plane, scale, settings, progress) for _, scale in look_sizes(shape)]
    best = max(scales, key=lambda one: one.score, default=None)
    if best is None or best.score <= 0 or (best.scale == 1 and best.diameter < SMALL_CELLS_PX):
        for scale in SMALL_SCALES:
            if min(shape) * scale >= SMALLEST_SIDE_PX:
                scales.append(_at_scale(network, plane, scale, settings, progress))
        best = max(scales, key=lambda one: one.score, default=None)
    if best is None or best.score <= 0:
        return DiameterEstimate(None)
    rivals = [
        one.score
        for one in scales
        if max(one.diameter, best.diameter) > ALIKE * min(one.diameter, best.diameter)
    ]
    clear = best.score / (best.score + max(rivals, default=0.0))
    return DiameterEstimate(best.diameter, round(clear * best.agreement, 2))


def look_sizes(shape: tuple[int, int]) -> list[tuple[tuple[int, int], float]]:
    """Return what is always looked at of a plane of `shape` (y, x): the size of it in all, and the scale."""
    sizes = []
    for scale in SCALES:
        if min(shape) * scale >= SMALLEST_SIDE_PX:
            side = int(LARGEST_SIDE_PX / scale)
            sizes.append(((min(shape[0], side), min(shape[1], side)), scale))
    return sizes


def _parts(plane: NDArray[np.float32], scale: float) -> list[NDArray[np.float32]]:
    """Return the parts of a plane to look at: all of it, or the middle and the places with most contrast."""
    height, width = plane.shape[:2]
    side = max(int(LARGEST_SIDE_PX / scale), 1)
    if max(height, width) <= side:
        return [plane]
    half = max(side // 2, 1)
    tall, wide = min(height, half), min(width, half)
    middle = ((height - tall) // 2, (width - wide) // 2)
    corners = {
        (top, left)
        for top in range(0, height - tall + 1, tall)
        for left in range(0, width - wide + 1, wide)
        if abs(top - middle[0]) >= tall or abs(left - middle[1]) >= wide
    }
    step = max(half // 64, 1)

    def contrast(corner: tuple[int, int]) -> float:
        top, left = corner
        return float(plane[top : top + tall : step, left : left + wide : step].std(axis=(0, 1)).max())

    chosen = [middle, *sorted(sorted(corners), key=contrast, reverse=True)[: PLACES - 1]]
    return [plane[top : top + tall, left : left + wide] for top, left in chosen]


def _at_scale(
    network: TileNetwork, plane: NDArray[np.float32], scale: float, settings: Settings, progress: Progress
) -> _Scale:
    looks = [_look(network, part, scale, settings, progress) for part in _parts(plane, scale)]
    seen = [look for look in looks if look.score > 0]
    if not seen:
        return _Scale(scale, 0.0, 0.0, 0.0)
    diameter = typical_diameter(np.concatenate([look.areas for look in seen])) / scale
    each = [typical_diameter(look.areas) / scale for look in seen]
    alike = [max(diameter, own) <= ALIKE * min(diameter, own) for own in each]
    score = sum(look.score for look in looks) / len(looks)
    return _Scale(scale, score, diameter, sum(alike) / len(alike))


def typical_diameter(areas: NDArray[np.integer]) -> float:
    """Return the median diameter in pixels of objects of these areas (n,), at least one, leaving debris out.

    The median over objects is what training means by the size of cells; one weighed by area is a quarter to a half
    larger. It only says what is debris beside the cells.
    """
    diameters = np.sqrt(np.sort(areas) / np.pi) * 2
    by_area = np.cumsum(np.sort(areas))
    middle = diameters[min(int(np.searchsorted(by_area, by_area[-1] / 2)), len(diameters) - 1)]
    return float(np.median(diameters[diameters >= DEBRIS * middle]))


def _look(
    network: TileNetwork, part: NDArray[np.float32], scale: float, settings: Settings, progress: Progress
) -> _Look:
    maps = predict_plane(network, part, scale=scale, batch_size=settings.batch_size, progress=progress)
    found = find_masks(
        maps[-3:-1],
        maps[-1],
        cellprob_threshold=settings.cellprob_threshold,
        flow_threshold=settings.flow_threshold,
    )
    areas = np.bincount(found.labels.ravel())[1:]
    if len(areas) < 1:
        return _Look(0.0, areas)
    trust = trust_of(found.labels, areas, maps[-1], found.flow_errors)
    explained = float((areas * trust).sum() / found.labels.size)
    few = min(1.0, len(areas) / MIN_OBJECTS)
    return _Look(explained * few, areas)


def trust_of(
    labels: NDArray[np.uint32],
    areas: NDArray[np.int64],
    logits: NDArray[np.float32],
    flow_errors: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return how far each object is believed, 0 to 1: by its mean probability above a half, and by its flow error."""
    means = np.bincount(labels.ravel(), expit(logits).ravel())[1:] / np.maximum(areas, 1)
    return np.asarray(np.clip(means * 2 - 1, 0, 1) * np.clip(1 - flow_errors / 0.4, 0, 1))
