"""The training at work: what it tells of its plan, its epochs and its waits, and how it is paused and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_core.weights.beside import state_path
from cpsam_gui.runs.accelerator import WAITING
from cpsam_gui.session.epoch_now import EpochNow, epoch_now

if TYPE_CHECKING:
    from cpsam_core.finetune import Control, EpochReport, TrainingEvent
    from cpsam_core.finetune.reports import EpochPlace
    from cpsam_core.retrain import RetrainingPlan
    from cpsam_gui.jobs.job import Job


class TrainingState(QObject):
    """How far the training is that was begun last; what begins one, and says what became of it, builds on this."""

    state_changed = pyqtSignal()
    """It began, paused, went on, came to the check of the new model, or ended."""
    planned = pyqtSignal(object)
    """The `RetrainingPlan` that is carried out."""
    epoch_done = pyqtSignal(object)
    """An `EpochReport`."""
    told = pyqtSignal(object)
    """A `TrainingEvent`."""
    progressed = pyqtSignal(int, int, str)
    finished = pyqtSignal(object)
    """The `RetrainingOutcome`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.reports: list[EpochReport] = []
        self.plan: RetrainingPlan | None = None
        self._job: Job | None = None
        self._control: Control | None = None
        self.checking = False
        """Whether the new model is there and compared with the one before, which may take minutes."""
        self.waiting = False
        """Whether it stands still while the model is used for something that a person waits for."""
        self.note = ""
        """What it said last of what it does."""
        self._place: EpochPlace | None = None
        # Of what is under way; empty until it is named.
        self._name = ""
        # Whether its model was there before, and only the comparison is made.
        self._judging = False
        # What was cancelled is thrown away; what ends with the window is kept.
        self._dropping = False

    @property
    def epoch(self) -> EpochNow | None:
        """Which epoch is at work; None before the first has ended, and where `note` says what else is done."""
        if self.checking or not self.reports or (self.note and self._place is None):
            return None
        return epoch_now(self.reports[-1], self._place)

    @property
    def running(self) -> bool:
        """Whether a training runs or is paused."""
        return self._job is not None

    @property
    def paused(self) -> bool:
        """Whether it holds on."""
        return self._control is not None and self._control.paused

    @property
    def stopping(self) -> bool:
        """Whether it ends after the present step."""
        return self._control is not None and (self._control.stopping or self._dropping)

    @property
    def cancelling(self) -> bool:
        """Whether it ends after the present step, and the new model is thrown away."""
        return self._dropping

    @property
    def can_skip_verdict(self) -> bool:
        """Whether only the comparison of the new model is still to come, or has begun, and it is not skipped yet."""
        awaited = self.checking or (self.stopping and not self.cancelling)
        return awaited and self._control is not None and not self._control.skipping

    @property
    def skipping_verdict(self) -> bool:
        """Whether the comparison was skipped and has not ended yet."""
        return self._control is not None and self._control.skipping

    @property
    def ending(self) -> bool:
        """Whether someone asked it to end, and it is still in the step that ends first."""
        # What follows the last epoch takes half a minute and more, and says itself what it is.
        behind = self.checking or (self.reports and self.note and self._place is None)
        return self.stopping and (self.cancelling or not behind)

    @property
    def has_checkpoint(self) -> bool:
        """Whether it could go on from an epoch, were it interrupted now."""
        return bool(self._name) and state_path(self._name).is_file()

    def _progressed(self, done: int, total: int, note: str) -> None:
        """Pass on how far it is."""
        self._wait(note == WAITING)
        if self.waiting:
            return
        if note:
            from cpsam_core.finetune.reports import place_of

            self.note, self._place = note, place_of(done, total, note)
        self.progressed.emit(done, total, note)

    def _wait(self, waiting: bool) -> None:
        if waiting != self.waiting:
            self.waiting = waiting
            self.state_changed.emit()

    def pause(self) -> None:
        """Hold on after the current step."""
        if self._control is not None:
            self._control.pause()
            self.state_changed.emit()

    def resume(self) -> None:
        """Go on."""
        if self._control is not None:
            self._control.resume()
            self.state_changed.emit()

    def stop(self) -> None:
        """End after the current step and keep the best weights so far."""
        if self._control is not None:
            self._control.stop()
            self.state_changed.emit()

    def skip_verdict(self) -> None:
        """Keep the new model without waiting for the comparison with the one before."""
        if self._control is not None:
            self._control.skip_verdict()
            self.state_changed.emit()

    def cancel(self) -> None:
        """End after the current step and throw the new model away, with what would take it up again.

        A model that was there before stays.
        """
        if self._job is not None:
            self._dropping = True
            self._job.cancel()
        self.resume()

    def on_plan(self, plan: RetrainingPlan) -> None:
        """Pass on what will be done."""
        self.plan, self._name = plan, plan.name
        self.planned.emit(plan)

    def on_epoch(self, report: EpochReport) -> None:
        """Pass on the end of an epoch."""
        self.reports.append(report)
        self.epoch_done.emit(report)

    def on_event(self, event: TrainingEvent) -> None:
        """Pass on what is worth telling."""
        self.told.emit(event)

    def on_trained(self) -> None:
        """Come to the comparison; a training that is taken up again may have learnt everything before."""
        self.checking = True
        self.state_changed.emit()
