"""Parts of a work side by side, one a core: numpy and torch let go of the interpreter's lock while they compute."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Part = TypeVar("Part")
Result = TypeVar("Result")


def workers(threads: int | None = None) -> int:
    """Return how many threads are used: one per core unless it is said."""
    return threads or os.cpu_count() or 1


def on_all_cores(
    work: Callable[[Part], Result], parts: Iterable[Part], threads: int | None = None
) -> list[Result]:
    """Return what a work makes of each part, in order; parts must not wait for each other nor write to one place."""
    with ThreadPoolExecutor(workers(threads)) as pool:
        return list(pool.map(work, parts))
