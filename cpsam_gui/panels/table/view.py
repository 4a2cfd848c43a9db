"""The rows of the table as Qt shows them, quick with a million of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, Qt
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from cpsam_gui.style import theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.panels.table.model import TableModel

# Pieces of a selection that Qt marks; more are coloured by the model only.
STRETCHES = 500
# Pixels of a column.
WIDTH_PIXELS = 108


class MeasurementView(QTableView):
    """Shows the model's rows, of one height, and marks many of them at once."""

    def __init__(self, model: TableModel) -> None:
        super().__init__()
        self._rows = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSortingEnabled(True)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows, heads = self.verticalHeader(), self.horizontalHeader()
        # Rows of one fixed height need no look at any of them.
        if rows is not None:
            rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            rows.setDefaultSectionSize(rows.fontMetrics().height() + theme.GRID_PX)
            rows.hide()
        if heads is not None:
            heads.setDefaultSectionSize(WIDTH_PIXELS)
            # A name that does not fit ends in dots, and its tooltip has it all.
            heads.setTextElideMode(Qt.TextElideMode.ElideRight)
            # Its own selection, always empty: asking for every row whether a column is selected takes seconds.
            heads.setSelectionModel(QItemSelectionModel(model, heads))
            heads.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def mark(self, rows: NDArray[np.integer[Any]]) -> None:
        """Select rows, which rise, instead of those that were; bring the first into view."""
        selection = self.selectionModel()
        if selection is None:
            return
        starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        marked = QItemSelection()
        if 0 < len(starts) <= STRETCHES:
            ends = np.append(starts[1:], len(rows)) - 1
            last = len(self._rows.names) - 1
            for first, stop in zip(rows[starts].tolist(), rows[ends].tolist(), strict=True):
                first_cell, last_cell = self._rows.index(first, 0), self._rows.index(stop, last)
                marked.append(QItemSelectionRange(first_cell, last_cell))
        selection.select(marked, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if len(rows):
            self.scrollTo(self._rows.index(int(rows[0]), 0))

    def marked(self) -> list[tuple[int, int]]:
        """Return the selected rows, each stretch by its first and last."""
        selection = self.selectionModel()
        if selection is None:
            return []
        found = selection.selection()
        stretches = (found[place] for place in range(len(found)))
        return [(part.top(), part.bottom()) for part in stretches]
