"""Working something out about the training that is chosen now, in the background, as long as somebody sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui.jobs.jobs import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.job import Ending, Problem
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.training import TrainingController


class WhileSeen(QObject):
    """Looks again a while after what is chosen has changed; one look at a time."""

    changed = pyqtSignal()

    def __init__(
        self, jobs: Jobs, candidates: Candidates, training: TrainingController, rest_ms: int
    ) -> None:
        super().__init__(training)
        self._jobs, self._candidates, self._training = jobs, candidates, training
        self._followed = self._looking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(rest_ms)
        self._timer.timeout.connect(self._look)
        for signal in (candidates.changed, training.options_changed, training.state_changed):
            signal.connect(self._soon)

    def follow(self, on: bool) -> None:
        """Keep up with what is chosen as long as somebody sees it."""
        self._followed = on
        self._soon()

    def _soon(self, *_: object) -> None:
        """Forget what holds no more, and look when nothing has changed for a while."""
        self._forget()
        if self._followed and not self._jobs.closed:
            self._timer.start()

    def _forget(self) -> None:
        """Forget what does not hold for what is chosen now."""
        raise NotImplementedError

    def _look(self) -> None:
        """Work it out, where it is not known."""
        raise NotImplementedError

    def _is_stale(self) -> bool:
        """Whether what was looked at is no longer what is chosen."""
        raise NotImplementedError

    @property
    def _may_look(self) -> bool:
        return self._followed and not self._looking and not self._training.running

    def _run(self, work: Callable[[Progress], Any], name: str, then: Callable[[Any], object]) -> None:
        self._looking = True
        self._jobs.run(
            work,
            name=name,
            lane=Lane.BESIDE,
            outlives_image=True,
            then=then,
            failed=self._failed,
            ended=self._ended,
        )

    def _failed(self, problem: Problem) -> None:
        """Say nothing: what is wrong is told when the training is asked for."""

    def _ended(self, ending: Ending) -> None:
        self._looking = False
        if self._is_stale():
            self._soon()
