"""The images with masks: which the model learns from, which are kept aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt
from PyQt6.QtGui import QColor, QPalette, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from cpsam_gui.panels.train.rows import ASIDE, LEARN, NAME, OBJECTS, TrainingRow, rows_of
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.name_and_state import NameAndState

if TYPE_CHECKING:
    from PyQt6.QtCore import QEvent

    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.training_preview import TrainingPreview

TITLES = ("", "Image", "Objects", "Validation")
TIPS = (
    "Learn from this image",
    "Name of the image file",
    "Number of objects in its masks",
    "Use this image to validate the new model instead of training on it",
)
CHOSEN_BY_PROGRAM = Qt.ItemDataRole.UserRole + 1
"""Role of whether a tick is the program's choice."""
# Pixels.
ROW_PX = 26
# Pixels; about three rows.
LEAST_HEIGHT_PX = 102


class CandidateTable(QAbstractTableModel):
    """One row for each image with masks, and for each plane of a stack; two columns of switches."""

    def __init__(self, candidates: Candidates, preview: TrainingPreview) -> None:
        super().__init__()
        self._candidates, self._preview = candidates, preview
        self.rows: tuple[TrainingRow, ...] = ()
        self.largest = 0
        """Row of the image with most objects."""
        self._plan = preview.left_out, preview.aside
        self._take(self._rows())
        candidates.changed.connect(self._reset)
        preview.changed.connect(self._foreseen)

    def _take(self, rows: tuple[TrainingRow, ...]) -> None:
        self.rows = rows
        # Of a stack as a whole no number is shown.
        counts = [0 if row.is_stack else row.parts[0].objects for row in self.rows]
        self.largest = counts.index(max(counts)) if counts else 0

    def _foreseen(self) -> None:
        plan = self._preview.left_out, self._preview.aside
        if plan != self._plan:
            self._plan = plan
            self._reset()

    def _rows(self) -> tuple[TrainingRow, ...]:
        return rows_of(self._candidates.all, self._preview.takes_part, self._preview.is_aside)

    def _reset(self) -> None:
        rows = self._rows()
        # Another wish: the view stays where it is.
        if rows and len(rows) == len(self.rows):
            self._take(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(TITLES) - 1))
            return
        self.beginResetModel()
        self._take(rows)
        self.endResetModel()

    def _row(self, index: QModelIndex) -> TrainingRow:
        return self.rows[index.row()]

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of rows; called by Qt."""
        return len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns; called by Qt."""
        return len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return titles and tips of the columns; called by Qt."""
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return translate(TITLES[section])
        return translate(TIPS[section]) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; called by Qt."""
        row, column = self._row(index), index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column in (LEARN, ASIDE):
            # A box that cannot be ticked would only look as if it could.
            return None if row.problem else row.switched(column)
        if role == Qt.ItemDataRole.DisplayRole:
            name = "\n".join(filter(None, (row.name, row.reason)))
            return {NAME: name, OBJECTS: "" if row.is_stack else written(row.objects)}.get(column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == OBJECTS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and row.stays_out:
            return QColor(theme.current().warning if row.problem else theme.current().dim)
        if role == Qt.ItemDataRole.ToolTipRole and column == ASIDE and row.chosen_to_judge:
            return translate(
                "Chosen by the program to validate the new model. Click to keep it that way; tick the box at the left "
                "to train on it instead."
            )
        if role == CHOSEN_BY_PROGRAM:
            return column == ASIDE and row.chosen_to_judge
        if role == Qt.ItemDataRole.ToolTipRole:
            said = translate_said(row.problem) or self._says(row)
            return f"{said}\n{row.remedy}" if row.remedy else said
        return None

    @staticmethod
    def _says(row: TrainingRow) -> str:
        one = row.parts[0]
        if row.is_stack and row.of_squares:
            return translate(
                "All parts: squares with corrected objects or complete regions of an image larger than memory."
            )
        if row.is_stack:
            return translate(
                "All planes. A stack of which all masks count judges by its bodies in 3D when it is kept aside."
            )
        state = translate("corrected") if one.corrected else translate("segmented, not corrected yet")
        parts = [f"{one.name}: {state}", translate(", complete in parts only") if one.partial else ""]
        if one.corrected and one.unchecked:
            parts.append(
                translate(", {count} outlines checked by nobody").format(count=written(one.unchecked))
            )
        return "".join(parts)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Return what can be done with a cell; called by Qt."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() in (LEARN, ASIDE) and not self._row(index).problem:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def setData(self, index: QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Take a switch; called by Qt."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        on = Qt.CheckState(value) == Qt.CheckState.Checked
        row = self._row(index)
        self._candidates.use(row.parts[0].pair.image, row.use(index.column(), on), row.ending)
        return True


class TickOfProgram(QStyledItemDelegate):
    """Draws a tick that the program chose in grey; it can be clicked like the others."""

    def initStyleOption(self, option: QStyleOptionViewItem | None, index: QModelIndex) -> None:
        """Say how a cell is drawn; called by Qt."""
        super().initStyleOption(option, index)
        if option is not None and index.data(CHOSEN_BY_PROGRAM):
            # Where the theme draws no box it draws the mark in the colour of words.
            option.palette.setColor(QPalette.ColorRole.Text, QColor(theme.current().dim))


class CandidateView(QTableView):
    """Shows the table in the width of a panel."""

    def __init__(self, candidates: Candidates, preview: TrainingPreview) -> None:
        super().__init__()
        self._table = CandidateTable(candidates, preview)
        self.setModel(self._table)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(NAME, NameAndState(self))
        self.setItemDelegateForColumn(ASIDE, TickOfProgram(self))
        vertical, horizontal = self.verticalHeader(), self.horizontalHeader()
        if vertical is not None:
            vertical.hide()
            vertical.setDefaultSectionSize(ROW_PX)
        if horizontal is not None:
            horizontal.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            horizontal.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
            horizontal.setHighlightSections(False)
        self._table.modelReset.connect(self._fourth_row)
        self._table.modelReset.connect(self._make_room)
        self._table.dataChanged.connect(self._changed)
        scroll = self.verticalScrollBar()
        if scroll is not None:
            scroll.valueChanged.connect(self._make_room)
        self._make_room()

    def _fourth_row(self) -> None:
        """Ask for room for a fourth row where there is one."""
        self.setMinimumHeight(LEAST_HEIGHT_PX + (ROW_PX if len(self._table.rows) > 3 else 0))
        self.updateGeometry()

    def _changed(self) -> None:
        """Move no row from under the pointer, which may be about to click the next one."""
        if not self.underMouse():
            self._make_room()

    def leaveEvent(self, event: QEvent | None) -> None:
        """Give the rows their heights, which had to wait; called by Qt."""
        super().leaveEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Give rows in view that say why they take no part the height of two lines: there may be many thousands."""
        high, viewport = 2 * self.fontMetrics().height() + theme.GRID_PX // 2, self.viewport()
        first, left = max(0, self.rowAt(0)), 0 if viewport is None else viewport.height()
        for number in range(first, len(self._table.rows)):
            if left <= 0:
                break
            wanted = high if self._table.rows[number].stays_out else ROW_PX
            if self.rowHeight(number) != wanted:
                self.setRowHeight(number, wanted)
            left -= wanted

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Make room for what comes into view; called by Qt."""
        super().resizeEvent(event)
        self._make_room()

    def sizeHintForColumn(self, column: int) -> int:  # noqa: N802
        """Return the width of the row that needs most, which Qt would look for in a thousand rows; called by Qt."""
        widest = self._table.largest if column == OBJECTS else 0
        return self.sizeHintForIndex(self._table.index(widest, column)).width()

    def sizeHint(self) -> QSize:
        """Ask for no more than its rows need; it takes what the page has left; called by Qt."""
        return QSize(super().sizeHint().width(), self.minimumHeight())
