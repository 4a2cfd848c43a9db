"""Where the model saw cells and no object is: what a review of the objects alone would never show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

from cpsam_core.errors import ImageError
from cpsam_core.labels import as_labels

__all__ = ["UncoveredPlaces", "uncovered"]


@dataclass(frozen=True, eq=False)
class UncoveredPlaces:
    """Regions without an object, the largest first.

    Attributes
    ----------
    regions : (y, x) or (z, y, x) bool
        The pixels of all regions.
    boxes : (n, axes, 2) int64
        First pixel and one past the last of each region along each axis.
    areas : (n,) int64
        Pixels (voxels) of each.
    points : (n, axes) int64
        A pixel inside each, where the model is surest; a click there can ask for the cell.
    probabilities : (n,) float32
        Mean probability of each, 0 to 1.
    """

    regions: NDArray[np.bool_]
    boxes: NDArray[np.int64]
    areas: NDArray[np.int64]
    points: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        """Return how many regions there are."""
        return len(self.areas)


def uncovered(
    logits: NDArray[np.floating[Any]],
    labels: NDArray[Any],
    *,
    threshold: float = 0.0,
    min_size: int = 15,
    rim: int = 1,
    at_border: float = 1.0,
) -> UncoveredPlaces:
    """Return the connected regions where the model saw cells and no object is.

    The network's cells reach a little further than objects do, so thin rims around objects are left out: a region
    must be wider than twice `rim`.

    Parameters
    ----------
    logits : (y, x) or (z, y, x) float array
        Cell logits of the network; 0 is a probability of one half.
    labels : integer array of the same shape
    threshold : float
        Logit from which a pixel belongs to a cell.
    min_size : int
        Smaller regions, in pixels (voxels), are left out.
    rim : int
        Half the width up to which a region counts as a rim; 0 keeps all.
    at_border : float
        Of a cell that the border of the image cuts the model sees little: a region there reaches as far as the logit
        is above `threshold` - `at_border`, if it is above `threshold` somewhere. 0 makes no difference.

    Raises
    ------
    ImageError
        The two arrays do not fit.
    """
    flat = as_labels(labels)
    if logits.shape != flat.shape:
        raise ImageError(f"Logits of shape {logits.shape} do not fit labels of shape {flat.shape}.")
    free = (logits > threshold) & (flat == 0)
    wide = _opened(free, rim)
    if at_border > 0:
        wide |= _cut_by_border(_opened((logits > threshold - at_border) & (flat == 0), rim), free)
    pieces, count = _pieces(wide)
    areas = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    kept = np.flatnonzero(areas >= max(min_size, 1))
    kept = kept[np.argsort(-areas[kept], kind="stable")]
    place = np.zeros(count + 1, np.int32)
    place[kept + 1] = np.arange(1, len(kept) + 1)
    numbered = place[pieces]
    regions = numbered > 0
    found = ndimage.find_objects(numbered) if len(kept) else []
    boxes = np.array([[(side.start, side.stop) for side in box] for box in found], np.int64).reshape(
        len(kept), flat.ndim, 2
    )
    points, probabilities = _surest(numbered, regions, logits, len(kept))
    return UncoveredPlaces(regions, boxes, areas[kept].astype(np.int64), points, probabilities)


def _opened(free: NDArray[np.bool_], rim: int) -> NDArray[np.bool_]:
    """Return the parts that are wider than twice `rim` in each plane."""
    if rim <= 0 or free.size == 0:
        return free
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    planes = free.reshape(-1, *free.shape[-2:]).view(np.uint8)
    opened = [cv2.morphologyEx(np.ascontiguousarray(plane), cv2.MORPH_OPEN, kernel) for plane in planes]
    result: NDArray[np.bool_] = np.stack(opened).reshape(free.shape).view(bool)
    return result


def _cut_by_border(faint: NDArray[np.bool_], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the regions of `faint` that touch a side of the image and hold a pixel of `free`."""
    pieces, count = _pieces(faint)
    sides = [pieces[..., 0, :], pieces[..., -1, :], pieces[..., :, 0], pieces[..., :, -1]] if count else []
    taken = np.zeros(count + 1, np.bool_)
    for side in sides:
        taken[side.ravel()] = True
    seen = np.zeros(count + 1, np.bool_)
    seen[pieces[free]] = True
    taken &= seen
    taken[0] = False
    return taken[pieces]


def _pieces(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Number the connected regions from 1, corners in a plane included."""
    if mask.size == 0:
        return np.zeros(mask.shape, np.int32), 0
    if mask.ndim == 2:
        found, pieces = cv2.connectedComponents(mask.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
        return np.asarray(pieces, np.int32), found - 1
    pieces, count = ndimage.label(mask)
    return np.asarray(pieces, np.int32), int(count)


def _surest(
    numbered: NDArray[np.int32], regions: NDArray[np.bool_], logits: NDArray[np.floating[Any]], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the pixel with the largest logit and the mean probability of each region."""
    at = np.flatnonzero(regions)
    owner, values = numbered.reshape(-1)[at] - 1, logits.reshape(-1)[at].astype(np.float64)
    order = np.lexsort((-values, owner))
    first = order[np.searchsorted(owner[order], np.arange(count))] if count else order[:0]
    points = np.stack(np.unravel_index(at[first], numbered.shape), axis=1).astype(np.int64)
    sums = np.bincount(owner, weights=expit(values), minlength=count)
    sizes = np.bincount(owner, minlength=count)
    return points.reshape(count, numbered.ndim), (sums / np.maximum(sizes, 1)).astype(np.float32)
