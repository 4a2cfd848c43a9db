"""The images with masks: which the model learns from, which are kept aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from cpsam_core.retrain import Candidate, Use
    from cpsam_gui.session.training import TrainingController

LEARN, NAME, OBJECTS, ASIDE = range(4)
TITLES = ("", "Image", "Objects", "Validation")
TIPS = (
    "Learn from this image",
    "Name of the image file",
    "Number of objects in its masks",
    "Judge the new model on this image instead of learning from it",
)
HEIGHT = 168  # pixels; about six rows


class CandidateTable(QAbstractTableModel):
    """One row for each image with masks; two columns of switches."""

    def __init__(self, training: TrainingController) -> None:
        super().__init__()
        self._training = training
        training.candidates_changed.connect(self._reset)

    def _reset(self) -> None:
        self.beginResetModel()
        self.endResetModel()

    def _row(self, index: QModelIndex) -> Candidate:
        return self._training.candidates[index.row()]

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of images; called by Qt."""
        return len(self._training.candidates)

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
        one, column = self._row(index), index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column in (LEARN, ASIDE):
            on = one.wanted and one.aside is (column == ASIDE)
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DisplayRole:
            return {NAME: one.name, OBJECTS: f"{one.objects:,}"}.get(column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == OBJECTS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and (one.problem or not one.wanted):
            return QColor(theme.current().warning if one.problem else theme.current().dim)
        if role == Qt.ItemDataRole.ToolTipRole:
            return one.problem or self._says(one)
        return None

    @staticmethod
    def _says(one: Candidate) -> str:
        state = translate("corrected") if one.corrected else translate("segmented, nobody corrected it yet")
        return f"{one.name}: {state}" + (translate(", complete in parts only") if one.partial else "")

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
        one = self._row(index)
        # A corrected image that is ticked again may be kept aside by the engine, as before it was left out; of a plane
        # that is kept aside, a tick says that it is to be learnt from.
        learn: Use = "auto" if one.corrected and not one.slab else "train"
        if index.column() == ASIDE:
            use: Use = "aside" if on else "train" if one.slab else "auto"
        else:
            use = learn if on else "exclude"
        self._training.use(one.pair.image, use, one.pair.ending)
        return True


class CandidateView(QTableView):
    """Shows the table in the width of a panel."""

    def __init__(self, training: TrainingController) -> None:
        super().__init__()
        self.setModel(CandidateTable(training))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setFixedHeight(HEIGHT)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        vertical, horizontal = self.verticalHeader(), self.horizontalHeader()
        if vertical is not None:
            vertical.hide()
            vertical.setDefaultSectionSize(26)
        if horizontal is not None:
            horizontal.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            horizontal.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
            horizontal.setHighlightSections(False)
