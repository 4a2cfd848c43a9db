"""No thread begins while large libraries are loaded.

The system's loader keeps one lock for as long as a library and what it sets up take, for torch a quarter of a second
of a quiet processor and far more from a cold disk. Whoever begins a thread waits for that lock, which would be the
window; a new thread waits for it, too, with the interpreter's lock held (NumPy looks up who calls it, once per thread;
OpenCV and others set up what belongs to the thread), and the window waits for that one. Threads that are well under
way need it no more.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from collections.abc import Iterator

# What loads waits this long for jobs that are at work: most of them look at one file.
SETTLE_SECONDS = 1.0


class LoadingTurns(QObject):
    """Lets either jobs begin or libraries be loaded."""

    ended = pyqtSignal()
    """Jobs may begin again; emitted in the thread that loaded."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = Condition()
        self._loading = 0
        self._at_work: set[object] = set()

    def begin(self, job: object) -> bool:
        """Count a job that is about to begin; return False where libraries are being loaded and it has to wait."""
        with self._changed:
            if self._loading:
                return False
            self._at_work.add(job)
            return True

    def end(self, job: object) -> None:
        """Note that the work of a job has ended; called in its thread."""
        with self._changed:
            self._at_work.discard(job)
            self._changed.notify_all()

    @contextmanager
    def loading(self, job: object) -> Iterator[None]:
        """Keep jobs from beginning, and wait for those at work but `job`, whose thread loads; not for ever."""
        with self._changed:
            self._loading += 1
            self._changed.wait_for(lambda: self._at_work <= {job}, SETTLE_SECONDS)
        try:
            yield
        finally:
            with self._changed:
                self._loading -= 1
                free = not self._loading
            if free:
                self.ended.emit()


TURNS = LoadingTurns()
"""Those of the process: its loader has one lock."""
