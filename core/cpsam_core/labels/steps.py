"""How abruptly bodies change from plane to plane: what a merge, a cut-off end or a missing plane looks like."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.labels.runs import runs_of


def plane_steps(labels: NDArray[np.integer[Any]]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return (ids in rising order, largest step of the area from plane to plane of each object).

    The step, as a share of the largest area, is counted in those of an ellipsoid that goes through as many planes,
    whose largest steps are at its ends and are 4 / planes. About 1 is round; one that is cut off, or lacks a plane,
    reaches a quarter of its planes.

    Parameters
    ----------
    labels : (z, y, x) integer array
    """
    runs = runs_of(labels)
    ids, index = runs.objects()
    count, depth = len(ids), labels.shape[0]
    if not count:
        return ids, np.zeros(0)
    plane = runs.positions()[0][0]
    first, last = np.full(count, depth), np.full(count, -1)
    np.minimum.at(first, index, plane)
    np.maximum.at(last, index, plane)
    # Areas of the planes of all objects, one after the other, each with an empty plane before and after.
    lengths = last - first + 3
    starts = np.cumsum(lengths) - lengths
    place = starts[index] + 1 + plane - first[index]
    areas = np.bincount(place, weights=runs.lengths, minlength=int(lengths.sum()))
    # An end that lies in the first or last plane of the image is no end of the body.
    open_below, open_above = np.flatnonzero(first == 0), np.flatnonzero(last == depth - 1)
    areas[starts[open_below]] = areas[starts[open_below] + 1]
    ends = starts + lengths - 1
    areas[ends[open_above]] = areas[ends[open_above] - 1]
    steps = np.abs(np.diff(areas, append=0.0))
    # Between two objects.
    steps[ends] = 0
    largest = np.maximum.reduceat(steps, starts) / np.maximum.reduceat(areas, starts)
    return ids, largest * (last - first + 1) / 4
