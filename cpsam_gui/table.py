"""The rows of the object table by id, with the colours of all objects in one array beside them.

Colouring a result of 200,000 objects must not take 200,000 steps in the thread that draws: the array is made
once, where the rows are made, and follows each row that changes. No Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .history import ObjectRecord
from .palette import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SPARE = 4096  # ids to come that have a place already: an array that grows means colouring everything anew


class Records(dict[int, ObjectRecord]):
    """Rows of the table by id."""

    def __init__(self, rows: Mapping[int, ObjectRecord] | None = None) -> None:
        super().__init__(rows or {})
        self._colours = np.zeros(max(self, default=0) + 1 + SPARE, np.uint8)
        if self:
            ids = np.fromiter(self.keys(), np.int64, len(self))
            entries = (row.colour % len(COLOURS) + 1 for row in self.values())
            self._colours[ids] = np.fromiter(entries, np.uint8, len(self))

    @property
    def colours(self) -> NDArray[np.uint8]:
        """Entry of the palette of each id, from 1; 0 where there never was such an object."""
        return self._colours

    def __setitem__(self, number: int, row: ObjectRecord) -> None:
        super().__setitem__(number, row)
        if number >= self._colours.size:
            larger = np.zeros(2 * number + SPARE, np.uint8)
            larger[: self._colours.size] = self._colours
            self._colours = larger
        self._colours[number] = row.colour % len(COLOURS) + 1

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set many rows."""
        for number, row in dict(*args, **kwargs).items():
            self[number] = row


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
