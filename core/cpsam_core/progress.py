"""How long-running work reports and is cancelled: one callable, no callbacks elsewhere."""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - a decision of the user, not an error
    """Raised by a progress callable to stop the work that called it."""


class Progress(Protocol):
    """Called after each step; raises :class:`Cancelled` when the work is no longer wanted."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Report `done` of `total` steps of what `note` names."""
        ...


def named(progress: Progress, name: str) -> Progress:
    """Return a progress that gives each step of some work this name, whatever the work calls it."""

    def report(done: int, total: int, note: str = "") -> None:
        progress(done, total, name)

    return report


def silent(done: int, total: int, note: str = "") -> None:
    """Report to nobody and never cancel."""
