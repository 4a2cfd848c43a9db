"""What tools let others do: work that takes longer than a frame, and questions to the model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cpsam_gui.box import Box

    from .session import Session

    Done: TypeAlias = Callable[[Any], None]


class Helping:
    """Does the work of tools in the background; of several requests that wait the newest wins."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running = False
        self._waiting: tuple[Callable[[], Any], Done] | None = None

    def later(self, work: Callable[[], Any], done: Done) -> None:
        """Do `work` in another thread and hand its result to `done` in this one."""
        if self._running:
            self._waiting = (work, done)
            return
        self._running = True
        job = self._session.jobs.start_beside(
            "Preview", lambda progress: work(), partial(self._session.deliver, done)
        )
        job.finished.connect(self._next)

    def _next(self) -> None:
        self._running = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.later(*waiting)

    def segment(self, box: Box, done: Done) -> None:
        """Let the model look at a block."""
        done(None)
