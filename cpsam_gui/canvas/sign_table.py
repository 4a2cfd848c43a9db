"""Which objects carry a sign, for all views of an image: what a person touched, and what has a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.objects import ObjectRecord

# Room for objects that get a sign later.
SPARE_ROWS = 64


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands on one object: an icon of the font or none, and its class."""

    icon: str = ""
    class_id: int = 0


def sign_of(row: ObjectRecord) -> Sign | None:
    """Return the sign of an object; None for one that no person touched and that has no class."""
    icon = "help" if row.uncertain else "check" if row.verified else "lock" if row.locked else ""
    return Sign(icon, row.class_id) if row.touched or row.class_id else None


class SignTable(QObject):
    """Keeps the signs in step with the objects: a step looks at those that it changed, and at no others."""

    changed = pyqtSignal(object)
    """Signs changed, or where they stand: a frozenset of ids, or None for all."""

    def __init__(self, open_image: OpenImage) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self.signs: dict[int, Sign] = {}
        """The signs by id."""
        self._rows = np.zeros((0, 7), np.int64)
        self._at: dict[int, int] = {}
        """In which row of the boxes an object stands."""
        self._boxes: NDArray[np.int64] | None = None
        self._ids_too = False
        open_image.rows_changed.connect(self._rows_changed)
        open_image.image_changed.connect(lambda: self._rows_changed(None))
        self._view.events.masks.connect(self._restyle)

    def boxes(self) -> NDArray[np.int64]:
        """Return id and box (z0, z1, y0, y1, x0, x1) of each object that carries something, a row each.

        It is another array after each change.
        """
        if self._boxes is None:
            self._boxes = self._rows[: len(self._at)].view()
        return self._boxes

    def _rows_changed(self, ids: frozenset[int] | None) -> None:
        objects = self._open_image.document.objects
        if ids is None:
            table = self._open_image.document.table
            numbers = np.flatnonzero(table.touched | (table.classes > 0)).tolist()
            marked = ((number, sign_of(objects[number])) for number in numbers if number in objects)
            self.signs = {number: sign for number, sign in marked if sign is not None}
            self._place_all()
        else:
            for number in ids:
                row = objects.get(number)
                sign = None if row is None else sign_of(row)
                if sign is None:
                    self.signs.pop(number, None)
                else:
                    self.signs[number] = sign
                self._place(number, row if sign is not None or self._ids_too else None)
        self._boxes = None
        self.changed.emit(ids)

    def _restyle(self, *_: object) -> None:
        if self._ids_too != self._wants_ids():
            self._place_all()
            self._boxes = None
        self.changed.emit(frozenset())

    def _wants_ids(self) -> bool:
        return self._view.masks.ids and not self._open_image.document.large

    def _place_all(self) -> None:
        objects = self._open_image.document.objects
        self._ids_too = self._wants_ids()
        numbers: Iterable[int] = objects if self._ids_too else self.signs
        rows = [(number, *_sides(objects[number])) for number in numbers if number in objects]
        self._rows = np.array(rows, np.int64).reshape(-1, 7)
        self._at = {row[0]: at for at, row in enumerate(rows)}

    def _place(self, number: int, row: ObjectRecord | None) -> None:
        """Note where an object is, or with None that it carries nothing any more: the last row takes its place."""
        at = self._at.get(number)
        if row is not None:
            at = self._at.setdefault(number, len(self._at))
            if at >= len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros((at + SPARE_ROWS, 7), np.int64)])
            self._rows[at] = number, *_sides(row)
        elif at is not None:
            del self._at[number]
            last = self._rows[len(self._at)]
            if last[0] != number:
                self._rows[at] = last
                self._at[int(last[0])] = at


def _sides(row: ObjectRecord) -> tuple[int, ...]:
    box = row.box
    return box.z0, box.z1, box.y0, box.y1, box.x0, box.x1
