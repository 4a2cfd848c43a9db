"""What the window shows around a training: the comparison at its end, the models, what to go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from cpsam_core.errors import CpsamError
from cpsam_gui.dialogs.before_after import BeforeAfterPage
from cpsam_gui.dialogs.models import ModelManager
from cpsam_gui.jobs.job import problem_from
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.training_end import RESUME
from cpsam_gui.session.training_questions import DROP, GO_ON, about_going_on, interrupted_words
from cpsam_gui.state.view import Camera
from cpsam_gui.storage.companions import first_without_work
from cpsam_gui.style.unasked import guard_unasked
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PyQt6.QtWidgets import QWidget

    from cpsam_core.data.pairs import Pair
    from cpsam_core.retrain import RetrainingOutcome
    from cpsam_core.retrain.requests import TrainRequest
    from cpsam_gui.session import Session
    from cpsam_gui.state.slice import Voxel
    from cpsam_gui.tasks.suggesting import Suggestion
    from cpsam_gui.window.host import WindowHost

# Screen pixels per image pixel when a changed cell is shown.
CLOSE_UP = 6.0


class TrainingPages(QObject):
    """Opens the pages and does what is chosen on them."""

    def __init__(self, window: QWidget, host: WindowHost, session: Session) -> None:
        super().__init__(window)
        self._window, self._host = window, host
        self._open_image = session.open_image
        self._view, self._notices = session.view, session.notices
        self._jobs, self._images = session.jobs, session.images
        self._models, self._questions = session.models, session.questions
        self._run_state, self._folder = session.run_state, session.folder
        self._training, self._candidates = session.training, session.candidates
        self._folder_run = session.folder_run
        # Folders for which interrupted trainings were looked for: that is said once.
        self._looked: set[Path] = set()
        self._training.finished.connect(self.show_outcome)
        self._open_image.image_changed.connect(self._look_for_interrupted)
        self._candidates.suggested.connect(self._suggested)

    def show_outcome(self, outcome: RetrainingOutcome) -> BeforeAfterPage:
        """Show whether the new model is better, without blocking."""
        page = BeforeAfterPage(self._window, self._open_image, self._jobs, outcome)
        name = outcome.plan.name
        page.promoted.connect(lambda go_on: self.promote(name, go_on=go_on))
        page.kept.connect(lambda: self._notices.message.emit(translate("Both models are kept")))
        page.discarded.connect(lambda: self.discard(name))
        page.visit.connect(self.visit)
        self._follow_next(page)
        # It comes by itself, while its reader may be drawing.
        guard_unasked(page)
        page.show()
        return page

    def _follow_next(self, page: BeforeAfterPage) -> None:
        """Tell a page, as long as it is open, which image has no masks yet."""

        def look(*_: object) -> None:
            self._look_for_next(page.show_following)

        signals = (self._folder.listed, self._folder.states_changed, self._open_image.image_changed)
        for signal in signals:
            signal.connect(look)

        def leave() -> None:
            for signal in signals:
                signal.disconnect(look)

        page.finished.connect(leave)
        look()

    def promote(self, name: str, *, go_on: bool) -> None:
        """Segment with this model from now on; with `go_on` open the next image and segment it."""
        self.use(name)
        if go_on:
            self.segment_next()

    def use(self, name: str) -> None:
        """Segment with this model from now on."""
        self._run_state.change(name=name)
        self._notices.message.emit(translate("Segmenting with {name} from now on").format(name=name))

    def discard(self, name: str) -> None:
        """Remove a new model."""
        from cpsam_core.weights import remove_model

        try:
            remove_model(name)
        except CpsamError as error:
            self._notices.failed.emit(problem_from(error))
            return
        self._training.forget(name)
        self._notices.message.emit(translate("The new model was removed"))

    def segment_next(self) -> None:
        """Open the next image of the folder without saved masks and segment it; saved masks are never touched."""

        def go_on(following: Path | None) -> None:
            if following is None:
                self._notices.message.emit(translate("Every image of the folder has masks already"))
            elif following == self._open_image.path:
                self._folder_run.segment_open()
            else:
                self._host.open(following, then=self._folder_run.segment_open)

        self._look_for_next(go_on)

    def _look_for_next(self, then: Callable[[Path | None], None]) -> None:
        """Find the next image of the folder without saved masks, in the background; the open one comes last."""
        here, images = self._open_image.path, self._folder.images
        later = images[images.index(here) + 1 :] if here in images else images
        unreadable = self._folder.now.unreadable
        order = [one for one in (*later, *images) if one not in unreadable]
        self._jobs.run(
            lambda progress: first_without_work(order),
            name=translate("Looking at earlier masks"),
            lane=Lane.BESIDE,
            then=then,
            abandonable=True,
        )

    def visit(self, pair: Pair, place: Voxel) -> None:
        """Show a place (z, y, x) of an image of the folder; of bodies and of sections in the orthogonal views."""
        plane, row, column = place
        through = pair.section is None or pair.section.axis > 0

        def look() -> None:
            view, depth = self._view, self._open_image.document.shape[0]
            if depth > 1:
                view.plane = min(max(int(plane), 0), depth - 1)
                view.cross = row, column
                view.sections = view.sections or through
            view.camera = Camera(row, column, CLOSE_UP)

        if self._open_image.path == pair.image:
            look()
        elif self._host.may_leave():
            self._images.open(pair.image, look)

    def show_models(self) -> ModelManager:
        """Show the window of the models."""
        manager = ModelManager(
            self._window, self._notices, self._jobs, self._models, self._run_state, self._training
        )
        manager.use.connect(self.use)
        manager.compare.connect(self.compare)
        manager.show()
        return manager

    def offer_interrupted(self) -> None:
        """Look, in the background, for interrupted trainings; offer the newest, those of the open folder first."""
        self._jobs.run(
            lambda progress: work.interrupted(),
            name="Interrupted trainings",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self._offer,
        )

    def _look_for_interrupted(self) -> None:
        """Say once where a training with images of the open folder was interrupted."""
        path = self._open_image.path
        if path is None or path.parent in self._looked:
            return
        folder = path.parent
        self._looked.add(folder)

        def tell(waiting: tuple[TrainRequest, ...]) -> None:
            ours = _of_folder(waiting, folder)
            if ours and not self._training.running:
                self._notices.offered.emit(interrupted_words(ours[0]), RESUME)

        self._jobs.run(
            lambda progress: work.interrupted(),
            name="Interrupted trainings",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=tell,
        )

    def _offer(self, waiting: tuple[TrainRequest, ...]) -> None:
        if not waiting:
            self._notices.withdrawn.emit(RESUME)
            self._say_none()
            return
        path = self._open_image.path
        ours = _of_folder(waiting, path.parent) if path is not None else ()
        request = (*ours, *waiting)[0]
        question = about_going_on(request)
        answer = self._questions.ask(question)
        if answer != question.safe:
            # Where others wait, too, the menu offers them.
            self._notices.withdrawn.emit(RESUME)
        if answer == GO_ON:
            self._go_on(request)
        elif answer == DROP:
            self._drop(request)

    def _say_none(self) -> None:
        """Say that nothing was interrupted, or what is at work elsewhere and therefore cannot be gone on with here."""
        busy = work.busy_names()
        words = (
            translate("{name} is being trained or compared in another window or program").format(
                name=", ".join(busy)
            )
            if busy
            else translate("No training was interrupted")
        )
        self._notices.message.emit(words)

    def _drop(self, request: TrainRequest) -> None:
        """Give up a training, or a verdict, unless somebody took it up while the question was there."""
        try:
            work.drop(request)
        except CpsamError as error:
            self._notices.failed.emit(problem_from(error))
        self._training.models_changed.emit()

    def _go_on(self, request: TrainRequest) -> None:
        self._host.show_panel("Train")
        self._training.go_on(request)

    def compare(self, name: str) -> None:
        """Make the verdict on a model, which was skipped or interrupted."""

        def go_on(request: TrainRequest | None) -> None:
            if request is not None:
                self._go_on(request)

        self._jobs.run(
            lambda progress: work.waiting(name),
            name="Interrupted trainings",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=go_on,
        )

    def suggest(self) -> None:
        """Look for the image whose correction would teach most."""
        self._candidates.suggest(self._folder.images)

    def _suggested(self, suggestion: Suggestion | None) -> None:
        if suggestion is None:
            self._notices.message.emit(
                translate("No segmented image is waiting for correction: segment the folder first")
            )
            return
        words = translate("Correct {name} next: {why}").format(
            name=suggestion.name, why=translate_said(suggestion.text)
        )
        if suggestion.image == self._open_image.path and suggestion.reading is None:
            self._notices.message.emit(words)
        elif self._host.may_leave():
            self._images.open(
                suggestion.image, lambda: self._notices.message.emit(words), reading=suggestion.reading
            )


def _of_folder(requests: tuple[TrainRequest, ...], folder: Path) -> tuple[TrainRequest, ...]:
    """Return the trainings with images of a folder."""
    return tuple(one for one in requests if any(image.parent == folder for image in one.images))
