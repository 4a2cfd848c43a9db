"""Export and import of objects in every format, in the background."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
from PyQt6.QtCore import QTimer

from cpsam_gui import tasks
from cpsam_gui.jobs.job import Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import filled
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.session.run_results import PATIENCE_MS, touched_rows
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.companions import images_in, project_path
from cpsam_gui.tasks import exporting
from cpsam_gui.tasks.importing import beside_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cpsam_core.formats import ObjectSet
    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
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

    @property
    def closed_folder(self) -> bool:
        """Whether nothing can be written beside the open image."""
        return self._persistence.watching.closed_folder

    def outline(self) -> ObjectSet:
        """Return what a format must hold of the open image: all but the pixels of its labels."""
        from cpsam_core.formats import ObjectSet

        extra, stack = self._persistence.content.extra(), self._open_image.document.shape[0] > 1
        return ObjectSet(
            np.zeros((2, 1, 1) if stack else (1, 1), np.uint32),
            classes={n: row.class_id for n, row in self._open_image.document.objects.items() if row.class_id},
            image=self._open_image.image,
            flows=extra.output.flows if extra.output is not None else None,
            plane=self._open_image.view.plane if stack else None,
        )

    def export(self, target: Path, plan: exporting.ExportPlan) -> None:
        """Write the objects of the open image to `target`; other images can be opened meanwhile."""
        document, state = self._open_image.document, self._open_image.document.state
        path = self._open_image.path
        if path is not None and target.resolve() == project_path(path).resolve():
            words = translate("{} holds the work on this image itself: Save writes it. Choose another name.")
            self._notices.failed.emit(Problem(words.format(target.name)))
            return
        if document.large:
            self._export_large(target, plan)
            return
        self._gestures.end_stroke()
        work = partial(
            exporting.export_open,
            target,
            document.snapshot(),
            dict(document.objects),
            self._persistence.content.extra(),
            self._open_image.image,
            replace(plan, plane=self._open_image.view.plane),
        )

        def done(written: exporting.ExportResult) -> None:
            if (
                document is self._open_image.document
                and self._persistence.has_no_project
                and not plan.chosen.is_view
            ):
                document.mark_saved(state)
            self._exported(written)

        # It has all that it writes: whoever goes on to the next image has the file all the same.
        self._jobs.run(work, name=translate("Exporting"), then=done, outlives_image=True)

    def _export_large(self, target: Path, plan: exporting.ExportPlan) -> None:
        """Write masks larger than memory: they are saved first, and written from the project."""
        from cpsam_gui.tasks.export_large import KINDS, SavedMasks, export_large

        if plan.chosen.key not in KINDS:
            self._notices.refuse_large(self._open_image.document, translate_said(plan.chosen.title))
            return

        def write() -> None:
            document, image = self._open_image.document, self._open_image.image
            folder = cast("ChunkedLabels", document.store).base
            if folder is not None and image is not None:
                rows = cast("ColumnRecords", document.table).copy()
                names = {one.number: one.name for one in document.facts.classes}
                saved = SavedMasks(folder, document.shape, rows, image, names)
                work = partial(export_large, target, plan.chosen.key, saved)
                self._jobs.run(work, name=translate("Exporting"), then=self._exported, outlives_image=True)

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
        work = partial(exporting.read_any, path, self._open_image.wanted)
        self._jobs.run(
            work, name=translate("Reading masks"), then=partial(self._read, path, self._open_image.document)
        )

    def _exported(self, done: exporting.ExportResult) -> None:
        if done.paths:
            self.last = done.paths[-1]
        if len(done.paths) == 1 and not (done.skipped or done.failed):
            self._notices.saved.emit(str(done.paths[0]))
            self._notices.offered.emit(translate("Saved {}").format(done.paths[0]), SHOW)
            return
        counts = _counted(done)
        more = ", ..." if len(done.skipped) > 1 else ""
        words = f"{counts} ({_said(done.skipped[0])}{more})" if done.skipped else counts
        if done.paths:
            self._notices.offered.emit(words, SHOW)
        else:
            self._notices.withdrawn.emit(SHOW)
            self._notices.message.emit(words)
        if done.skipped or done.failed:
            # The status bar holds neither the names nor stays long enough to read them.
            self._notices.failed.emit(_report(done, counts))

    def _read(self, path: Path, document: Document, read: exporting.ImportResult) -> None:
        """Put in what was read; where it would replace what a person made, ask first, once the job has ended."""
        if read.is_picture:
            words = translate("{} holds the image itself, not its masks.").format(path.name)
            self._notices.failed.emit(Problem(words))
        elif touched_rows(document):
            QTimer.singleShot(0, partial(self._ask, path, document, read))
        else:
            self._imported(path, read)

    def _ask(self, path: Path, document: Document, read: exporting.ImportResult) -> None:
        touched = touched_rows(document)
        answer = self._persistence.ask(_about_import(path, touched.values())) if touched else "replace"
        if self._open_image.document is not document:
            # Another image is open by now.
            return
        if answer == "add":
            self._add(path, document, read)
        elif answer == "replace":
            self._imported(path, read)

    def _add(self, path: Path, document: Document, read: exporting.ImportResult) -> None:
        """Put in what was read beside what a person made; once more where that changed meanwhile."""
        state, stays = document.state, touched_rows(document)
        kept = tasks.PreviousMasks(document.snapshot(), stays, document.next_id)

        def put(found: tasks.MaskResult) -> None:
            if self._open_image.document is not document:
                return
            if document.state is state and not document.writing:
                self._imported(path, replace(read, found=found), len(found.records) - len(stays))
            else:
                QTimer.singleShot(PATIENCE_MS, partial(self._add, path, document, read))

        found = read.found
        if isinstance(found, tasks.LoadedMasks) and found.facts is not None:
            # Names of classes are added to those that are there, and the rest that is known stays.
            facts = document.facts
            named = {one.number: one for one in (*found.facts.classes, *facts.classes)}
            classes = tuple(named[number] for number in sorted(named))
            found = replace(found, facts=facts.changed(classes=classes), foreign={})
        work = partial(beside_kept, found, kept)
        self._jobs.run(work, name=translate("Reading masks"), lane=Lane.BESIDE, then=put)

    def _imported(self, path: Path, read: exporting.ImportResult, count: int | None = None) -> None:
        self._persistence.take_over(StepKind.IMPORT, translate("Import {}").format(path.name), read.found)
        count = len(read.found.records) if count is None else count
        words = (
            translate("1 object imported from {name}")
            if count == 1
            else translate("{:,} objects imported from {name}")
        )
        said = filled(words, count, name=path.name)
        self._notices.message.emit(f"{said}, {translate_said(read.part)}" if read.part else said)
        if read.notes:
            self._notices.failed.emit(
                Problem(
                    translate("Not everything in {} could be imported.").format(path.name)
                    + "\n"
                    + "\n".join(read.notes[:5]),
                    "\n".join(read.notes),
                )
            )


def _about_import(path: Path, touched: Iterable[ObjectRecord]) -> Question:
    """Return what is asked before masks of a file come in the place of what a person made."""
    rows = list(touched)
    locked = sum(row.held for row in rows)
    one = translate("1 object that you touched will be replaced")
    many = filled(translate("{:,} objects that you touched will be replaced"), len(rows))
    detail = translate(
        "They were drawn, corrected, locked, classified or accepted by hand. Undo brings them back until "
        "another image is opened."
    )
    if locked:
        detail += " " + filled(translate("Locked: {:,}."), locked)
    return Question(
        f"{translate('Import {}').format(path.name)}: {one if len(rows) == 1 else many}",
        detail,
        (
            Answer("add", translate("Keep them and add the others")),
            Answer("replace", translate("Replace them")),
            Answer("cancel", translate("Cancel")),
        ),
    )


def replace_words() -> str:
    """Return the words of the tick that decides about files that exist; what refuses to replace them names it."""
    return translate("Replace files that exist")


def _report(done: exporting.ExportResult, counts: str) -> Problem:
    """Return which images of a folder were not exported and why; the details name also what was written."""
    left_out = [_said(one) for one in (*done.failed, *done.skipped)]
    every = list(left_out)
    if done.failed:
        head = translate("{} images could not be exported.").format(len(done.failed))
    elif done.paths:
        head = counts
    else:
        head = translate("Nothing was exported: {}").format(left_out[0])
        left_out = left_out[1:]
    more = ["..."] if len(left_out) > MOST_NAMED else []
    if done.existed:
        words = translate('Files that exist are replaced where "{}" is ticked in the export.')
        more.append(words.format(replace_words()))
    written = [translate("{} was written").format(path.name) for path in done.paths]
    return Problem("\n".join([head, *left_out[:MOST_NAMED], *more]), "\n".join([*every, *written]))


def _counted(done: exporting.ExportResult) -> str:
    """Return how many images were written and how many were not; a movie is one image, its time points are files."""
    images, files = done.images, len(done.paths)
    words = [
        filled(
            translate("{written:,} of {total:,} images written"), written=images.written, total=images.total
        )
    ]
    if files != images.written:
        words[0] += " " + filled(translate("to {:,} files"), files)
    for count, template in (
        (images.in_part, translate("{:,} of them only in part")),
        (images.left_out, translate("{:,} left out")),
        (images.failed, translate("{:,} failed")),
    ):
        if count:
            words.append(filled(template, count))
    return ", ".join(words)


def _said(line: str) -> str:
    """Return a line about a file in the user's language: its name, and why it was left out."""
    name, colon, why = line.partition(": ")
    return f"{name}{colon}{translate_said(why)}" if colon else translate_said(line)
