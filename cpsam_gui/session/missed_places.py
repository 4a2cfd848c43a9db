"""Where the model saw a cell and there is no object: looked for in the background, and kept up to date while wanted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.tasks.coverage import MissedCells, find_missed

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.steps import Step

# After the last change, until missed places are looked for again.
REST_MS = 400


class MissedPlaces(QObject):
    """The places of the open image, and those that were shown."""

    changed = pyqtSignal()
    """Other places, or another one in view."""

    def __init__(self, open_image: OpenImage, jobs: Jobs, run_state: RunState) -> None:
        super().__init__(open_image)
        self._open_image, self._jobs, self._run_state = open_image, jobs, run_state
        self.all: tuple[MissedCells, ...] = ()
        self.at: MissedCells | None = None
        """The place that was shown last."""
        self.marked = True
        """Whether the places are marked on the canvas while the review is in view."""
        self.stale = True
        """Whether masks or flows changed since the places were looked for."""
        self._passed: set[tuple[int, int, int]] = set()
        self._followed = False
        self._looking = False
        self._then: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._look)

    @property
    def followed(self) -> bool:
        """Whether the review is in view, so that the places are kept up to date."""
        return self._followed

    @property
    def visible(self) -> bool:
        """Whether the places are marked on the canvas now."""
        return self.marked and (self._followed or self.at is not None)

    @property
    def known(self) -> bool:
        """Whether there was a run, which tells of missed cells."""
        return self._run_state.flows is not None

    @property
    def looking(self) -> bool:
        """Whether the places are not known yet for the masks as they are."""
        return self._looking or self.stale

    def mark(self, on: bool) -> None:
        """Mark the places on the canvas, or not."""
        self.marked = on
        self.changed.emit()

    def follow(self, on: bool) -> None:
        """Keep the places up to date as long as the review is in view."""
        self._followed = on
        if on and self.stale:
            self._timer.start(0)
        self.changed.emit()

    def renew(self) -> None:
        """Begin with another image."""
        self._passed = set()
        self.all, self.at, self.stale, self._then = (), None, True, None
        self._open_image.document.stepped.connect(self._stepped)
        if self._followed:
            self._timer.start(0)
        self.changed.emit()

    def ask(self, then: Callable[[], None]) -> None:
        """Call `then` when the places are up to date."""
        if self.stale:
            self._then = then
            self._timer.start(0)
        else:
            then()

    def show(self, place: MissedCells) -> None:
        """Take a place as the one that is in view."""
        self.at = place
        self._passed.add(_spot(place))
        self.changed.emit()

    def leave(self) -> None:
        """Let no place be in view."""
        self.at = None

    def unseen(self) -> MissedCells | None:
        """Return the first place that was not shown yet."""
        return next((one for one in self.all if _spot(one) not in self._passed), None)

    def beside(self, step: int) -> MissedCells | None:
        """Return the place so many steps beyond the one in view, going round; None without any."""
        if not self.all:
            return None
        place = self.all.index(self.at) + step if self.at in self.all else min(step - 1, 0)
        return self.all[place % len(self.all)]

    def dismiss(self, place: MissedCells) -> None:
        """Forget a place where there is no cell; where that is taken back, it counts as not seen."""
        self._passed.discard(_spot(place))
        self.all = tuple(one for one in self.all if one != place)

    def _stepped(self, step: Step, forward: bool) -> None:
        refused = step.facts is not None and step.facts[0].deleted != step.facts[1].deleted
        if step.swap is None and not step.edits and not refused:
            return
        self.stale = True
        document = self._open_image.document
        left = tuple(one for one in self.all if not document.label_at(one.z, one.y, one.x))
        if len(left) != len(self.all):
            self.all = left
            self.changed.emit()
        self._timer.start()

    def _look(self) -> None:
        flows = self._run_state.flows
        if self._open_image.image is None or self._looking or not (self._followed or self._then):
            return
        if self._open_image.document.writing:
            self._timer.start()
            return
        if flows is None:
            self.stale = False
            self._take(())
            return
        self._looking, self.stale = True, False
        document = self._open_image.document
        deleted = document.facts.deleted
        work = partial(find_missed, flows.logits, document.snapshot(), deleted)
        self._jobs.run(
            work,
            name=translate("Missed cells"),
            lane=Lane.BESIDE,
            then=lambda found: self._take(found, deleted),
            ended=lambda _: self._looked(),
        )

    def _take(self, found: tuple[MissedCells, ...], known: DeletedPlaces | None = None) -> None:
        """Show what was found; what was refused since, beyond the places known by then, is not shown once more."""
        deleted = self._open_image.document.facts.deleted
        if deleted is not None and deleted != known:
            held = deleted.holds(np.array([_spot(one) for one in found], np.int64).reshape(-1, 3))
            found = tuple(one for one, there in zip(found, held.tolist(), strict=True) if not there)
        self.all = found
        at = self.at
        # The same place may have become smaller.
        self.at = next((one for one in self.all if at is not None and _holds(one, at)), None)
        if not self.stale:
            # Whoever asked since wants those of the masks as they are now, which come next.
            then, self._then = self._then, None
            if then is not None:
                then()
        self.changed.emit()

    def _looked(self) -> None:
        self._looking = False
        self.changed.emit()
        if self.stale and self._open_image.image is not None:
            self._timer.start()


def _spot(place: MissedCells) -> tuple[int, int, int]:
    return place.z, place.y, place.x


def _holds(place: MissedCells, other: MissedCells) -> bool:
    """Whether a place is where another one was."""
    box = place.box
    return place.z == other.z and box.y0 <= other.y < box.y1 and box.x0 <= other.x < box.x1
