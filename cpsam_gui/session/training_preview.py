"""What will judge a new model, told before the training begins, by the plan that the training itself would make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate
from cpsam_gui.session.while_seen import WhileSeen
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from cpsam_core.retrain import Candidate
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.training import TrainingController

REST_MS = 200
"""After a change, before the plan is made anew."""

Chosen = tuple[tuple["Candidate", ...], work.TrainOptions]


class TrainingPreview(WhileSeen):
    """Plans the training as it is chosen now."""

    def __init__(self, jobs: Jobs, candidates: Candidates, training: TrainingController) -> None:
        super().__init__(jobs, candidates, training, REST_MS)
        self.now: work.Preview | None = None
        """What would be done; None where that is not known."""
        self.left_out: frozenset[work.AsUsed] = frozenset()
        """What the training would leave out by the newest plan, also while another is made: no tick comes and goes."""
        self.aside: frozenset[work.AsUsed] = frozenset()
        """What would judge by that plan."""
        self._of: Chosen | None = None
        self._asked: Chosen | None = None

    def takes_part(self, one: Candidate) -> bool:
        """Whether the training would use an image, as far as is known."""
        return one.wanted and (not self.left_out or work.as_used(one) not in self.left_out)

    def is_aside(self, one: Candidate) -> bool:
        """Whether an image of those that take part would judge, as far as is known; else it is learnt from."""
        return one.aside or (bool(self.aside) and work.as_used(one) in self.aside)

    def _wanted(self) -> Chosen:
        return self._candidates.all, self._training.chosen

    def _forget(self) -> None:
        if self.now is not None and self._of != self._wanted():
            self.now, self._of = None, None
            self.changed.emit()

    def _look(self) -> None:
        wanted = self._wanted()
        if not self._may_look or self._of == wanted:
            return
        if work.obstacle(wanted[0]):
            # Without a plan, nothing is left out by one.
            self.left_out = self.aside = frozenset()
            self.changed.emit()
            return
        self._asked = wanted
        self._run(
            partial(work.preview, *wanted),
            translate("What judges the new model"),
            partial(self._seen, wanted),
        )

    def _seen(self, of: Chosen, found: work.Preview) -> None:
        if of == self._wanted():
            self.now, self._of, self.left_out, self.aside = found, of, found.left_out, found.aside
            self.changed.emit()

    def _is_stale(self) -> bool:
        return self._asked != self._wanted()
