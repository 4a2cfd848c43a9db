"""Gather the pixels whose paths end together into objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.labels.runs import bands
from cpsam_core.system.side_by_side import on_all_cores

Labels = NDArray[np.uint32]

# A peak is the maximum of the 5 pixels around it along each axis.
PEAK_RADIUS_PX = 2
# A peak holds more points than this.
PEAK_POINTS = 10
# Growth steps, and so the half width of the window an object's end points lie in.
REACH = 5
# Growth goes on where there are more points than this.
GROWTH_POINTS = 2
# Pixels of windows handled at a time.
BATCH_PIXELS = 1 << 22
# Points handled at a time: other threads have to wait while numpy looks up one by another.
BATCH_POINTS = 1 << 18


def gather(
    starts: NDArray[np.integer[Any]], ends: NDArray[np.integer[Any]], shape: tuple[int, ...]
) -> Labels:
    """Make objects of the pixels that end together.

    Peaks in the histogram of end points are the centres of objects. Each peak grows five times by one pixel
    in every direction over pixels with more than two end points; where two peaks' regions meet, the larger
    peak's wins. Pixels that end in a region form the object.

    Parameters
    ----------
    starts, ends : (n,) integers
        Flat positions of pixels and of the pixels they end in, as `follow` returns them.
    shape : tuple of int
        Shape of the image.

    Returns
    -------
    (y, x) or (z, y, x) uint32
        Objects are numbered by rising size of their peak.
    """
    counts = _histogram(ends, shape)
    peaks = _peaks(counts)
    regions = [_grow(counts, peaks[part]) for part in _batches(len(peaks), (2 * REACH + 1) ** len(shape))]
    # Its memory is used again.
    region = counts.reshape(-1)
    region[:] = 0
    first = 1
    for pixels, peak, count in regions:
        # The last value given to a pixel stays: the largest peak's.
        region[pixels] = peak + first
        first += count
    labels = np.zeros(shape, np.uint32)
    flat = labels.reshape(-1)

    def paint(part: slice) -> None:
        flat[starts[part]] = region[ends[part]]

    on_all_cores(paint, _batches(len(starts), 1, BATCH_POINTS))
    return labels


def _histogram(ends: NDArray[np.integer[Any]], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Return how many paths end in each pixel."""
    counts = np.zeros(int(np.prod(shape)), np.int32)
    # Near pixels come together, and so do their ends.
    for batch in _batches(len(ends), 1, BATCH_POINTS):
        part = ends[batch]
        low, high = int(part.min()), int(part.max())
        counts[low : high + 1] += np.bincount(part - low).astype(np.int32)
    return counts.reshape(shape)


def _peaks(counts: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return (n, ndim) positions of peaks by rising height."""
    candidates = np.argwhere(counts > PEAK_POINTS)
    heights = counts[tuple(candidates.T)]
    peak = np.zeros(len(candidates), bool)
    for part in _batches(len(candidates), (2 * PEAK_RADIUS_PX + 1) ** counts.ndim):
        windows, _ = _windows(counts, candidates[part], PEAK_RADIUS_PX)
        peak[part] = windows.reshape(len(windows), -1).max(axis=1) == heights[part]
    candidates, heights = candidates[peak], heights[peak]
    return candidates[np.argsort(heights, kind="stable")]


def _grow(
    counts: NDArray[np.int32], peaks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the flat positions of the pixels of all regions, the peak of each, and the number of peaks."""
    windows, places = _windows(counts, peaks, REACH)
    open_to_growth = windows > GROWTH_POINTS
    region = np.zeros(windows.shape, bool)
    centre: tuple[Any, ...] = (..., *(REACH,) * counts.ndim)
    region[centre] = True
    for _ in range(REACH):
        region = _widened(region) & open_to_growth
    peak, *offsets = np.nonzero(region)
    flat = np.zeros(len(peak), np.int64)
    for axis, (offset, place) in enumerate(zip(offsets, places, strict=True)):
        flat = flat * counts.shape[axis] + place[peak, offset]
    return flat, peak, len(peaks)


def _windows(
    counts: NDArray[np.int32], centres: NDArray[np.int64], radius: int
) -> tuple[NDArray[np.int32], list[NDArray[np.int64]]]:
    """Return the windows (n, 2 radius + 1, ...) around centres, zero beyond the image, and where they are."""
    ndim = counts.ndim
    offsets = np.arange(-radius, radius + 1)
    places: list[NDArray[np.int64]] = []
    index: list[NDArray[np.int64]] = []
    beyond = np.zeros((1,) * (ndim + 1), bool)
    for axis in range(ndim):
        place = centres[:, axis, None] + offsets
        along = (len(centres), *(len(offsets) if k == axis else 1 for k in range(ndim)))
        clipped = np.clip(place, 0, counts.shape[axis] - 1)
        beyond = beyond | (clipped != place).reshape(along)
        places.append(clipped)
        index.append(clipped.reshape(along))
    windows = counts[tuple(index)]
    windows[np.broadcast_to(beyond, windows.shape)] = 0
    return windows, places


def _widened(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the regions grown by one pixel along every axis but the first, corners included."""
    for axis in range(1, region.ndim):
        grown = region.copy()
        source = np.moveaxis(region, axis, 0)
        target = np.moveaxis(grown, axis, 0)
        target[1:] |= source[:-1]
        target[:-1] |= source[1:]
        region = grown
    return region


def _batches(count: int, size: int, most: int = BATCH_PIXELS) -> Iterator[slice]:
    """Yield slices of `count` windows of `size` pixels each that fit into a batch of `most` pixels."""
    step = max(1, most // size)
    for first in range(0, count, step):
        yield slice(first, min(first + step, count))


def drop_numbers(labels: Labels, dropped: NDArray[Any]) -> Labels:
    """Return the labels with the numbers set to 0 for which `dropped`, indexed by number, is true."""
    if not dropped[1:].any():
        return labels
    table = np.arange(len(dropped), dtype=np.uint32)
    table[dropped] = 0
    kept = np.empty_like(labels)
    # Indexing copies its index as 64-bit numbers.
    for band in bands(labels.shape):
        kept[band] = table[labels[band]]
    return kept
