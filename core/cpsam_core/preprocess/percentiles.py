"""Percentiles of large images, exact and without a sorted copy.

``np.percentile`` copies the image and partially sorts the copy: seconds and gigabytes at 9,600 x 9,600
pixels. Counting is enough here. Small integers have few values, and a float32 has 32 bits: one histogram of
the upper 16 bits finds the bin that holds a rank, a second one of the lower 16 bits inside that bin the
value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Below this many values np.percentile is the faster one.
_SMALL = 1 << 18
# Values looked at together.
_BAND = 1 << 20

Parts = Callable[[], Iterable[NDArray[Any]]]


def percentiles(values: NDArray[Any], at: Sequence[float]) -> tuple[float, ...]:
    """Return percentiles of all values, interpolated linearly, as ``np.percentile`` does.

    Parameters
    ----------
    values : ndarray
        Any shape with at least one value; integers, booleans or finite floats. What is not an integer of at
        most 16 bits is looked at in float32.
    at : sequence of float
        The percentiles, 0 to 100.

    Returns
    -------
    tuple of float
        One value for each percentile.
    """
    return percentiles_of_parts(lambda: bands(values), values.size, values.dtype, at)


def percentiles_of_parts(
    parts: Parts, size: int, dtype: np.dtype[Any], at: Sequence[float]
) -> tuple[float, ...]:
    """Return percentiles of values that come in parts, the same as those of all together.

    Parameters
    ----------
    parts : callable
        Returns the parts anew each time it is called, in any order, of any shape.
    size : int
        Number of all values.
    dtype : dtype
        Their type.
    at : sequence of float
        The percentiles, 0 to 100.
    """
    exact_integers = dtype.kind in "biu" and dtype.itemsize <= 2
    if size <= _SMALL:
        together = np.concatenate([_plain(part).ravel() for part in parts()])
        plain = together if exact_integers else together.astype(np.float32, copy=False)
        return tuple(float(v) for v in np.percentile(plain, np.asarray(at, np.float64)))
    positions = [(size - 1) * (p / 100) for p in at]
    ranks = sorted({r for p in positions for r in (int(p), min(int(p) + 1, size - 1))})
    find = _integers_at if exact_integers else _floats_at
    found = dict(zip(ranks, find(parts, np.dtype("u1") if dtype.kind == "b" else dtype, ranks), strict=True))
    return tuple(_interpolate(found, p) for p in positions)


def _plain(part: NDArray[Any]) -> NDArray[Any]:
    return part.view(np.uint8) if part.dtype == np.bool_ else part


def bands(values: NDArray[Any], size: int = _BAND) -> Iterator[NDArray[Any]]:
    """Cut an array along its leading axes into views of about `size` values."""
    if values.size <= size or values.ndim == 0:
        yield values
        return
    per_row = values.size // len(values)
    if per_row > size and values.ndim > 1:
        for part in values:
            yield from bands(part, size)
        return
    step = max(1, size // max(1, per_row))
    for start in range(0, len(values), step):
        yield values[start : start + step]


def _interpolate(found: dict[int, float], position: float) -> float:
    low = int(position)
    weight = position - low
    if weight == 0:
        return found[low]
    a, b = found[low], found[low + 1]
    # from the nearer end, as numpy does, so that both give the same last bit
    return a + (b - a) * weight if weight < 0.5 else b - (b - a) * (1 - weight)


def _integers_at(parts: Parts, dtype: np.dtype[Any], ranks: Sequence[int]) -> list[float]:
    lowest = int(np.iinfo(dtype).min)
    length = 1 << (8 * dtype.itemsize)
    counts = np.zeros(length, np.int64)
    for band in parts():
        flat = _plain(band).ravel()
        if lowest:
            flat = (flat.astype(np.int32) - lowest).astype(np.uint16)
        counts += np.bincount(flat, minlength=length)
    return [float(v + lowest) for v in np.searchsorted(np.cumsum(counts), ranks, side="right")]


def _floats_at(parts: Parts, dtype: np.dtype[Any], ranks: Sequence[int]) -> list[float]:
    """Find order statistics by two histograms of 16 bits each."""
    counts = np.zeros(1 << 16, np.int64)
    for band in parts():
        counts += np.bincount(_sortable(band) >> 16, minlength=1 << 16)
    below = np.concatenate([[0], np.cumsum(counts)])
    uppers = np.searchsorted(below, ranks, side="right") - 1

    inside = {int(u): np.zeros(1 << 16, np.int64) for u in uppers}
    for band in parts():
        keys = _sortable(band)
        top = keys >> 16
        for upper, fine in inside.items():
            fine += np.bincount(keys[top == upper] & 0xFFFF, minlength=1 << 16)

    found = []
    for rank, upper in zip(ranks, uppers, strict=True):
        lower = np.searchsorted(np.cumsum(inside[int(upper)]), rank - below[upper], side="right")
        found.append(_value_of(int(upper) << 16 | int(lower)))
    return found


def _sortable(band: NDArray[Any]) -> NDArray[np.uint32]:
    """Turn float32 values into integers of the same order (Herf 2001, "Radix tricks")."""
    bits = np.ascontiguousarray(band, np.float32).ravel().view(np.uint32)
    negative = bits >> np.uint32(31)
    # negative numbers sort backwards: flip all their bits; of the others the sign only
    flip = negative * np.uint32(0x7FFFFFFF) | np.uint32(0x80000000)
    keys: NDArray[np.uint32] = np.bitwise_xor(bits, flip)
    return keys


def _value_of(key: int) -> float:
    bits = key ^ 0x80000000 if key & 0x80000000 else key ^ 0xFFFFFFFF
    return float(np.array([bits], np.uint32).view(np.float32)[0])
