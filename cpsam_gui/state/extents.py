"""The smallest block that holds an object, found where labels change and never in all of them. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.steps import Labels

# So few objects are looked for one by one: a brush changes one or two.
FEW = 4
# Voxels that are read at once on the way from the side of a block inwards.
SLAB_VOXELS = 1 << 20


def extents(box: Box, values: Labels, where: NDArray[np.bool_], numbers: Collection[int]) -> dict[int, Box]:
    """Return for each of `numbers` the smallest block that holds it `where` it stands in the labels of a block."""
    if len(numbers) <= FEW:
        found = {number: _span(where & (values == number)) for number in numbers}
    else:
        ids = np.fromiter(numbers, np.int64, len(numbers))
        places = np.zeros(int(ids.max()) + 1, np.int32)
        places[ids] = np.arange(1, ids.size + 1)
        spans = ndimage.find_objects(places[np.where(where, values, ids[0])] * where)
        found = dict(zip(ids.tolist(), spans, strict=False))
    return {number: box.part(span) for number, span in found.items() if span is not None}


def shrunk(labels: LabelStore, number: int, box: Box) -> Box:
    """Return the smallest block that holds an object, inside one that does; quick where there is little to take off."""
    sides = [box.z0, box.z1, box.y0, box.y1, box.x0, box.x1]
    for axis in range(3):
        for end in (0, 1):
            place = _outermost(labels, number, Box(*sides), axis, end)
            if place is None:
                return box
            sides[2 * axis + end] = place
    return Box(*sides)


def _outermost(labels: LabelStore, number: int, box: Box, axis: int, end: int) -> int | None:
    """Return the side of an object on an axis, looked for from that end; None where it is not in the block."""
    sides = [box.z0, box.z1, box.y0, box.y1, box.x0, box.x1]
    first, stop = sides[2 * axis], sides[2 * axis + 1]
    rest = box.shape[(axis + 1) % 3] * box.shape[(axis + 2) % 3]
    step = max(1, SLAB_VOXELS // max(rest, 1))
    others = tuple(other for other in range(3) if other != axis)
    while first < stop:
        low, high = (first, min(first + step, stop)) if end == 0 else (max(stop - step, first), stop)
        sides[2 * axis], sides[2 * axis + 1] = low, high
        there = np.flatnonzero((labels.read(Box(*sides)) == number).any(axis=others))
        if there.size:
            return low + int(there[-1 if end else 0]) + end
        first, stop = (high, stop) if end == 0 else (first, low)
    return None


def _span(mask: NDArray[np.bool_]) -> tuple[slice, ...] | None:
    lines = (np.flatnonzero(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1)))
    found = [(int(line[0]), int(line[-1]) + 1) for line in lines if line.size]
    return tuple(slice(first, stop) for first, stop in found) if len(found) == 3 else None
