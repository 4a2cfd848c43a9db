"""The page that compares the masks of the open image with others, and the masks of several people."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cpsam_core.metrics.compare import MatchState
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.long_names import WrappedWords, bound
from cpsam_gui.style.wheel import guard_wheels
from cpsam_gui.tasks.comparing import COLOURS

if TYPE_CHECKING:
    from cpsam_core.metrics.agreement import Agreement
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.comparing import ComparisonController
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.tasks.comparing import ComparisonResult

PLACE = Qt.ItemDataRole.UserRole
# Objects of one kind; a longer list helps nobody.
LISTED = 2000
KINDS = (
    (MatchState.LOST, False, "Only in the other masks"),
    (MatchState.GAINED, True, "Only in the current masks"),
    (MatchState.SPLIT, False, "Split in the current masks"),
    (MatchState.MERGED, True, "Merged in the current masks"),
    (MatchState.MATCHED, True, "In both"),
)


class ComparePage(QDialog):
    """Chooses what to compare with, shows scores and lists what differs; a click shows the place in the window."""

    visit = pyqtSignal(object)
    """Show this place (Box)."""

    def __init__(
        self, parent: QWidget, open_image: OpenImage, models: Models, comparing: ComparisonController
    ) -> None:
        super().__init__(parent)
        self._open_image, self._view = open_image, open_image.view
        self._models, self._comparing = models, comparing
        self.setWindowTitle(translate("Compare"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(430, 620)
        self.file = QPushButton(translate("Masks in a file…"))
        self.models, self.steps = QComboBox(), QComboBox()
        self.people = QPushButton(translate("Several people…"))
        self.people.setToolTip(translate("Mask files of this image, one per person"))
        give_letters((self.file, self.people))
        for choice in (self.models, self.steps):
            bound(choice)
        self.title, self.words = WrappedWords(), dim("")
        self.title.setObjectName("title")
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.drawn = QCheckBox(translate("Draw it on the image"))
        self.drawn.setChecked(self._comparing.shown)
        self._fill_choices()
        self._arrange()
        self._connect()
        self.refresh()
        guard_wheels(self)

    def _fill_choices(self) -> None:
        self.models.addItem(translate("Another model…"), "")
        for name in self._models.names():
            self.models.addItem(name, name)
        self.steps.addItem(translate("An earlier state…"), -1)
        document = self._open_image.document
        for position in range(document.position):
            name = document.steps[position - 1] if position else translate("Opened")
            self.steps.addItem(translate("after {step}").format(step=name), position)

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(QLabel(translate("Compare the current masks with")))
        for pair in ((self.file, self.people), (self.models, self.steps)):
            row = QHBoxLayout()
            row.setSpacing(theme.GRID_PX)
            for widget in pair:
                row.addWidget(widget, 1)
            layout.addLayout(row)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.drawn)

    def _connect(self) -> None:
        self.file.clicked.connect(lambda _: self.ask_file())
        self.people.clicked.connect(lambda _: self.ask_people())
        self.models.activated.connect(self._run_model)
        self.steps.activated.connect(self._take_step)
        self.drawn.toggled.connect(self._comparing.show)
        self.list.itemClicked.connect(self._visit)
        self._comparing.changed.connect(self.refresh)
        self._comparing.agreed.connect(self.show_agreement)

    def ask_file(self) -> None:
        """Let the user choose masks to compare with."""
        name, _ = QFileDialog.getOpenFileName(
            self, translate("Masks to compare with"), self._folder(), _masks()
        )
        if name:
            self._comparing.with_file(Path(name))

    def ask_people(self) -> None:
        """Let the user choose the masks of several people."""
        names, _ = QFileDialog.getOpenFileNames(
            self, translate("Masks of several people"), self._folder(), _masks()
        )
        if len(names) > 1:
            self._comparing.people([Path(name) for name in names])
        elif names:
            self.words.setText(translate("Choose the files of two people or more"))

    def _run_model(self) -> None:
        name = self.models.currentData()
        if name:
            self._comparing.with_model(name)

    def _take_step(self) -> None:
        position = self.steps.currentData()
        if position >= 0:
            self._comparing.with_step(position)

    def _folder(self) -> str:
        return str(self._open_image.path.parent) if self._open_image.path is not None else ""

    def refresh(self) -> None:
        """Show the comparison there is."""
        now = self._comparing.now
        self.list.clear()
        self.drawn.setEnabled(now is not None)
        if now is None:
            self.title.setText("")
            self.words.setText(
                translate("Objects only in the other masks count as lost, objects only here as gained.")
            )
            return
        found = now.comparison
        self.title.setText(now.name)
        precision = [_score(value) for value in found.average_precision.tolist()]
        self.words.setText(
            translate(
                "Average precision {ap50} at IoU 0.5, {ap75} at 0.75, {ap90} at 0.9\n"
                "Error rate {error}   F1 {f1}   (the other masks count as the truth)"
            ).format(
                ap50=precision[0],
                ap75=precision[1],
                ap90=precision[2],
                error=_score(found.error_rate),
                f1=_score(found.f1),
            )
        )
        for state, present, words in KINDS:
            self._add_kind(now, state, present, translate(words))

    def _add_kind(self, now: ComparisonResult, state: MatchState, present: bool, words: str) -> None:
        found = now.comparison
        wholes = {MatchState.SPLIT: found.splits, MatchState.MERGED: found.merges}.get(state)
        ids = now.of_state(state, present=present) if wholes is None else [group.whole for group in wholes]
        top = QTreeWidgetItem([f"{words}: {written(len(ids))}"])
        top.setForeground(0, QColor(*COLOURS[state]))
        for number in ids[:LISTED]:
            box = now.box(number, present=present)
            text = translate("Object {number} at y {y}, x {x}").format(
                number=number, y=(box.y0 + box.y1) // 2, x=(box.x0 + box.x1) // 2
            )
            child = QTreeWidgetItem([text])
            child.setData(0, PLACE, (number if present else 0, box))
            top.addChild(child)
        self.list.addTopLevelItem(top)
        top.setExpanded(0 < len(ids) <= 12 and state is not MatchState.MATCHED)

    def _visit(self, item: QTreeWidgetItem) -> None:
        place: Any = item.data(0, PLACE)
        if place is not None:
            number, box = place
            if number in self._open_image.document.objects:
                self._view.select(number)
            self.visit.emit(box)

    def show_agreement(self, found: Agreement) -> None:
        """Show how well several people agree."""
        self.list.clear()
        self.title.setText(translate("Agreement of {count} people").format(count=len(found.names)))
        self.words.setText(
            translate(
                "Error rate between two of them {error}, of a consensus about {consensus}\n"
                "F1 {f1}   average precision {ap}, at IoU {threshold}"
            ).format(
                error=_score(found.mean_error_rate),
                consensus=_score(found.consensus_error_rate),
                f1=_score(found.mean_f1),
                ap=_score(found.mean_average_precision),
                threshold=written(found.threshold, "g"),
            )
        )
        for row, name in enumerate(found.names):
            top = QTreeWidgetItem([translate("{name} as the truth").format(name=name)])
            for column, other in enumerate(found.names):
                if column != row:
                    rate, f1 = _score(found.error_rates[row, column]), _score(found.f1[row, column])
                    words = translate("{name}: error rate {error}, F1 {f1}")
                    top.addChild(QTreeWidgetItem([words.format(name=other, error=rate, f1=f1)]))
            self.list.addTopLevelItem(top)
            top.setExpanded(True)


def _masks() -> str:
    """Return the files that can hold masks, as file dialogs want them."""
    from cpsam_core.formats import FORMATS

    readable = (one for one in FORMATS if one.can_read and not one.is_folder)
    endings = dict.fromkeys(f"*{suffix}" for one in readable for suffix in one.suffixes)
    return f"{translate('Masks')} ({' '.join(endings)})"


def _score(value: float) -> str:
    return "-" if math.isnan(value) else written(value, ".2f")
