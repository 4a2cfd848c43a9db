"""Saving the project in the background: one write after the other, the newest state last."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from psygnal import Signal
from PyQt6.QtCore import QTimer

from cpsam_core.errors import OtherMasksError
from cpsam_core.progress import silent
from cpsam_core.system.file_identity import FileIdentity
from cpsam_gui import tasks
from cpsam_gui.jobs.job import Problem, problem_from
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.session.save_request import SaveRequest, SaveUnderWay, changed_words, joined
from cpsam_gui.session.saved_files import SavedFiles
from cpsam_gui.state.columns import RowChanges
from cpsam_gui.storage.project import COMPLETE, MAPS
from cpsam_gui.storage.saved_before import ChangedRows, RowTexts, SavedBefore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.errors import CpsamError
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.session.save_request import Result
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.chunked_labels import ChunkedLabels
    from cpsam_gui.tasks.label_image import LabelImage


PATIENCE_MS = 50
"""Between looks at whether a stroke has ended that a save must wait for."""


class Saver:
    """Writes the project of the open image."""

    nothing_left = Signal()
    """All work on the open image is saved."""
    settled = Signal()
    """Nothing is being written any more, whatever came of it, or nobody hears of it any more."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        questions: Questioner,
        preferences: CurrentPreferences,
        run_state: RunState,
        extra: Callable[[], tasks.SaveExtras],
        where_the_work_is: Callable[[], str],
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._questions = questions
        self._preferences = preferences
        self._run_state = run_state
        self._content, self._where_the_work_is = extra, where_the_work_is
        self._writing: SaveUnderWay | None = None
        self._next: SaveRequest | None = None
        self.files = SavedFiles(open_image)
        """What lies beside the image, as far as saving knows it."""
        # Those that the file holds.
        self._flows: NetworkOutput | None = None
        self._followed: Document | None = None
        self._changed, self._texts = ChangedRows(), RowTexts()
        self._wrote = self._said = self._open = False
        # Of an image larger than memory.
        self._rows = RowChanges()
        self.paused = False
        """Whether saving by itself waits for the user, who was asked and did not decide."""
        self.seconds = 0.0
        """What the last write took."""

    @property
    def busy(self) -> bool:
        """Whether something is being written whose end is heard: that of a closed window is not."""
        return self._writing is not None and not self._jobs.closed

    def begin(
        self,
        unread: str = "",
        *,
        left_out: bool = False,
        masks_from: Path | None = None,
        beside: LabelImage | None = None,
    ) -> None:
        """Take an image up, as :meth:`SavedFiles.begin` does."""
        self._next = None
        self.files.begin(unread, left_out=left_out, masks_from=masks_from, beside=beside)
        self._flows = self._run_state.flows
        document = self._open_image.document
        self._follow(None if document.large else document)
        self._said = self.paused = False
        self._open = True
        if document.large:
            self._rows = RowChanges()
            document.objects_changed.connect(self._rows.follow)

    def _follow(self, document: Document | None) -> None:
        """Note from now on which rows of a document differ from its project; at first nothing is known to be alike."""
        if self._followed is not None:
            self._followed.changed.disconnect(self._note)
        self._followed = document
        self._changed, self._texts = ChangedRows(), RowTexts()
        if document is not None:
            document.changed.connect(self._note)

    def _note(self, box: Box) -> None:
        self._changed.add(box)

    def end(self, document: Document | None) -> None:
        """Let the image go: what is being written is finished, and nothing more begins."""
        self._next, self._open = None, False
        self._follow(None)
        writing = self._writing
        if document is not None and (writing is None or writing.document is not document):
            document.close()
        if writing is not None and self._jobs.closed:
            # Nobody is told any more that the thread has ended.
            writing.result.add_done_callback(lambda _: writing.document.close())
        if self._jobs.closed:
            # Whoever waits for the end, such as an image that was being left when the system closed the window.
            self.settled.emit()

    def is_writing(self, document: Document) -> bool:
        """Whether all work on a document is being written now."""
        writing = self._writing
        return writing is not None and writing.document is document and writing.state is document.state

    def once_written(
        self, document: Document, action: Callable[[], object], refused: Callable[[str], object]
    ) -> None:
        """Call `action` when all work on a document that was let go is saved, and which is being written now.

        The call comes from the thread that writes, since the window may be closed by then. That nothing was written,
        and why, is told by `refused` in the thread of the window while that is open.
        """
        writing = self._writing
        if writing is None or writing.document is not document:
            return
        writing.refused = refused

        def call(result: Future[Result]) -> None:
            if not result.cancelled() and isinstance(result.result(), tasks.SaveResult):
                action()

        writing.result.add_done_callback(call)

    def save(self, request: SaveRequest) -> None:
        """Save as asked, after what is being written now."""
        path = self._open_image.path
        if path is None or not self._open:
            return
        document, flows = self._open_image.document, self._run_state.flows
        if self._writing is not None or document.writing:
            self._next = request if self._next is None else joined(self._next, request)
            if self._writing is None:
                # Half a stroke is nobody's work: it may still be taken back.
                QTimer.singleShot(PATIENCE_MS, self._go_on)
            return
        targets, beside = self.files.to_write(masks=request.masks)
        expected = self.files.expected(replace=request.replace)
        if self.files.unread and not (request.replace or request.aside):
            self._ask(request, targets[0], self.files.unread)
            return
        if document.large:
            self._save_large(request, document, targets[0])
            return
        before = SavedBefore(self._changed.take(), self._texts)
        work = partial(
            tasks.save_project,
            targets,
            document.snapshot(),
            dict(document.objects),
            self._extra(),
            expected,
            request.aside,
            before,
            beside=beside,
        )
        self._wrote = False
        put_back = partial(self._changed.put_back, before.changed)
        self._writing = SaveUnderWay(request, document, document.state, flows, put_back)
        self._jobs.run(
            # What is being written is finished, also after the window is closed.
            self._writing.following(lambda progress: work(silent)),
            name=translate("Saving"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self._done,
            ended=lambda _: self._finished(),
        )

    def _save_large(self, request: SaveRequest, document: Document, target: Path) -> None:
        """Save what changed of masks larger than memory."""
        from cpsam_gui.storage.project_folder import FolderChanges, described
        from cpsam_gui.storage.run_folders import remove_run
        from cpsam_gui.tasks.large import save_large

        image, store, extra = self._open_image.image, cast("ChunkedLabels", document.store), self._content()
        assert image is not None
        keys = store.begin_save()
        rows = self._rows.take(document.table, everything=request.replace or request.aside)
        name = extra.image.name if extra.image is not None else ""
        about = described(extra.facts, extra.settings, extra.foreign, name, extra.fingerprint)
        changes = FolderChanges(store, keys, rows, about)
        known = self.files.expected(replace=request.replace)
        expected = None if known is None else known.get(target, FileIdentity())
        work = partial(save_large, target, changes, image, expected, request.aside)

        def done(result: Result) -> None:
            if isinstance(result, tasks.SaveResult):
                left = store.base
                store.rebase(target.parent / store.key, keys)
                if left is not None:
                    self._jobs.run(
                        lambda progress: remove_run(left),
                        name=translate("Saving"),
                        lane=Lane.BESIDE,
                        outlives_image=True,
                    )
            self._done(result)

        self._wrote = False
        put_back = partial(self._rows.put_back, rows)
        self._writing = SaveUnderWay(request, document, document.state, None, put_back)
        self._jobs.run(
            self._writing.following(work),
            name=translate("Saving"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=done,
            ended=lambda _: self._finished(),
        )

    def _extra(self) -> tasks.SaveExtras:
        """Return what is saved beside the masks; flows that the file holds already are taken over there."""
        flows = self._run_state.flows
        wanted = self._preferences.now.keep_flows and flows is not None
        there = wanted and flows is self._flows
        return replace(
            self._content(), with_flows=wanted and not there, keep=(COMPLETE, *MAPS) if there else (COMPLETE,)
        )

    def _done(self, result: Result) -> None:
        writing = self._writing
        if writing is None:
            return
        if writing.document is not self._open_image.document:
            # Another image is open by now; those who list the images look at this one again.
            if isinstance(result, tasks.SaveResult):
                self._notices.saved.emit(str(result.paths[-1]))
        elif isinstance(result, OtherMasksError):
            self._ask(writing.request, result.path, problem_from(result).text)
        elif not isinstance(result, tasks.Conflict | tasks.SaveResult):
            self._failed(writing.request, result)
        elif isinstance(result, tasks.Conflict):
            self._ask(writing.request, result.path, "")
        else:
            self._written(writing, result)

    def _written(self, writing: SaveUnderWay, written: tasks.SaveResult) -> None:
        request, self._wrote = writing.request, True
        self.files.written(written.stamps)
        self._said = self.paused = False
        self.seconds = written.seconds
        self._flows = writing.flows if self._preferences.now.keep_flows else None
        writing.document.mark_saved(writing.state)
        if not writing.document.modified:
            self.nothing_left.emit()
        if not request.quiet:
            self._notices.message.emit(translate("Saved {}").format(written.paths[-1]))
        elif news := self.files.news_behind():
            self._notices.message.emit(news)
        self._notices.saved.emit(str(written.paths[-1]))
        if request.then is not None:
            # Something was changed meanwhile.
            if writing.document.modified:
                self._next = request if self._next is None else joined(request, self._next)
            else:
                request.then()

    def _failed(self, request: SaveRequest, error: CpsamError) -> None:
        known, self._said = self._said, True
        if request.quiet and known:
            return
        problem = problem_from(error)
        if request.refused is not None:
            request.refused(problem)
        else:
            self._notices.failed.emit(Problem(f"{problem.text} {self._where_the_work_is()}", problem.details))

    def _finished(self) -> None:
        """Write what was asked for meanwhile; called when the thread has ended, whatever came of it."""
        writing, self._writing = self._writing, None
        if writing is not None and not self._wrote:
            writing.put_back()
        if writing is not None and writing.document is not self._open_image.document:
            writing.document.close()
            writing.tell_refused()
        self._go_on()
        if not self.busy:
            self.settled.emit()

    def _go_on(self) -> None:
        request, self._next = self._next, None
        if request is not None:
            self.save(request)

    def _ask(self, request: SaveRequest, path: Path, unread: str) -> None:
        """Ask what becomes of a file that is not the one that was read or written here."""
        if self._open_image.path is None:
            return
        name = path.name
        text = (
            translate("{} could not be read and is still there.").format(name)
            if unread
            else changed_words(path)
        )
        if not (unread or self.files.saw(path)):
            text = translate("{} was changed by another program after the project was saved.").format(name)
        elif self.files.unread and self.files.left_out:
            text = translate("The masks in {} were left out and are still there.").format(name)
        question = Question(
            text,
            translate_said(unread) or translate("Saving would replace what is in it."),
            (
                Answer("aside", translate("Keep both")),
                Answer("replace", translate("Replace it")),
                Answer("cancel", translate("Do not save")),
            ),
        )
        # Before the question: it must not be asked twice at a time.
        self.paused = True
        answer = self._questions.ask(question)
        if answer in ("aside", "replace"):
            self.paused = False
            again = replace(request, aside=answer == "aside", replace=answer == "replace")
            if self.busy:
                self._next = again
            else:
                self.save(again)
