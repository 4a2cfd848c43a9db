"""How bright the channels of an image are: percentiles and histograms of a sample of their pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pixels looked at: quick, and plenty for percentiles.
SAMPLE_PX = 1 << 18
BINS = 128
# Of a bin; below that a division by it is over the limits of float64.
LEAST_RANGE = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often each brightness occurs in a channel, from a sample of its pixels."""

    low: float
    high: float
    counts: NDArray[np.int64]


def sample(channel: NDArray[Any]) -> NDArray[np.float64]:
    """Return evenly spaced finite pixels of a channel, about `SAMPLE_PX` of them."""
    step = max(1, round((channel.size / SAMPLE_PX) ** (1 / max(channel.ndim, 1))))
    some = channel[tuple(slice(None, None, step if size > step else 1) for size in channel.shape)]
    # Not float32: from 2^24 on it leaves out whole numbers, and so the contrast of a bright, narrow channel.
    values = np.asarray(some, np.float64).ravel()
    return values[np.isfinite(values)]


def levels(channel: NDArray[Any], low: float = 0.5, high: float = 99.8) -> tuple[float, float]:
    """Return the brightness percentiles of a channel, from a sample of its finite pixels."""
    values = sample(channel)
    if values.size == 0:
        return 0.0, 1.0
    # A quarter of each: the difference of two numbers near the limits of float64 is over it.
    bottom, top = (4 * float(value) for value in np.percentile(values / 4, (low, high)))
    return _apart(bottom, top)


def histogram(values: NDArray[np.float64]) -> Histogram:
    """Count the brightness of sampled pixels."""
    low, high = _apart(float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    places = (values / 4 - low / 4) / (high / 4 - low / 4) * BINS
    bins = np.clip(places, 0, BINS - 1).astype(np.intp)
    return Histogram(low, high, np.bincount(bins, minlength=BINS).astype(np.int64))


def _apart(low: float, high: float) -> tuple[float, float]:
    """Return a range with room for the bins of a histogram, whatever the size of its numbers."""
    least = BINS * max(math.ulp(low), math.ulp(high), LEAST_RANGE)
    if high - low >= least:
        return low, high
    wide = max(1.0, least)
    # Downwards where there is nothing above.
    return (low, low + wide) if math.isfinite(low + wide) else (low - wide, low)
