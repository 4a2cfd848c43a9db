"""When a key that was held is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

# X11 tells each repeat of a held key as a release and a press at the same moment, of which Qt knows to be a repeat only
# what has arrived together. A window that keeps up with its events reads them one by one.
TOGETHER_MS = 40


class HeldKey(QObject):
    """Waits after each release of a key whether a press of it follows at once.

    Parameters
    ----------
    parent
        Whose key it is; it keeps this object.
    let_go
        Called when the key was really let go.
    """

    def __init__(self, parent: QObject, let_go: Callable[[], object]) -> None:
        super().__init__(parent)
        self._let_go = let_go
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOGETHER_MS)
        self._timer.timeout.connect(let_go)

    def released(self) -> None:
        """Hear that a release arrived."""
        self._timer.start()

    def pressed(self) -> bool:
        """Hear that a press arrived; return whether it is only a repeat of the key that is held."""
        held = self._timer.isActive()
        self._timer.stop()
        return held

    def settle(self) -> None:
        """Wait no longer: something else happens, before which a key that was released is let go."""
        if self.pressed():
            self._let_go()
