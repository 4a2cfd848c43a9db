"""Find one cell or body at a place, in flows that were computed already: the dynamics of a small window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

from cpsam_core.dynamics.follow import follow
from cpsam_core.errors import ImageError
from cpsam_core.labels import fill_holes

# Side of the window in pixels, of planes and volumes: the least, and the bound it grows to.
FIRST_PIXELS, LARGEST_PIXELS = {2: 96, 3: 64}, {2: 1024, 3: 256}
# Thresholds of the cell logit that are tried in turn.
LADDER = (0.0, -1.0, -2.0, -3.0, -4.0, -6.0)
# Pixels around the end of the click's path within which paths count as having met.
SINK_PIXELS = 3.0
# The same around the middle of those, for the cell as a whole.
GATHERED = 1.6
MIN_PIXELS = 15
STEPS = 200


@dataclass(frozen=True, eq=False)
class LocalMask:
    """One cell.

    Attributes
    ----------
    mask : (y, x) or (z, y, x) bool
        Its pixels, in a block as small as possible.
    corner : tuple of int
        First pixel of the block along each axis.
    threshold : float
        Of the cell logit, that was used.
    probability : float
        Mean cell probability of its pixels.
    """

    mask: NDArray[np.bool_]
    corner: tuple[int, ...]
    threshold: float
    probability: float


def find_at(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    place: tuple[int, ...],
    *,
    threshold: float | None = None,
    taken: NDArray[np.integer[Any]] | None = None,
    diameter: float | None = None,
    niter: int | None = None,
) -> LocalMask | None:
    """Find the cell of a plane, or the body of a volume, at a pixel: what converges to the same sink as that pixel.

    The flows are followed in a window around the pixel that grows until the cell lies inside, so the work does
    not depend on the size of the image. Flow errors and sizes are not looked at: somebody pointed at the cell.

    Parameters
    ----------
    flows : (2, y, x) or (3, z, y, x) float array
        5 x unit flows in array order, in pixels.
    logits : (y, x) or (z, y, x) float array
        Cell logits.
    place : (y, x) or (z, y, x)
        Pixel inside.
    threshold : float, optional
        Pixels with a logit above it may belong to the cell. By default the highest of a few thresholds, from 0
        down, at which there is a cell at the pixel.
    taken : (y, x) or (z, y, x) integer array, optional
        Labels of objects that are there already; their pixels are left out.
    diameter : float, optional
        Of cells in pixels, for the size of the first window and the number of steps; 30 by default.
    niter : int, optional
        Steps along the flows; by default as many as the size of the cells asks for.

    Returns
    -------
    LocalMask or None
        None where no cell is found, or where it is larger than the largest window.

    Raises
    ------
    ImageError
        The shapes do not fit, or the pixel is outside.
    """
    _check(flows, logits, place, taken)
    steps = niter or max(STEPS, int(STEPS * (diameter or 30.0) / 30.0))
    largest = LARGEST_PIXELS[logits.ndim]
    first = int(np.clip(4 * (diameter or 30.0), FIRST_PIXELS[logits.ndim], largest))
    for value in (threshold,) if threshold is not None else LADDER:
        side = first
        while side <= largest:
            found, cut = _in_window(flows, logits, place, float(value), taken, side, steps)
            if not cut:
                break
            side *= 2
        else:
            continue
        if found is not None:
            return found
    return None


def _in_window(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    place: tuple[int, ...],
    threshold: float,
    taken: NDArray[np.integer[Any]] | None,
    side: int,
    steps: int,
) -> tuple[LocalMask | None, bool]:
    """Return the cell in a window of a size, and whether the window cuts it."""
    start = tuple(max(0, at - side // 2) for at in place)
    window = tuple(slice(low, at + side // 2) for low, at in zip(start, place, strict=True))
    logit = np.nan_to_num(np.asarray(logits[window], np.float32), nan=-99.0)
    inside = logit > threshold
    if taken is not None:
        inside &= taken[window] == 0
    at = tuple(where - low for where, low in zip(place, start, strict=True))
    if not inside[at]:
        return None, False
    mask = _converging(np.asarray(flows[(slice(None), *window)], np.float32), inside, at, steps)
    if taken is not None:
        mask &= taken[window] == 0
    if np.count_nonzero(mask) < MIN_PIXELS:
        return None, False
    block, inner = [], True
    for axis, (low, length) in enumerate(zip(start, mask.shape, strict=True)):
        there = np.flatnonzero(mask.any(tuple(other for other in range(mask.ndim) if other != axis)))
        first, last = int(there[0]), int(there[-1])
        inner &= (first > 0 or low == 0) and (last < length - 1 or low + length == logits.shape[axis])
        block.append(slice(first, last + 1))
    probability = float(expit(logit[mask]).mean())
    part = np.ascontiguousarray(mask[tuple(block)])
    corner = tuple(low + side.start for low, side in zip(start, block, strict=True))
    return LocalMask(part, corner, threshold, probability), not inner


def _converging(
    flows: NDArray[np.float32], inside: NDArray[np.bool_], at: tuple[int, ...], steps: int
) -> NDArray[np.bool_]:
    """Return the pixels around `at` whose paths end where its path ends, in one piece, without holes."""
    starts, ends = follow(flows, inside, steps)
    shape = inside.shape
    landed = np.full(inside.size, -1, np.int64)
    landed[starts] = ends
    ended = np.stack(np.unravel_index(landed[starts], shape))
    end = np.stack(np.unravel_index(landed[np.ravel_multi_index(at, shape)], shape))
    # The sink is where most of the paths near the click's end run together, not just where one of them stops.
    near = _distance(ended, end) <= SINK_PIXELS
    middle = ended[:, near].mean(axis=1)
    spread = max(SINK_PIXELS, GATHERED * float(_distance(ended[:, near], middle).std()) + SINK_PIXELS)
    meets = near | (_distance(ended, middle) <= spread)
    mask = np.zeros(inside.size, bool)
    mask[starts[meets]] = True
    pieces, _ = ndimage.label(mask.reshape(shape))
    mask = pieces == pieces[at]
    return fill_holes(mask.astype(np.uint32)) > 0


def _distance(places: NDArray[Any], middle: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far places (axis, n) are from one."""
    far: NDArray[np.float64] = np.sqrt(((places - middle[:, None]) ** 2).sum(axis=0))
    return far


def _check(
    flows: NDArray[Any], logits: NDArray[Any], place: tuple[int, ...], taken: NDArray[Any] | None
) -> None:
    if logits.ndim not in (2, 3) or flows.shape != (logits.ndim, *logits.shape):
        raise ImageError(
            f"flows {flows.shape} and logits {logits.shape} are not those of a plane or a volume"
        )
    if taken is not None and taken.shape != logits.shape:
        raise ImageError(f"labels {taken.shape} do not fit logits {logits.shape}")
    if len(place) != logits.ndim or not all(0 <= at < n for at, n in zip(place, logits.shape, strict=True)):
        raise ImageError(f"the place {place} is outside the image {logits.shape}")
