"""Edits of whole bodies through the planes of a stack, each one step of history.

`spacing` is the size of a voxel along z, y and x in pixels of the plane (see :mod:`cpsam_gui.drawing.bodies`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.drawing import bodies
from cpsam_gui.operations.common import LOCKED, NOTHING, divide, known, unlocked
from cpsam_gui.operations.painting import wipe
from cpsam_gui.state.box import Box
from cpsam_gui.state.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cpsam_gui.drawing.bodies import Spacing
    from cpsam_gui.drawing.shapes import Mask, Point
    from cpsam_gui.state.document import Document

    Guide = Callable[[Box, Mask], tuple[Box, Mask]]
    """Gets the place of an object in another plane and its shape (y, x) here; returns both as they are there."""

NO_CROSSING = "The line must cross the body from one side to the other"


def split_bodies(
    document: Document,
    ids: Iterable[int],
    points: Sequence[Point],
    shown: Slice,
    spacing: Spacing,
) -> str | None:
    """Cut bodies along a line drawn in a slice, through all slices behind it; the largest part keeps the id.

    Where the line crosses what the view shows of a body, it goes on straight beyond both ends, because the body may be
    larger behind.

    Parameters
    ----------
    ids
        Which bodies; those that the line does not divide stay as they are.
    points
        The line in rows and columns of the slice.
    shown
        The slice in which the line was drawn.
    """
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    done = False
    with document.step("Split body"):
        for number in free:
            box = document.objects[number].box
            top, _, left, _ = shown.area(box)
            local = [(row - top, column - left) for row, column in points]
            mask = document.labels[box.slices] == number
            if shown.meets(box):
                low = (box.z0, box.y0, box.x0)[shown.across]
                local = _beyond(local, Slice(shown.across, shown.index - low).of(mask))
            # The array has z first, also where rows and columns of the slice are (y, z).
            line = [(z, y) for y, z in local] if shown.across == 2 else local
            parts = bodies.split_body(mask, line, shown.across, spacing)
            if parts is not None:
                divide(document, number, box, parts)
                done = True
    return None if done else NO_CROSSING


def _beyond(points: Sequence[Point], seen: Mask) -> list[Point]:
    """Return a line with straight ends beyond the body where it starts and stops outside of what is seen of it."""

    def inside(point: Point) -> bool:
        row, column = int(point[0] // 1), int(point[1] // 1)
        return 0 <= row < seen.shape[0] and 0 <= column < seen.shape[1] and bool(seen[row, column])

    line = [(float(a), float(b)) for a, b in points]
    if len(line) < 2 or inside(line[0]) or inside(line[-1]):
        return line
    reach = float(sum(seen.shape))
    ends = []
    for end, other in ((line[0], line[-1]), (line[-1], line[0])):
        way = np.subtract(end, other)
        far = np.add(end, way / max(float(np.hypot(*way)), 1e-6) * reach)
        ends.append((float(far[0]), float(far[1])))
    return [ends[0], *line, ends[1]]


def grow_bodies(document: Document, ids: Iterable[int], pixels: float, spacing: Spacing) -> str | None:
    """Grow bodies into the background in all directions, or shrink them where `pixels` is negative."""
    name = "Grow body" if pixels > 0 else "Shrink body"
    return _reshape(
        document, ids, name, lambda mask: bodies.grow_body(mask, pixels, spacing), abs(pixels) + 1, spacing
    )


def smooth_bodies(document: Document, ids: Iterable[int], spacing: Spacing) -> str | None:
    """Smooth the surfaces of bodies."""
    return _reshape(
        document, ids, "Smooth body", lambda mask: bodies.smooth_body(mask, spacing), 4.0, spacing
    )


def fill_bodies(document: Document, ids: Iterable[int]) -> str | None:
    """Fill the cavities of bodies; other objects inside a cavity are kept."""
    return _reshape(document, ids, "Fill cavities", bodies.fill_body, 0.0, (1.0, 1.0, 1.0))


def _reshape(
    document: Document,
    ids: Iterable[int],
    name: str,
    change: Callable[[Mask], Mask],
    margin: float,
    spacing: Spacing,
) -> str | None:
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step(name):
        for number in free:
            box = _widened(document.objects[number].box, margin, spacing).clip(document.shape)
            block = document.labels[box.slices]
            before = block == number
            after = change(before)
            values = block.copy()
            values[before & ~after] = 0
            values[after & (block == 0)] = number
            document.write(box, values)
    return "Nothing to change" if document.position == position else None


def _widened(box: Box, margin: float, spacing: Spacing) -> Box:
    dz, dy, dx = (int(np.ceil(margin / step)) for step in spacing)
    return Box(box.z0 - dz, box.z1 + dz, box.y0 - dy, box.y1 + dy, box.x0 - dx, box.x1 + dx)


def interpolate(document: Document, ids: Iterable[int]) -> str | None:
    """Draw objects in the planes between those in which they are drawn; background only."""
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    gaps = {number: _gaps(document, number) for number in free}
    if not any(gaps.values()):
        return "Draw the object in two planes with empty ones between them"
    position = document.position
    with document.step("Interpolate planes"):
        for number in free:
            _interpolate_one(document, number, gaps[number])
    return "There is no free background between the planes" if document.position == position else None


def _gaps(document: Document, number: int) -> list[tuple[int, int]]:
    """Return the planes around each gap of an object, counted in its box."""
    mine = document.labels[document.objects[number].box.slices] == number
    drawn = np.flatnonzero(mine.any((1, 2))).tolist()
    return [(low, high) for low, high in pairwise(drawn) if high - low > 1]


def _interpolate_one(document: Document, number: int, gaps: list[tuple[int, int]]) -> None:
    box = document.objects[number].box
    block = document.labels[box.slices]
    values = block.copy()
    for low, high in gaps:
        between = bodies.planes_between(block[low] == number, block[high] == number, high - low - 1)
        for z, mask in enumerate(between, start=low + 1):
            values[z][mask & (block[z] == 0)] = number
    document.write(box, values)


def copy_to_plane(
    document: Document, ids: Iterable[int], plane: int, target: int, guide: Guide | None = None
) -> str | None:
    """Draw objects in another plane; background only.

    With a `guide` an object gets the shape that the flows of that plane give it there, where they agree that it is the
    same one; else, and without a guide, the shape that it has in this plane.
    """
    if not 0 <= target < document.shape[0]:
        return "There is no plane beyond this one"
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step("Copy to plane"):
        for number in free:
            box = document.objects[number].box
            if not box.z0 <= plane < box.z1:
                continue
            here = Box(plane, plane + 1, box.y0, box.y1, box.x0, box.x1)
            there = Box(target, target + 1, box.y0, box.y1, box.x0, box.x1)
            mask = document.labels[here.slices][0] == number
            if guide is not None:
                there, mask = guide(there, mask)
            block = document.labels[there.slices]
            taken = mask[None] & (block == 0)
            document.write(there, np.where(taken, np.uint32(number), block))
    return "There is no free background in that plane" if document.position == position else None


def delete_beyond(document: Document, ids: Iterable[int], plane: int, *, above: bool) -> str | None:
    """Delete what objects have above this plane (planes of higher number), or below it."""
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step("Delete above" if above else "Delete below"):
        for number in free:
            box = document.objects[number].box
            low, high = (max(plane + 1, box.z0), box.z1) if above else (box.z0, min(plane, box.z1))
            part = Box(low, high, box.y0, box.y1, box.x0, box.x1)
            if not part.empty:
                block = document.labels[part.slices]
                document.write(part, np.where(block == number, np.uint32(0), block))
    return "The objects end in this plane" if document.position == position else None


def delete_in_plane(document: Document, ids: Iterable[int], plane: int) -> str | None:
    """Delete what objects have in one plane."""
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    position = document.position
    with document.step("Delete in plane"):
        for number in free:
            wipe(document, number, Slice(0, plane))
    return "The objects have nothing in this plane" if document.position == position else None
