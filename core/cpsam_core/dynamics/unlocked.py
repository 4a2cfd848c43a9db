"""Loops of many small steps that keep nobody waiting: they run without the interpreter's lock.

Step by step from Python, two threads pass that lock to and fro a hundred thousand times a second, which takes longer
than what they compute, and a window waits for it behind both. So the loops are compiled by TorchScript, whose
functions run on their own. A torch without it runs the same lines as they stand.

Steps of torch that touch more than `PIECE` numbers at once are shared out among its own threads, which wait for each
other after every one of them; so each works on pieces of at most as many.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import List, TypeVar  # noqa: UP035 - what TorchScript reads

import torch
from torch import Tensor

PIECE = 32_752
"""Just below 2**15, from which on torch asks other threads to help, and a whole number of lines of the cache."""

Loop = TypeVar("Loop", bound=Callable[..., object])


def pieces(length: int) -> Iterator[slice]:
    """Yield slices of at most `PIECE` that cover a length."""
    for first in range(0, length, PIECE):
        yield slice(first, min(first + PIECE, length))


@cache
def without_lock(loop: Loop) -> Loop:
    """Return a function of this module as one that runs without the interpreter's lock, where torch can make one."""
    try:
        made: Loop = getattr(torch.jit.CompilationUnit(inspect.getsource(loop)), loop.__name__)
    except (AttributeError, OSError, RuntimeError):
        return loop
    return made


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
        without_lock(_spread)(
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


def _spread(
    warm: Tensor,
    sources: Tensor,
    heat: Tensor,
    ones: List[Tensor],  # noqa: UP006
    others: List[Tensor],  # noqa: UP006
    sums: List[Tensor],  # noqa: UP006
    found: List[Tensor],  # noqa: UP006
    shares: List[Tensor],  # noqa: UP006
    means: List[Tensor],  # noqa: UP006
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
