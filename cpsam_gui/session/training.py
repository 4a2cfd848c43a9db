"""Retraining in the background: which images, how, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.i18n import translate
from cpsam_gui.jobs import Problem
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.finetune import Control, EpochReport, TrainingEvent
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import Candidate, RetrainingPlan, Use
    from cpsam_gui.jobs import Job

    from .session import Session


class Training(QObject):
    """Trains one model at a time, beside everything else; opening another image does not disturb it."""

    candidates_changed = pyqtSignal()
    options_changed = pyqtSignal()
    state_changed = pyqtSignal()
    """It began, paused, went on or ended."""
    planned = pyqtSignal(object)
    """The `RetrainingPlan` that is carried out."""
    epoch_done = pyqtSignal(object)
    """An `EpochReport`."""
    told = pyqtSignal(object)
    """A `TrainingEvent`."""
    progressed = pyqtSignal(int, int, str)
    finished = pyqtSignal(object)
    """The `Outcome`."""
    models_changed = pyqtSignal()
    """There are other models than before."""
    suggested = pyqtSignal(object)
    """A `Suggestion`, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.folder: Path | None = None
        self.candidates: tuple[Candidate, ...] = ()
        self.uses: dict[Path, Use] = {}
        self.options = work.TrainOptions()
        self.reports: list[EpochReport] = []
        self.plan: RetrainingPlan | None = None
        self._job: Job | None = None
        self._control: Control | None = None
        session.image_changed.connect(self._new_image)
        session.saved.connect(lambda _: self.look())

    # -- what to learn from ------------------------------------------------------------------------------

    @property
    def chosen(self) -> work.TrainOptions:
        """How to train: the options, starting from the model in use unless they name another."""
        choice = self._session.runs.options.model
        start = self.options.start or choice.name
        return replace(self.options, start=start, device=choice.device)

    def look(self) -> None:
        """Look, in the background, at the images with masks of the open image's folder."""
        path = self._session.path
        if path is None:
            return
        folder = path.parent

        def show(found: tuple[Candidate, ...]) -> None:
            self.folder, self.candidates = folder, found
            self.candidates_changed.emit()

        self._session.jobs.start_beside(
            "Images to learn from", partial(work.look_at, folder, dict(self.uses)), show, every=True
        )

    def use(self, image: Path, use: Use) -> None:
        """Say what happens with an image: learn from it, keep it aside, leave it out, or as the engine thinks."""
        self.uses[image] = use
        self.candidates = tuple(
            replace(one, use=use) if one.pair.image == image else one for one in self.candidates
        )
        self.candidates_changed.emit()

    def choose(self, options: work.TrainOptions) -> None:
        """Set how to train."""
        if options != self.options:
            self.options = options
            self.options_changed.emit()

    def _new_image(self) -> None:
        path = self._session.path
        if path is not None and path.parent != self.folder:
            self.look()

    def suggest(self, images: tuple[Path, ...]) -> None:
        """Find, in the background, the image whose correction would teach most; `suggested` tells it."""
        self._session.jobs.start_beside(
            "Which image next", partial(work.suggest, images), self.suggested.emit, every=True
        )

    # -- running -----------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a training runs or is paused."""
        return self._job is not None

    @property
    def paused(self) -> bool:
        """Whether it holds on."""
        return self._control is not None and self._control.paused

    def start(self) -> None:
        """Save the open image, look at the folder again, and train with one click."""
        if self.running:
            return
        session = self._session
        if session.document.modified and session.path is not None and not session.keeping.save_now():
            return  # the reason was shown
        if session.path is None:
            session.failed.emit(
                Problem(translate("Open an image of the folder that the model should learn from first."))
            )
            return
        folder, uses, options = session.path.parent, dict(self.uses), self.chosen
        self._begin(partial(work.look_at, folder, uses), options)

    def go_on(self, request: work.Request) -> None:
        """Take up a training that a crash or a closed window interrupted."""
        if not self.running:
            self._begin(partial(work.candidates_of, request), request.options)

    def _begin(self, look: Callable[[Progress], tuple[Candidate, ...]], options: work.TrainOptions) -> None:
        from cpsam_core.finetune import Control

        control = self._control = Control()
        self.reports, self.plan = [], None
        device = self._session.models.device

        def train(progress: Progress) -> work.Outcome:
            candidates = look(progress)
            # Segmenting, which a person waits for, goes before the next step of the training.
            with device.background(progress, lambda: control.paused) as report:
                return work.train(candidates, options, control, self, report)

        job = self._job = self._session.jobs.start_beside(
            translate("Training"),
            train,
            partial(self._done, control),
            every=True,
            ended=partial(self._ended, control),
        )
        job.progressed.connect(self.progressed)
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

    def cancel(self) -> None:
        """End after the current step and throw the new model away."""
        if self._job is not None:
            self._job.cancel()
        self.resume()

    def _done(self, control: Control, outcome: work.Outcome) -> None:
        self._ended(control)
        self.models_changed.emit()
        self.finished.emit(outcome)

    def _ended(self, control: Control) -> None:
        """Forget a training whose thread has ended, whatever came of it; another may run by now."""
        if self._control is control:
            self._job = self._control = None
            self.state_changed.emit()

    # -- called from the training's thread ---------------------------------------------------------------

    def on_plan(self, plan: RetrainingPlan) -> None:
        """Pass on what will be done."""
        self.plan = plan
        self.planned.emit(plan)

    def on_epoch(self, report: EpochReport) -> None:
        """Pass on the end of an epoch."""
        self.reports.append(report)
        self.epoch_done.emit(report)

    def on_event(self, event: TrainingEvent) -> None:
        """Pass on what is worth telling."""
        self.told.emit(event)
