"""Standard output and error, which a program cannot rely on: it may be started without them."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def make_printable() -> None:
    """Make both streams fit to be written to: started without them, and with names that their encoding lacks."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # Closed by whoever started the program.
        if stream is None:
            setattr(sys, name, _nowhere())
            continue
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    """Return a stream that takes everything."""
    return open(os.devnull, "w", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123 - never closed
