"""Measurements as rows of a table: columns stay the arrays they are, and an array of places says which row is which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PyQt6.QtGui import QColor

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Column = NDArray[Any]
    Places = NDArray[np.int64]

TITLES = {
    "id": "Id",
    "class": "Class",
    "class_name": "Class name",
    "area": "Area",
    "volume": "Volume",
    "perimeter": "Perimeter",
    "surface": "Surface",
    "equivalent_diameter": "Diameter",
    "major_axis": "Long axis",
    "minor_axis": "Short axis",
    "eccentricity": "Eccentricity",
    "solidity": "Solidity",
    "neighbours": "Neighbours",
    "touches_border": "At the border",
    "pieces": "Pieces",
    "plane_steps": "Steps from plane to plane",
    "flow_error": "Flow error",
    "probability": "Probability",
    "origin": "Origin",
    "locked": "Locked",
    "uncertain": "Uncertain",
    "accepted": "Accepted",
    "doubt": "Doubt",
    "centroid_z": "z",
    "centroid_y": "y",
    "centroid_x": "x",
}
UNITS = {"_um3": "µm³", "_um2": "µm²", "_um": "µm"}
IN_PIXELS = {
    "area": "px",
    "volume": "voxels",
    "perimeter": "px",
    "surface": "px²",
    "equivalent_diameter": "px",
    "major_axis": "px",
    "minor_axis": "px",
}
# Opacity of the ground of selected rows, of 255.
SELECTED = 45
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def title_of(name: str) -> str:
    """Return the head of a column: its name in words, with the unit."""
    for ending, unit in UNITS.items():
        if name.endswith(ending):
            return f"{_words(name.removesuffix(ending))} ({unit})"
    return f"{_words(name)} ({translate(IN_PIXELS[name])})" if name in IN_PIXELS else _words(name)


def _words(name: str) -> str:
    if name in TITLES:
        return translate(TITLES[name])
    return name.replace("_", " ").capitalize()


def in_units(names: Collection[str], micrometres: bool) -> list[str]:
    """Return the columns in micrometres where there are such, or those in pixels; each measure once."""
    physical = in_micrometres(names)
    left_out = set(physical.values())
    kept = [name for name in names if name not in left_out]
    return [physical.get(name, name) for name in kept] if micrometres else kept


def in_micrometres(names: Collection[str]) -> dict[str, str]:
    """Return the column in micrometres of each measure that has one."""
    endings = tuple(UNITS)
    return {
        name.removesuffix(next(filter(name.endswith, endings))): name
        for name in names
        if name.endswith(endings)
    }


class TableModel(QAbstractTableModel):
    """Shows the rows `places` of the columns, in the order of one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: Mapping[str, Column] = {}
        self.names: list[str] = []
        self.places: Places = np.zeros(0, np.int64)
        self._kept: Places = self.places
        self._row_of: Places = self.places
        self._sorted, self._descending = "", False
        self._selected: NDArray[np.bool_] = np.zeros(0, bool)
        self._ids: Column = np.zeros(0, np.uint32)

    @property
    def ids(self) -> Column:
        """Ids in the order of the rows."""
        return self._ids[self.places] if len(self._ids) else self._ids

    def show(self, columns: Mapping[str, Column], names: list[str], kept: Places) -> None:
        """Show columns by their names, and of them the rows `kept` (places in rising order)."""
        same = names == self.names and len(kept) == len(self.places)
        if (
            same
            and np.array_equal(self._ids, columns.get("id", self._ids))
            and np.array_equal(kept, self._kept)
        ):
            self.columns = columns
            before = self.places
            self._order()
            if np.array_equal(before, self.places):
                self._repaint()
                return
            self.places = before
        self.beginResetModel()
        self.columns, self.names, self._kept = columns, list(names), kept
        ids = columns.get("id", np.zeros(0, np.uint32))
        if not np.array_equal(ids, self._ids):
            self._ids = ids
            self._selected = np.zeros(len(ids), bool)
        self._order()
        self.endResetModel()

    def _order(self) -> None:
        self.places = self._kept[self._sorting()]
        self._row_of = np.full(len(self._ids), -1, np.int64)
        self._row_of[self.places] = np.arange(len(self.places))

    def _sorting(self) -> Places:
        values = self.columns.get(self._sorted)
        if values is None:
            return np.arange(len(self._kept))
        chosen = values[self._kept]
        order = np.argsort(chosen, kind="stable")
        if chosen.dtype.kind != "f":
            return order[::-1] if self._descending else order
        # They come last, whichever way the others go.
        unknown = int(np.isnan(chosen).sum())
        known = order[: len(order) - unknown]
        return np.concatenate([known[::-1] if self._descending else known, order[len(order) - unknown :]])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows in the order of a column; called by Qt."""
        if 0 <= column < len(self.names):
            self._sorted, self._descending = self.names[column], order == Qt.SortOrder.DescendingOrder
            self.layoutAboutToBeChanged.emit()
            self._order()
            self.layoutChanged.emit()

    def mark(self, ids: Collection[int]) -> Places:
        """Show objects as selected; return their rows in rising order, without those that are filtered out."""
        self._selected = np.zeros(len(self._ids), bool)
        wanted = np.fromiter(ids, np.int64, len(ids))
        at = np.searchsorted(self._ids, wanted) if len(self._ids) else np.zeros(0, np.int64)
        at = at[(at < len(self._ids))]
        at = at[np.isin(self._ids[at], wanted)] if len(at) else at
        self._selected[at] = True
        self._repaint()
        rows = self._row_of[at] if len(at) else at
        return np.sort(rows[rows >= 0])

    def _repaint(self) -> None:
        if len(self.places) and self.names:
            last = self.index(len(self.places) - 1, len(self.names) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return how many objects are shown; called by Qt."""
        return 0 if parent is not None and parent.isValid() else len(self.places)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return how many columns are shown; called by Qt."""
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the head of a column; called by Qt."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.names):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(self.names[section])
        if role == Qt.ItemDataRole.ToolTipRole:
            return translate("{name} in expressions").format(name=self.names[section])
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what stands in a cell; called by Qt."""
        if not index.isValid() or index.row() >= len(self.places):
            return None
        place, column = self.places[index.row()], self.columns[self.names[index.column()]]
        if role == Qt.ItemDataRole.DisplayRole:
            # An id is a name, not a quantity.
            is_id = self.names[index.column()] == "id"
            return str(column[place]) if is_id else cell_text(column[place])
        if role == Qt.ItemDataRole.TextAlignmentRole and column.dtype.kind in "iuf":
            return RIGHT
        if role == Qt.ItemDataRole.BackgroundRole and self._selected[place]:
            ground = QColor(theme.current().accent)
            ground.setAlpha(SELECTED)
            return ground
        return None


def cell_text(value: Any) -> str:
    """Return a value as it stands in the table; nothing where it is not known."""
    if isinstance(value, np.bool_):
        return translate("yes") if value else ""
    if isinstance(value, np.integer):
        return written(int(value))
    if isinstance(value, np.floating):
        number = float(value)
        return "" if number != number else written(number, ",.1f" if abs(number) >= 1000 else ".4g")
    return str(value)
