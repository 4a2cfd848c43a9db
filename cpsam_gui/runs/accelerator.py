"""The one device that networks compute on: one job at a time, and what a person waits for goes first. No Qt."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpsam_core.progress import Progress

# Seconds between looks at whether waiting was cancelled.
POLL_SECONDS = 0.05
WAITING = "Waiting for the device"


class Accelerator:
    """Handed from job to job. Work in the background gives it up between two of its steps when it is wanted."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._held = False
        # Jobs of the foreground that wait.
        self._wanted = 0

    @contextmanager
    def foreground(self, progress: Progress) -> Iterator[None]:
        """Hold the device; `progress` is told while another job still has it, and may cancel the wait."""
        with self._changed:
            self._wanted += 1
        try:
            self._take(lambda: progress(0, 1, WAITING), lambda: False)
        finally:
            with self._changed:
                self._wanted -= 1
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def background(self, progress: Progress, paused: Callable[[], bool]) -> Iterator[Progress]:
        """Hold the device for work that can wait; yields the progress to give to that work.

        At each report the device is handed over if the foreground wants it, or while the work is `paused`, and
        the work stands still until it is free again. `progress` is told of a wait for others, as `WAITING`.
        """
        holding = False

        def waits() -> bool:
            return self._wanted > 0 or paused()

        def report(done: int, total: int, note: str = "") -> None:
            nonlocal holding
            progress(done, total, note)
            if waits():
                self._give()
                holding = False
                self._take(lambda: progress(done, total, note if paused() else WAITING), waits)
                holding = True

        self._take(lambda: progress(0, 1, WAITING), waits)
        holding = True
        try:
            yield report
        finally:
            if holding:
                self._give()

    def _take(self, tell: Callable[[], None], waits: Callable[[], bool]) -> None:
        """Wait until the device is free and nothing `waits`; `tell` may raise to end the wait."""
        while True:
            with self._changed:
                if not self._held and not waits():
                    self._held = True
                    return
                self._changed.wait(POLL_SECONDS)
            tell()

    def _give(self) -> None:
        with self._changed:
            self._held = False
            self._changed.notify_all()
