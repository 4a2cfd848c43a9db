"""Places of the open image where the model saw cells and no object is. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_core.progress import Progress
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class MissedCells:
    """One place without an object."""

    box: Box
    z: int
    y: int
    x: int
    """Where the model is surest."""
    area: int
    probability: float
    packed: bytes
    """Its pixels in the box, a bit each."""

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Its pixels (z, y, x) in the box."""
        shape = self.box.shape
        bits = np.unpackbits(np.frombuffer(self.packed, np.uint8), count=math.prod(shape))
        return bits.reshape(shape).view(np.bool_)


def find_missed(
    logits: NDArray[np.floating[Any]], still: Snapshot, deleted: DeletedPlaces | None, progress: Progress
) -> tuple[MissedCells, ...]:
    """Return the places where the model saw cells and no object is, the largest first.

    Parameters
    ----------
    logits
        Cell logits of the last run, (y, x) or (z, y, x).
    still
        The labels as they are now.
    deleted
        Where a person deleted objects, or said that there is no cell: nothing is missed there.
    """
    from cpsam_core.review.coverage import uncovered

    progress(0, 1, "")
    labels = still.array()
    refused = None if deleted is None else deleted.mask()
    if logits.ndim == 2:
        labels, refused = labels[0], None if refused is None else refused[0]
    if labels.shape != logits.shape:
        return ()
    found = uncovered(logits, labels, refused=refused)
    boxes, points, numbers = found.boxes, found.points, found.numbers
    if logits.ndim == 2:
        boxes = np.concatenate([np.tile([[[0, 1]]], (len(boxes), 1, 1)), boxes], axis=1)
        points = np.concatenate([np.zeros((len(points), 1), np.int64), points], axis=1)
        numbers = numbers[None]
    table = (
        boxes.reshape(-1, 6).tolist(),
        points.tolist(),
        found.areas.tolist(),
        found.probabilities.tolist(),
    )
    made = []
    for number, (corners, point, area, probability) in enumerate(zip(*table, strict=True), start=1):
        box = Box(*corners)
        packed = np.packbits(numbers[box.slices] == number).tobytes()
        made.append(MissedCells(box, point[0], point[1], point[2], area, probability, packed))
    return tuple(made)
