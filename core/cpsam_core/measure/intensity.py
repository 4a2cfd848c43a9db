"""Brightness of objects: mean, median, spread, least and largest value of each channel.

Objects are taken some at a time. Their pixels are gathered object by object and sorted, with the object as the high
part of the sorted number: one sort gives the median, the least and the largest value of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.measure.grouped import Floats, GroupedPixels, Ints
from cpsam_core.progress import Progress, silent

# Few enough that sorting them stays in the cache.
PIXELS_AT_ONCE = 1 << 17
STATISTICS = ("mean", "median", "std", "min", "max")


@dataclass(frozen=True, eq=False)
class Portion:
    """The pixels of some objects: places in the flattened image, first pixel and length of each object."""

    objects: slice
    pixels: Ints
    first: Ints
    lengths: Ints


def intensities(
    objects: GroupedPixels, pixels: NDArray[Any], progress: Progress = silent
) -> dict[str, list[Floats]]:
    """Return the statistics of every channel over each object.

    Parameters
    ----------
    objects : Grouped
    pixels : (..., c) array
        Real numbers of any type; the axes before the last are those of the labels.

    Returns
    -------
    dict
        For each of `STATISTICS` a list with one (n,) array a channel; NaN where an object holds a NaN. The spread
        (`std`) is that of all the pixels of the object.
    """
    channels = pixels.shape[-1]
    result = {name: [np.full(len(objects), np.nan) for _ in range(channels)] for name in STATISTICS}
    # Copied only where the file has another order.
    flat = [pixels[..., c].reshape(-1) for c in range(channels)]
    for portion in portions(objects):
        for channel, values in enumerate(flat):
            for name, column in statistics(values[portion.pixels], portion).items():
                result[name][channel][portion.objects] = column
        progress(portion.objects.stop, len(objects), "brightness")
    return result


def portions(objects: GroupedPixels) -> Iterator[Portion]:
    """Yield some objects at a time, with their pixels."""
    ends = np.cumsum(objects.areas)
    start = 0
    while start < len(objects):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PIXELS_AT_ONCE, side="right")))
        runs = slice(objects.first[start], objects.first[stop] if stop < len(objects) else None)
        lengths = objects.runs.lengths[runs]
        offsets = np.cumsum(lengths) - lengths
        pixels = np.repeat(objects.runs.starts[runs] - offsets, lengths)
        pixels += np.arange(len(pixels))
        yield Portion(
            slice(start, stop),
            pixels,
            ends[start:stop] - objects.areas[start:stop] - done,
            objects.areas[start:stop],
        )
        start = stop


def statistics(values: NDArray[Any], portion: Portion) -> dict[str, Floats]:
    """Return the statistics of the pixels of some objects, which stand object by object."""
    first, lengths = portion.first, portion.lengths
    middle = first + (lengths - 1) // 2
    with np.errstate(invalid="ignore", over="ignore"):
        exact = values.astype(np.float64)
        mean = np.add.reduceat(exact, first) / lengths
        exact -= np.repeat(mean, lengths)
        np.square(exact, out=exact)
        std = np.sqrt(np.add.reduceat(exact, first) / lengths)
        ordered = _sorted(values, lengths)
        median = (ordered[middle].astype(float) + ordered[middle + 1 - lengths % 2].astype(float)) / 2
    result = {
        "mean": mean,
        "median": median,
        "std": std,
        "min": ordered[first].astype(float),
        "max": ordered[first + lengths - 1].astype(float),
    }
    if values.dtype.kind == "f":
        # NaN is sorted to the end.
        unknown = np.isnan(result["max"])
        for name in ("median", "min"):
            result[name][unknown] = np.nan
    return result


def _sorted(values: NDArray[Any], lengths: Ints) -> NDArray[Any]:
    """Return the values sorted within each object."""
    owners = np.arange(len(lengths))
    bits = 8 * values.dtype.itemsize
    if bits > 32:
        return values[np.lexsort((values, np.repeat(owners, lengths)))]
    ranks = _ranks(values)
    wide = np.uint32 if bits + len(lengths).bit_length() <= 32 else np.uint64
    keys = np.repeat((owners << bits).astype(wide), lengths)
    keys |= ranks
    keys.sort()
    # The high bits drop out.
    return _values_of(keys.astype(ranks.dtype), values.dtype)


def _ranks(values: NDArray[Any]) -> NDArray[Any]:
    """Return unsigned numbers in the order of the values; NaN comes last."""
    unsigned = np.dtype(f"u{values.dtype.itemsize}")
    sign = unsigned.type(1 << (8 * unsigned.itemsize - 1))
    if values.dtype.kind in "ub":
        return values.view(unsigned)
    if values.dtype.kind == "i":
        return np.asarray(values.view(unsigned) ^ sign)
    bits = np.where(np.isnan(values), values.dtype.type(np.nan), values).view(unsigned)
    # Of negative floats the order of the bits is turned round.
    ranks: NDArray[Any] = np.where(bits & sign, ~bits, bits | sign)
    return ranks


def _values_of(ranks: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    sign = ranks.dtype.type(1 << (8 * ranks.dtype.itemsize - 1))
    if dtype.kind == "i":
        ranks = ranks ^ sign
    elif dtype.kind == "f":
        ranks = np.where(ranks & sign, ranks ^ sign, ~ranks)
    return np.asarray(ranks.view(dtype))
