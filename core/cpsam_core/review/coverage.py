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
    numbers : (y, x) or (z, y, x) int32
        The number of the region, from 1, that each pixel belongs to; 0 for none.
    boxes : (n, axes, 2) int64
        First pixel and one past the last of each region along each axis.
    areas : (n,) int64
        Pixels (voxels) of each.
    points : (n, axes) int64
        A pixel inside each, where the model is surest; a click there can ask for the cell.
    probabilities : (n,) float32
        Mean probability of each, 0 to 1.
    """

    numbers: NDArray[np.int32]
    boxes: NDArray[np.int64]
    areas: NDArray[np.int64]
    points: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        """Return how many regions there are."""
        return len(self.areas)

    @property
    def regions(self) -> NDArray[np.bool_]:
        """The pixels of all regions."""
        return self.numbers > 0


def uncovered(
    logits: NDArray[np.floating[Any]],
    labels: NDArray[Any],
    *,
    threshold: float = 0.0,
    min_size: int = 15,
    rim: int = 1,
    at_border: float = 1.0,
    refused: NDArray[np.bool_] | None = None,
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
    refused : bool array of the same shape, optional
        Where somebody said that there is no cell. A region is left out where most of it lies there, and of the others
        that part.

    Raises
    ------
    ImageError
        The arrays do not fit.
    """
    flat = as_labels(labels)
    if logits.shape != flat.shape:
        raise ImageError(f"Logits of shape {logits.shape} do not fit labels of shape {flat.shape}.")
    if refused is not None and refused.shape != flat.shape:
        raise ImageError(f"What was refused has the shape {refused.shape}, the labels {flat.shape}.")
    background = flat == 0
    pieces, count = _pieces(_wide(logits, background, threshold, rim, at_border))
    if refused is not None:
        background &= ~(refused | _lying_in(refused, pieces, count)[pieces])
        pieces, count = _pieces(_wide(logits, background, threshold, rim, at_border))
    areas = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    kept = np.flatnonzero(areas >= max(min_size, 1))
    kept = kept[np.argsort(-areas[kept], kind="stable")]
    place = np.zeros(count + 1, np.int32)
    place[kept + 1] = np.arange(1, len(kept) + 1)
    numbered = place[pieces]
    found = ndimage.find_objects(numbered) if len(kept) else []
    boxes = np.array([[(side.start, side.stop) for side in box] for box in found], np.int64).reshape(
        len(kept), flat.ndim, 2
    )
    points, probabilities = _surest(numbered, logits, len(kept))
    return UncoveredPlaces(numbered, boxes, areas[kept].astype(np.int64), points, probabilities)


def _wide(
    logits: NDArray[np.floating[Any]],
    background: NDArray[np.bool_],
    threshold: float,
    rim: int,
    at_border: float,
) -> NDArray[np.bool_]:
    """Return where the model saw cells on the background, without rims."""
    free = (logits > threshold) & background
    wide = _opened(free, rim)
    if at_border > 0:
        wide = wide | _cut_by_border(_opened((logits > threshold - at_border) & background, rim), free)
    return wide


def _lying_in(refused: NDArray[np.bool_], pieces: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    """Return, by number, which pieces lie for the most part where somebody said that there is no cell."""
    areas = np.bincount(pieces.ravel(), minlength=count + 1)
    most = 2 * np.bincount(pieces[refused], minlength=count + 1) > areas
    most[0] = False
    return most


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
    numbered: NDArray[np.int32], logits: NDArray[np.floating[Any]], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the pixel with the largest logit and the mean probability of each region."""
    at = np.flatnonzero(numbered)
    owner, values = numbered.reshape(-1)[at] - 1, logits.reshape(-1)[at].astype(np.float64)
    order = np.lexsort((-values, owner))
    first = order[np.searchsorted(owner[order], np.arange(count))] if count else order[:0]
    points = np.stack(np.unravel_index(at[first], numbered.shape), axis=1).astype(np.int64)
    sums = np.bincount(owner, weights=expit(values), minlength=count)
    sizes = np.bincount(owner, minlength=count)
    return points.reshape(count, numbered.ndim), (sums / np.maximum(sizes, 1)).astype(np.float32)
