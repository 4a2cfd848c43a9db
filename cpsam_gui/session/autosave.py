"""Saving by itself, some seconds after the last change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer

from cpsam_gui.session.saver import Request

if TYPE_CHECKING:
    from cpsam_gui.session.session import Session

PATIENCE = 500  # milliseconds until a gesture under way is looked at again
AT_LATEST = 6.0  # times the rest after which work is saved even where the changes never rest
SHARE = 10.0  # times the duration of a write that lie between two, so that large images are not written all the time
LONGEST = 60.0  # seconds of rest at most, where nothing longer was chosen


class Autosave:
    """Asks the saver whenever work has rested for a while."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since: float | None = None
        self._timer = QTimer(session)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._try)
        session.history_changed.connect(self.look)

    @property
    def pending(self) -> bool:
        """Whether a change waits to be saved."""
        return self._timer.isActive()

    def look(self) -> None:
        """Begin to wait where something changed, stop where everything is saved."""
        keeping = self._session.keeping
        if not (keeping.saves_by_itself and keeping.unsaved):
            self.stop()
            return
        rest = max(keeping.preferences.now.autosave_seconds, min(SHARE * keeping.saver.seconds, LONGEST))
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        left = min(rest, max(self._since + AT_LATEST * rest - now, 0.0))
        self._timer.start(round(1000 * left))

    def stop(self) -> None:
        """Forget what waits: the image is left."""
        self._timer.stop()
        self._since = None

    def _try(self) -> None:
        session = self._session
        if session.document.writing or session.tool.busy or session.keeping.saver.busy:
            self._timer.start(PATIENCE)
            return
        self._since = None
        session.keeping.saver.save(Request(quiet=True))
