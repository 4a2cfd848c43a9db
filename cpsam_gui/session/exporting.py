"""Export and import of objects in every format, in the background."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from cpsam_gui.jobs.job import Problem
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.companions import images_in
from cpsam_gui.tasks import exporting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.formats import ObjectSet
    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.storage.chunked_labels import ChunkedLabels


SHOW = "show_saved"
"""Key of the action that is offered after an export."""
MOST_NAMED = 12
"""Images that a report names outside of its details."""


class ExportController:
    """Hands the objects of a session on, and takes those of others."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        gestures: Gestures,
        persistence: Persistence,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._gestures = gestures
        self._persistence = persistence
        self.last: Path | None = None
        """The file that was written last."""
        self.made_ahead: Callable[[], frozenset[Path]] = frozenset
        """Tells which images have masks in memory that no file holds."""

    def outline(self) -> ObjectSet:
        """Return what a format must hold of the open image: all but the pixels of its labels."""
        from cpsam_core.formats import ObjectSet

        extra, stack = self._persistence.extra(), self._open_image.document.shape[0] > 1
        return ObjectSet(
            np.zeros((2, 1, 1) if stack else (1, 1), np.uint32),
            classes={n: row.class_id for n, row in self._open_image.document.objects.items() if row.class_id},
            image=self._open_image.image,
            flows=extra.output.flows if extra.output is not None else None,
        )

    def export(self, target: Path, plan: exporting.ExportPlan) -> None:
        """Write the objects of the open image to `target`."""
        document, state = self._open_image.document, self._open_image.document.state
        if document.large:
            self._export_large(target, plan)
            return
        self._gestures.end_stroke()
        work = partial(
            exporting.export_open,
            target,
            document.snapshot(),
            dict(document.objects),
            self._persistence.extra(),
            self._open_image.image,
            plan,
        )

        def done(written: exporting.ExportResult) -> None:
            if (
                document is self._open_image.document
                and self._persistence.has_no_project
                and not plan.chosen.is_view
            ):
                document.mark_saved(state)
            self._exported(written)

        self._jobs.run(work, name=translate("Exporting"), then=done)

    def _export_large(self, target: Path, plan: exporting.ExportPlan) -> None:
        """Write masks larger than memory: they are saved first, and written from the project."""
        from cpsam_gui.tasks.export_large import KINDS, SavedMasks, export_large

        if plan.chosen.key not in KINDS:
            self._notices.refuse_large(self._open_image.document, plan.chosen.title)
            return

        def write() -> None:
            document, image = self._open_image.document, self._open_image.image
            folder = cast("ChunkedLabels", document.store).base
            if folder is not None and image is not None:
                rows = cast("ColumnRecords", document.table).copy()
                work = partial(
                    export_large, target, plan.chosen.key, SavedMasks(folder, document.shape, rows, image)
                )
                self._jobs.run(work, name=translate("Exporting"), then=self._exported)

        self._persistence.save(write, masks=False)

    def export_folder(self, target: Path | None, plan: exporting.ExportPlan) -> None:
        """Write the saved objects of all images of the folder, those of the open image as they are now.

        Other images can be opened meanwhile.
        """
        if self._open_image.path is None or self._notices.refuse_second(self._jobs):
            return
        if self._persistence.unsaved and not self._persistence.save_now(masks=False):
            return
        folder, made_ahead = self._open_image.path.parent, self.made_ahead()

        def work(progress: Progress) -> exporting.ExportResult:
            return exporting.export_folder(tuple(images_in(folder)), target, plan, progress, made_ahead)

        name = translate("Exporting the folder")
        self._jobs.run(work, name=name, then=self._exported, outlives_image=True)

    def import_masks(self, path: Path) -> None:
        """Read objects of any format for the open image as one step of history."""
        if self._open_image.image is None:
            self._notices.failed.emit(Problem(translate("Open the image first, then its masks.")))
            return
        if self._notices.refuse_large(self._open_image.document, translate("Reading masks of another file")):
            return
        name = self._open_image.path.name if self._open_image.path is not None else ""
        work = partial(exporting.read_any, path, self._open_image.document.shape, name)
        self._jobs.run(work, name=translate("Reading masks"), then=partial(self._imported, path))

    def _exported(self, done: exporting.ExportResult) -> None:
        if done.paths:
            self.last = done.paths[-1]
        if len(done.paths) == 1 and not (done.skipped or done.failed):
            self._notices.saved.emit(str(done.paths[0]))
            self._notices.offered.emit(translate("Saved {}").format(done.paths[0]), SHOW)
            return
        counts = translate("{written} written, {skipped} skipped, {failed} failed").format(
            written=len(done.paths), skipped=len(done.skipped), failed=len(done.failed)
        )
        more = ", ..." if len(done.skipped) > 1 else ""
        words = f"{counts} ({done.skipped[0]}{more})" if done.skipped else counts
        if done.paths:
            self._notices.offered.emit(words, SHOW)
        else:
            self._notices.withdrawn.emit(SHOW)
            self._notices.message.emit(words)
        if done.skipped or done.failed:
            # The status bar holds neither the names nor stays long enough to read them.
            self._notices.failed.emit(_report(done, counts))

    def _imported(self, path: Path, read: exporting.ImportResult) -> None:
        self._persistence.take_over(StepKind.IMPORT, translate("Import {}").format(path.name), read.found)
        if read.notes:
            self._notices.failed.emit(
                Problem(
                    translate("Not everything in {} could be imported.").format(path.name)
                    + "\n"
                    + "\n".join(read.notes[:5]),
                    "\n".join(read.notes),
                )
            )


def replace_words() -> str:
    """Return the words of the tick that decides about files that exist; what refuses to replace them names it."""
    return translate("Replace files that exist")


def _report(done: exporting.ExportResult, counts: str) -> Problem:
    """Return which images of a folder were not exported and why; the details name also what was written."""
    left_out = [*done.failed, *done.skipped]
    if done.failed:
        head = translate("{} images could not be exported.").format(len(done.failed))
    elif done.paths:
        head = counts
    else:
        head = translate("Nothing was exported: {}").format(done.skipped[0])
        left_out = left_out[1:]
    more = ["..."] if len(left_out) > MOST_NAMED else []
    if done.existed:
        words = translate('Files that exist are replaced where "{}" is ticked in the export.')
        more.append(words.format(replace_words()))
    written = [translate("{} was written").format(path.name) for path in done.paths]
    return Problem(
        "\n".join([head, *left_out[:MOST_NAMED], *more]), "\n".join([*done.failed, *done.skipped, *written])
    )
