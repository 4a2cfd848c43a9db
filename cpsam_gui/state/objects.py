"""The object table: what is known about each object beside its pixels, by id.

The colours and classes of all objects stand in arrays beside the rows.

Colouring a result of 200,000 objects must not take 200,000 steps in the thread that draws: the arrays are made
once, where the rows are made, and follow each row that changes. No Qt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui.state.palette import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_gui.state.box import Box

CLASSES = 255
"""Largest class that has a colour of its own; the ones beyond share that of the last."""
# Ids to come that have a place already: an array that grows means colouring everything anew.
SPARE = 4096


class Origin(str, Enum):
    """Who drew an object."""

    MODEL = "model"
    # By the model, then corrected by hand.
    EDITED = "edited"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """What is known about one object beside its pixels."""

    area: int
    """Pixels (voxels) of the object."""
    box: Box
    """Block that holds the object; while a step is open it may be larger than needed."""
    origin: Origin = Origin.HAND
    locked: bool = False
    uncertain: bool = False
    verified: bool = False
    """Looked at and found right."""
    class_id: int = 0
    judged: bool = False
    """A person chose it, gave it a class or split it off, though perhaps drew none of its pixels."""
    colour: int = 0
    """Position in the palette, fixed for the life of the object."""
    flow_error: float | None = None
    probability: float | None = None

    @property
    def touched(self) -> bool:
        """Whether a person had a hand in it: drew, corrected, chose, classed, marked, locked or accepted it.

        What is touched survives runs and changes of thresholds.
        """
        return self.checked or self.uncertain

    @property
    def checked(self) -> bool:
        """Whether a person answers for it, which makes it a correction: a mark of doubt alone does not."""
        return self.origin is not Origin.MODEL or self.judged or self.locked or self.verified

    @property
    def held(self) -> bool:
        """Whether a person locked it; accepting locks too, and is not meant."""
        return self.locked and not self.verified

    def changed(self, **fields: Any) -> ObjectRecord:
        """Return a copy with `fields` changed."""
        return replace(self, **fields)


UNTOUCHED: Mapping[str, Any] = MappingProxyType(
    {"origin": Origin.MODEL, "judged": False, "locked": False, "verified": False, "uncertain": False}
)
"""What makes a row one that no person has touched."""


class Records(dict[int, ObjectRecord]):
    """Rows of the table by id."""

    def __init__(self, rows: Mapping[int, ObjectRecord] | None = None) -> None:
        super().__init__(rows or {})
        self._colours = np.zeros(max(self, default=0) + 1 + SPARE, np.uint8)
        self._classes = np.zeros_like(self._colours)
        self._touched = np.zeros(self._colours.size, np.bool_)
        if self:
            ids = np.fromiter(self.keys(), np.int64, len(self))
            classes = (class_entry(row) for row in self.values())
            self._classes[ids] = np.fromiter(classes, np.uint8, len(self))
            entries = (row.colour % len(COLOURS) + 1 for row in self.values())
            self._colours[ids] = np.fromiter(entries, np.uint8, len(self))
            by_hand = (row.touched for row in self.values())
            self._touched[ids] = np.fromiter(by_hand, np.bool_, len(self))

    @property
    def colours(self) -> NDArray[np.uint8]:
        """Entry of the palette of each id, from 1; 0 where there never was such an object."""
        return self._colours

    @property
    def largest(self) -> int:
        """The largest id; 0 without objects."""
        return max(self, default=0)

    @property
    def classes(self) -> NDArray[np.uint8]:
        """Class of each id, as long as `colours`; 0 where there is none."""
        return self._classes

    @property
    def touched(self) -> NDArray[np.bool_]:
        """For each id from 0 on whether a person had a hand in it; says nothing of ids that are no longer there."""
        return self._touched

    def touched_rows(self) -> dict[int, ObjectRecord]:
        """Return the objects that a person had a hand in, without a look at all the others."""
        return {number: self[number] for number in np.flatnonzero(self._touched).tolist() if number in self}

    def __setitem__(self, number: int, row: ObjectRecord) -> None:
        super().__setitem__(number, row)
        if number >= self._colours.size:
            spare = np.zeros(2 * number + SPARE - self._colours.size, np.uint8)
            self._colours = np.concatenate([self._colours, spare])
            self._classes = np.concatenate([self._classes, spare])
            self._touched = np.concatenate([self._touched, spare.astype(np.bool_)])
        self._classes[number] = class_entry(row)
        self._touched[number] = row.touched
        self._colours[number] = row.colour % len(COLOURS) + 1

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set many rows."""
        for number, row in dict(*args, **kwargs).items():
            self[number] = row


def class_entry(row: ObjectRecord) -> int:
    """Return the class of an object as the table of classes holds it."""
    number = row.class_id
    return number if 0 <= number <= CLASSES else 0 if number < 0 else CLASSES


def tally(values: NDArray[np.uint32]) -> Mapping[int, int]:
    """Return how often each number occurs; quick where there are one or two of them, as in most edits."""
    if values.size == 0:
        return {}
    first, last = values[0], values[-1]
    count = int(np.count_nonzero(values == first))
    if count == values.size:
        return {int(first): count}
    if last != first:
        others = int(np.count_nonzero(values == last))
        if count + others == values.size:
            return {int(first): count, int(last): others}
    numbers, counts = np.unique(values, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))
