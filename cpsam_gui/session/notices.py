"""What the user is told: words for the status bar, what went wrong, what was saved."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal


class Notices(QObject):
    """The one way from the work to the user; a window shows what comes here."""

    message = pyqtSignal(str)
    """Words for the status bar."""
    offered = pyqtSignal(str, str)
    """Words for the status bar, and the key of the action that is offered beside them."""
    failed = pyqtSignal(object)
    """A `Problem`."""
    saved = pyqtSignal(str)
    """A file was written."""
