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
from cpsam_core.segment.settings import NATIVE_DIAMETER, Settings

log = logging.getLogger(__name__)

SCALES = (1.0, 0.5, 0.25)  # cells of up to four times the size that the network knows best
LARGEST_SIDE = 1024  # pixels of the part that is looked at, at each scale
SMALLEST_SIDE = 32  # pixels of a scaled part that still shows something
MIN_OBJECTS = 3
DEBRIS = 0.4  # of the diameter weighed by area: what is smaller is no cell


@dataclass(frozen=True)
class _Look:
    """What one scale showed: score, and the median diameter in pixels of the full image."""

    score: float
    diameter: float


def estimate_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> float:
    """Return the diameter in pixels of typical cells of a normalised plane (y, x, channel); 30 where there are none.

    See `measure_diameter`.
    """
    measured = measure_diameter(network, plane, settings, progress)
    return NATIVE_DIAMETER if measured is None else measured


def measure_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> float | None:
    """Return the diameter in pixels of typical cells of a normalised plane (y, x, channel), None where there are none.

    The middle of the plane is segmented at several scales. A scale is believed by how much of the picture it explains
    and how well: the area of its objects, weighed by their probability and by how little flows disagree. Cells cut
    into pieces disagree with their flows; cells too small are missed.
    """
    looks = []
    for (height, width), scale in look_sizes((plane.shape[0], plane.shape[1])):
        part = _middle(plane, height, width)
        looks.append(_look(network, part, scale, settings, progress))
    best = max(looks, key=lambda look: look.score, default=_Look(0.0, 0.0))
    if best.score <= 0:
        return None
    log.info("cells measure about %.0f pixels", best.diameter)
    return best.diameter


def look_sizes(shape: tuple[int, int]) -> list[tuple[tuple[int, int], float]]:
    """Return what is looked at of a plane of `shape` (y, x): the size of its middle part, and the scale."""
    sizes = []
    for scale in SCALES:
        if min(shape) * scale >= SMALLEST_SIDE:
            side = int(LARGEST_SIDE / scale)
            sizes.append(((min(shape[0], side), min(shape[1], side)), scale))
    return sizes


def _middle(plane: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    top, left = (plane.shape[0] - height) // 2, (plane.shape[1] - width) // 2
    return plane[top : top + height, left : left + width]


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
        return _Look(0.0, 0.0)
    probability = expit(maps[-1])
    means = np.bincount(found.labels.ravel(), probability.ravel())[1:] / np.maximum(areas, 1)
    trust = np.clip(means * 2 - 1, 0, 1) * np.clip(1 - found.flow_errors / 0.4, 0, 1)
    explained = float((areas * trust).sum() / found.labels.size)
    few = min(1.0, len(areas) / MIN_OBJECTS)
    return _Look(explained * few, typical_diameter(areas) / scale)


def typical_diameter(areas: NDArray[np.integer]) -> float:
    """Return the median diameter in pixels of objects of these areas (n,), at least one, leaving debris out.

    The median over objects is what training means by the size of cells; one weighed by area is a quarter to a half
    larger. It only says what is debris beside the cells.
    """
    diameters = np.sqrt(np.sort(areas) / np.pi) * 2
    by_area = np.cumsum(np.sort(areas))
    middle = diameters[min(int(np.searchsorted(by_area, by_area[-1] / 2)), len(diameters) - 1)]
    return float(np.median(diameters[diameters >= DEBRIS * middle]))
