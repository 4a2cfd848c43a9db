"""The steps of heat that spreads, many at once and without the interpreter's lock."""

from __future__ import annotations

import torch
from torch import Tensor

from cpsam_core.dynamics.unlocked import Loop, without_lock


def spread(
    warm: Tensor,
    sources: Tensor,
    heat: Tensor,
    terms: list[tuple[Tensor, ...]],
    means: list[tuple[Tensor, ...]],
    divide: bool,
    count: int,
) -> None:
    """Feed heat into the sources and spread it, `count` times, in place.

    Parameters
    ----------
    warm : (n,) float tensor
        The heat of all pixels.
    sources : (m,) int64, heat : (m,)
        Where heat is fed in, and how much.
    terms
        Sums that are made one after the other: what is added to what, and where the sum goes.
    means
        What is made of sums in the end: the sum, what it is multiplied with or divided by, and where the mean goes.
    divide
        Whether it is divided.
    """
    with torch.inference_mode():
        _loop()(
            warm,
            sources,
            heat,
            [one for one, _, _ in terms],
            [other for _, other, _ in terms],
            [out for _, _, out in terms],
            [one for one, _, _ in means],
            [other for _, other, _ in means],
            [out for _, _, out in means],
            divide,
            count,
        )


def _loop() -> Loop:
    return without_lock(_spread)


def _spread(
    warm: Tensor,
    sources: Tensor,
    heat: Tensor,
    ones: list[Tensor],
    others: list[Tensor],
    sums: list[Tensor],
    found: list[Tensor],
    shares: list[Tensor],
    means: list[Tensor],
    divide: bool,
    count: int,
) -> None:
    for _ in range(count):
        warm.index_add_(0, sources, heat)
        for k in range(len(sums)):
            torch.add(ones[k], others[k], out=sums[k])
        for k in range(len(means)):
            if divide:
                torch.div(found[k], shares[k], out=means[k])
            else:
                torch.mul(found[k], shares[k], out=means[k])
