"""The heat of many steps from fewer ones.

After n steps the heat is the sum of the first n powers of the step, applied to the source. A step lets nothing grow
(its eigenvalues lie between -1 and 1), so the sum is a polynomial that Chebyshev's first few approach: about five or
six times the root of n of them, each of which takes one step. They are added up by Clenshaw's recurrence, in which
what was there two steps before is taken away after every step: a wave, not heat.

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
    return without_lock(_waves, _swing)


def _swing(
    now: Tensor, before: Tensor, sums: Tensor, box: Tensor, weight: Tensor, row: int, edges: list[int]
) -> None:
    """Replace what was there before by twice a step from what is there now, less what was there before."""
    size = now.size(0)
    for k in range(len(edges) - 1):
        first, last = max(edges[k], 1), min(edges[k + 1], size - 1)
        across = sums[first:last]
        torch.add(now[first - 1 : last - 1], now[first + 1 : last + 1], out=across)
        across.add_(now[first:last])
    for k in range(len(edges) - 1):
        first, last = edges[k], min(edges[k + 1], size - 2 * row)
        if first < last:
            part, target = box[first:last], before[first + row : last + row]
            torch.add(sums[first:last], sums[first + 2 * row : last + 2 * row], out=part)
            part.add_(sums[first + row : last + row]).mul_(weight[first:last])
            torch.sub(part, target, out=target)


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
    now, before = warm, other
    for k in range(len(shares) - 1, 0, -1):
        _swing(now, before, sums, box, weight, row, edges)
        before.index_add_(0, sources, torch.full(sources.shape, shares[k]))
        now, before = before, now
    # The last step counts once, not twice.
    kept = before.clone()
    _swing(now, before, sums, box, weight, row, edges)
    before.sub_(kept).mul_(0.5)
    before.index_add_(0, sources, torch.full(sources.shape, shares[0]))
    warm.copy_(before)
