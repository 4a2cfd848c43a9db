"""How far flows are from those of the heat, pixel by pixel, in single precision and without the interpreter's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from cpsam_core.dynamics.diffusion import SOURCE
from cpsam_core.dynamics.unlocked import PIECE, Loop, without_lock

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A power of two that brings differences of heat, of all but the faintest, to where their squares are in the range of
# single precision.
SCALE = 2.0**-45
# With less, squares of differences in the last digit do not have all of theirs.
LEAST_HEAT = 1e-27 * SOURCE
# Far below the square of any difference.
NEXT_TO_NOTHING = 1e-37


def squared_misfits(
    heat: NDArray[np.float32], down: NDArray[np.floating[Any]], right: NDArray[np.floating[Any]]
) -> NDArray[np.float32] | None:
    """Return (y, x) float32, the squared differences of a fifth of flows from the unit flows up the heat.

    They are not finite where the flows are not, or of huge length. None if there is too little heat for this precision.

    Parameters
    ----------
    heat : (y + 2, x + 2) float32
        With a margin of one pixel.
    down, right : (y, x) float array
        Components of the network's flows, 5 x unit flows.
    """
    off = np.empty(down.shape, np.float32)
    rows = max(1, PIECE // max(1, down.shape[-1]))
    # Torch takes no array that is read backwards or must not be written to.
    arrays = [np.require(one, np.float32, ["C", "W"]) for one in (heat, down, right)]
    with torch.inference_mode():
        flat = map(torch.from_numpy, [*arrays, off])
        precise = _loop()(*flat, rows, SCALE, LEAST_HEAT, NEXT_TO_NOTHING)
    return off if precise else None


def _loop() -> Loop:
    return without_lock(_misfits)


def _misfits(
    heat: Tensor,
    down: Tensor,
    right: Tensor,
    off: Tensor,
    rows: int,
    scale: float,
    least: float,
    nothing: float,
) -> bool:
    width = off.size(1)
    for top in range(0, off.size(0), rows):
        count = min(rows, off.size(0) - top)
        halo = heat[top : top + count + 2]
        if float(halo.masked_fill(halo.eq(0.0), least).amin()) < least:
            return False
        across, along, out = down[top : top + count], right[top : top + count], off[top : top + count]
        one = halo[2:, 1 : width + 1] - halo[:count, 1 : width + 1]
        other = halo[1 : count + 1, 2:] - halo[1 : count + 1, :width]
        shared = one * across
        shared.addcmul_(other, along)
        one.mul_(scale)
        other.mul_(scale)
        one.mul_(one).addcmul_(other, other)
        # Of a vector of length one or, where the heat is even, none, and a fifth of the flow: both squared, less twice
        # their product.
        torch.mul(across, across, out=out)
        out.addcmul_(along, along).mul_(0.04).add_(one.sign())
        shared.div_(one.clamp_min_(nothing).sqrt_())
        out.add_(shared, alpha=-0.4 * scale)
    return True
