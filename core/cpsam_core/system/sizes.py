"""Numbers of bytes in words."""

from __future__ import annotations

__all__ = ["size_in_words"]

UNITS = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
# What rounds to one of a unit is told in it.
ROUNDS_UP = 0.99995


def size_in_words(count: float) -> str:
    """Return a number of bytes as people say it, in the unit that leaves a number to be read: `4.4 kB`, not 0.0 MB."""
    for unit, size in UNITS:
        if count >= ROUNDS_UP * size:
            return f"{count / size:,.1f} {unit}"
    return "1 byte" if round(count) == 1 else f"{count:.0f} bytes"
