"""The folder as a queue: what happens to existing masks, start, pause, cancel, and what became of each image."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from cpsam_gui.panels.segment.fields import button, choice, put
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.program.preferences import MEBIBYTE
from cpsam_gui.runs.folder_queue import ExistingMasks, QueueEntry, QueueState
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column, dim
from cpsam_gui.style.long_names import WrappedWords
from cpsam_gui.style.name_and_state import STATE_COLOUR, NameAndState

if TYPE_CHECKING:
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.unattended import FolderRun

POLICIES = {
    "Skip corrected masks": ExistingMasks.SKIP_CORRECTED,
    "Skip all masks": ExistingMasks.SKIP_ALL,
    "Replace, keep hand-made": ExistingMasks.KEEP_HAND_MADE,
}
FATES = {
    ExistingMasks.SKIP_CORRECTED: (
        "Masks are made again with the settings as they are now, unless somebody corrected them or set their "
        "thresholds by hand"
    ),
    ExistingMasks.SKIP_ALL: "Images that have masks are left as they are",
    ExistingMasks.KEEP_HAND_MADE: (
        "All masks are made again, except those drawn, corrected or locked; thresholds set by hand for an image are "
        "kept"
    ),
}
"""What becomes of masks that are there."""
ONE_TIME = "Of a movie one time point is segmented: the one that is open, else the first"
EACH_TIME = "Each time point of a movie is segmented, and skipped or made again, as if it were an image"
GIBIBYTE = 1 << 30
ICONS = {
    QueueState.WAITING: "clock_outline",
    QueueState.RUNNING: "progress_clock",
    QueueState.DONE: "check",
    QueueState.SKIPPED: "debug_step_over",
    QueueState.FAILED: "alert_outline",
    QueueState.CANCELLED: "close",
}


def all_times_box(folder_run: FolderRun) -> QCheckBox:
    """Return the tick that has all time points of movies segmented."""
    box = QCheckBox(translate("All time points"))
    box.setToolTip(translate("Segment every time point of a movie; cancelling keeps those that are done"))
    box.toggled.connect(partial(setattr, folder_run, "all_times"))
    return box


class FolderView(QWidget):
    """Shows the queue and steers it."""

    closed = pyqtSignal()
    """The user wants the settings back."""

    def __init__(self, folder_run: FolderRun, questions: Questioner) -> None:
        super().__init__()
        self._run, self._questions = folder_run, questions
        self._make_fields()
        layout = column(self)
        top = QHBoxLayout()
        top.addWidget(self.summary, 1)
        top.addWidget(self.back)
        layout.addLayout(top)
        layout.addWidget(self.policy)
        layout.addWidget(self.fate)
        layout.addWidget(self.all_times)
        layout.addWidget(self.movies)
        layout.addWidget(self.space)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.bar)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID_PX)
        for one in (self.start, self.pause, self.cancel):
            buttons.addWidget(one)
        layout.addLayout(buttons)
        queue = self._run.queue
        queue.filled.connect(self.fill)
        queue.changed.connect(self._show)
        queue.state_changed.connect(self.refresh)
        theme.changed.connect(self._recolour)
        self.fill()

    def fill(self) -> None:
        """List the images of the queue."""
        self.list.blockSignals(True)
        self.list.clear()
        for entry in self._run.queue.entries:
            self.list.addTopLevelItem(QTreeWidgetItem([entry.path.name]))
        self.list.blockSignals(False)
        for number in range(self.list.topLevelItemCount()):
            self._show(number)
        self.refresh()

    def refresh(self) -> None:
        """Let be done what can be done."""
        queue = self._run.queue
        put(self.policy, self._run.existing)
        self.fate.setText(translate(FATES[self._run.existing]))
        self.policy.setEnabled(not queue.running)
        self.start.setEnabled(not queue.running and any(entry.chosen for entry in queue.entries))
        self.pause.setEnabled(queue.running)
        self.pause.setText(translate("Resume" if queue.paused else "Pause"))
        self.cancel.setEnabled(queue.running)
        for one in (self.all_times, self.movies):
            one.setVisible(bool(self._run.movies))
        put(self.all_times, self._run.all_times)
        self.all_times.setEnabled(not queue.running)
        self.movies.setText(translate(EACH_TIME if self._run.all_times else ONE_TIME))
        self._show_space()
        self._show_summary()

    def _show_space(self) -> None:
        kept, most = self._run.space.kept_bytes, self._run.space.most_bytes
        if not most:
            self.space.setText(translate("Flows are not kept"))
        else:
            words = translate("Flows kept: {kept} of {most} GiB")
            known = "-" if kept is None else written(kept / GIBIBYTE, ".2f")
            if kept is not None and kept < GIBIBYTE:
                words = translate("Flows kept: {kept} MiB of {most} GiB")
                # Rounded up: a little is not nothing.
                known = written(-(-kept // MEBIBYTE), "d")
            self.space.setText(words.format(kept=known, most=written(most / GIBIBYTE, ".1f")))

    def _recolour(self) -> None:
        """Take the icons' colours of the theme."""
        self.back.setIcon(theme.icon("close"))
        for number in range(self.list.topLevelItemCount()):
            self._show(number)

    def may_stop(self) -> bool:
        """Ask before a folder at work is given up; False to let it go on."""
        if not self._run.queue.running:
            return True
        question = Question(
            translate("The folder run is not finished"),
            translate("Some images of the folder are not segmented yet. Stop? Finished images are saved."),
            (Answer("stop", translate("Stop")), Answer("stay", translate("Go on"))),
        )
        return self._questions.ask(question) == "stop"

    def _make_fields(self) -> None:
        self.summary = WrappedWords()
        self.summary.setObjectName("heading")
        self.all_times = all_times_box(self._run)
        self.movies = dim("")
        self.space = dim("")
        self.space.setToolTip(
            translate(
                "Projects keep what the network saw, so that thresholds can be changed later; where there is no more "
                "room, it goes of the projects saved longest ago (Preferences, Folders)"
            )
        )
        self.back = button("close", "Back to the settings; the run continues", self.closed.emit)
        self.policy = choice(
            POLICIES,
            "What happens to images that already have masks. Masks without a project of this program "
            "count as corrected, since nobody knows their origin",
        )
        self.policy.currentIndexChanged.connect(self._policy_chosen)
        self.fate = dim("")
        self.fate.setWordWrap(True)
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.list.setItemDelegate(NameAndState(self.list))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setToolTip(
            translate("Ticked images are segmented; a tick changes all that are selected (Space)")
        )
        self.list.itemChanged.connect(self._ticked)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.start, self.pause = QPushButton(translate("Start")), QPushButton(translate("Pause"))
        self.start.setObjectName("primary")
        self.cancel = QPushButton(translate("Cancel"))
        self.start.clicked.connect(self._run.start)
        self.pause.clicked.connect(lambda: self._run.pause(not self._run.queue.paused))
        self.cancel.clicked.connect(self._run.cancel)

    def _policy_chosen(self) -> None:
        self._run.existing = ExistingMasks(self.policy.currentData())
        self.refresh()

    def _show(self, number: int) -> None:
        item, entry = self.list.topLevelItem(number), self._run.queue.entries[number]
        if item is None:
            return
        self.list.blockSignals(True)
        item.setIcon(0, theme.icon(ICONS[entry.state], _colour(entry)))
        words = entry.text(translate_said)
        item.setText(0, f"{entry.path.name}\n{words if entry.chosen else ''}")
        item.setToolTip(0, f"{entry.path}\n{words}")
        item.setData(0, STATE_COLOUR, QColor(_colour(entry)))
        item.setCheckState(0, Qt.CheckState.Checked if entry.chosen else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        if entry.state is QueueState.RUNNING:
            self.list.scrollToItem(item)
        self._show_summary()

    def _ticked(self, item: QTreeWidgetItem, column: int) -> None:
        """Take a tick over, for all selected images where the item is one of them."""
        on = item.checkState(0) is Qt.CheckState.Checked
        selected = self.list.selectedItems()
        items = selected if item in selected else [item]
        self._run.queue.choose([self.list.indexOfTopLevelItem(one) for one in items], on)
        # While images are worked on nothing changed.
        self._show(self.list.indexOfTopLevelItem(item))

    def _show_summary(self) -> None:
        queue = self._run.queue
        self.bar.setValue(round(1000 * queue.part))
        self.bar.setVisible(queue.running)
        reading = self._run.reading
        if reading is not None and not queue.entries:
            self.summary.setText(translate("Reading the folder {name}…").format(name=reading.name))
        else:
            self.summary.setText(
                queue.summary(translate_said) + (f"  ({translate('paused')})" if queue.paused else "")
            )


def _colour(entry: QueueEntry) -> str:
    scheme = theme.current()
    return {
        QueueState.DONE: scheme.text,
        QueueState.RUNNING: scheme.accent,
        QueueState.FAILED: scheme.warning,
    }.get(entry.state, scheme.dim)
