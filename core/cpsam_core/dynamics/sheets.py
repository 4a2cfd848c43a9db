"""Objects laid out side by side, so that heat spreads in many of them at once.

They lie in sheets with an empty pixel between them, small enough to stay in the processor's cache for all steps.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cpsam_core.dynamics.objects import Object

# A step reads and writes three arrays of about this size, which stay in the cache of one core, in one piece each
# (`unlocked.PIECE`). With half as much a step takes a quarter longer for each pixel.
SHEET_BYTES = 112_000
SHEET_WIDTH_PX = 511
# So that rows begin with a line of the cache.
ROW_PIXELS = 16


@dataclass(frozen=True)
class Sheet:
    """Objects and where their corners lie in a common array with one empty pixel between and around them."""

    shape: tuple[int, ...]
    objects: Sequence[Object]
    corners: Sequence[tuple[int, ...]]


def pack(objects: Sequence[Object], exact: bool) -> list[Sheet]:
    """Lay objects out on shelves, those of equal height together, so that shelves waste little."""
    ordered = sorted(objects, key=lambda item: item.shape)
    if not ordered:
        return []
    planes, limit = len(ordered[0].shape) == 2, SHEET_BYTES // (8 if exact else 4)
    return list(_planes(ordered, limit) if planes else _volumes(ordered, limit))


def _planes(ordered: Sequence[Object], limit: int) -> Iterator[Sheet]:
    for run in _runs(ordered, limit):
        widths = [item.shape[1] + 1 for item in run]
        total, largest = sum(widths), max(widths)
        fewest = -(-total // SHEET_WIDTH_PX)
        # Of a few numbers of shelves, the one that leaves least room.
        most = {max(largest, total // shelves + largest // 2) for shelves in range(fewest, fewest + 4)}
        yield min((_shelved(run, width) for width in sorted(most)), key=lambda sheet: math.prod(sheet.shape))


def _shelved(run: list[Object], most: int) -> Sheet:
    """Lay objects out in rows of such a width at most."""
    corners = []
    top, left, shelf, width = 1, 1, 0, 0
    for item in run:
        if left + item.shape[1] > most:
            top, left, shelf = top + shelf + 1, 1, 0
        corners.append((top, left))
        left += item.shape[1] + 1
        shelf, width = max(shelf, item.shape[0]), max(width, left)
    return Sheet((top + shelf + 1, width + -width % ROW_PIXELS), run, corners)


def _volumes(ordered: Sequence[Object], limit: int) -> Iterator[Sheet]:
    for run in _runs(ordered, limit):
        widths = [item.shape[2] + 1 for item in run]
        depth, height = (max(item.shape[axis] for item in run) + 2 for axis in (0, 1))
        lefts = itertools.accumulate(widths[:-1], initial=1)
        width = sum(widths) + 1
        yield Sheet((depth, height, width + -width % ROW_PIXELS), run, [(1, 1, left) for left in lefts])


def _runs(ordered: Sequence[Object], limit: int) -> Iterator[list[Object]]:
    run: list[Object] = []
    pixels = 0
    for item in ordered:
        area = 1
        for extent in item.shape:
            area *= extent + 1
        if run and pixels + area > limit:
            yield run
            run, pixels = [], 0
        run.append(item)
        pixels += area
    if run:
        yield run
