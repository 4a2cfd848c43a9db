"""Normalise an image that is read in parts: limits are found once for the whole, each part is then as in the whole."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError
from cpsam_core.preprocess.filters import filtered_part
from cpsam_core.preprocess.local_contrast import apply_limits, block_limits, smoothed_limits
from cpsam_core.preprocess.normalize import (
    NormalizeSettings,
    has_contrast,
    limits_per_channel,
    moved,
    reach_exponent,
)
from cpsam_core.preprocess.percentiles import percentiles_of_parts

__all__ = ["Box", "ChannelLimits", "PartNormalizer", "measure_limits"]

FloatArray = NDArray[np.float32]
Box = tuple[slice, slice, slice]
"""Planes, rows and columns."""

Read = Callable[[Box], NDArray[Any]]
"""Returns a part (z, y, x, c) of the channels that the network sees, in the file's type."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ChannelLimits:
    """How one channel is brought to 0 to 1.

    Attributes
    ----------
    exponent
        Power of two that it is multiplied by first.
    lowest
        What pixels that are not finite become, None where all are.
    dead
        Whether there is no finite value.
    even
        Of each plane, whether all of its pixels are equal (used by the filters only).
    ranges
        (z or 1, 2) float64, the values that become 0 and 1; NaN where the channel becomes 0. None: no such step.
    blocks
        (z or 1, 2, rows, columns) float32, limits of blocks; None without.
    made
        (z,) bool, which planes are normalised by blocks.
    """

    exponent: int = 0
    lowest: float | None = None
    dead: bool = False
    even: tuple[bool, ...] = ()
    ranges: NDArray[np.float64] | None = None
    blocks: FloatArray | None = None
    made: NDArray[np.bool_] | None = None


class PartNormalizer:
    """Gives parts of the normalised image.

    Parameters
    ----------
    read
        Reads parts of the image.
    shape
        Planes, rows and columns of the image.
    settings
        How to normalise; `norm3D` is False where planes are normalised on their own.
    limits
        Of each channel, from :func:`measure_limits`.
    """

    def __init__(
        self,
        read: Read,
        shape: tuple[int, int, int],
        settings: NormalizeSettings,
        limits: Sequence[ChannelLimits],
    ) -> None:
        self._read, self._shape, self._settings, self._limits = read, shape, settings, limits

    def __call__(self, box: Box) -> FloatArray:
        """Return a part (z, y, x, c), the same as in the whole normalised image."""
        z, y, x = (slice(*side.indices(length)) for side, length in zip(box, self._shape, strict=True))
        raw = self._read((z, y, x))
        result = np.empty(raw.shape, np.float32)
        for c, limits in enumerate(self._limits):
            for place, number in enumerate(range(z.start, z.stop)):
                result[place, ..., c] = self._plane(raw[place, ..., c], c, limits, number, (y, x))
        return result

    def _plane(
        self, raw: NDArray[Any], c: int, limits: ChannelLimits, z: int, part: tuple[slice, slice]
    ) -> FloatArray:
        settings = self._settings
        if _has_filters(settings):
            plane = _filtered(self._read, self._shape, settings, c, limits, z, part)
        else:
            plane = _sound(raw, limits)
        if not settings.normalize:
            return plane
        if limits.blocks is not None and limits.made is not None:
            if not limits.made[z]:
                plane[:] = 0
                return plane
            chosen = limits.blocks[0 if len(limits.blocks) == 1 else z]
            apply_limits(plane, chosen, (part[0].start, part[1].start), self._shape[1:])
        elif limits.ranges is not None:
            low, high = limits.ranges[0 if len(limits.ranges) == 1 else z]
            if math.isnan(low):
                plane[:] = 0
                return plane
            plane -= np.float32(low)
            plane /= np.float32(high - low)
        return np.subtract(np.float32(1), plane, out=plane) if settings.invert else plane


def measure_limits(
    read: Read,
    shape: tuple[int, int, int],
    channels: int,
    dtype: np.dtype[Any],
    settings: NormalizeSettings,
    boxes: Sequence[Box],
) -> list[ChannelLimits]:
    """Find the limits of each channel; memory holds one box at a time.

    Parameters
    ----------
    read
        Reads parts of the image.
    shape, channels, dtype
        Of the image.
    settings
        How to normalise.
    boxes
        Parts that cover the image once; or some of them, for limits that are estimated.

    Raises
    ------
    ImageError
        There is no finite value in any channel.
    SettingsError
        `lowhigh` does not fit the channels.
    """
    fixed = limits_per_channel(settings, channels)
    found = [
        _channel_limits(read, shape, c, dtype, settings, boxes, None if fixed is None else fixed[c])
        for c in range(channels)
    ]
    if all(one.dead for one in found):
        raise ImageError("The image holds no finite value at all, only NaN or infinite ones.")
    return found


def _channel_limits(
    read: Read,
    shape: tuple[int, int, int],
    c: int,
    dtype: np.dtype[Any],
    settings: NormalizeSettings,
    boxes: Sequence[Box],
    fixed: tuple[float, float] | None,
) -> ChannelLimits:
    def raw_parts(planes: range | None = None) -> Iterator[NDArray[Any]]:
        for box in boxes:
            if planes is None or box[0].start in planes:
                yield read(box)[..., c]

    limits = ChannelLimits()
    if dtype.kind == "f":
        exponent = reach_exponent(raw_parts()) if settings.normalize and dtype.itemsize >= 4 else 0
        limits = _finite_limits(raw_parts(), exponent, c)
    if not settings.normalize:
        return limits
    if fixed is not None:
        low, high = (math.ldexp(value, limits.exponent) for value in fixed)
        return replace(limits, ranges=np.array([[low, high]]))
    groups = [range(shape[0])] if settings.norm3D else [range(z, z + 1) for z in range(shape[0])]
    if _has_filters(settings):
        limits = replace(limits, even=tuple(_is_even(raw_parts(range(z, z + 1))) for z in range(shape[0])))
    if settings.tile_norm_blocksize > 0:
        return _by_blocks(read, shape, c, settings, limits)

    def parts(planes: range) -> Iterator[NDArray[Any]]:
        changed = limits.lowest is not None or limits.exponent or limits.dead
        for box in boxes:
            if box[0].start not in planes:
                continue
            if _has_filters(settings):
                for z in range(box[0].start, box[0].stop):
                    yield _filtered(read, shape, settings, c, limits, z, box[1:])
            else:
                raw = read(box)[..., c]
                yield _sound(raw, limits) if changed else raw

    source = dtype
    if _has_filters(settings) or limits.lowest is not None or limits.exponent or limits.dead:
        source = np.dtype(np.float32)
    ranges = np.empty((len(groups), 2))
    for place, planes in enumerate(groups):
        size = sum(
            math.prod(side.stop - side.start for side in box) for box in boxes if box[0].start in planes
        )
        low, high = percentiles_of_parts(partial(parts, planes), size, source, settings.percentile)
        ranges[place] = (low, high) if has_contrast(low, high) else math.nan
        if not has_contrast(low, high) and not _is_even(parts(planes)):
            _log.warning(
                "channel %d is left empty: percentiles %g and %g are both %g; set lowhigh or wider percentiles",
                c,
                *settings.percentile,
                low,
            )
    return replace(limits, ranges=ranges)


def _by_blocks(
    read: Read, shape: tuple[int, int, int], c: int, settings: NormalizeSettings, limits: ChannelLimits
) -> ChannelLimits:
    block = max(1, int(settings.tile_norm_blocksize))

    def reader(z: int) -> Callable[[slice, slice], FloatArray]:
        def part(rows: slice, columns: slice) -> FloatArray:
            if _has_filters(settings):
                return _filtered(read, shape, settings, c, limits, z, (rows, columns))
            return _sound(read((slice(z, z + 1), rows, columns))[0, ..., c], limits)

        return part

    every = np.stack(
        [block_limits(reader(z), shape[1:], block, settings.percentile) for z in range(shape[0])]
    )
    smooth, _, made = smoothed_limits(every, whole_stack=settings.norm3D)
    return replace(limits, blocks=smooth, made=made)


def _finite_limits(parts: Iterator[NDArray[Any]], exponent: int, number: int) -> ChannelLimits:
    bad, lowest = 0, math.inf
    for part in parts:
        values = _as_float(part, exponent)
        finite = np.isfinite(values)
        bad += values.size - int(np.count_nonzero(finite))
        lowest = min(lowest, float(values.min(where=finite, initial=np.inf)))
    if not bad:
        return ChannelLimits(exponent)
    if math.isinf(lowest):
        _log.warning("channel %d is left empty: it holds no finite value at all", number)
        return ChannelLimits(exponent, 0.0, dead=True)
    _log.warning(
        "channel %d: %d pixels are not finite numbers; they take the lowest value, %g", number, bad, lowest
    )
    return ChannelLimits(exponent, lowest)


def _filtered(
    read: Read,
    shape: tuple[int, int, int],
    settings: NormalizeSettings,
    c: int,
    limits: ChannelLimits,
    z: int,
    part: tuple[slice, slice],
) -> FloatArray:
    def pixels(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> FloatArray:
        pieces = [
            [_sound(read((slice(z, z + 1), y, x))[0, ..., c], limits) for x in _runs(columns)]
            for y in _runs(rows)
        ]
        together: FloatArray = np.block(pieces)
        return together

    return filtered_part(
        pixels,
        shape[1:],
        part,
        settings.smooth_radius,
        settings.sharpen_radius,
        is_even=bool(limits.even and limits.even[z]),
    )


def _runs(numbers: NDArray[np.intp]) -> list[slice]:
    """Return numbers that rise by one, with jumps, as slices."""
    cuts = np.flatnonzero(np.diff(numbers) != 1) + 1
    return [slice(int(part[0]), int(part[-1]) + 1) for part in np.split(numbers, cuts)]


def _sound(raw: NDArray[Any], limits: ChannelLimits) -> FloatArray:
    """Return numbers as float32 without infinite ones."""
    values = _as_float(raw, limits.exponent)
    if limits.dead:
        values[:] = 0
    elif limits.lowest is not None:
        values[~np.isfinite(values)] = limits.lowest
    return values


def _as_float(raw: NDArray[Any], exponent: int) -> FloatArray:
    if exponent:
        return moved(raw, exponent)
    with np.errstate(over="ignore"):
        return raw.astype(np.float32)


def _is_even(parts: Iterator[NDArray[Any]]) -> bool:
    low, high = math.inf, -math.inf
    for part in parts:
        low, high = min(low, float(part.min())), max(high, float(part.max()))
        if low < high:
            return False
    return True


def _has_filters(settings: NormalizeSettings) -> bool:
    filters = settings.smooth_radius > 0 or settings.sharpen_radius > 0
    return filters and settings.normalize and settings.lowhigh is None
