"""Being asked to end: what a queue of jobs or a shutdown sends is taken like Ctrl+C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that ask a program to end; Windows lacks the last."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that ask this program to end, but for those that somebody ignores (nohup)."""
    known = [signal.Signals[name] for name in NAMES if name in signal.Signals.__members__]
    return tuple(number for number in known if signal.getsignal(number) is not signal.SIG_IGN)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Raise KeyboardInterrupt for signals that would end the process at once, so that work ends in order.

    Signals that somebody ignores or handles, as Python handles Ctrl+C, stay as they are.
    """
    # Python takes no handlers elsewhere.
    before = _by_default() if threading.current_thread() is threading.main_thread() else ()
    for number in before:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in before:
            signal.signal(number, signal.SIG_DFL)


def _by_default() -> tuple[signal.Signals, ...]:
    return tuple(number for number in ending_signals() if signal.getsignal(number) is signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
