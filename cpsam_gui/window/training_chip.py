"""The training in the status bar: epoch, time left, a small curve, pause and stop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QSize
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cpsam_gui.panels.train.budget import duration
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.style import theme
from cpsam_gui.style.yielding_words import YieldingWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent

    from cpsam_core.finetune import EpochReport
    from cpsam_gui.session.training import TrainingController

WORDS_PX = 40
"""That the words keep where there is little room."""
CURVE_WIDTH_PX, CURVE_HEIGHT_PX = 56, 16
"""Of the small curve, pixels."""


class Sparkline(QWidget):
    """The loss over the epochs as one line without axes: of the validation where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(CURVE_WIDTH_PX, CURVE_HEIGHT_PX))
        self.values: tuple[float, ...] = ()

    def show_reports(self, reports: Sequence[EpochReport]) -> None:
        """Draw these epochs."""
        validated = [one.validation_loss for one in reports if one.validation_loss is not None]
        values = validated if len(validated) > 1 else [one.training_loss for one in reports]
        self.values = tuple(value for value in values if math.isfinite(value))
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the line; called by Qt."""
        if len(self.values) < 2:
            return
        low, high = min(self.values), max(self.values)
        width, height = self.width() - 2, self.height() - 2
        span = high - low or 1.0
        points = [
            QPointF(1 + width * place / (len(self.values) - 1), 1 + height * (high - value) / span)
            for place, value in enumerate(self.values)
        ]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent), 1.5))
        painter.drawPolyline(QPolygonF(points))
        painter.end()


class TrainingChip(QWidget):
    """Shown while a model trains, whatever panel is in view."""

    def __init__(self, training: TrainingController) -> None:
        super().__init__()
        self._training = training
        self.words = YieldingWords(WORDS_PX)
        self.words.setObjectName("dim")
        self.curve = Sparkline()
        self.pause, self.stop = QToolButton(), QToolButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GRID_PX, 0, theme.GRID_PX, 0)
        layout.setSpacing(theme.GRID_PX // 2)
        for widget in (self.curve, self.words, self.pause, self.stop):
            layout.addWidget(widget)
        for button in (self.pause, self.stop):
            button.setAutoRaise(True)
        self.stop.setToolTip(translate("Stop the training and keep the best model so far"))
        training = self._training
        self.pause.clicked.connect(lambda: training.resume() if training.paused else training.pause())
        self.stop.clicked.connect(training.stop)
        training.state_changed.connect(self.refresh)
        training.epoch_done.connect(lambda _: self.refresh())
        training.progressed.connect(self._progressed)
        theme.changed.connect(self.refresh)
        self.refresh()

    def _progressed(self, done: int, total: int, note: str) -> None:
        """Say what the panel says; the same words again are not worth the layout of the status bar."""
        if note and self._training.running and (words := self._state()) != self.words.text():
            self._say(words)

    def refresh(self) -> None:
        """Show how far the training is."""
        training = self._training
        self.setVisible(training.running)
        if not training.running:
            return
        self.curve.show_reports(training.reports)
        self.curve.setVisible(len(self.curve.values) > 1)
        self._say(self._state())
        self.pause.setIcon(theme.icon("play" if training.paused else "pause"))
        words = translate("Continue the training") if training.paused else translate("Pause the training")
        self.pause.setToolTip(words)
        self.stop.setIcon(theme.icon("stop"))
        for button in (self.pause, self.stop):
            button.setEnabled(not training.stopping and not training.checking)

    def _say(self, words: str) -> None:
        """Show words; the status bar gives the chip no more room than they take, and less where others need it."""
        self.words.setText(words)
        self.words.setMaximumWidth(self.words.wide_px)
        layout = self.layout()
        assert layout is not None
        self.setMaximumWidth(layout.maximumSize().width())

    def _state(self) -> str:
        training = self._training
        if training.ending:
            return translate("Training: stopping after this step…")
        if training.waiting:
            return translate("Training: waits while the model is in use")
        if training.checking:
            return translate("Training: checking the new model")
        now = training.epoch
        if now is None:
            if training.paused:
                return translate("Training: paused")
            said = translate_said(training.note)
            return (
                translate("Training: {where}").format(where=said) if said else translate("Training: starting")
            )
        where = translate("epoch {epoch} of {epochs}").format(epoch=now.epoch, epochs=now.epochs)
        if training.paused:
            return translate("Training: {where}, paused").format(where=where)
        if now.measuring:
            return translate("Training: {where}, validating the model").format(where=where)
        left = translate("{time} left").format(time=duration(now.seconds_left))
        return translate("Training: {where}, {left}").format(where=where, left=left)
