"""Whether a window can be shown here."""

from __future__ import annotations

import os
import sys


def missing_display() -> str:
    """Return why no window can be shown, in a few words; empty where one can."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and not has_display and not chosen:
        return "no display was found"
    return ""
