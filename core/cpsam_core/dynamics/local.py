"""Find one cell at a place, in flows that were computed already: the dynamics of a small window."""

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

# Side of the window in pixels: the least, and the bound it grows to.
FIRST, LARGEST = 96, 1024
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
    mask : (y, x) bool
        Its pixels, in a block as small as possible.
    y0, x0 : int
        Where the block lies in the plane.
    threshold : float
        Of the cell logit, that was used.
    probability : float
        Mean cell probability of its pixels.
    """

    mask: NDArray[np.bool_]
    y0: int
    x0: int
    threshold: float
    probability: float


def find_at(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    place: tuple[int, int],
    *,
    threshold: float | None = None,
    taken: NDArray[np.integer[Any]] | None = None,
    diameter: float | None = None,
    niter: int | None = None,
) -> LocalMask | None:
    """Find the cell at a pixel: what converges to the same sink as that pixel.

    The flows are followed in a window around the pixel that grows until the cell lies inside, so the work does
    not depend on the size of the image. Flow errors and sizes are not looked at: somebody pointed at the cell.

    Parameters
    ----------
    flows : (2, y, x) float array
        5 x unit flows, y then x, in pixels.
    logits : (y, x) float array
        Cell logits.
    place : (y, x)
        Pixel inside the plane.
    threshold : float, optional
        Pixels with a logit above it may belong to the cell. By default the highest of a few thresholds, from 0
        down, at which there is a cell at the pixel.
    taken : (y, x) integer array, optional
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
    first = int(np.clip(4 * (diameter or 30.0), FIRST, LARGEST))
    for value in (threshold,) if threshold is not None else LADDER:
        side = first
        while side <= LARGEST:
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
    place: tuple[int, int],
    threshold: float,
    taken: NDArray[np.integer[Any]] | None,
    side: int,
    steps: int,
) -> tuple[LocalMask | None, bool]:
    """Return the cell in a window of a size, and whether the window cuts it."""
    y0, x0 = (max(0, at - side // 2) for at in place)
    window = (slice(y0, place[0] + side // 2), slice(x0, place[1] + side // 2))
    logit = np.nan_to_num(np.asarray(logits[window], np.float32), nan=-99.0)
    inside = logit > threshold
    if taken is not None:
        inside &= taken[window] == 0
    at = (place[0] - y0, place[1] - x0)
    if not inside[at]:
        return None, False
    mask = _converging(np.asarray(flows[(slice(None), *window)], np.float32), inside, at, steps)
    if taken is not None:
        mask &= taken[window] == 0
    if np.count_nonzero(mask) < MIN_PIXELS:
        return None, False
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    inner = (
        (rows[0] > 0 or y0 == 0)
        and (columns[0] > 0 or x0 == 0)
        and (rows[-1] < mask.shape[0] - 1 or y0 + mask.shape[0] == logits.shape[0])
        and (columns[-1] < mask.shape[1] - 1 or x0 + mask.shape[1] == logits.shape[1])
    )
    probability = float(expit(logit[mask]).mean())
    part = np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return LocalMask(part, y0 + int(rows[0]), x0 + int(columns[0]), threshold, probability), not inner


def _converging(
    flows: NDArray[np.float32], inside: NDArray[np.bool_], at: tuple[int, int], steps: int
) -> NDArray[np.bool_]:
    """Return the pixels (y, x) around `at` whose paths end where its path ends, in one piece, without holes."""
    starts, ends = follow(flows, inside, steps)
    shape = inside.shape
    landed = np.full(inside.size, -1, np.int64)
    landed[starts] = ends
    y, x = np.divmod(landed[starts], shape[1])
    end = divmod(int(landed[at[0] * shape[1] + at[1]]), shape[1])
    # The sink is where most of the paths near the click's end run together, not just where one of them stops.
    near = np.hypot(y - end[0], x - end[1]) <= SINK_PIXELS
    middle = y[near].mean(), x[near].mean()
    spread = max(
        SINK_PIXELS, GATHERED * float(np.hypot(y[near] - middle[0], x[near] - middle[1]).std()) + SINK_PIXELS
    )
    meets = near | (np.hypot(y - middle[0], x - middle[1]) <= spread)
    mask = np.zeros(inside.size, bool)
    mask[starts[meets]] = True
    pieces, _ = ndimage.label(mask.reshape(shape))
    mask = pieces == pieces[at]
    return fill_holes(mask.astype(np.uint32)) > 0


def _check(
    flows: NDArray[Any], logits: NDArray[Any], place: tuple[int, int], taken: NDArray[Any] | None
) -> None:
    if logits.ndim != 2 or flows.shape != (2, *logits.shape):
        raise ImageError(f"flows {flows.shape} and logits {logits.shape} are not those of one plane")
    if taken is not None and taken.shape != logits.shape:
        raise ImageError(f"labels {taken.shape} do not fit logits {logits.shape}")
    if not all(0 <= at < n for at, n in zip(place, logits.shape, strict=True)):
        raise ImageError(f"the place {place} is outside the plane {logits.shape}")
