"""Parts of a work side by side, one a core: numpy and torch let go of the interpreter's lock while they compute."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Part = TypeVar("Part")
Result = TypeVar("Result")


@cache
def workers() -> int:
    """Return how many threads work side by side: one for each core that the program may use."""
    from cpsam_core.system.machine import cores

    return cores()[1]


def on_all_cores(
    work: Callable[[Part], Result], parts: Iterable[Part], threads: int | None = None
) -> list[Result]:
    """Return what a work makes of each part, in order; parts must not wait for each other nor write to one place."""
    parts = list(parts)
    if len(parts) == 1:
        return [work(parts[0])]
    with ThreadPoolExecutor(threads or workers()) as pool:
        return list(pool.map(work, parts))
