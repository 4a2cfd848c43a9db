"""Where one change of a threshold ends and the next begins: each is a step of its own in the history."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

    from superqt import QLabeledDoubleSlider

PAUSE_MS = 2000
"""Changes by keys or wheel that follow each other without such a pause are one."""


class ThresholdGestures(QObject):
    """Calls `begin` before the first change of a drag, of a number that is typed, or of a row of keys."""

    def __init__(self, begin: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._begin = begin
        # Name of the setting that is being changed.
        self._name, self._dragged = "", False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.end)

    def watch(self, slider: QLabeledDoubleSlider, name: str) -> None:
        """Let each drag of a slider be a change of its own."""
        slider.sliderPressed.connect(partial(self._drag, name))
        slider.sliderReleased.connect(self.end)

    def change(self, name: str) -> None:
        """A setting is about to change."""
        if name != self._name:
            self._begin()
            self._name = name
        if not self._dragged:
            self._timer.start()

    def end(self) -> None:
        """What changes next is another change."""
        self._name, self._dragged = "", False
        self._timer.stop()

    def _drag(self, name: str) -> None:
        self._begin()
        self._name, self._dragged = name, True
        self._timer.stop()
