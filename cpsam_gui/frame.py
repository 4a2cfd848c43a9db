"""What surrounds the work in a window: questions, preferences, a look at the files when it comes to the front."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject

from . import dialogs

if TYPE_CHECKING:
    from .window import Window


class Frame(QObject):
    """Connects a window with what it keeps."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        keeping = window.session.keeping
        keeping.ask = partial(dialogs.ask, window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Look at the files when the window comes to the front; called by Qt."""
        if event is not None and event.type() == QEvent.Type.WindowActivate:
            self._window.session.keeping.watching.look()
        return False
