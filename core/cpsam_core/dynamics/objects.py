"""Where the objects of a label image lie, from their runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.labels.runs import runs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

Slices = tuple[slice, ...]


@dataclass(frozen=True)
class Object:
    """One object of a label image.

    Attributes
    ----------
    label
        Its id.
    box
        Where it lies.
    shape
        Extent of the box.
    middle
        Its centre of mass, rounded, in the box.
    """

    label: int
    box: Slices
    shape: tuple[int, ...]
    middle: tuple[int, ...]


def objects_in(labels: NDArray[np.integer[Any]]) -> list[Object]:
    """Return the objects of a label image (y, x) or (z, y, x) by rising id."""
    runs = runs_of(labels)
    ids, index = runs.objects()
    boxes = runs.boxes(index, len(ids))
    areas = np.bincount(index, weights=runs.lengths, minlength=len(ids))
    middles = np.empty((len(ids), labels.ndim), np.int64)
    for axis, (first, last) in enumerate(runs.positions()):
        # Whole numbers, or half of them, so the sums are exact in whichever order.
        total = np.bincount(index, weights=(first + last) * runs.lengths / 2, minlength=len(ids))
        # Rounded in the object's own box: halves round to even, so where counting starts makes a difference.
        middles[:, axis] = np.round((total - boxes[:, axis, 0] * areas) / areas)
    found = []
    for label, box, middle in zip(ids.tolist(), boxes.tolist(), middles.tolist(), strict=True):
        shape = tuple(stop - start for start, stop in box)
        found.append(Object(label, tuple(slice(*ends) for ends in box), shape, tuple(middle)))
    return found
