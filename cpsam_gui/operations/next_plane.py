"""The shape of an object in the next plane of a stack, from the flows of a run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import drawing
from cpsam_gui.drawing.cuts import depth_of
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.operations.bodies import Guide
    from cpsam_gui.state.steps import Labels

SAME = 0.3
"""Intersection over union from which a cell of the next plane is the same one; cells shrink towards their ends."""


def guide_by_flows(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    labels: Labels,
    diameter: float | None = None,
) -> Guide:
    """Return what finds an object of one plane in another one.

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
    return partial(_follow, flows, logits, labels, diameter)


def _follow(
    flows: NDArray[np.floating[Any]],
    logits: NDArray[np.floating[Any]],
    labels: Labels,
    diameter: float | None,
    box: Box,
    mask: Mask,
) -> tuple[Box, Mask]:
    from cpsam_core.dynamics import find_at

    if not mask.any():
        return box, mask
    depth = depth_of(mask, (1.0, 1.0))
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    place = int(row) + box.y0, int(column) + box.x0
    if labels[place]:
        return box, mask
    found = find_at(flows, logits, place, taken=labels, diameter=diameter)
    if found is None:
        return box, mask
    height, width = found.mask.shape
    there = Box(box.z0, box.z1, found.y0, found.y0 + height, found.x0, found.x0 + width)
    shared = box.intersection(there)
    both = 0
    if not shared.empty:
        both = int(np.count_nonzero(_part(mask, box, shared) & _part(found.mask, there, shared)))
    union = np.count_nonzero(mask) + np.count_nonzero(found.mask) - both
    return (there, drawing.fill_holes(found.mask)) if both >= SAME * union else (box, mask)


def _part(mask: Mask, box: Box, shared: Box) -> Mask:
    return mask[shared.y0 - box.y0 : shared.y1 - box.y0, shared.x0 - box.x0 : shared.x1 - box.x0]
