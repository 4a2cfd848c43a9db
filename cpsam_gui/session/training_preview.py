"""What will judge a new model, told before the training begins, by the plan that the training itself would make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from cpsam_core.retrain import Candidate
    from cpsam_gui.jobs.job import Ending, Problem
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.training import TrainingController

REST_MS = 200
"""After a change, before the plan is made anew."""


class TrainingPreview(QObject):
    """Plans the training as it is chosen now, in the background, as long as somebody sees it."""

    changed = pyqtSignal()

    def __init__(self, jobs: Jobs, candidates: Candidates, training: TrainingController) -> None:
        super().__init__(training)
        self._jobs, self._candidates, self._training = jobs, candidates, training
        self.now: work.Preview | None = None
        """What would be done; None where that is not known."""
        self._of: object = None
        self._asked: object = None
        self._followed = self._looking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._look)
        for signal in (candidates.changed, training.options_changed, training.state_changed):
            signal.connect(self._soon)

    def follow(self, on: bool) -> None:
        """Keep up with what is chosen as long as somebody sees it."""
        self._followed = on
        self._soon()

    def _wanted(self) -> tuple[tuple[Candidate, ...], work.TrainOptions]:
        return self._candidates.all, self._training.chosen

    def _soon(self, *_: object) -> None:
        if self._of == self._wanted():
            return
        if self.now is not None:
            self.now, self._of = None, None
            self.changed.emit()
        if self._followed and not self._jobs.closed:
            self._timer.start()

    def _look(self) -> None:
        wanted = self._wanted()
        if not self._followed or self._looking or self._training.running or work.obstacle(wanted[0]):
            return
        self._looking, self._asked = True, wanted
        self._jobs.run(
            partial(work.preview, *wanted),
            name="What judges the new model",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._seen, wanted),
            failed=self._failed,
            ended=self._ended,
        )

    def _seen(self, of: tuple[tuple[Candidate, ...], work.TrainOptions], found: work.Preview) -> None:
        if of == self._wanted():
            self.now, self._of = found, of
            self.changed.emit()

    def _failed(self, problem: Problem) -> None:
        """Say nothing: what is wrong is told when the training is asked for."""

    def _ended(self, ending: Ending) -> None:
        self._looking = False
        if self._asked != self._wanted():
            self._soon()
