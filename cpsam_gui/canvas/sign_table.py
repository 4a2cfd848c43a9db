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
    """Keeps the signs in step with the objects."""

    changed = pyqtSignal()

    def __init__(self, open_image: OpenImage) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self.signs: dict[int, Sign] = {}
        """The signs by id."""
        self._boxes = np.zeros((0, 7), np.int64)
        self._stale = True
        open_image.rows_changed.connect(self._rows_changed)
        open_image.image_changed.connect(lambda: self._rows_changed(None))
        self._view.events.masks.connect(self._restyle)

    def boxes(self) -> NDArray[np.int64]:
        """Return id and box (z0, z1, y0, y1, x0, x1) of each object that carries something, a row each."""
        if self._stale:
            objects = self._open_image.document.objects
            large = self._open_image.document.large
            numbers: Iterable[int] = objects if self._view.masks.ids and not large else self.signs
            rows = [(n, *_sides(objects[n])) for n in numbers if n in objects]
            self._boxes = np.array(rows, np.int64).reshape(-1, 7)
            self._stale = False
        return self._boxes

    def _rows_changed(self, ids: frozenset[int] | None) -> None:
        objects = self._open_image.document.objects
        if ids is None:
            table = self._open_image.document.table
            numbers = np.flatnonzero(table.touched | (table.classes > 0)).tolist()
            marked = ((number, sign_of(objects[number])) for number in numbers if number in objects)
            self.signs = {number: sign for number, sign in marked if sign is not None}
        else:
            for number in ids:
                sign = sign_of(objects[number]) if number in objects else None
                if sign is None:
                    self.signs.pop(number, None)
                else:
                    self.signs[number] = sign
        self._restyle()

    def _restyle(self, *_: object) -> None:
        self._stale = True
        self.changed.emit()


def _sides(row: ObjectRecord) -> tuple[int, ...]:
    box = row.box
    return box.z0, box.z1, box.y0, box.y1, box.x0, box.x1
