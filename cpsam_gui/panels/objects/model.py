"""The objects as rows of a table. Rows are looked up when they are shown, so 200,000 of them cost little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PyQt6.QtGui import QColor

from cpsam_gui.operations import class_colour
from cpsam_gui.panels.objects import many
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written
from cpsam_gui.session.object_words import chosen_only, marks_of, origin_of
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.pieces import Pieces
    from cpsam_gui.state.steps import Step

# Objects; beyond, rows are not put in order anew after every edit.
MANY = 50_000


IN_PIECES = "In pieces"


def flags_of(row: ObjectRecord, pieces: int = 1) -> str:
    """Return what is marked on an object, in words."""
    words = marks_of(row)
    if pieces > 1:
        words.append(translate("{} pieces").format(pieces))
    return ", ".join(words)


def icons_of(row: ObjectRecord, pieces: int = 1) -> tuple[str, ...]:
    """Return the names of the icons for what is marked on an object, as `flags_of` says it."""
    marks = (
        (row.verified, "check"),
        (row.held, "lock_outline"),
        (row.uncertain, "help_circle_outline"),
        (chosen_only(row), "circle_medium"),
        (pieces > 1, "set_split"),
    )
    return tuple(name for there, name in marks if there)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    name: str
    keys: Callable[[list[ObjectRecord]], list[int]]
    """What rows are ordered by."""


PLACES = {origin: place for place, origin in enumerate((Origin.MODEL, Origin.EDITED, Origin.HAND))}
COLUMNS = (
    Column("Id", lambda rows: [0 for _ in rows]),
    Column("Area", lambda rows: [row.area for row in rows]),
    Column("Class", lambda rows: [row.class_id for row in rows]),
    Column("Origin", lambda rows: [PLACES[row.origin] for row in rows]),
    Column("Marks", lambda rows: [4 * row.verified + 2 * row.locked + row.uncertain for row in rows]),
)
FILTERS: Mapping[str, Callable[[ObjectRecord], bool]] = {
    "All objects": lambda row: True,
    "Touched by me": lambda row: row.touched,
    "Uncertain": lambda row: row.uncertain,
    "Locked": lambda row: row.locked,
    "Drawn by hand": lambda row: row.origin is Origin.HAND,
    "Corrected": lambda row: row.origin is Origin.EDITED,
    "Without class": lambda row: row.class_id == 0,
    "With class": lambda row: row.class_id > 0,
}


OF_ROWS: Mapping[str, tuple[Qt.ItemDataRole, ...]] = {
    "Class": (Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ToolTipRole),
    "Marks": (Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ToolTipRole),
}
"""What a row decides beside the text of its cells, by column."""


class ObjectsModel(QAbstractTableModel):
    """Rows of the document's table; `ids` says which object stands in which row."""

    def __init__(self, open_image: OpenImage, pieces: Pieces) -> None:
        super().__init__()
        self._open_image, self._pieces = open_image, pieces
        self._column, self._descending = 0, False
        self._filter = "All objects"
        self.ids: NDArray[np.int64] = np.zeros(0, np.int64)
        # The last row that was asked for, in a state of the document.
        self._last: tuple[int, Step, ObjectRecord | None] | None = None

    def refresh(self) -> None:
        """Follow the document."""
        objects, table = self._open_image.document.objects, self._open_image.document.table
        keep = FILTERS.get(self._filter, FILTERS["All objects"])
        if self._filter == IN_PIECES:
            ids = np.array([number for number in self._pieces.now if number in objects], np.int64)
        elif isinstance(table, ColumnRecords):
            ids = many.filtered(table, self._filter)
        elif self._filter == "All objects":
            ids = np.array(list(objects), np.int64)
        else:
            ids = np.array([number for number, row in objects.items() if keep(row)], np.int64)
        ids = self._in_order(ids)
        if np.array_equal(ids, self.ids):
            if len(ids):
                self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self.ids = ids
        self.endResetModel()

    def show_only(self, name: str) -> None:
        """Show the objects that a filter lets through."""
        self._filter = name
        self.refresh()

    def _in_order(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        # In most documents they are in order.
        if (ids[1:] < ids[:-1]).any():
            ids = np.sort(ids)
        if self._column == 0:
            return ids[::-1] if self._descending else ids
        if len(ids) > MANY and len(self.ids):
            stays = self.ids[np.isin(self.ids, ids)]
            return np.concatenate([stays, ids[~np.isin(ids, stays)]])
        return ids[self._order(ids)]

    def _order(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        objects, table = self._open_image.document.objects, self._open_image.document.table
        if isinstance(table, ColumnRecords):
            keys = many.keys(table, COLUMNS[self._column].name, ids)
            return np.argsort(-keys if self._descending else keys, kind="stable")
        values = np.array(COLUMNS[self._column].keys([objects[number] for number in ids.tolist()]), np.int64)
        return np.argsort(-values if self._descending else values, kind="stable")

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows in the order of a column; called by Qt."""
        self._column, self._descending = column, order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        ids = np.sort(self.ids)
        ids = ids[self._order(ids)] if column else ids[::-1] if self._descending else ids
        self.ids = ids
        self.endResetModel()

    def rows_of(self, ids: frozenset[int]) -> NDArray[np.intp]:
        """Return the rows in which objects stand, ascending; those that are filtered out are missing."""
        wanted = np.fromiter(ids, np.int64, len(ids))
        if self._column:
            return np.flatnonzero(np.isin(self.ids, wanted))
        # In the order of their ids, a look at each is enough.
        rising = self.ids[::-1] if self._descending else self.ids
        rows = np.searchsorted(rising, wanted)
        rows = rows[rows < len(rising)]
        rows = rows[np.isin(rising[rows], wanted)]
        return np.sort(len(rising) - 1 - rows if self._descending else rows)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return how many objects are shown; called by Qt."""
        return 0 if parent is not None and parent.isValid() else len(self.ids)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return how many columns there are; called by Qt."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column; called by Qt."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            name = COLUMNS[section].name
            return translate("Voxels" if name == "Area" and self._open_image.document.shape[0] > 1 else name)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what stands in a cell; called by Qt."""
        if not index.isValid() or index.row() >= len(self.ids):
            return None
        column = COLUMNS[index.column()].name
        if role == Qt.ItemDataRole.TextAlignmentRole and column in ("Id", "Area"):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # Qt asks for ten things of every cell, and a row of a large table is made for whoever asks.
        if role != Qt.ItemDataRole.DisplayRole and role not in OF_ROWS.get(column, ()):
            return None
        number = int(self.ids[index.row()])
        row = self._row(number)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(number, row, column)
        if column == "Class":
            facts = self._open_image.document.facts
            if role == Qt.ItemDataRole.ToolTipRole:
                return self._text(number, row, column)
            return QColor(class_colour(row.class_id, facts.classes)) if row.class_id else None
        pieces = self._pieces.now.get(number, 1)
        if role == Qt.ItemDataRole.ToolTipRole:
            return flags_of(row, pieces)
        icons = icons_of(row, pieces)
        return theme.plain_icon(*icons) if icons else None

    def _row(self, number: int) -> ObjectRecord | None:
        """Return the row of an object; that of the last one is kept as long as nothing changes."""
        document = self._open_image.document
        if document.writing:
            return document.objects.get(number)
        if self._last is None or self._last[0] != number or self._last[1] is not document.state:
            self._last = number, document.state, document.objects.get(number)
        return self._last[2]

    def _text(self, number: int, row: ObjectRecord, column: str) -> str:
        if column == "Id":
            return str(number)
        if column == "Area":
            return written(row.area)
        if column == "Class":
            names = {one.number: one.name for one in self._open_image.document.facts.classes}
            return (names.get(row.class_id) or str(row.class_id)) if row.class_id else ""
        if column == "Origin":
            return origin_of(row)
        return flags_of(row, self._pieces.now.get(number, 1))
