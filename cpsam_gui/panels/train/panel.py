"""The training panel: images, start model, one button, and what happens while it trains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from cpsam_gui.jobs.job import as_sentence
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.train.budget import BudgetField
from cpsam_gui.panels.train.curves import Curves
from cpsam_gui.panels.train.foot import TrainFoot
from cpsam_gui.panels.train.foreseen import Foreseen
from cpsam_gui.panels.train.images import CandidateView
from cpsam_gui.panels.train.options import TrainingOptions
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.training_questions import CLOSE, about_closing
from cpsam_gui.style import theme
from cpsam_gui.style.fold import Fold
from cpsam_gui.style.layout import column, dim, form, scrolling
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PyQt6.QtGui import QHideEvent, QShowEvent

    from cpsam_core.finetune import EpochReport, TrainingEvent, TrainSettings
    from cpsam_core.retrain import RetrainingPlan
    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session

# Pixels; least height of a field.
FIELD_PX = 26


class TrainPanel(Panel):
    """Retrains the model on the corrected images; one click with nothing changed does the right thing."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._notices, self._jobs = session.notices, session.jobs
        self._questions = session.questions
        self._models, self._run_state = session.models, session.run_state
        self._training, self._forecast = session.training, session.training_forecast
        self._candidates, self._preview = session.candidates, session.training_preview
        self.images = CandidateView(session.candidates, session.training_preview)
        self.start = QComboBox()
        self.start.setToolTip(translate("The model that training starts from"))
        self.start.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.start.setMinimumContentsLength(12)
        self.name = QLineEdit()
        self.name.setToolTip(translate("Name of the new model; folder and date by default"))
        self.budget = BudgetField(self._forecast)
        self.budget.setCurrentIndex(self.budget.findData(self._training.options.budget))
        self.epochs = dim("")
        self.options = TrainingOptions()
        self.more = Fold(translate("More settings"), self.options)
        self.foreseen = Foreseen(session.candidates, session.training_preview, self.more)
        self.text = dim("")
        # The last of each kind: some are told with every epoch.
        self._events: dict[str, str] = {}
        self.curves = Curves()
        self._open_image = session.open_image
        self.foot = TrainFoot(session.training, session.candidates, session.open_image)
        self._arrange()
        self._connect()
        self._filled = False
        # The start model, and whether classes are learnt.
        self._suited: tuple[str, bool] | None = None
        self._candidates_changed()
        self._tell_epochs()
        self._state_changed()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Fill in models and defaults when first seen, and keep the images up to date from now on; called by Qt."""
        super().showEvent(event)
        if not self._filled:
            self._filled = True
            self.fill_models()
        self._follow(True)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Nobody sees the images now: do not read the folder after every saving; called by Qt."""
        super().hideEvent(event)
        self._follow(False)

    def _follow(self, on: bool) -> None:
        self._candidates.watch(on)
        self._forecast.follow(on)
        self._preview.follow(on)

    def may_close(self) -> bool:
        """Ask before the window is closed on a training at work."""
        training = self._training
        if not training.running:
            return True
        question = about_closing(
            training.reports, checking=training.checking, has_checkpoint=training.has_checkpoint
        )
        return self._questions.ask(question) == CLOSE

    def _arrange(self) -> None:
        body = QWidget()
        layout = column(body)
        layout.addWidget(self._setup(), 1)
        layout.addWidget(self.text)
        layout.addWidget(self.curves)
        layout.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.area = scrolling(body)
        outer.addWidget(self.area, 1)
        outer.addWidget(self.foot)

    def _setup(self) -> QWidget:
        """Return what is chosen before a training; it gives its place to the curves once a plan is made."""
        self.setup = QWidget()
        layout = QVBoxLayout(self.setup)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        rows = form()
        for words, field in (
            (translate("Time"), self.budget),
            (translate("Start from"), self.start),
            (translate("New name"), self.name),
        ):
            field.setMinimumHeight(FIELD_PX)
            rows.addRow(words, field)
            if field is self.budget:
                rows.addRow("", self.epochs)
        layout.addLayout(rows)
        title = QLabel(translate("Training images"))
        title.setObjectName("heading")
        layout.addWidget(title)
        layout.addWidget(self.images, 1)
        layout.addWidget(self.foreseen)
        return self.setup

    def _connect(self) -> None:
        training = self._training
        self.start.currentIndexChanged.connect(self._start_changed)
        self.name.textChanged.connect(self._options_changed)
        self.options.changed.connect(self._options_changed)
        self.budget.currentIndexChanged.connect(self._options_changed)
        self._run_state.options_changed.connect(self._name_the_used)
        self._candidates.changed.connect(self._candidates_changed)
        self._forecast.changed.connect(self._tell_epochs)
        self.budget.currentIndexChanged.connect(self._tell_epochs)
        training.state_changed.connect(self._state_changed)
        self._open_image.image_changed.connect(self._state_changed)
        training.models_changed.connect(self.fill_models)
        training.models_changed.connect(self._propose_name)
        training.planned.connect(self._planned)
        training.epoch_done.connect(self._epoch_done)
        training.told.connect(self._told)

    def fill_models(self) -> None:
        """Offer the models that there are; the one in use comes first."""
        if not self._filled:
            return
        chosen = self.start.currentData()
        self.start.blockSignals(True)
        self.start.clear()
        self.start.addItem("", "")
        for name in self._models.names():
            self.start.addItem(name, name)
        self._name_the_used()
        self.start.setCurrentIndex(max(self.start.findData(chosen), 0))
        self.start.blockSignals(False)
        self._start_changed()

    def _name_the_used(self) -> None:
        """Say by name which model is in use."""
        if self.start.count():
            name = self._run_state.options.model.title
            self.start.setItemText(0, translate("{name} (in use)").format(name=name))

    def _start_changed(self) -> None:
        self._options_changed()
        self._show_defaults()

    def _show_defaults(self) -> None:
        """Find out, in the background, what suits the start model: that imports the engine and reads model cards."""
        self._suited = wanted = (self._start(), self._learns_classes())

        def show(suits: Mapping[str, TrainSettings]) -> None:
            if wanted == self._suited:
                self.options.show_defaults(suits)
                self._options_changed()

        self._jobs.run(
            lambda progress: work.defaults_of(*wanted),
            name="What suits the model",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
        )

    def _learns_classes(self) -> bool:
        """Whether classes would be learnt: they have a recipe of their own."""
        found = self._candidates.all
        return bool(found) and work.classes_of(found).learnt(self.options.classes.currentData())

    def _start(self) -> str:
        return self.start.currentData() or self._run_state.options.model.name

    def _options_changed(self) -> None:
        self._follow_classes()
        options = self._training.options
        self._training.choose(
            replace(
                options,
                start=self.start.currentData() or "",
                name=self.name.text().strip(),
                changes=self.options.changes(),
                scale=self.options.scale(),
                classes=self.options.classes.currentData(),
                precision=self.options.precision.currentData(),
                thorough=self.options.thorough.isChecked(),
                minutes=float(self.options.minutes.value()) or None,
                budget=self.budget.chosen,
            )
        )

    def _follow_classes(self) -> None:
        """Show the other defaults where there are classes to learn by now, or none any more."""
        if self._suited is not None and self._suited[1] != self._learns_classes():
            self._show_defaults()

    def _candidates_changed(self) -> None:
        self._follow_classes()
        if self._candidates.all:
            self._propose_name()

    def _tell_epochs(self, *_: object) -> None:
        """Say how many of the epochs that are set the time allows, where it is not all: others change nothing."""
        fits, of = self._forecast.epochs(self.budget.chosen) or (0, 0)
        self.epochs.setText(
            translate("{fits} of {epochs} epochs fit into it").format(fits=fits, epochs=of)
            if fits < of
            else ""
        )
        self.epochs.setVisible(fits < of)

    def _propose_name(self) -> None:
        self.name.setPlaceholderText(self._training.usual_name)

    def _state_changed(self) -> None:
        training = self._training
        running, reports, end_words = training.running, training.reports, training.end_words
        # Until it is known what will be done there is nothing else to show.
        at_work = running and training.plan is not None
        self.setup.setVisible(not at_work)
        self.setup.setEnabled(not running)
        # Nothing of it can be changed any more, and the foot, which grew, needs the room.
        self.foreseen.setVisible(not running)
        if running and training.plan is None:
            self.text.setText("")
        if end_words and end_words != self.text.text():
            self.text.setText(end_words)
            # Where it is, below what is chosen for the next one, is known once the layouts have made room.
            QTimer.singleShot(0, self._show_end)
        self.curves.show_reports(reports)
        # What the last one said is of no use beside the images of another folder.
        path = self._open_image.path
        here = training.folder is None or path is None or path.parent == training.folder
        self.text.setVisible(at_work or (here and bool(reports or end_words)))
        self.curves.setVisible(at_work or (here and bool(reports)))

    def _show_end(self) -> None:
        self.area.ensureWidgetVisible(self.text, 0, theme.GRID_PX)

    def _planned(self, plan: RetrainingPlan) -> None:
        self._events = {}
        self._tell_plan()
        self._state_changed()
        bar = self.area.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def _tell_plan(self) -> None:
        """Say what is done, and what was told of it since."""
        plan = self._training.plan
        words = () if plan is None else (" ".join(map(translate_said, (plan.text, *plan.warnings))),)
        self.text.setText("\n".join((*words, *self._events.values())))

    def _epoch_done(self, report: EpochReport) -> None:
        self.curves.show_reports(self._training.reports)

    def _told(self, event: TrainingEvent) -> None:
        words = as_sentence(translate_said(event.text))
        self._notices.message.emit(words)
        self._events[event.kind] = words
        self._tell_plan()
