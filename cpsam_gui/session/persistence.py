"""Keeping the work: saving, export and import of masks, the journal, what is known of the image, who else has it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEventLoop, QTimer

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Problem
from cpsam_gui.program.i18n import translate
from cpsam_gui.session.autosave import Autosave
from cpsam_gui.session.class_names import ClassNames
from cpsam_gui.session.journals import Journals
from cpsam_gui.session.project_content import ProjectContent
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.session.save_request import SaveRequest
from cpsam_gui.session.saver import Saver
from cpsam_gui.session.watching import FileWatcher
from cpsam_gui.state import review_rule as review
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.steps import StepKind, StepSource
from cpsam_gui.storage.companions import masks_path, project_path
from cpsam_gui.storage.journal_folder import GIVEN_UP_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.pieces import Pieces
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.recording import WorkRecorder
    from cpsam_gui.session.run_results import RunResults
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Step
    from cpsam_gui.storage.journal import Journal


class Persistence:
    """Saves the work of a session, and keeps a journal of it meanwhile."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        preferences: CurrentPreferences,
        images: Images,
        run_state: RunState,
        run_results: RunResults,
        gestures: Gestures,
        recording: WorkRecorder,
        pieces: Pieces,
        questions: Questioner,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._images, self._gestures = images, gestures
        self._run_results = run_results
        self._recording = recording
        self._pieces = pieces
        self._class_names = ClassNames(open_image)
        self.content = ProjectContent(open_image, images, run_state, recording)
        self.preferences = preferences
        self.questions = questions
        self.watching = FileWatcher(open_image, notices, jobs, self.questions)
        self.saver = Saver(
            open_image,
            notices,
            jobs,
            self.questions,
            preferences,
            run_state,
            self.content.to_write,
            lambda: self.journals.where_the_work_is(),
        )
        self.journals = Journals(open_image, notices, recording, self.saver)
        self.autosave = Autosave(open_image, gestures, preferences, self.saver, self.watching, self.content)
        self._coming: ImageFacts | None = None
        self._document: Document | None = None
        images.leaving.connect(self._save_last)
        images.loaded.connect(self.take_up)
        self.watching.reload.connect(self._reload)

    @property
    def journal(self) -> Journal | None:
        """The journal of the open image."""
        return self.journals.now

    @property
    def ask(self) -> Callable[[Question], str]:
        """Asks the user; a window puts its dialog here."""
        return self.questions.ask

    @ask.setter
    def ask(self, ask: Callable[[Question], str]) -> None:
        self.questions.ask = ask

    def _save_last(self) -> None:
        """Save what was done while the next image was being read, after the window had asked or saved."""
        document = self._open_image.document
        if document.writing or self.journals.postponed or not self.autosave.wanted:
            return
        # The journal keeps it where the file of a large image closes, or where what comes was read before this.
        if not document.large and not self._open_image.comes_again:
            self.saver.save(SaveRequest(quiet=True))

    def take_up(self, opened: tasks.OpenedImage) -> None:
        """Begin with an image that was opened, and with the masks that were saved beside it."""
        self.let_go()
        self._open_image.document.rule = self._mean
        self._document = self._open_image.document
        self._class_names.begin(opened.classes)
        self._document.begin_with(self._class_names.filled(self._document.facts))
        self.content.begin(opened)
        if opened.doubt:
            QTimer.singleShot(0, partial(self._ask_about, self._open_image.document, opened))
        else:
            self._take_masks(opened)
        unread = opened.problem or opened.doubt
        beside = opened.label_image
        self.saver.begin(unread, left_out=not opened.problem, masks_from=opened.masks_from, beside=beside)
        if opened.content is not None and self.saver.files.has_project:
            self._run_results.recall(opened.content.settings)
            self.content.recall()
        self._recording.begin(self.content.foreign)
        self.journals.begin(opened.image)
        # After the journal, which says what was done before a step beside the step itself.
        self._recording.follow()
        self.watching.begin()

    def _take_masks(self, opened: tasks.OpenedImage) -> None:
        """Put the masks that were saved beside an image into its document."""
        if opened.found is not None and opened.masks_from is not None:
            name = translate("Saved masks ({})").format(opened.masks_from.name)
            self.take_over(StepKind.LOAD, name, opened.found)
            # One habitual undo on an image that was come back to must not take away all its masks.
            self._open_image.document.begin_here()
            path = self._open_image.path
            if path is not None and opened.masks_from == project_path(path):
                self.content.recall()

    def _ask_about(self, document: Document, opened: tasks.OpenedImage) -> None:
        """Ask whether masks that may be those of another image are wanted; without an answer they are left out."""
        if self._open_image.document is not document or opened.masks_from is None:
            # Another image is open by now.
            return
        question = Question(
            translate("The masks in {} may belong to another image.").format(opened.masks_from.name),
            opened.doubt,
            (Answer("use", translate("Use them")), Answer("empty", translate("Start without masks"))),
        )
        if self.ask(question) == "use" and self._open_image.document is document and not document.modified:
            self._take_masks(opened)
            self.saver.begin(masks_from=opened.masks_from, beside=opened.label_image)

    def let_go(self, *, closing: bool = False) -> None:
        """End with an image that is left; the journal stays where its work is neither saved nor given up."""
        self.watching.end()
        self.autosave.stop()
        document, self._document = self._document, None
        self.saver.end(document)
        self.journals.end(document, closing=closing)

    def take_over(self, kind: StepKind, name: str, found: tasks.MaskResult) -> None:
        """Put masks that were read into the document as one step, with what their file says of the image."""
        if isinstance(found, tasks.LoadedMasks):
            self._coming = self._class_names.filled(found.facts) if found.facts is not None else None
            self.content.foreign = found.foreign or self.content.foreign
        if kind.source is StepSource.FILE and not (isinstance(found, tasks.LoadedMasks) and found.image):
            # No project of ours: another program may have written one value for all objects.
            self._pieces.expect_kinds()
        try:
            self._run_results.swap(kind, name, found)
        finally:
            self._coming = None

    def _mean(self, step: Step, facts: ImageFacts) -> ImageFacts:
        """Return what a new step means for the facts."""
        return self._coming or review.after(step, facts, self._open_image.document.table)

    @property
    def unsaved(self) -> bool:
        """Whether the open image has work that no file holds."""
        return self._open_image.unsaved

    @property
    def has_no_project(self) -> bool:
        """Whether no project can hold the work on the open image, so that an export counts as saved."""
        return self._open_image.path is None or self.watching.read_only

    @property
    def saves_by_itself(self) -> bool:
        """Whether the work on the open image is saved without being asked to."""
        return self.autosave.on

    def save(
        self,
        then: Callable[[], object] | None = None,
        *,
        masks: bool = True,
        refused: Callable[[Problem], object] | None = None,
    ) -> None:
        """Save the project, and the masks beside the image, in the background; call `then` after it.

        `refused` gets what went wrong in place of a message.
        """
        if self._open_image.image is None:
            return
        self._gestures.end_stroke()
        if self._open_image.path is None:
            self._notices.failed.emit(
                Problem(
                    translate("This image has no file name. Choose where its masks go with Export masks.")
                )
            )
        elif self.watching.read_only:
            (refused or self._notices.failed.emit)(Problem(self.watching.why))
        else:
            self.saver.save(SaveRequest(masks=masks, then=then, refused=refused))

    def add_label_image(self) -> None:
        """Write the label image of the open time point where those of the others were written, and it has none.

        Where work is saved on request only, that request writes it.
        """
        path, image, document = self._open_image.path, self._open_image.image, self._open_image.document
        if path is None or image is None or document.large or self.watching.read_only:
            return
        begun = bool(document.objects) or document.facts.review is not ReviewState.NOT_STARTED
        wanted = begun and not masks_path(path, image.key).exists()
        if wanted and (self.saves_by_itself or not self.unsaved):
            self.save()

    def save_now(
        self,
        *,
        masks: bool = True,
        within_ms: int | None = None,
        refused: Callable[[Problem], object] | None = None,
    ) -> bool:
        """Save before an image is left; return whether everything is saved.

        The window goes on being painted meanwhile, and takes no input. With `within_ms`, a write that takes longer
        goes on in the background and counts as saved: it is finished after the window, and the journal of the work
        stays until then.
        """
        self.save(masks=masks, refused=refused)
        loop = QEventLoop()
        stop = self.saver.settled.connect(lambda: loop.quit())
        limit = QTimer(loop)
        limit.setSingleShot(True)
        limit.timeout.connect(loop.quit)
        if within_ms is not None:
            limit.start(within_ms)
        while self.saver.busy and (within_ms is None or limit.isActive()):
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self.saver.settled.disconnect(stop)
        # Where the system closed the window meanwhile, the write goes on after it, too.
        return not self.unsaved or self.saver.busy or self._jobs.closed

    def discard(self) -> None:
        """Give up what was changed since the last save, on purpose.

        For a while it is still found under Recover unsaved work, but for a demonstration, which anybody can repeat.
        """
        path, unsaved = self._open_image.path, self.unsaved
        if unsaved:
            self.content.forget()
        self._open_image.document.mark_saved()
        if not unsaved or path is None or self._open_image.shipped:
            self.journals.forget()
            return
        kept = self.journals.give_up()
        words = (
            translate(
                "The changes of {name} are discarded; File > Recover unsaved work has them for {days} days"
            )
            if kept
            else translate("The changes of {name} are discarded")
        )
        self._notices.message.emit(words.format(name=path.name, days=GIVEN_UP_DAYS))

    def save_looks(self) -> None:
        """Save in the background how the image is shown and seen, where only that was changed."""
        if self.autosave.wanted and not self.unsaved and not self._open_image.document.writing:
            self.saver.save(SaveRequest(quiet=True))

    def _reload(self, path: Path) -> None:
        """Open an image again that another program changed; work on it is saved first."""
        if self.unsaved and not self.watching.read_only:
            self.save(lambda: self._images.open(path, trusted=True), masks=False)
        else:
            self._images.open(path, trusted=True)
