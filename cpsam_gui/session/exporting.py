"""Export and import of objects in every format, in the background."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.jobs.jobs import Problem
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.companions import images_in
from cpsam_gui.tasks import exporting

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.formats import ObjectSet
    from cpsam_gui.session.session import Session


class Exporting:
    """Hands the objects of a session on, and takes those of others."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def outline(self) -> ObjectSet:
        """Return what a format must hold of the open image: all but the pixels of its labels."""
        from cpsam_core.formats import ObjectSet

        session = self._session
        extra, stack = session.keeping.extra(), session.document.shape[0] > 1
        return ObjectSet(
            np.zeros((2, 1, 1) if stack else (1, 1), np.uint32),
            classes={n: row.class_id for n, row in session.document.objects.items() if row.class_id},
            image=session.image,
            flows=extra.flows,
        )

    def export(self, target: Path, plan: exporting.ExportPlan) -> None:
        """Write the objects of the open image to `target`."""
        session = self._session
        document, state = session.document, session.document.state
        session.tool.cancel()
        work = partial(
            exporting.export_open,
            target,
            document.snapshot(),
            dict(document.objects),
            session.keeping.extra(),
            session.image,
            plan,
        )

        def done(written: exporting.Exported) -> None:
            if document is session.document and session.path is None and not plan.chosen.is_view:
                document.mark_saved(state)  # there is no project that could hold the work
            self._exported(written)

        session.jobs.run(work, name=translate("Exporting"), then=done)

    def export_folder(self, target: Path | None, plan: exporting.ExportPlan) -> None:
        """Write the saved objects of all images of the folder, those of the open image as they are now."""
        session = self._session
        if session.path is None:
            return
        if session.keeping.unsaved and not session.keeping.save_now(masks=False):
            return
        images = tuple(images_in(session.path.parent))
        work = partial(exporting.export_folder, images, target, plan)
        session.jobs.run(work, name=translate("Exporting the folder"), then=self._exported)

    def import_masks(self, path: Path) -> None:
        """Read objects of any format for the open image as one step of history."""
        session = self._session
        if session.image is None:
            session.failed.emit(Problem(translate("Open the image first, then its masks.")))
            return
        name = session.path.name if session.path is not None else ""
        work = partial(exporting.read_any, path, session.document.shape, name)
        session.jobs.run(work, name=translate("Reading masks"), then=partial(self._imported, path))

    def _exported(self, done: exporting.Exported) -> None:
        session = self._session
        if len(done.paths) == 1:
            session.message.emit(translate("Saved {}").format(done.paths[0]))
            session.saved.emit(str(done.paths[0]))
        else:
            words = translate("{written} written, {skipped} left alone, {failed} failed").format(
                written=len(done.paths), skipped=len(done.skipped), failed=len(done.failed)
            )
            session.message.emit(words)
        if done.failed:
            session.failed.emit(
                Problem(
                    translate("{} images could not be exported.").format(len(done.failed)),
                    "\n".join(done.failed),
                )
            )

    def _imported(self, path: Path, read: exporting.Imported) -> None:
        session = self._session
        session.keeping.take_over(StepKind.IMPORT, translate("Import {}").format(path.name), read.found)
        if read.notes:
            session.failed.emit(
                Problem(
                    translate("Not everything in {} could be taken over.").format(path.name)
                    + "\n"
                    + "\n".join(read.notes[:5]),
                    "\n".join(read.notes),
                )
            )
