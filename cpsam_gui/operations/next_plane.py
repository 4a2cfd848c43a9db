"""The shape of an object in the next plane of a stack, from the flows of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import drawing
from cpsam_gui.drawing.cuts import depth_of
from cpsam_gui.operations.common import LOCKED, NOTHING, known, unlocked
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.operations.bodies import Guide
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Labels

SAME = 0.3
"""Intersection over union from which a cell of the next plane is the same one; cells shrink towards their ends."""


def guide_by_flows(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    labels: Labels,
    diameter: float | None = None,
) -> Guide:
    """Return what finds an object of one plane in another one, as it is here where nothing is found.

    Parameters
    ----------
    flows
        Of that other plane, (2, y, x): 5 x unit flows along y and x.
    logits
        Cell logits of that plane (y, x).
    labels
        Objects that are in that plane already (y, x).
    diameter
        Of the cells in pixels.
    """

    def guide(box: Box, mask: Mask) -> tuple[Box, Mask]:
        return _match(flows, logits, labels, diameter, box, mask) or (box, mask)

    return guide


def follow_planes(
    document: Document,
    ids: Iterable[int],
    plane: int,
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    diameter: float | None = None,
) -> str | None:
    """Draw objects of one plane in the planes before and after it, as long as the flows of a run go on with them.

    Parameters
    ----------
    flows
        (2 or 3, z, y, x): 5 x unit flows, of which the last two are along y and x.
    logits
        Cell logits (z, y, x).
    """
    chosen = known(document, ids)
    free = unlocked(document, chosen)
    if not free:
        return LOCKED if chosen else NOTHING
    if logits.shape != document.shape:
        return "The flows are those of another image; segment first"
    position = document.position
    with document.step("Follow through planes"):
        for number in free:
            for way in (1, -1):
                _follow_one(
                    document,
                    number,
                    range(plane, -1 if way < 0 else document.shape[0], way),
                    flows,
                    logits,
                    diameter,
                )
    return "The flows continue it in no other plane" if document.position == position else None


def _follow_one(
    document: Document,
    number: int,
    planes: range,
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    diameter: float | None,
) -> None:
    row = document.objects[number].box
    box = replace(row, z0=planes.start, z1=planes.start + 1)
    mask = document.labels[planes.start, row.y0 : row.y1, row.x0 : row.x1] == number
    for z in planes[1:]:
        labels = document.labels[z]
        if (labels[box.y0 : box.y1, box.x0 : box.x1] == number).any():
            return
        found = _match(flows[-2:, z], logits[z], labels, diameter, box, mask)
        if found is None:
            return
        box, mask = replace(found[0], z0=z, z1=z + 1), found[1]
        block = document.labels[box.slices]
        document.write(box, np.where(mask[None] & (block == 0), np.uint32(number), block))


def _match(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    labels: Labels,
    diameter: float | None,
    box: Box,
    mask: Mask,
) -> tuple[Box, Mask] | None:
    """Return the cell of another plane that is the same one, by its overlap; None where there is none."""
    from cpsam_core.dynamics import find_at

    if not mask.any():
        return None
    depth = depth_of(mask, (1.0, 1.0))
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    place = int(row) + box.y0, int(column) + box.x0
    if labels[place]:
        return None
    found = find_at(flows, logits, place, threshold=0.0, taken=labels, diameter=diameter)
    if found is None:
        return None
    height, width = found.mask.shape
    y0, x0 = found.corner
    there = Box(box.z0, box.z1, y0, y0 + height, x0, x0 + width)
    shared = box.intersection(there)
    both = 0
    if not shared.empty:
        both = int(np.count_nonzero(_part(mask, box, shared) & _part(found.mask, there, shared)))
    union = np.count_nonzero(mask) + np.count_nonzero(found.mask) - both
    return (there, drawing.fill_holes(found.mask)) if both >= SAME * union else None


def _part(mask: Mask, box: Box, shared: Box) -> Mask:
    return mask[shared.y0 - box.y0 : shared.y1 - box.y0, shared.x0 - box.x0 : shared.x1 - box.x0]
