"""Saving by itself, some seconds after the last change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer

from cpsam_gui.session.save_request import SaveRequest
from cpsam_gui.session.saver import Saver

if TYPE_CHECKING:
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.project_content import ProjectContent
    from cpsam_gui.session.watching import FileWatcher

# Milliseconds until a gesture under way is looked at again.
PATIENCE_MS = 500
# Multiple of the rest after which work is saved even where the changes never rest.
AT_LATEST = 6.0
# Time between two writes as a multiple of what one takes, so that large images are not written all the time.
SHARE = 10.0
# Seconds of rest at most, where nothing longer was chosen.
LONGEST_SECONDS = 60.0


class Autosave:
    """Asks the saver whenever work has rested for a while."""

    def __init__(
        self,
        open_image: OpenImage,
        gestures: Gestures,
        preferences: CurrentPreferences,
        saver: Saver,
        watching: FileWatcher,
        content: ProjectContent,
    ) -> None:
        self._open_image, self._gestures, self._preferences = open_image, gestures, preferences
        self._saver, self._watching, self._content = saver, watching, content
        self._since: float | None = None
        self._timer = QTimer(open_image)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._try)
        open_image.history_changed.connect(self.look)
        content.changed.connect(self.look)
        preferences.changed.connect(lambda _: self.look())

    @property
    def on(self) -> bool:
        """Whether the work on the open image is saved without being asked to."""
        return (
            self._preferences.now.autosave
            and self._open_image.path is not None
            and not self._saver.paused
            and not self._watching.read_only
        )

    @property
    def wanted(self) -> bool:
        """Whether there is something to be saved without being asked to."""
        return self.on and (
            self._open_image.unsaved or (not self._saver.files.unread and self._content.waiting)
        )

    @property
    def pending(self) -> bool:
        """Whether a change waits to be saved."""
        return self._timer.isActive()

    def look(self) -> None:
        """Begin to wait where something changed, stop where everything is saved."""
        if not self.wanted:
            self.stop()
            return
        rest = max(self._preferences.now.autosave_seconds, min(SHARE * self._saver.seconds, LONGEST_SECONDS))
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        left = min(rest, max(self._since + AT_LATEST * rest - now, 0.0))
        self._timer.start(round(1000 * left))

    def stop(self) -> None:
        """Forget what waits: the image is left."""
        self._timer.stop()
        self._since = None

    def _try(self) -> None:
        if self._open_image.document.writing or self._gestures.tool.busy or self._saver.busy:
            self._timer.start(PATIENCE_MS)
            return
        self._since = None
        if self.wanted:
            self._saver.save(SaveRequest(quiet=True))
