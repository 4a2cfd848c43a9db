"""The lower end of the panel, always in view: retrain, how long it takes or why not, and the training at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout

from cpsam_gui.panels.train.budget import duration
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.steady_words import SteadyWords

if TYPE_CHECKING:
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.training import TrainingController


class TrainFoot(QFrame):
    """One button that starts, and what there is to steer afterwards."""

    def __init__(self, training: TrainingController, candidates: Candidates, open_image: OpenImage) -> None:
        super().__init__()
        self.setObjectName("foot")
        self._training = training
        self.button = QPushButton(translate("Retrain"))
        self.button.setObjectName("primary")
        self.note = dim("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.time = SteadyWords()
        self.pause = QPushButton(translate("Pause"))
        self.stop = QPushButton(translate("Stop"))
        self.stop.setToolTip(translate("Stop the training and keep the best model so far"))
        self.skip = QPushButton(translate("Skip the verdict"))
        self.skip.setToolTip(
            translate("Keep the new model now, without comparing it with the one before: it is not judged")
        )
        self.cancel = QPushButton(translate("Cancel"))
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID_PX)
        for button in (self.pause, self.stop, self.skip, self.cancel):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(
            theme.GRID_PX * 3 // 2, theme.GRID_PX, theme.GRID_PX * 3 // 2, theme.GRID_PX
        )
        layout.setSpacing(theme.GRID_PX)
        for widget in (self.button, self.note, self.bar, self.time):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.button.clicked.connect(training.start)
        self.pause.clicked.connect(lambda: training.resume() if training.paused else training.pause())
        self.stop.clicked.connect(training.stop)
        self.skip.clicked.connect(training.skip_verdict)
        self.cancel.clicked.connect(training.cancel)
        training.progressed.connect(self._progressed)
        training.epoch_done.connect(self.refresh)
        training.state_changed.connect(self.refresh)
        for signal in (candidates.changed, open_image.image_changed, open_image.history_changed):
            signal.connect(self.refresh)
        theme.changed.connect(self._recolour)
        self._recolour()
        self.refresh()

    def _recolour(self) -> None:
        self.button.setIcon(theme.icon("school_outline", theme.current().on_accent))

    def refresh(self, *_: object) -> None:
        """Let be done what can be done, and say why something cannot."""
        running = self._training.running
        why = "" if running else translate_said(self._training.obstacle)
        self.button.setVisible(not running)
        self.button.setEnabled(not why)
        self.button.setToolTip(why)
        self.note.setText(why)
        self.note.setVisible(bool(why))
        skipping = self._training.skipping_verdict
        judging = self._training.can_skip_verdict or skipping
        for shown in (self.bar, self.time, self.cancel):
            shown.setVisible(running)
        for button in (self.pause, self.stop):
            button.setVisible(running and not judging)
        self.skip.setVisible(running and judging)
        self.skip.setEnabled(not skipping and not self._training.cancelling)
        for button in (self.pause, self.stop):
            button.setEnabled(not self._training.stopping and not self._training.checking)
        self.cancel.setEnabled(not self._training.cancelling)
        self.pause.setText(translate("Continue") if self._training.paused else translate("Pause"))
        if running and not (self._training.reports or self._training.note):
            self.bar.setRange(0, 0)
        if running:
            self.time.setText(self._state())

    def _state(self) -> str:
        training = self._training
        if training.skipping_verdict and training.checking:
            return translate("Skipping the verdict…")
        if training.ending:
            return translate("Stopping after this step…")
        if training.waiting:
            return translate("Waits while the model is in use")
        now = training.epoch
        if now is None:
            return translate_said(training.note) if training.note else translate("Checking the images")
        if now.measuring:
            words = translate("Epoch {epoch} of {epochs}: validating the model")
            return words.format(epoch=now.epoch, epochs=now.epochs)
        words = translate("Epoch {epoch} of {epochs}, {time} left")
        return words.format(epoch=now.epoch, epochs=now.epochs, time=duration(now.seconds_left))

    def _progressed(self, done: int, total: int, note: str) -> None:
        now = self._training.epoch
        if now is not None and now.measuring:
            # All steps are done and nobody knows how long the rest takes: a full bar would say that it is over.
            self.bar.setRange(0, 0)
        elif not self._training.waiting:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * done / max(total, 1)))
        if note:
            self.time.setText(self._state())
