"""Keeping the work: saving, export and import of masks, the journal and recovery from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_core.errors import CpsamError
from cpsam_core.progress import silent
from cpsam_gui import tasks
from cpsam_gui.files import masks_path, project_path
from cpsam_gui.jobs import Problem, problem_from
from cpsam_gui.journal import Journal, Recovered
from cpsam_gui.journal import recover as read_journal

if TYPE_CHECKING:
    from pathlib import Path

    from .session import Session


class Keeping:
    """Saves the work of a session, and keeps a journal of it meanwhile."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.journal: Journal | None = None

    def begin_journal(self) -> None:
        """Follow the document that was opened."""
        if self._session.path is not None:
            self.journal = Journal(self._session.document, self._session.path)

    def save(self) -> None:
        """Save the project and the masks beside the image, in the background."""
        for target in self._targets():
            self.export(target)

    def save_now(self) -> bool:
        """Save and wait for it, before an image is left; False where that failed."""
        targets = self._targets()
        try:
            for target in targets:
                tasks.save(
                    target,
                    self._session.document.snapshot(),
                    self._session.document.objects,
                    self._extra(),
                    silent,
                )
        except CpsamError as error:
            self._session.failed.emit(problem_from(error))
            return False
        if targets:
            self._mark_saved()
        return bool(targets)

    def export(self, target: Path) -> None:
        """Write the masks to `target` in the background; its ending says in which form."""
        document, position = self._session.document, self._session.document.position

        def done(written: Path) -> None:
            if document is self._session.document and document.position == position:
                self._mark_saved()
            self._session.message.emit(f"Saved {written}")
            self._session.saved.emit(str(written))

        work = partial(
            tasks.save, target, document.snapshot(), dict(document.objects), self._extra()
        )  # fmt: skip
        self._session.jobs.start_beside("Saving", work, done)

    def _mark_saved(self) -> None:
        self._session.document.mark_saved()
        if self.journal is not None:
            self.journal.restart()

    def end_journal(self) -> None:
        """Remove the journal of an image that is left: its work is saved, or given up on purpose."""
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    def recover(self, journal: Path) -> None:
        """Open the image of a journal that a crash left behind, with the work that it holds."""

        def show(found: Recovered | None) -> None:
            if found is None:
                self._session.failed.emit(Problem(f"The journal {journal} holds nothing that can be used."))
            else:
                self._session.images.open(found.image, partial(self._take_recovered, found))

        self._session.jobs.start("Reading the journal", lambda progress: read_journal(journal), show)

    def _take_recovered(self, found: Recovered) -> None:
        if found.labels.shape != self._session.document.shape:
            self._session.failed.emit(
                Problem(f"{found.image.name} has another size now than when it was edited.")
            )
            return
        records = tasks.records_with(found.labels, found.objects)
        self._session.runs.swap("Recovered work", tasks.Found(found.labels, records))
        if found.lost:
            self._session.message.emit(f"Recovered all but the last {found.lost} bytes, which were damaged")
        found.path.unlink(missing_ok=True)  # a new journal holds this work now

    def _targets(self) -> list[Path]:
        if self._session.image is None:
            return []
        if self._session.path is None:
            self._session.failed.emit(
                Problem("This image has no file name. Choose where its masks go with Export masks.")
            )
            return []
        return [project_path(self._session.path), masks_path(self._session.path)]

    def _extra(self) -> tasks.Saved:
        last = self._session.runs.flows
        if last is None:
            return tasks.Saved(self._session.path, self._session.runs.last_settings)
        return tasks.Saved(self._session.path, self._session.runs.last_settings, last.flows, last.logits)

    def import_masks(self, path: Path) -> None:
        """Read masks for the open image as one step of history."""
        if self._session.image is None:
            self._session.failed.emit(Problem("Open the image first, then its masks."))
            return
        work = partial(tasks.read_masks, path, self._session.document.shape)
        self._session.jobs.start(
            "Reading masks", work, partial(self._session.runs.swap, f"Import {path.name}")
        )
