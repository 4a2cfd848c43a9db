"""The heat of many steps from fewer ones.

After n steps the heat is the sum of the first n powers of the step, applied to the source. A step lets nothing grow
(its eigenvalues lie between -1 and 1), so the sum is a polynomial that Chebyshev's first few approach: about five or
six times the root of n of them, each of which takes one step. They are added up by Clenshaw's recurrence, in which
what was there two steps before is taken away after every step: a wave, not heat. Every second two of the steps are
kept with the other sign, so that what a step brings is added to what was there before, or taken away, in one go.

Its rounding errors are of the size of the heat at the source, everywhere; a few steps of heat at the end smooth them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.fft import dct
from torch import Tensor

from cpsam_core.dynamics.unlocked import Loop, pieces, without_lock

if TYPE_CHECKING:
    from numpy.typing import NDArray

ERROR = 1e-6
"""Of the polynomial, in units of the heat that one step feeds in."""


@lru_cache(maxsize=64)
def coefficients(steps: int) -> tuple[float, ...]:
    """Return those of Chebyshev's polynomials in the sum of the powers 1 to `steps`, but for `ERROR`."""
    angles = (np.arange(steps + 1) + 0.5) * np.pi / (steps + 1)
    place, below = np.cos(angles), 2 * np.sin(angles / 2) ** 2
    # The powers, less one; near 1 their difference from it has all its digits that way.
    positive = place > 0
    power = np.where(positive, np.expm1(steps * np.log1p(-np.where(positive, below, 0))), place**steps - 1)
    found = dct(place * power / -below) / (steps + 1)
    found[0] /= 2
    left_out = np.cumsum(np.abs(found[::-1]))[::-1]
    return tuple(found[: max(1, int(np.count_nonzero(left_out > ERROR)))].tolist())


def heat_by_waves(
    warm: NDArray[np.float32],
    other: NDArray[np.float32],
    sums: NDArray[np.float32],
    box: NDArray[np.float32],
    weight: NDArray[np.float32],
    row: int,
    sources: NDArray[np.int64],
    heat: float,
    steps: int,
) -> None:
    """Put the heat after so many steps into `warm`.

    Parameters
    ----------
    warm, other : (n,) float32
        Zeros, for a sheet with an empty pixel around it.
    sums : (n,) float32, box : (n - 2 row,) float32
        Room to work in, zeros.
    weight : (n - 2 row,) float32
        Two ninths inside of objects, 0 elsewhere, without the first and the last row.
    row
        Length of a row of the sheet.
    sources : (m,) int64
        Where heat is fed in.
    heat
        How much at each step.
    """
    with torch.inference_mode():
        flat = [torch.from_numpy(one) for one in (warm, other, sums, box, weight)]
        _loop()(
            *flat,
            row,
            torch.from_numpy(sources),
            [heat * one for one in coefficients(steps)],
            _edges(len(warm)),
        )


def _edges(length: int) -> list[int]:
    """Return where pieces begin, and the end of the last."""
    return [*(piece.start for piece in pieces(length)), length]


def _loop() -> Loop:
    return without_lock(_waves, _parts, _swing)


def _parts(whole: Tensor, shift: int, edges: list[int], least: int, most: int) -> list[Tensor]:
    """Return the pieces of a flat array between these edges, each kept inside of `least` to `most` and then shifted."""
    parts: list[Tensor] = []
    for k in range(len(edges) - 1):
        first, last = max(edges[k], least), min(edges[k + 1], most)
        if first < last:
            parts.append(whole[first + shift : last + shift])
    return parts


def _swing(
    sides: list[list[Tensor]],
    across: list[Tensor],
    neighbours: list[list[Tensor]],
    box: list[Tensor],
    weight: list[Tensor],
    target: list[Tensor],
    share: float,
) -> None:
    """Add a step, or a share of it, to what was there before."""
    left, middle, right = sides[0], sides[1], sides[2]
    for k in range(len(across)):
        torch.add(left[k], right[k], out=across[k])
        across[k].add_(middle[k])
    above, level, below = neighbours[0], neighbours[1], neighbours[2]
    for k in range(len(box)):
        torch.add(above[k], below[k], out=box[k])
        box[k].add_(level[k])
        target[k].addcmul_(box[k], weight[k], value=share)


def _waves(
    warm: Tensor,
    other: Tensor,
    sums: Tensor,
    box: Tensor,
    weight: Tensor,
    row: int,
    sources: Tensor,
    shares: list[float],
    edges: list[int],
) -> None:
    size = warm.size(0)
    inner = size - 2 * row
    # Whatever a step touches is cut out once: of what is there now, which is in turn the one and the other.
    across = _parts(sums, 0, edges, 1, size - 1)
    neighbours = [_parts(sums, shift, edges, 0, inner) for shift in (0, row, 2 * row)]
    boxes, weights = _parts(box, 0, edges, 0, inner), _parts(weight, 0, edges, 0, inner)
    both, ones = [warm, other], torch.ones(sources.shape)
    sides = [[_parts(one, shift, edges, 1, size - 1) for shift in (-1, 0, 1)] for one in both]
    targets = [_parts(one, row, edges, 0, inner) for one in both]
    now = 0
    # Signs of what is there now, and of what was there before and is there next.
    sign, following = 1.0, 1.0
    for k in range(len(shares) - 1, -1, -1):
        # The last step counts once, not twice.
        part = 1.0 if k > 0 else 0.5
        _swing(sides[now], across, neighbours, boxes, weights, targets[1 - now], part * sign * following)
        both[1 - now].index_add_(0, sources, ones, alpha=following * shares[k])
        sign, following = following, -sign
        now = 1 - now
    warm.copy_(both[now]).mul_(sign)
