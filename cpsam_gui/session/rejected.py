"""The candidates that the thresholds rejected, shown as ghosts until a click keeps one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui import operations
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.operations.identities import former_self
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.state.steps import StepKind
from cpsam_gui.tasks.rejected import RejectedCandidate, rejected

if TYPE_CHECKING:
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.steps import Step

# Milliseconds after the last result.
REST_MS = 250
# Pixels; in a larger image the flows are not followed for candidates alone: runs and other thresholds do it anyway.
MOST_PX = 1 << 21


class RejectedCandidates(QObject):
    """Looks for them in the background after a run or other thresholds."""

    changed = pyqtSignal()

    def __init__(self, open_image: OpenImage, notices: Notices, jobs: Jobs, run_state: RunState) -> None:
        super().__init__(open_image)
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._run_state = run_state
        self.now: tuple[RejectedCandidate, ...] = ()
        self._asked = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._look)
        open_image.image_changed.connect(self._new_image)

    def at(self, plane: int, y: int, x: int) -> RejectedCandidate | None:
        """Return the candidate at a pixel; None where there is none, or none is shown."""
        if not self._open_image.view.masks.visible:
            return None
        return next((one for one in self.now if one.holds(plane, y, x)), None)

    def keep(self, plane: int, y: int, x: int) -> bool:
        """Make the candidate at a pixel an object, in one step; return False where there is none."""
        one, document = self.at(plane, y, x), self._open_image.document
        if one is None or document.writing:
            return False
        scores = {1: {"flow_error": one.flow_error}} if one.flow_error is not None else {}
        proposal = operations.Proposal(one.box, one.mask.astype(np.uint32), scores)
        known = former_self(self._run_state.identities, one.box, one.mask, document.objects)
        former = {1: known} if known is not None else {}
        made, why = operations.accept(document, proposal, "Keep candidate", former)
        self._take(tuple(other for other in self.now if other is not one))
        if why:
            self._notices.message.emit(translate_said(why))
        else:
            self._open_image.view.select(*made)
            words = translate("Kept, although {}").format(translate_said(one.reason))
            self._notices.message.emit(words)
        return True

    def _new_image(self) -> None:
        self._timer.stop()
        self._asked += 1
        self._open_image.document.stepped.connect(self._stepped)
        self._take(())
        if self._run_state.flows is not None:
            # Those of a saved run came with the image, before anybody could hear of it.
            self._timer.start()

    def _stepped(self, step: Step, forward: bool) -> None:
        found = step.kind is StepKind.SEGMENT_REGION or (step.kind is StepKind.FIND and not forward)
        if step.swap is None and not found:
            return
        if step.swap is not None:
            self._asked += 1
            self._take(())
        self._timer.start()

    def _look(self) -> None:
        flows, document = self._run_state.flows, self._open_image.document
        # In a stack they would be bodies.
        if flows is None or flows.logits.shape != document.shape[1:]:
            return
        if flows.logits.size > MOST_PX and not self._run_state.memory.known:
            return
        if self._jobs.answering:
            self._timer.start()
            return
        self._asked += 1
        # A slider may have moved on: its own candidates come with its masks, and to find them takes long.
        settings = replace(self._run_state.settings_of_masks, diameter=flows.diameter)
        # The last ones first: an object may have been there in several forms.
        dropped = tuple(self._run_state.identities.dropped.values())[::-1]
        self._jobs.run(
            partial(
                rejected,
                flows,
                settings,
                self._run_state.memory,
                document.snapshot(),
                dropped,
                document.facts.deleted,
            ),
            name=translate("Looking for rejected candidates"),
            lane=Lane.BESIDE,
            then=partial(self._found, self._asked),
        )

    def _found(self, asked: int, found: tuple[RejectedCandidate, ...]) -> None:
        if asked == self._asked:
            self._take(found)

    def _take(self, now: tuple[RejectedCandidate, ...]) -> None:
        if now or self.now:
            self.now = now
            self.changed.emit()
