"""One piece of work in a thread of its own, and how it ended.

This is the one place of the window where any error ends: whatever a job raises becomes a :class:`Problem` that is
shown.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from cpsam_core.errors import CpsamError, UnreadableError
from cpsam_core.progress import Cancelled
from cpsam_core.system.paths import leave_lost_folder
from cpsam_gui.jobs.loading import TURNS
from cpsam_gui.program.i18n import translate, translate_said

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress

    Work: TypeAlias = Callable[[Progress], Any]

log = logging.getLogger(__name__)

# Qt's default of 512 kB crashes numerical libraries on macOS.
STACK_BYTES = 64 << 20
# Progress is passed on this often at most, so that it never floods the event loop.
REPORT_SECONDS = 0.03

NO_SENTENCE = re.compile(r"(?!\w+ )|[^:,;]*\.[A-Za-z]|\w*[\d_]")
"""Words that begin with a name: one word alone, that of a file, or that of a setting such as do_3D."""


class Ending(Enum):
    """What became of a job."""

    DONE = "done"
    """Its result was handed over."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    DROPPED = "dropped"
    """It never began, since a newer one took its place or the window is closed, or nobody wanted its end any more:
    another image is open."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error in words for the user, with the details a developer needs."""

    text: str
    details: str = ""
    unreadable: bool = False
    """Whether an image file cannot be read at all."""
    passing: bool = False
    """Whether only memory was short, which is no fault of a file: another time it may be enough."""


def as_sentence(text: str) -> str:
    """Return words that begin with a capital, which messages of a command go without; names stay as they are."""
    return text if NO_SENTENCE.match(text) else text[:1].upper() + text[1:]


def problem_from(error: Exception) -> Problem:
    """Describe an error: a known one by its own message, any other with its traceback."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, CpsamError):
        said = as_sentence(translate_said(str(error)))
        return Problem(said, details, isinstance(error, UnreadableError), _came_of_memory(error))
    if isinstance(error, OSError) and error.strerror:
        name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
        if error.errno == errno.ENOSPC and not name:
            words = translate(
                "The disk is full, so that a file could not be written. Free some space and try again."
            )
            return Problem(words, details)
        return Problem(f"{name}: {error.strerror}" if name else error.strerror, details)
    if isinstance(error, MemoryError):
        return Problem(
            translate("There is not enough memory for this. Close other programs or use a smaller image."),
            details,
            passing=True,
        )
    words = translate("Something went wrong inside the program ({kind}: {error}).")
    return Problem(words.format(kind=type(error).__name__, error=error), details)


def _came_of_memory(error: BaseException | None) -> bool:
    """Whether what readers say of a file in their words is that memory was short."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__cause__
    return error is not None


class Job(QThread):
    """Runs one piece of work; ends with exactly one of `succeeded`, `failed` or `cancelled`."""

    progressed = pyqtSignal(int, int, str)
    succeeded = pyqtSignal(object)
    failed = pyqtSignal(object)
    cancelled = pyqtSignal()

    def __init__(
        self, name: str, work: Work, parent: QObject | None = None, *, abandonable: bool = False
    ) -> None:
        super().__init__(parent)
        self.abandonable = abandonable
        self.name = name
        self.ending = Ending.DROPPED
        """What became of it, as far as it is known."""
        self._work = work
        self._stop = Event()
        self._reported = 0.0
        self.setStackSize(STACK_BYTES)

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._stop.set()

    @property
    def asked_to_stop(self) -> bool:
        """Whether :meth:`cancel` was called."""
        return self._stop.is_set()

    def report(self, done: int, total: int, note: str = "") -> None:
        """Pass progress on to the GUI thread; raises :class:`Cancelled` once :meth:`cancel` was called."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._reported > REPORT_SECONDS or done >= total:
            self._reported = now
            self.progressed.emit(done, total, note)

    def leave(self) -> None:
        """Tell nobody any more, and belong to no window: it would be destroyed with its thread at work."""
        for signal in (self.progressed, self.succeeded, self.failed, self.cancelled, self.finished):
            # Nobody listens.
            with suppress(TypeError):
                signal.disconnect()
        self.setParent(None)

    def run(self) -> None:
        """Do the work; called by Qt in the thread."""
        leave_lost_folder()
        try:
            self._run()
        finally:
            TURNS.end(self)

    def _run(self) -> None:
        try:
            result = self._work(self.report)
        except Cancelled:
            self.cancelled.emit()
        # Any error: one that escapes from a thread of Qt ends the whole program. It is logged and shown.
        except Exception as error:
            log.exception("the job %r failed", self.name)
            self.failed.emit(problem_from(error))
        else:
            self.succeeded.emit(result)
