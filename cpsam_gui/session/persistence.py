"""Keeping the work: saving, export and import of masks, the journal, what is known of the image, who else has it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEventLoop, QTimer

from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Lane, Problem
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.preferences import Chosen
from cpsam_gui.session.autosave import Autosave
from cpsam_gui.session.questions import Answer, Question, safe_answer
from cpsam_gui.session.recovery import Recovery
from cpsam_gui.session.saver import Request, Saver
from cpsam_gui.session.watching import Watching
from cpsam_gui.state import review_rule as review
from cpsam_gui.state.image_facts import Facts, ReviewState
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cpsam_gui.session.session import Session
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Step


class Keeping:
    """Saves the work of a session, and keeps a journal of it meanwhile."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.ask: Callable[[Question], str] = safe_answer
        """Asks the user; a window puts its dialog here."""
        self.preferences = Chosen()
        self.journal: Journal | None = None
        self.saver, self.autosave = Saver(session), Autosave(session)
        self.recovery, self.watching = Recovery(session), Watching(session)
        self._foreign: Mapping[str, Any] = {}
        self._coming: Facts | None = None
        self._fingerprint = ""  # of the open image
        self.preferences.changed.connect(lambda _: self.autosave.look())

    # -- an image comes and goes -------------------------------------------------------------------------

    def take_up(self, opened: tasks.Opened) -> None:
        """Begin with an image that was opened, and with the masks that were saved beside it."""
        session = self._session
        self.let_go()
        session.document.rule = self._mean
        self._foreign = {}
        self._fingerprint = opened.fingerprint
        if opened.doubt:
            QTimer.singleShot(0, partial(self._ask_about, session.document, opened))
        else:
            self._take_masks(opened)
        self.saver.begin(opened.problem or opened.doubt)
        if session.path is not None:
            self.journal = Journal(
                session.document, session.path, complain=self._complain, log=lambda: session.recording.entries
            )
        self.watching.begin()
        self.recovery.offer_for_open_image()

    def _take_masks(self, opened: tasks.Opened) -> None:
        """Put the masks that were saved beside an image into its document."""
        if opened.found is not None and opened.masks_from is not None:
            name = translate("Saved masks ({})").format(opened.masks_from.name)
            self.take_over(StepKind.LOAD, name, opened.found)
            self._session.document.mark_saved()

    def _ask_about(self, document: Document, opened: tasks.Opened) -> None:
        """Ask whether masks that may be those of another image are wanted; without an answer they are left out."""
        if self._session.document is not document or opened.masks_from is None:
            return  # another image is open by now
        question = Question(
            translate("The masks in {} may belong to another image.").format(opened.masks_from.name),
            opened.doubt,
            (Answer("use", translate("Use them")), Answer("empty", translate("Start without masks"))),
        )
        if self.ask(question) == "use" and self._session.document is document and not document.modified:
            self._take_masks(opened)
            self.saver.begin()

    def let_go(self) -> None:
        """End with an image that is left: its work is saved, or given up on purpose."""
        self.watching.end()
        self.autosave.stop()
        self.saver.end()
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    def take_over(self, kind: StepKind, name: str, found: tasks.Found) -> None:
        """Put masks that were read into the document as one step, with what their file says of the image."""
        if isinstance(found, tasks.Loaded):
            self._coming, self._foreign = found.facts, found.foreign or self._foreign
        try:
            self._session.runs.swap(kind, name, found)
        finally:
            self._coming = None

    def _mean(self, step: Step, facts: Facts) -> Facts:
        """Return what a new step means for the facts."""
        return self._coming or review.after(step, facts, self._session.document.objects)

    def _complain(self, text: str) -> None:
        """Say that the journal cannot be written; comes from its thread."""
        self._session.failed.emit(Problem(text))

    def forget_journal(self) -> None:
        """Begin the journal anew, because what stands in it was saved."""
        if self.journal is not None:
            self.journal.restart()

    # -- saving ------------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether the open image has work that no file holds."""
        return self._session.image is not None and self._session.document.modified

    @property
    def saves_by_itself(self) -> bool:
        """Whether the work on the open image is saved without being asked to."""
        return (
            self.preferences.now.autosave
            and self._session.path is not None
            and not self.saver.paused
            and not self.watching.read_only
        )

    def save(self, then: Callable[[], object] | None = None, *, masks: bool = True) -> None:
        """Save the project, and the masks beside the image, in the background; call `then` after it."""
        if self._session.image is None:
            return
        if self._session.path is None:
            self._session.failed.emit(
                Problem(
                    translate("This image has no file name. Choose where its masks go with Export masks.")
                )
            )
        elif self.watching.read_only:
            self._session.failed.emit(
                Problem(translate("This image was opened to look only. Export masks writes them elsewhere."))
            )
        else:
            self.saver.save(Request(masks=masks, then=then))

    def save_now(self, *, masks: bool = True) -> bool:
        """Save before an image is left; return whether everything is saved.

        The window goes on being painted meanwhile, and takes no input.
        """
        self.save(masks=masks)
        loop = QEventLoop()
        stop = self.saver.settled.connect(lambda: loop.quit())
        while self.saver.busy:
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self.saver.settled.disconnect(stop)
        return not self.unsaved

    def discard(self) -> None:
        """Give up what was changed since the last save, on purpose."""
        self._session.document.mark_saved()
        self.forget_journal()

    def export(self, target: Path) -> None:
        """Write the masks to `target` in the background; its ending says in which form."""
        session = self._session
        document, state = session.document, session.document.state

        def done(written: Path) -> None:
            if document is session.document and session.path is None:
                document.mark_saved(state)  # there is no project that could hold the work
            session.message.emit(translate("Saved {}").format(written))
            session.saved.emit(str(written))

        work = partial(tasks.save, target, document.snapshot(), dict(document.objects), self.extra())
        session.jobs.run(work, name=translate("Saving"), lane=Lane.BESIDE, then=done)

    @property
    def foreign(self) -> Mapping[str, Any]:
        """What the project of the open image holds beside what this program writes there."""
        return self._foreign

    def extra(self) -> tasks.Saved:
        """Return what is saved beside the masks."""
        session, left = self._session, self._session.runs.flows
        settings = dict(session.runs.last_settings)
        if left is not None and left.diameter is not None:
            settings[tasks.DIAMETER_USED] = left.diameter
        saved = tasks.Saved(
            session.path,
            settings,
            facts=session.document.facts,
            foreign=session.recording.with_log(self._foreign),
            key=session.image.key if session.image is not None else None,
            fingerprint=self._fingerprint,
        )
        if left is None:
            return saved
        return replace(saved, flows=left.flows, logits=left.logits, class_logits=left.class_logits)

    # -- what is known of the image ----------------------------------------------------------------------

    @property
    def state(self) -> ReviewState:
        """How far the work on the open image is."""
        return self._session.document.facts.review

    def set_state(self, state: ReviewState) -> None:
        """Say how far the work is, as a step that can be undone."""
        words = {
            ReviewState.NOT_STARTED: translate("Mark as not started"),
            ReviewState.SEGMENTED: translate("Mark as segmented"),
            ReviewState.CORRECTED: translate("Mark as corrected"),
            ReviewState.VERIFIED: translate("Mark as verified"),
        }
        self.set_facts(words[state], review=state)

    def toggle_verified(self) -> None:
        """Mark the image as verified, or take that back."""
        verified = self.state is ReviewState.VERIFIED
        self.set_state(ReviewState.CORRECTED if verified else ReviewState.VERIFIED)
        self._session.message.emit(translate("Not verified") if verified else translate("Verified"))

    def set_facts(self, name: str, **fields: Any) -> None:
        """Change what is known of the image (notes, names of classes, complete regions) as one step."""
        document = self._session.document
        if self._session.image is None or document.writing:
            return
        with document.step(name, StepKind.MARK):
            document.set_facts(**fields)

    def project(self) -> Path | None:
        """Return where the project of the open image is kept."""
        return project_path(self._session.path) if self._session.path is not None else None
