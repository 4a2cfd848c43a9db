"""Keeps the interpreter's own housekeeping out of the hand's way: no pause in the middle of a stroke."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .window import Window

SWITCH = (
    0.001  # seconds that a thread at work may keep the one that draws waiting; Python's own choice is five
)


def tidy(window: Window) -> None:
    """Set the interpreter up for a program that draws while it computes; call once, when the window is made."""
    sys.setswitchinterval(SWITCH)
    gc.freeze()  # what the program consists of is never garbage, so that nobody need look through it
    window.canvas.pointed.connect(window.session.jobs.collector.postpone)
