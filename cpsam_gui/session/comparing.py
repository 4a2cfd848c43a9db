"""Comparing the open image's masks with a file, another model or an earlier state of the work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.box import Box
from cpsam_gui.tasks.comparing import Compared, agreement_of, compare_with, labels_before, labels_of_file
from cpsam_gui.tasks.measuring import Agreement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cpsam_core.progress import Progress
    from cpsam_gui.session.session import Session
    from cpsam_gui.state.steps import Labels
    from cpsam_gui.tasks import RegionResult

THRESHOLD = 0.5  # IoU from which two objects are the same, as in the paper


class Comparing(QObject):
    """Holds at most one comparison of the open image."""

    changed = pyqtSignal()
    agreed = pyqtSignal(object)
    """The agreement of several people (`cpsam_core.metrics.agreement.Agreement`)."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.now: Compared | None = None
        self.shown = True
        """Whether the comparison is drawn on the canvas."""
        session.image_changed.connect(self.clear)

    def clear(self) -> None:
        """Forget the comparison."""
        if self.now is not None:
            self.now = None
            self._session.measuring.compare(None)
        self.changed.emit()

    def show(self, on: bool) -> None:
        """Draw the comparison on the canvas, or not."""
        self.shown = on
        self.changed.emit()

    def with_file(self, path: Path) -> None:
        """Compare with masks in a file."""
        read = partial(labels_of_file, path, self._session.document.shape)
        self._compare(path.name, read)

    def with_step(self, position: int) -> None:
        """Compare with the masks as they were when `position` steps were applied."""
        document = self._session.document
        steps = document.applied(position)
        name = document.steps[position - 1] if position else translate("Opened")
        still = document.snapshot()
        self._compare(translate("after {step}").format(step=name), partial(labels_before, still, steps))

    def with_model(self, name: str) -> None:
        """Run another model on the open image, and compare with what it finds; the masks stay as they are."""
        session = self._session
        if session.image is None:
            return
        document = session.document

        def take(found: RegionResult | None) -> None:
            if found is not None and document is session.document:
                labels = found.labels
                self._compare(name, lambda progress: labels)

        session.runs.propose_region(Box.whole(document.shape), take, name=name)

    def people(self, paths: Sequence[Path]) -> None:
        """Find out how well the masks of several people agree; `agreed` tells it."""
        work = partial(agreement_of, tuple(paths), self._session.document.shape, THRESHOLD)
        self._session.jobs.run(work, name=translate("Agreement"), lane=Lane.BESIDE, then=self.agreed.emit)

    def _compare(self, name: str, other: Callable[[Progress], Labels]) -> None:
        session = self._session
        if session.image is None:
            return
        work = partial(compare_with, name, other, session.document.snapshot(), THRESHOLD)
        session.jobs.run(work, name=translate("Comparing"), lane=Lane.BESIDE, then=self._take)

    def _take(self, compared: Compared) -> None:
        self.now = compared
        found = compared.comparison
        self._session.measuring.compare(Agreement(found.second_ids, found.second_ious))
        self.changed.emit()
