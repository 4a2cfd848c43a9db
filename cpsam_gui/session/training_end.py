"""What is said of a training that was cancelled or failed, and how to go on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from psygnal import Signal

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.run_state import RunState

Result = TypeVar("Result")

RETRAIN, RESUME, MODELS = "train", "train_resume", "models"
"""Keys of the actions that are offered."""


class TrainingEnd:
    """Finds out what is left of a training, and says it until the next one begins."""

    told = Signal()
    """There is something to say."""
    looked = Signal()
    """The disk was looked at, and cleared of what is not kept: there may be other models than before."""

    def __init__(self, notices: Notices, jobs: Jobs, run_state: RunState) -> None:
        self._notices, self._jobs, self._run_state = notices, jobs, run_state
        self.words = ""
        """What became of a training that was cancelled or failed; empty of others."""
        self._trainings = 0

    def begin(self) -> None:
        """Say no more of the last training: the next one begins."""
        self.words = ""
        self._trainings += 1

    def failed(self, name: str, *, judging: bool) -> None:
        """Say of a training, or of `judging` its model, that it failed, and whether that can be taken up again."""
        words = self._unjudged_words if judging else self._failed_words
        self._then_tell(partial(work.can_go_on, name), partial(words, name))

    def not_judged(self, name: str) -> None:
        """Say that a model that was there before stays as it was: only its comparison was cancelled."""
        words = translate(
            "The comparison was cancelled: {name} is kept and not judged. {model} stays in use."
        )
        self._tell(self._named(words, name), MODELS)

    def cancelled(self, name: str) -> None:
        """Throw away what a training has made so far, and say so; without a name it had made nothing yet."""
        if not name:
            self._tell(translate("Training cancelled before it began: nothing was changed."))
            return
        words = translate(
            "Training cancelled: nothing of {name} was kept. {model} stays in use, and your corrections stay: "
            "Retrain begins anew."
        )
        self._then_tell(partial(work.throw_away, name), lambda _: (self._named(words, name), RETRAIN))

    def _failed_words(self, name: str, kept: bool) -> tuple[str, str]:
        words = (
            translate(
                "The training of {name} failed. Train > Continue an interrupted training resumes from its last "
                "checkpoint."
            )
            if kept
            else translate(
                "The training of {name} failed, and nothing of it was kept. {model} stays in use, and your "
                "corrections stay: Retrain begins anew."
            )
        )
        return self._named(words, name), RESUME if kept else RETRAIN

    def _unjudged_words(self, name: str, kept: bool) -> tuple[str, str]:
        words = translate("{name} is trained and kept, and its comparison failed: it is not judged.")
        return self._named(words, name), RESUME if kept else MODELS

    def _named(self, words: str, name: str) -> str:
        return words.format(name=name, model=self._run_state.options.model.title)

    def _then_tell(self, look: Callable[[], Result], words: Callable[[Result], tuple[str, str]]) -> None:
        """Look at the disk in the background, and say what is found there, unless another training began by then."""
        training = self._trainings

        def tell(found: Result) -> None:
            self.looked.emit()
            if training == self._trainings:
                self._tell(*words(found))

        self._jobs.run(
            lambda progress: look(),
            name=translate("Looking at what was kept"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=tell,
        )

    def _tell(self, words: str, action: str = RETRAIN) -> None:
        self.words = words
        self.told.emit()
        self._notices.offered.emit(words, action)
