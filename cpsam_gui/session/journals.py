"""The journal of the unsaved work on the open image, and what becomes of it when the image is left."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui.jobs.job import Problem
from cpsam_gui.program.i18n import translate
from cpsam_gui.session.image_names import name_of
from cpsam_gui.storage.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.recording import WorkRecorder
    from cpsam_gui.session.saver import Saver
    from cpsam_gui.state.document import Document
    from cpsam_gui.tasks.left_run import KeptRun
    from cpsam_gui.tasks.saving import LoadedMasks

MOST_RUNS = 3
"""On images that are not open, of which flows and settings are kept in memory."""


class Journals:
    """Keeps the journal of one image after the other."""

    def __init__(
        self, open_image: OpenImage, notices: Notices, recording: WorkRecorder, saver: Saver
    ) -> None:
        self._open_image, self._notices = open_image, notices
        self._recording, self._saver = recording, saver
        self.now: Journal | None = None
        """That of the open image; None where it has no file."""
        self.postponed = False
        """Whether the work on the open image waits in it until the image is opened again, by the user's choice."""
        self.kept: set[Path] = set()
        """Journals of this session in which work was kept until its image is opened again."""
        self._runs: dict[Path, LoadedMasks] = {}
        self._name = ""
        self._complained = False
        saver.nothing_left.connect(self.forget)

    def begin(self, image: Image) -> None:
        """Begin with an image that was opened."""
        if self._open_image.path is not None:
            self._name = name_of(self._open_image.path, image)
            self.now = Journal(
                self._open_image.document,
                self._open_image.path,
                complain=self._complain,
                log=lambda: self._recording.entries,
                part=image.key.ending,
                axes=image.axes,
            )
            self.now.prepare()

    def forget(self) -> None:
        """Begin the journal anew, because what stands in it was saved."""
        if self.now is not None:
            self.now.restart()

    def give_up(self) -> bool:
        """Begin the journal anew, because the work in it is given up; return whether a copy of it stays for a while."""
        return self.now is not None and self.now.give_up()

    @property
    def can_wait(self) -> bool:
        """Whether the journal holds all of the unsaved work, so that it can be taken up another time."""
        return self.now is not None and self.now.holds_all

    def where_the_work_is(self) -> str:
        """Say where the unsaved work on the open image is: the one place that promises the journal."""
        if self.can_wait:
            return translate("Your work is still here, and in the journal of unsaved work.")
        return translate(
            "Your work is not saved anywhere; only this window holds it. Free space on the disk, or save elsewhere."
        )

    def end(self, document: Document | None, *, closing: bool = False) -> None:
        """End with an image that is left; the journal stays where its work is neither saved nor given up.

        What was done while the next image was being read comes back with this one, where nothing saves it; so that
        nobody misses it, that is said, unless the window is closing.
        """
        journal, self.now = self.now, None
        postponed, self.postponed = self.postponed, False
        if journal is None or document is None:
            return
        # Not `unsaved`: another image may be the open one by now.
        if not document.modified:
            journal.close()
        elif postponed and journal.holds_all:
            self._keep(journal)
        elif self._saver.is_writing(document):
            journal.leave()
            self._saver.once_written(
                document, journal.remove, partial(self._keep_and_say, journal, self._name)
            )
        elif closing:
            # Nobody was asked or told: the next start says that the program quit before it was saved.
            journal.keep(known=False)
        else:
            self._keep_and_say(journal, self._name)

    def keep_run(self, run: KeptRun) -> None:
        """Keep what a run found in an image that is not open, in place of the work that waited there before."""
        self._keep(run.journal)
        self._runs[run.journal.path] = run.found
        # A journal holds no flows. Those of the newest runs are for whoever goes back soon.
        for path in list(self._runs)[:-MOST_RUNS]:
            del self._runs[path]
        if run.instead_of is not None:
            run.instead_of.unlink(missing_ok=True)

    def run_in(self, journal: Path) -> LoadedMasks | None:
        """Return the run of this session that a journal holds, with what does not stand there; None for others."""
        return self._runs.pop(journal, None)

    def _keep(self, journal: Journal, *, known: bool = True) -> None:
        journal.keep(known=known)
        self.kept.add(journal.path)
        self._notices.waiting_changed.emit()

    def _keep_and_say(self, journal: Journal, name: str, why: str = "") -> None:
        """Keep work that nothing saves, and say so; or that it is lost, where the journal cannot be written either."""
        whole = journal.holds_all
        # Whoever opens the image again is asked about what there is of it.
        self._keep(journal, known=whole)
        words = (
            translate("The last changes of {} are not saved: they come back when it is opened again.")
            if whole
            else translate(
                "The last changes of {} are lost: they could be written neither to its project nor to the journal "
                "of unsaved work."
            )
        )
        said = " ".join(part for part in (words.format(name), why) if part)
        if whole:
            self._notices.ended.emit(said, "")
        else:
            self._notices.failed.emit(Problem(said))

    def _complain(self, text: str) -> None:
        """Say that the journal cannot be written; comes from its thread.

        A journal begins with every image and after every save. A box each time would take strokes from the hand, so the
        status bar says it from the second time on.
        """
        first, self._complained = not self._complained, True
        if first:
            self._notices.failed.emit(Problem(text))
        else:
            self._notices.message.emit(text)
