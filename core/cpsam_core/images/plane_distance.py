"""What a distance of planes can be: over the size of a pixel, and not a slip in a file."""

from __future__ import annotations

import math

__all__ = ["MOST_PIXELS", "sensible_distance"]

# Planes farther apart than so many pixels, or closer than one over it, are a slip.
MOST_PIXELS = 50.0


def sensible_distance(said: object) -> float | None:
    """Return a distance of planes in pixels; None for what is no number, or none that can be meant."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        return None
    return float(said) if 1 / MOST_PIXELS <= said <= MOST_PIXELS else None
