"""The table of millions of objects: columns of numbers, from which a row is made when it is asked for. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import ObjectRecord, Origin, class_entry
from cpsam_gui.state.palette import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

ORIGINS = tuple(Origin)
FLAGS = ("locked", "uncertain", "verified", "judged")
"""Columns that are yes or no, each a bit."""
DECIDED = sum(1 << FLAGS.index(name) for name in ("locked", "uncertain", "verified"))
"""Bits of the flags that say that somebody looked at an object and decided."""
CHECKED = sum(1 << FLAGS.index(name) for name in ("locked", "verified", "judged"))
"""Bits of the flags that say that somebody answers for an object."""
KINDS: dict[str, tuple[str, int]] = {
    "areas": ("<i8", 1),
    "boxes": ("<i4", 6),
    "origins": ("u1", 1),
    "flags": ("u1", 1),
    "classes": ("<i4", 1),
    "colours": ("<i4", 1),
    "flow errors": ("<f4", 1),
    "probabilities": ("<f4", 1),
}
"""Type and width of each column; an area of 0 means that there is no such object."""
SPARE = 4096
PART_SPARE = 16
"""Room for new objects is made for so many rows, or for this part of all."""
MOST_DELTAS = 64
"""Saves of rows that changed after which the whole table is saved."""


class ColumnRecords(MutableMapping[int, ObjectRecord]):
    """Rows of the table by id, about 60 bytes each.

    Parameters
    ----------
    columns
        By the names of `KINDS`, a value for each id from 0 on. They are taken over.

    Raises
    ------
    ValueError
        A column is missing, or of another length or type.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any]] | None = None) -> None:
        if columns is None:
            columns = {name: _empty(name, 1) for name in KINDS}
        length = len(columns["areas"]) if "areas" in columns else 0
        for name, (kind, width) in KINDS.items():
            shape = (length, width) if width > 1 else (length,)
            if name not in columns or columns[name].shape != shape or columns[name].dtype != np.dtype(kind):
                raise ValueError(f"the column {name} is missing or damaged")
        self.columns = {name: columns[name] for name in KINDS}
        there = self.columns["areas"] > 0
        self._count = int(np.count_nonzero(there))
        self._decided = int(np.count_nonzero(there & (self.columns["flags"] & DECIDED > 0)))
        self._make_entries()
        if length < SPARE:
            self._grow(SPARE)

    def _make_entries(self) -> None:
        there = self.columns["areas"] > 0
        entries = (self.columns["colours"] % len(COLOURS) + 1).astype(np.uint8)
        self._colours: NDArray[np.uint8] = np.where(there, entries, np.uint8(0))
        self._classes: NDArray[np.uint8] = np.clip(self.columns["classes"], 0, 255).astype(np.uint8)

    @property
    def colours(self) -> NDArray[np.uint8]:
        """Entry of the palette of each id, from 1; 0 where there never was such an object."""
        return self._colours

    @property
    def classes(self) -> NDArray[np.uint8]:
        """Class of each id, as long as `colours`; 0 where there is none."""
        return self._classes

    @property
    def largest(self) -> int:
        """The largest id; 0 without objects."""
        ids = self.ids
        return int(ids[-1]) if ids.size else 0

    @property
    def ids(self) -> NDArray[np.int64]:
        """The ids of all objects in rising order."""
        return np.flatnonzero(self.columns["areas"] > 0)

    def flag(self, name: str) -> NDArray[np.bool_]:
        """Return for each id from 0 on whether a flag of `FLAGS` is set."""
        set_: NDArray[np.bool_] = (self.columns["flags"] >> FLAGS.index(name) & 1) > 0
        return set_

    @property
    def decided(self) -> int:
        """How many objects somebody decided on."""
        return self._decided

    def is_open(self, ids: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Return which of some ids are objects that nobody decided on."""
        areas, inside = self.columns["areas"], ids < len(self.columns["areas"])
        known = np.where(inside, ids, 0)
        wanted: NDArray[np.bool_] = (
            inside & (areas[known] > 0) & (self.columns["flags"][known] & DECIDED == 0)
        )
        return wanted

    def has_origin(self, origin: Origin) -> NDArray[np.bool_]:
        """Return for each id from 0 on whether an object is of this origin."""
        same: NDArray[np.bool_] = self.columns["origins"] == ORIGINS.index(origin)
        return same

    @property
    def touched(self) -> NDArray[np.bool_]:
        """For each id from 0 on whether a person had a hand in an object, as `ObjectRecord.touched` says it."""
        by_hand = ~self.has_origin(Origin.MODEL) | (self.columns["flags"] > 0)
        return by_hand & (self.columns["areas"] > 0)

    @property
    def checked(self) -> NDArray[np.bool_]:
        """For each id from 0 on whether a person answers for an object, as `ObjectRecord.checked` says it."""
        by_hand = ~self.has_origin(Origin.MODEL) | (self.columns["flags"] & CHECKED > 0)
        return by_hand & (self.columns["areas"] > 0)

    def copy(self) -> ColumnRecords:
        """Return a table of its own."""
        return ColumnRecords({name: column.copy() for name, column in self.columns.items()})

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids.tolist())

    def __contains__(self, number: object) -> bool:
        areas = self.columns["areas"]
        return isinstance(number, int) and 0 < number < len(areas) and bool(areas[number] > 0)

    def __getitem__(self, number: int) -> ObjectRecord:
        if number not in self:
            raise KeyError(number)
        values = {name: column[number] for name, column in self.columns.items()}
        flags = int(values["flags"])
        return ObjectRecord(
            int(values["areas"]),
            Box(*values["boxes"].tolist()),
            ORIGINS[int(values["origins"]) % len(ORIGINS)],
            class_id=int(values["classes"]),
            colour=int(values["colours"]),
            flow_error=_known(values["flow errors"]),
            probability=_known(values["probabilities"]),
            **{name: bool(flags >> bit & 1) for bit, name in enumerate(FLAGS)},
        )

    def __setitem__(self, number: int, row: ObjectRecord) -> None:
        if number >= len(self.columns["areas"]):
            self._grow(number + _spare(number))
        box, columns = row.box, self.columns
        self._forget(number)
        columns["areas"][number] = row.area
        columns["boxes"][number] = (box.z0, box.z1, box.y0, box.y1, box.x0, box.x1)
        columns["origins"][number] = ORIGINS.index(row.origin)
        columns["flags"][number] = sum(bool(getattr(row, name)) << bit for bit, name in enumerate(FLAGS))
        self._count += 1
        self._decided += bool(columns["flags"][number] & DECIDED)
        columns["classes"][number] = row.class_id
        columns["colours"][number] = row.colour
        columns["flow errors"][number] = math.nan if row.flow_error is None else row.flow_error
        columns["probabilities"][number] = math.nan if row.probability is None else row.probability
        self._colours[number] = row.colour % len(COLOURS) + 1
        self._classes[number] = class_entry(row)

    def __delitem__(self, number: int) -> None:
        if number not in self:
            raise KeyError(number)
        self._forget(number)
        self.columns["areas"][number] = 0

    def _forget(self, number: int) -> None:
        """Count a row no more, where there is one."""
        if self.columns["areas"][number] > 0:
            self._count -= 1
            self._decided -= bool(self.columns["flags"][number] & DECIDED)

    def make_room(self) -> None:
        """Have room for new rows, which takes a second for millions: where nobody waits for it."""
        length = len(self.columns["areas"])
        if self.columns["areas"][-_spare(length) :].any():
            self._grow(length + _spare(length))

    def _grow(self, length: int) -> None:
        for name, column in self.columns.items():
            grown = _empty(name, length)
            grown[: len(column)] = column
            self.columns[name] = grown
        for name in ("_colours", "_classes"):
            grown = np.zeros(length, np.uint8)
            grown[: len(getattr(self, name))] = getattr(self, name)
            setattr(self, name, grown)


def _spare(length: int) -> int:
    """Return for how many more rows than these there is room."""
    return max(SPARE, length // PART_SPARE)


def _empty(name: str, length: int) -> NDArray[Any]:
    kind, width = KINDS[name]
    return np.zeros((length, width) if width > 1 else length, kind)


def _known(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)


class RowChanges:
    """Which rows of a table changed since the last save; None for all of them."""

    def __init__(self) -> None:
        self._ids: set[int] | None = set()
        self._files = 0

    def follow(self, ids: frozenset[int] | None) -> None:
        """Note rows that changed; None for all."""
        if ids is None or self._ids is None:
            self._ids = None
        else:
            self._ids |= ids

    def take(
        self, records: Mapping[int, ObjectRecord], *, everything: bool = False
    ) -> Mapping[int, ObjectRecord | None] | ColumnRecords:
        """Return what is to be saved of the rows, and begin anew."""
        ids, self._ids = self._ids, set()
        self._files += 1
        if isinstance(records, ColumnRecords) and (everything or ids is None or self._files > MOST_DELTAS):
            self._files = 0
            return records.copy()
        return {number: records.get(number) for number in ids or ()}

    def put_back(self, rows: Mapping[int, ObjectRecord | None] | ColumnRecords) -> None:
        """Count rows as changed again that could not be saved."""
        self.follow(None if isinstance(rows, ColumnRecords) else frozenset(rows))
