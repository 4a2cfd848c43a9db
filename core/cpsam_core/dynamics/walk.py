"""Follow some points along the flows to their ends, without the interpreter's lock.

`follow` hands out the points; this is the work on those of a few tiles of the image.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from cpsam_core.dynamics.unlocked import Loop, without_lock


def walk(
    field: Tensor,
    points: Tensor,
    legs: Sequence[int],
    longest: float,
    origin: Sequence[int],
    part: Sequence[int],
    whole: Sequence[int],
    watch: bool = False,
) -> tuple[Tensor, Tensor]:
    """Follow points, and tell where they end and, where that is asked for, what they saw on their way.

    Parameters
    ----------
    field : (1, ndim, ...) float32
        Steps in coordinates of the whole image from -1 to 1, last axis first.
    points : (ndim, n) float32
        In these coordinates; changed. At most `unlocked.PIECE` are followed by one thread.
    legs
        Numbers of steps; after each but the last, points that have met or go round in circles are dropped.
    longest
        No step is longer along an axis.
    origin, part, whole
        Along each axis, the first pixel of the part, and the lengths of the part and of the whole image.
    watch
        Whether to tell what they saw.

    Returns
    -------
    ends : (n,) int64
        The flat position in the part of the pixel in which each point ends.
    seen : (2 ndim, n) float32
        The lowest and the highest coordinates at which the field was read, last axis first; nothing without `watch`.
    """
    with torch.inference_mode():
        ends, seen = _loop()(field, points, list(legs), longest, list(origin), list(part), list(whole), watch)
    return ends, seen


def _loop() -> Loop:
    return without_lock(_walk, _move, _nothing, _equal, _twins, _pixels)


def _move(field: Tensor, points: Tensor, count: int, longest: float, seen: Tensor) -> None:
    """Move the points by `count` steps in place, and widen what they have seen, unless that is of no points."""
    rows = points.unbind(0)
    # Steps that reach no border need not be kept from crossing it.
    reach = 1.0 - 1.01 * longest * count
    free = points.size(1) > 0
    for row in rows:
        free = free and float(row.amax()) < reach and float(row.amin()) > -reach
    grid = points.t()
    for _ in range(points.size(0)):
        grid = grid.unsqueeze(0)
    watch = seen.size(1) > 0
    low, high = seen.chunk(2)
    for _ in range(count):
        if watch:
            torch.minimum(low, points, out=low)
            torch.maximum(high, points, out=high)
        # Bilinear, zeros outside, and corners not aligned.
        step = torch.grid_sampler(field, grid, 0, 0, False)
        for axis in range(len(rows)):
            rows[axis].add_(step.select(1, axis).view([-1]))
            if not free:
                rows[axis].clamp_(-1.0, 1.0)


def _nothing(ndim: int, count: int) -> Tensor:
    """Return what points have seen that were not moved yet."""
    seen = torch.full([2 * ndim, count], 2.0)
    seen[ndim:] = -2.0
    return seen


def _equal(points: Tensor, others: Tensor) -> Tensor:
    """Return which columns are equal."""
    equal = points[0].eq(others[0])
    for axis in range(1, points.size(0)):
        equal.logical_and_(points[axis].eq(others[axis]))
    return equal


def _twins(points: Tensor) -> Tensor:
    """Return for every point the index of a point at exactly the same place, for most twins the same one.

    One look into a hash table: where two places collide, some twins are missed until the next time.
    """
    count = points.size(1)
    mixed = torch.zeros([count], dtype=torch.int32)
    for axis in range(points.size(0)):
        # Coordinates of -1 to 1 in 2**30 ths; a prime near 2**32 / golden ratio spreads the low bits.
        mixed.bitwise_xor_(points[axis].mul(1073741824.0).to(torch.int32)).mul_(-1640531527)
        mixed.bitwise_xor_(mixed >> 15)
    places = 2
    while places < 2 * count:
        places *= 2
    slot = mixed.bitwise_and_(places - 1).to(torch.int64)
    own = torch.arange(count)
    table = torch.empty([places], dtype=torch.int64)
    table.scatter_(0, slot, own)
    twin = table.gather(0, slot)
    others = torch.empty_like(points)
    for axis in range(points.size(0)):
        torch.gather(points[axis], 0, twin, out=others[axis])
    return torch.where(_equal(points, others), twin, own)


def _pixels(points: Tensor, chosen: Tensor, origin: list[int], part: list[int], whole: list[int]) -> Tensor:
    """Return the flat position in the part of the pixel that holds each of the chosen points."""
    flat = torch.zeros([chosen.size(0)], dtype=torch.int64)
    for axis in range(len(part)):
        # Coordinates come last axis first.
        place = points[len(part) - 1 - axis].index_select(0, chosen)
        pixel = place.add_(1.0).mul_(0.5).mul_(float(max(1, whole[axis] - 1))).to(torch.int64)
        flat.mul_(part[axis]).add_(pixel.sub_(origin[axis]).clamp_(0, part[axis] - 1))
    return flat


def _walk(
    field: Tensor,
    points: Tensor,
    legs: list[int],
    longest: float,
    origin: list[int],
    part: list[int],
    whole: list[int],
    watch: bool,
) -> tuple[Tensor, Tensor]:
    """Return where each point ends and what it saw; see `walk`."""
    before, ndim = points, points.size(0)
    # Of each look: the twin of each point, those of them that go on, and those that stay for good, with their pixels.
    twins: list[Tensor] = []
    going: list[Tensor] = []
    staying: list[Tensor] = []
    pixels: list[Tensor] = []
    seen: list[Tensor] = []
    for number in range(len(legs) - 1):
        seen.append(_nothing(ndim, points.size(1) if watch else 0))
        _move(field, points, legs[number], longest, seen[-1])
        twin = _twins(points)
        circling = _equal(points, before)
        if number == 0:
            circling.zero_()
        there = circling.nonzero().view([-1])
        on = twin.eq(torch.arange(twin.size(0))).logical_and_(circling.logical_not()).nonzero().view([-1])
        twins.append(twin)
        going.append(on)
        staying.append(there)
        pixels.append(_pixels(points, there, origin, part, whole))
        left = torch.empty([points.size(0), on.size(0)])
        before = torch.empty_like(left)
        for axis in range(points.size(0)):
            torch.index_select(points[axis], 0, on, out=left[axis])
            before[axis].copy_(left[axis])
        points = left
    view = _nothing(ndim, points.size(1) if watch else 0)
    _move(field, points, legs[-1], longest, view)
    ends = _pixels(points, torch.arange(points.size(1)), origin, part, whole)
    # Back from look to look: what a point ends in is what its twin ends in.
    for number in range(len(twins) - 1, -1, -1):
        found = torch.empty([twins[number].size(0)], dtype=torch.int64)
        found.scatter_(0, going[number], ends)
        found.scatter_(0, staying[number], pixels[number])
        ends = found.index_select(0, twins[number])
        if watch:
            # What stays has seen all of its circle.
            later = _nothing(ndim, found.size(0))
            later.index_copy_(1, going[number], view)
            later = later.index_select(1, twins[number])
            view = seen[number]
            low, high = view.chunk(2)
            others = later.chunk(2)
            torch.minimum(low, others[0], out=low)
            torch.maximum(high, others[1], out=high)
    return ends, view
