"""Comparing the open image's masks with a file, another model or an earlier state of the work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.box import Box
from cpsam_gui.tasks.comparing import (
    ComparisonResult,
    agreement_of,
    compare_with,
    labels_before,
    labels_of_file,
)
from cpsam_gui.tasks.comparing_large import chunks_before, chunks_of_file, compare_chunks
from cpsam_gui.tasks.large import new_work_folder
from cpsam_gui.tasks.measuring import ObserverAgreement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.measuring import MeasurementController
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.segmenting import SegmentationController
    from cpsam_gui.state.steps import Labels
    from cpsam_gui.storage.chunked_labels import ChunkedLabels
    from cpsam_gui.tasks import RegionResult

# IoU from which two objects are the same, as in the paper.
THRESHOLD = 0.5


class ComparisonController(QObject):
    """Holds at most one comparison of the open image."""

    changed = pyqtSignal()
    agreed = pyqtSignal(object)
    """The agreement of several people (`cpsam_core.metrics.agreement.ObserverAgreement`)."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        measuring: MeasurementController,
        segmenting: SegmentationController,
    ) -> None:
        super().__init__(open_image)
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._measuring = measuring
        self._segmenting = segmenting
        self.now: ComparisonResult | None = None
        self.shown = True
        """Whether the comparison is drawn on the canvas."""
        self._open_image.image_changed.connect(self.clear)

    def clear(self) -> None:
        """Forget the comparison."""
        before, self.now = self.now, None
        if before is not None:
            self._measuring.compare(None)
        self.changed.emit()
        if before is not None:
            before.let_go()

    def show(self, on: bool) -> None:
        """Draw the comparison on the canvas, or not."""
        self.shown = on
        self.changed.emit()

    def with_file(self, path: Path) -> None:
        """Compare with masks in a file."""
        shape = self._open_image.document.shape
        if self._open_image.document.large:
            self._compare_chunks(path.name, partial(chunks_of_file, path, shape))
        else:
            self._compare(path.name, partial(labels_of_file, path, self._open_image.wanted))

    def with_step(self, position: int) -> None:
        """Compare with the masks as they were when `position` steps were applied."""
        document = self._open_image.document
        steps = document.applied(position)
        name = document.steps[position - 1] if position else translate("Opened")
        words = translate("after {step}").format(step=name)
        if document.large:
            still = cast("ChunkedLabels", document.store).fork(new_work_folder())
            self._compare_chunks(words, partial(chunks_before, still, steps))
        else:
            self._compare(words, partial(labels_before, document.snapshot(), steps))

    def with_model(self, name: str) -> None:
        """Run another model on the open image, and compare with what it finds; the masks stay as they are."""
        if self._open_image.image is None or self._refused(
            translate("A run of another model to compare with")
        ):
            return
        document = self._open_image.document

        def take(found: RegionResult | None) -> None:
            if found is not None and document is self._open_image.document:
                labels = found.labels
                self._compare(name, lambda progress: labels)

        self._segmenting.propose_region(Box.whole(document.shape), take, name=name)

    def people(self, paths: Sequence[Path]) -> None:
        """Find out how well the masks of several people agree; `agreed` tells it."""
        if self._refused(translate("The agreement of several people")):
            return
        work = partial(agreement_of, tuple(paths), self._open_image.wanted, THRESHOLD)
        self._jobs.run(work, name=translate("Agreement"), lane=Lane.BESIDE, then=self.agreed.emit)

    def _refused(self, what: str) -> bool:
        return self._notices.refuse_large(self._open_image.document, what)

    def _compare(self, name: str, other: Callable[[Progress], Labels]) -> None:
        if self._open_image.image is None:
            return
        work = partial(compare_with, name, other, self._open_image.document.snapshot(), THRESHOLD)
        self._jobs.run(work, name=translate("Comparing"), lane=Lane.BESIDE, then=self._take)

    def _compare_chunks(self, name: str, other: Callable[[Progress], ChunkedLabels]) -> None:
        present = cast("ChunkedLabels", self._open_image.document.store)
        work = partial(compare_chunks, name, other, present, THRESHOLD)
        self._jobs.run(work, name=translate("Comparing"), lane=Lane.BESIDE, then=self._take)

    def _take(self, compared: ComparisonResult) -> None:
        before, self.now = self.now, compared
        if before is not None:
            before.let_go()
        found = compared.comparison
        self._measuring.compare(ObserverAgreement(found.second_ids, found.second_ious))
        self.changed.emit()
