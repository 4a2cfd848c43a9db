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
from typing import Any

import torch

PIECE = 32_752
"""Just below 2**15, from which on torch asks other threads to help, and a whole number of lines of the cache."""

Loop = Callable[..., Any]


def pieces(length: int) -> Iterator[slice]:
    """Yield slices of at most `PIECE` that cover a length."""
    for first in range(0, length, PIECE):
        yield slice(first, min(first + PIECE, length))


@cache
def without_lock(loop: Loop, *parts: Loop) -> Loop:
    """Return a function that runs without the interpreter's lock, where torch can make one, else the function itself.

    `parts` are what it calls of its module, in an order in which each calls only those before it. All of them have to
    be written in what TorchScript understands of Python.
    """
    try:
        source = "\n".join(inspect.getsource(one) for one in (*parts, loop))
        made: Loop = getattr(torch.jit.CompilationUnit(source), loop.__name__)
    except (AttributeError, OSError, RuntimeError):
        return loop
    return made
