"""The images with masks: which the model learns from, which are kept aside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt
from PyQt6.QtGui import QColor, QResizeEvent
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.name_and_state import NameAndState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from PyQt6.QtCore import QEvent

    from cpsam_core.retrain import Candidate, Use
    from cpsam_gui.session.candidates import Candidates

LEARN, NAME, OBJECTS, ASIDE = range(4)
TITLES = ("", "Image", "Objects", "Validation")
TIPS = (
    "Learn from this image",
    "Name of the image file",
    "Number of objects in its masks",
    "Use this image to validate the new model instead of training on it",
)
# Pixels.
ROW_PX = 26
# Pixels; about three rows.
LEAST_HEIGHT_PX = 102


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """An image or a part of one, or a stack before its planes and an image larger than memory before its squares.

    That is switched with all of its parts.
    """

    parts: tuple[Candidate, ...]
    is_stack: bool = False

    @property
    def name(self) -> str:
        """The image, or the plane of a stack alone, which stands below it."""
        one = self.parts[0]
        if self.is_stack:
            words = "{name}: {count} parts" if self.of_squares else "{name}: {count} planes"
            return translate(words).format(name=one.pair.image.name, count=written(len(self.parts)))
        return one.name if one.pair.section is None else f"    {translate_said(one.pair.section.title)}"

    @property
    def of_squares(self) -> bool:
        """Whether the image is larger than memory, of which squares are learnt from."""
        # Here, so that the window need not wait for it.
        from cpsam_core.data.patches import Patch

        return isinstance(self.parts[0].pair.section, Patch)

    @property
    def ending(self) -> str:
        """What the user's wish is for: `Pair.ending`, or the whole file."""
        return "" if self.is_stack else self.parts[0].pair.ending

    @property
    def problem(self) -> str:
        """Why it cannot be used."""
        return self.parts[0].problem

    @property
    def reason(self) -> str:
        """Why it takes no part, as short as a row can say it; empty where it does."""
        if self.problem:
            # The tooltip has room for the reason.
            return translate("cannot be used")
        if not self.stays_out:
            return ""
        return translate("left out" if self._left_out else "not corrected")

    @property
    def stays_out(self) -> bool:
        """Whether it takes no part."""
        return bool(self.problem) or not self.wanted

    @property
    def remedy(self) -> str:
        """What lets it take part; empty where it does, or cannot."""
        if self.wanted or self.problem:
            return ""
        if self._left_out:
            return translate("Its tick was taken away: tick it to learn from it again.")
        return translate("Nobody corrected its masks yet: tick it to learn from them as they are.")

    @property
    def _left_out(self) -> bool:
        return all(one.use == "exclude" for one in self.parts)

    @property
    def objects(self) -> int:
        """Number of objects, in all planes."""
        return sum(one.objects for one in self.parts)

    @property
    def wanted(self) -> bool:
        """Whether it takes part, at least with a plane."""
        return any(one.wanted for one in self.parts)

    def switched(self, column: int) -> Qt.CheckState:
        """Return how a switch stands; of a stack also that it is on for a part of the planes."""
        on = [one.wanted and one.aside is (column == ASIDE) for one in self.parts]
        if all(on):
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if any(on) else Qt.CheckState.Unchecked

    def use(self, column: int, on: bool) -> Use:
        """Return what the user wants who turns a switch."""
        one = self.parts[0]
        slab = one.slab and not self.is_stack
        if column == ASIDE:
            return "aside" if on else "train" if slab else "auto"
        # A corrected image that is ticked again may be kept aside by the engine, as before it was left out; of a plane
        # that is kept aside, a tick says that it is to be learnt from.
        return ("auto" if one.corrected and not slab else "train") if on else "exclude"


def rows_of(candidates: Iterable[Candidate]) -> tuple[TrainingRow, ...]:
    """Return the rows of the table: images, and stacks followed by their planes."""
    rows: list[TrainingRow] = []
    # Whole images are told apart by nothing else; to compare the names of many thousands is felt.
    for stack, group in groupby(candidates, _stack_of):
        parts = tuple(group)
        if stack is not None:
            rows.append(TrainingRow(parts, is_stack=True))
        rows += [TrainingRow((one,)) for one in parts]
    return tuple(rows)


def _stack_of(one: Candidate) -> tuple[Path, Any] | None:
    """Return which stack it is a part of; None of a whole image."""
    return None if one.pair.section is None else (one.pair.image, one.pair.key)


class CandidateTable(QAbstractTableModel):
    """One row for each image with masks, and for each plane of a stack; two columns of switches."""

    def __init__(self, candidates: Candidates) -> None:
        super().__init__()
        self._candidates = candidates
        self.rows: tuple[TrainingRow, ...] = ()
        self.largest = 0
        """Row of the image with most objects."""
        self._take(rows_of(candidates.all))
        candidates.changed.connect(self._reset)

    def _take(self, rows: tuple[TrainingRow, ...]) -> None:
        self.rows = rows
        # Of a stack as a whole no number is shown.
        counts = [0 if row.is_stack else row.parts[0].objects for row in self.rows]
        self.largest = counts.index(max(counts)) if counts else 0

    def _reset(self) -> None:
        rows = rows_of(self._candidates.all)
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


class CandidateView(QTableView):
    """Shows the table in the width of a panel."""

    def __init__(self, candidates: Candidates) -> None:
        super().__init__()
        self._table = CandidateTable(candidates)
        self.setModel(self._table)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(NAME, NameAndState(self))
        vertical, horizontal = self.verticalHeader(), self.horizontalHeader()
        if vertical is not None:
            vertical.hide()
            vertical.setDefaultSectionSize(ROW_PX)
        if horizontal is not None:
            horizontal.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            horizontal.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
            horizontal.setHighlightSections(False)
        self._table.modelReset.connect(self._make_room)
        self._table.dataChanged.connect(self._changed)
        scroll = self.verticalScrollBar()
        if scroll is not None:
            scroll.valueChanged.connect(self._make_room)
        self._make_room()

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
        return QSize(super().sizeHint().width(), LEAST_HEIGHT_PX)
