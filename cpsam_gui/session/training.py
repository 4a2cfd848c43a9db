"""Retraining in the background: how, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSettings, pyqtSignal

from cpsam_gui.jobs.job import Ending, Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.settings_values import stored
from cpsam_gui.session.training_end import TrainingEnd
from cpsam_gui.session.training_questions import CANCEL, CLASSES, KEEP, about_classes, about_parts
from cpsam_gui.session.training_state import TrainingState
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.finetune import Control
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import Candidate, RetrainingOutcome
    from cpsam_core.retrain.budget import BudgetName
    from cpsam_core.retrain.requests import TrainRequest
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.run_state import RunState

BUDGET: BudgetName = "normal"
"""What a training may cost unless somebody chooses; as `cpsam retrain` has it."""
BUDGETS: tuple[BudgetName, ...] = ("quick", BUDGET, "thorough", "paper")
BUDGET_KEY = "training/budget"
"""Where the settings keep what was chosen last."""


class TrainingController(TrainingState):
    """Trains one model at a time, beside everything else; opening another image does not disturb it."""

    options_changed = pyqtSignal()
    models_changed = pyqtSignal()
    """There are other models than before."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        run_state: RunState,
        persistence: Persistence,
        questions: Questioner,
        candidates: Candidates,
    ) -> None:
        super().__init__(open_image)
        self._open_image = open_image
        self._questions = questions
        self._notices = notices
        self._jobs = jobs
        self._models = models
        self._run_state = run_state
        self._persistence = persistence
        self._candidates = candidates
        self.options = work.TrainOptions(budget=stored(BUDGET_KEY, _budget, BUDGET))
        self.folder: Path | None = None
        """Where the images lie that the last training learnt from."""
        self._end = TrainingEnd(notices, jobs, run_state)
        self._end.told.connect(lambda: self.state_changed.emit())
        self._end.looked.connect(lambda: self.models_changed.emit())

    @property
    def end_words(self) -> str:
        """What became of a training that was cancelled or failed, and how to go on; empty of others."""
        return self._end.words

    @property
    def chosen(self) -> work.TrainOptions:
        """How to train: the options, starting from the model in use unless they name another."""
        choice = self._run_state.options.model
        start = self.options.start or choice.name
        return replace(self.options, start=start, device=choice.device)

    @property
    def obstacle(self) -> str:
        """Why nothing can be learnt now, in words; empty where it can."""
        if self._open_image.path is None:
            return translate("Open an image of the folder that the model should learn from first.")
        # What is not saved yet is saved before the training begins, and may be all that it needs.
        return "" if self._open_image.unsaved else work.obstacle(self._candidates.all)

    @property
    def usual_name(self) -> str:
        """What a new model is called where nobody gives it a name."""
        path = self._open_image.path
        return work.usual_name(path.parent) if path is not None else ""

    def choose(self, options: work.TrainOptions) -> None:
        """Set how to train."""
        if options != self.options:
            if options.budget != self.options.budget:
                QSettings().setValue(BUDGET_KEY, options.budget)
            self.options = options
            self.options_changed.emit()

    def start(self) -> None:
        """Save the open image, look at the folder again, and train with one click."""
        if self.running:
            return
        if (
            self._open_image.document.modified
            and self._open_image.path is not None
            and not self._persistence.save_now()
        ):
            # The reason was shown.
            return
        if self._open_image.path is None:
            self._notices.failed.emit(
                Problem(translate("Open an image of the folder that the model should learn from first."))
            )
            return
        self._start_on(self._open_image.path.parent, self.chosen)

    def _start_on(self, folder: Path, options: work.TrainOptions) -> None:
        """Look at the images of a folder and train on them, once it is clear what their masks mean."""
        candidates = self._candidates
        look = partial(
            work.start_on,
            folder,
            dict(candidates.uses),
            options.name,
            candidates.known,
            self._run_state.seen(),
            candidates.pieces_in(folder),
        )
        self.folder = folder
        self._begin(look, options, folder)

    def go_on(self, request: TrainRequest) -> None:
        """Take up a training that a crash or a closed window interrupted, or make the verdict that it lacks."""
        if not self.running:
            self.folder = request.images[0].parent if request.images else None
            look = partial(work.candidates_of, request)
            self._begin(look, request.options, judging=request.is_trained)

    def _begin(
        self,
        look: Callable[[Progress], tuple[Candidate, ...]],
        options: work.TrainOptions,
        folder: Path | None = None,
        *,
        judging: bool = False,
    ) -> None:
        """Begin with a look at the images; those of a new training lie in `folder`. Perhaps only judge a model."""
        from cpsam_core.finetune import Control

        control = self._control = Control()
        self.reports, self.plan, self._dropping = [], None, False
        self._end.begin()
        self._name, self._judging = options.name, judging
        self.checking, self.waiting = judging, False
        self.note, self._place = "", None
        self._job = self._jobs.run(
            look,
            name=translate("Training images"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._looked, control, options, folder),
            ended=lambda ending: None if ending is Ending.DONE else self._ended(control, ending),
        )
        self.state_changed.emit()

    def _looked(
        self,
        control: Control,
        options: work.TrainOptions,
        folder: Path | None,
        candidates: tuple[Candidate, ...],
    ) -> None:
        """Train on these images, once it is clear whether parts of masks that number no objects are objects."""
        if self._dropping:
            # Cancelled when the last image had been looked at.
            self._give_up(control)
            return
        doubted = [one for one in candidates if one.wanted and one.parts]
        if folder is None or not doubted or self._candidates.parts_meant(folder):
            self._found(control, options, candidates)
            return
        answer = self._questions.ask(about_parts(doubted))
        if answer == CANCEL:
            self._give_up(control)
            return
        self._candidates.take_parts(folder, together=answer == KEEP)
        if answer == KEEP:
            self._start_on(folder, options)
        else:
            self._found(control, options, candidates)

    def _give_up(self, control: Control) -> None:
        """End before anything was learnt."""
        self._dropping = True
        self._ended(control, Ending.CANCELLED)

    def _found(self, control: Control, options: work.TrainOptions, candidates: tuple[Candidate, ...]) -> None:
        """Train on these images, once it is clear whether their classes are meant."""
        seen = work.classes_of(candidates)
        if options.classes is None and seen.doubtful:
            answer = self._questions.ask(about_classes(seen.text))
            if answer == CANCEL:
                self._give_up(control)
                return
            options = replace(options, classes=answer == CLASSES)
        device = self._models.device

        def train(progress: Progress) -> RetrainingOutcome:
            # Segmenting, which a person waits for, goes before the next step of the training.
            with device.background(progress, lambda: control.paused) as report:
                return work.train(candidates, options, control, self, report)

        self._job = self._jobs.run(
            train,
            name=translate("Training"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._done, control),
            ended=partial(self._ended, control),
            progressed=self._progressed,
        )

    def forget(self, name: str) -> None:
        """Tell no more of a training whose model was removed; of another one nothing changes."""
        if not self.running and self.plan is not None and self.plan.name == name:
            self.reports, self.plan = [], None
            self.state_changed.emit()
        self.models_changed.emit()

    def _done(self, control: Control, outcome: RetrainingOutcome) -> None:
        # Cancelled too late: the new model is there, and its page offers to discard it.
        self._dropping = False
        self._ended(control, Ending.DONE)
        self.models_changed.emit()
        self.finished.emit(outcome)

    def _ended(self, control: Control, ending: Ending) -> None:
        """Forget a training whose thread has ended, and say what became of it; another may run by now."""
        if self._control is not control:
            return
        self._job = self._control = None
        name = "" if self.plan is None else self.plan.name
        if ending is Ending.FAILED and name:
            self._end.failed(name, judging=self.checking)
        elif self._dropping and self._judging:
            self._end.not_judged(self._name)
        elif self._dropping:
            # The curves are those of a model that is no more.
            self.reports = []
            self._end.cancelled(name)
        self.state_changed.emit()


def _budget(text: object) -> BudgetName:
    for one in BUDGETS:
        if text == one:
            return one
    raise ValueError(f"{text!r} is no budget")
