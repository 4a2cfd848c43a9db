"""What the user is told: words for the status bar, what went wrong, what was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.jobs.job import Problem
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.state.document import Document


FOLDER_RUN = "folder"
"""Key of the action that shows the page for a run of the folder."""


class Notices(QObject):
    """The one way from the work to the user; a window shows what comes here."""

    message = pyqtSignal(str)
    """Words for the status bar."""
    offered = pyqtSignal(str, str)
    """Words for the status bar, and the key of the action that is offered beside them."""
    ended = pyqtSignal(str, str)
    """Words about work that ended unasked, which stay until they were read, and the key of an action or nothing."""
    withdrawn = pyqtSignal(str)
    """The action of this key is out of date where it is offered."""
    failed = pyqtSignal(object)
    """A `Problem`."""
    saved = pyqtSignal(str)
    """A file was written."""
    waiting_changed = pyqtSignal()
    """Work that no file holds waits in a journal from now on, or no longer does."""
    unreadable = pyqtSignal(object, object)
    """An image (its path) cannot be read, and why: a `Problem`."""

    def refuse_large(self, document: Document, what: str) -> bool:
        """Whether a document is too large for what needs all of its masks or pixels at once; then that is said."""
        if document.large:
            text = translate(
                "{} needs the whole image in memory, and this one is too large for that: crop a part of it to a file."
            )
            self.failed.emit(Problem(text.format(what)))
        return document.large

    def refuse_second(self, jobs: Jobs) -> bool:
        """Whether work on the folder cannot begin because other work is shown; then that is said.

        It would wait unseen and be dropped when another image opens, or write the same files as one that goes on.
        """
        if jobs.shown:
            self.message.emit(translate("Another job is running: try again when it has finished"))
        return jobs.shown
