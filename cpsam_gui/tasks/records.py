"""Results ready to be swapped into a document, and the object tables of label volumes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from cpsam_gui.box import Box
from cpsam_gui.history import ObjectRecord, Origin
from cpsam_gui.palette import separate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_gui.history import Labels
    from cpsam_gui.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a run or of an import, ready to be swapped into the document."""

    labels: Labels
    records: dict[int, ObjectRecord]
    flows: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None
    diameter: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    class_logits: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Objects that survive a run: the labels that hold them, their rows, and the first free id."""

    labels: Snapshot | None = None
    records: Mapping[int, ObjectRecord] = field(default_factory=dict)
    first_id: int = 1


def records_of(
    labels: Labels, origin: Origin = Origin.MODEL, kept: Mapping[int, ObjectRecord] | None = None
) -> dict[int, ObjectRecord]:
    """Return the object table of a label volume (z, y, x): areas, boxes and colours; `kept` rows stay."""
    kept = kept or {}
    areas = np.bincount(labels.ravel())
    boxes = ndimage.find_objects(labels.view(np.int32))
    ids = np.flatnonzero(areas[1:]) + 1
    places = [boxes[number - 1] for number in ids]
    centres = np.array([[(part.start + part.stop) / 2 for part in place] for place in places]).reshape(-1, 3)
    colours = separate(ids, centres, {number: row.colour for number, row in kept.items()})
    return {
        number: kept[number] if number in kept else ObjectRecord(
            int(areas[number]),
            Box(z.start, z.stop, y.start, y.stop, x.start, x.stop),
            origin,
            colour=colours[number],
        )
        for number, (z, y, x) in zip(ids.tolist(), places, strict=True)
    }  # fmt: skip


def records_with(labels: Labels, fields: Mapping[int, dict[str, Any]]) -> dict[int, ObjectRecord]:
    """Return the object table of labels (z, y, x) with stored fields such as class and origin put back."""
    records = records_of(labels, Origin.EDITED)
    return {number: record.changed(**fields.get(number, {})) for number, record in records.items()}
