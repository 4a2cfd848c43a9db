"""A run of the model on an image larger than memory: by blocks, and it goes on where it was stopped."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui.jobs.job import Ending, Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import counted
from cpsam_gui.runs.left_out import with_way_back
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.companions import project_path

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.run_results import PendingResult, RunResults
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.steps import Step
    from cpsam_gui.tasks.block_result import ChunkedResult, KeptObjects
    from cpsam_gui.tasks.partial_result import PartialResult

PATIENCE_MS = 50
"""Between looks at whether a stroke has ended that a result must wait for."""


class LargeRun(QObject):
    """Segments the open image by blocks: what each finds is shown at once, and the result lands as one step."""

    block_found = pyqtSignal(object)
    """A block was searched: the box (Box) in which there are other objects."""
    partial_changed = pyqtSignal()
    """There are objects of a run under way, or none any more."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        images: Images,
        questions: Questioner,
        gestures: Gestures,
        run_state: RunState,
        run_results: RunResults,
    ) -> None:
        super().__init__(open_image)
        self._open_image, self._notices, self._jobs, self._models = open_image, notices, jobs, models
        self._images, self._questions, self._gestures = images, questions, gestures
        self._run_state, self._run_results = run_state, run_results
        self.partial_result: PartialResult | None = None
        """What the run under way has found so far."""
        open_image.adopted.connect(self.let_go)
        self.block_found.connect(self._tell)

    def start(self) -> None:
        """Run the model by blocks, or go on with the run of the same settings."""
        from cpsam_core.images.document_key import WHOLE
        from cpsam_core.images.project_folders import document_folder
        from cpsam_gui.tasks.block_run import BlockImage, segment_blocks
        from cpsam_gui.tasks.partial_result import PartialResult

        path, image, document = self._open_image.path, self._open_image.image, self._open_image.document
        if path is None or image is None:
            text = translate("An image of this size is segmented beside its file, and it has none.")
            self._notices.failed.emit(Problem(text))
            return
        if not self._may_replace():
            return
        options, reading = self._run_state.options, self._images.reading
        key = image.key if image.key is not None else WHOLE
        folder = document_folder(project_path(path), key)
        about = BlockImage(path, folder, document.shape, reading.axes, reading.time, reading.scene)
        pending = self._run_results.pending(StepKind.SEGMENT, f"Segment with {options.model.title}")
        if not options.keep:
            pending = replace(pending, given_up=self._rows.copy())
        loader = self._models.loader(options.model)
        self.let_go()
        shown = self.partial_result = PartialResult(document.shape, self._block_found)
        settings = self._run_state.settings
        work = partial(segment_blocks, about, settings, options.model, loader, shown)
        self.partial_changed.emit()
        self._jobs.run(
            self._models.holding(work),
            name=translate("Segmenting by blocks"),
            then=partial(self._put_together, pending),
            ended=self._ended,
        )

    def _block_found(self, box: Box) -> None:
        """Tell of a block; called in the thread of the run."""
        # The window is gone.
        with suppress(RuntimeError):
            self.block_found.emit(box)

    def _tell(self) -> None:
        if self.partial_result is not None:
            one, many = translate("1 object so far"), translate("{:,} objects so far")
            self._notices.message.emit(counted(self.partial_result.count, one, many))

    def _ended(self, ending: Ending) -> None:
        if ending is not Ending.DONE:
            self.let_go()

    def let_go(self) -> None:
        """Show nothing of a run any more."""
        shown, self.partial_result = self.partial_result, None
        if shown is not None:
            self.partial_changed.emit()
            shown.close()

    def _may_replace(self) -> bool:
        """Ask where the run is to replace what a person touched; False where it must not run."""
        from cpsam_gui.tasks.block_result import touched

        return self._run_state.may_replace(touched(self._rows).size, self._questions)

    @property
    def _rows(self) -> ColumnRecords:
        return cast("ColumnRecords", self._open_image.document.table)

    def _kept(self, pending: PendingResult) -> KeptObjects | None:
        """Return what stays: what a person touched; where that was given up, what was touched since."""
        from cpsam_gui.tasks.block_result import KeptObjects, touched, touched_since

        before = pending.given_up
        ids = touched_since(self._rows, before) if isinstance(before, ColumnRecords) else touched(self._rows)
        return KeptObjects(self._open_image.document.store, self._rows.copy(), ids) if ids.size else None

    def _put_together(self, pending: PendingResult, folder: Path) -> None:
        """Put what was found together with what stays, in a thread."""
        from cpsam_gui.tasks.block_result import with_kept

        document = self._open_image.document
        if document is not pending.document:
            return
        if document.writing:
            QTimer.singleShot(PATIENCE_MS, partial(self._put_together, pending, folder))
            return
        deleted = document.facts.deleted if pending.options.keep else None
        work = partial(with_kept, folder, document.shape, self._kept(pending), deleted)
        self._jobs.run(
            work,
            name=pending.name,
            lane=Lane.BESIDE,
            then=partial(self._land, pending, folder, document.state),
            ended=self._ended,
        )

    def _land(self, pending: PendingResult, folder: Path, state: Step, found: ChunkedResult) -> None:
        """Swap the result in; where the document has changed since, put it together once more."""
        document = self._open_image.document
        if document is not pending.document:
            found.labels.close()
        elif document.writing or document.state is not state:
            found.labels.close()
            self._put_together(pending, folder)
        else:
            self.let_go()
            self._run_state.flows, self._run_state.last_settings = None, dict(pending.settings)
            view = self._open_image.view
            chosen = frozenset(found.numbers[n] for n in view.selection if n in found.numbers)
            view.selection = frozenset()
            document.replace(
                pending.name,
                found.labels,
                found.records,
                kind=StepKind.SEGMENT,
                written=found.written,
                changed_rows=found.changed_rows,
                keeps=pending.options.keep,
            )
            view.selection = chosen
            one, many = translate("1 object found"), translate("{:,} objects found")
            said = counted(len(found.records), one, many), translate_said(with_way_back(found.left_out))
            self._notices.message.emit("; ".join(filter(None, said)))
