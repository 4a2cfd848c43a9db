"""From the pixels of a file to what the network expects: each channel 0 where dark and 1 where bright."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.preprocess.channels import network_channels, select_channels
from cpsam_core.preprocess.filters import smooth_and_sharpen
from cpsam_core.preprocess.local_contrast import normalize_blocks
from cpsam_core.preprocess.percentiles import bands, percentiles

__all__ = ["NormalizeSettings", "network_channels", "normalize", "select_channels"]

FloatArray = NDArray[np.float32]
Range = tuple[float, float]

_log = logging.getLogger(__name__)

# Exponent of two: sums, squares and differences of such numbers are well within float32.
SAFE_EXPONENT = 100


@dataclass(frozen=True)
class NormalizeSettings:
    """How an image is normalised; names and defaults are those of the reference.

    Parameters
    ----------
    normalize : bool
        Off: values go to the network as they are, and nothing below applies.
    percentile : (float, float)
        Percentiles of each channel that become 0 and 1.
    lowhigh : (float, float), or one such pair for each channel, or None
        Values that become 0 and 1 instead of percentiles; filters and blocks are then left out.
    tile_norm_blocksize : int
        Edge in pixels of blocks that are normalised for themselves (uneven light); 0: the whole image.
    sharpen_radius, smooth_radius : float
        Standard deviations in pixels of the filters applied first; 0: none. See :mod:`cpsam_core.preprocess.filters`.
    invert : bool
        Dark objects on bright ground.
    norm3D : bool
        Normalise a stack as a whole, else plane by plane.

    Raises
    ------
    SettingsError
        A value makes no sense.
    """

    normalize: bool = True
    percentile: Range = (1.0, 99.0)
    lowhigh: Range | tuple[Range, ...] | None = None
    tile_norm_blocksize: int = 0
    sharpen_radius: float = 0.0
    smooth_radius: float = 0.0
    invert: bool = False
    norm3D: bool = True

    def __post_init__(self) -> None:
        low, high = _pair(self.percentile, "percentile")
        if not 0 <= low < high <= 100:
            raise SettingsError(f"percentile needs 0 <= low < high <= 100, not {low:g} and {high:g}.")
        object.__setattr__(self, "percentile", (low, high))
        if self.lowhigh is not None:
            object.__setattr__(self, "lowhigh", _lowhigh(self.lowhigh))
        for name in ("tile_norm_blocksize", "sharpen_radius", "smooth_radius"):
            value = getattr(self, name)
            if not np.isfinite(value) or value < 0:
                raise SettingsError(f"{name} is a size in pixels, 0 or more, not {value}.")
        if self.invert and not self.normalize:
            raise SettingsError(
                "invert needs normalisation: only values between 0 and 1 can be turned round."
            )


def normalize(pixels: NDArray[Any], settings: NormalizeSettings | None = None) -> FloatArray:
    """Normalise each channel of an image.

    A channel without contrast becomes 0, inverted or not, for the network reads a channel of ones as signal.
    Pixels that are not numbers or infinite take the lowest value of their channel, and a channel without any finite
    value is left empty, both with a warning in the log. Numbers beyond the reach of float32 are brought into it first.

    Parameters
    ----------
    pixels : ndarray (z, y, x, channel), (y, x, channel) or (y, x)
        Numbers of any type; not changed.
    settings : NormalizeSettings, optional
        The defaults bring the 1st and 99th percentile of each channel to 0 and 1.

    Returns
    -------
    ndarray of the same shape, float32
        0 to 1 for most of the pixels; nothing is clipped.

    Raises
    ------
    ImageError
        No pixels, no numbers, no finite value in any channel, or not 2 to 4 axes.
    SettingsError
        `lowhigh` has pairs for another number of channels.

    Notes
    -----
    Options as in the reference program. One of them depends on the number of axes, there and here: blocks are
    interpolated along y and x in a stack (also of a single plane, which is what the engine passes), but along
    x only, with the limits of the topmost blocks, in an array (y, x, channel).
    """
    settings = NormalizeSettings() if settings is None else settings
    _check(pixels)
    # A float64 too large for float32 is treated as infinite below.
    with np.errstate(over="ignore"):
        result = pixels.astype(np.float32, order="C")
    raw = _as_stack(pixels)
    stack = _as_stack(result)
    limits = limits_per_channel(settings, stack.shape[3])
    dead: list[int] = []
    for c in range(stack.shape[3]):
        channel = stack[..., c]
        exponent, replaced = 0, False
        if pixels.dtype.kind == "f":
            exponent = _into_reach(raw[..., c], channel) if settings.normalize else 0
            replaced, alive = _replace_non_finite(channel, c)
            if not alive:
                dead.append(c)
        if not settings.normalize:
            continue
        if limits is not None:
            _scale(channel, *(math.ldexp(limit, exponent) for limit in limits[c]))
            _invert(channel, settings.invert)
            continue
        source = raw[..., c]
        if settings.smooth_radius > 0 or settings.sharpen_radius > 0:
            for plane in channel:
                plane[:] = smooth_and_sharpen(plane, settings.smooth_radius, settings.sharpen_radius)
            source = channel
        if settings.tile_norm_blocksize > 0:
            _normalize_blocks(channel, settings, top_row=pixels.ndim == 3)
        else:
            _normalize_percentiles(channel, channel if replaced or exponent else source, c, settings)
    if len(dead) == stack.shape[3]:
        raise ImageError("The image holds no finite value at all, only NaN or infinite ones.")
    for number in dead:
        _log.warning("channel %d is left empty: it holds no finite value at all", number)
    return result


def _normalize_blocks(channel: FloatArray, settings: NormalizeSettings, top_row: bool) -> None:
    block = max(1, int(settings.tile_norm_blocksize))
    alive = normalize_blocks(
        channel, block, settings.percentile, whole_stack=settings.norm3D, top_row=top_row
    )
    for z in np.flatnonzero(alive):
        _invert(channel[z], settings.invert)


def _normalize_percentiles(
    channel: FloatArray, source: NDArray[Any], number: int, settings: NormalizeSettings
) -> None:
    """Bring percentiles of one channel (z, y, x) to 0 and 1 in place; `source` is where they are measured."""
    parts = [slice(None)] if settings.norm3D else [slice(z, z + 1) for z in range(len(channel))]
    for part in parts:
        low, high = percentiles(source[part], settings.percentile)
        if has_contrast(low, high):
            _scale(channel[part], low, high)
            _invert(channel[part], settings.invert)
        else:
            _warn_if_sparse(source[part], number, settings.percentile, low)
            channel[part] = 0


def has_contrast(low: float, high: float) -> bool:
    """Whether two percentiles are far enough apart to be brought to 0 and 1."""
    return high - low > 1e-6 * max(abs(low), abs(high))


def _warn_if_sparse(source: NDArray[Any], number: int, percentile: Range, value: float) -> None:
    if source.min() != source.max():
        _log.warning(
            "channel %d is left empty: percentiles %g and %g are both %g; set lowhigh or wider percentiles",
            number,
            *percentile,
            value,
        )


def _scale(channel: FloatArray, low: float, high: float) -> None:
    channel -= np.float32(low)
    channel /= np.float32(high - low)


def _invert(channel: FloatArray, wanted: bool) -> None:
    if wanted:
        np.subtract(np.float32(1), channel, out=channel)


def _into_reach(raw: NDArray[Any], channel: FloatArray) -> int:
    """Multiply a channel by a power of two where float32 lacks most of its numbers or their differences.

    Normalised, the channel is the same whatever it is multiplied by. Returns the exponent, 0 where nothing was done.
    A few numbers out of reach among others are no reason: they count as infinite.
    """
    if raw.dtype.itemsize < 4:
        return 0
    exponent = reach_exponent(bands(raw))
    if exponent:
        for source, band in zip(bands(raw), bands(channel), strict=True):
            band[...] = moved(source, exponent)
    return exponent


def reach_exponent(parts: Iterable[NDArray[Any]]) -> int:
    """Return the power of two that brings numbers into the reach of float32, 0 where most of them are."""
    largest, far, finite = 0.0, 0, 0
    for part in parts:
        sizes = np.abs(part)
        sound = np.isfinite(sizes)
        finite += int(np.count_nonzero(sound))
        far += int(np.count_nonzero((sizes > 2.0**SAFE_EXPONENT) & sound))
        largest = max(largest, float(sizes.max(where=sound, initial=0)))
    exponent = math.frexp(largest)[1]
    if largest == 0 or abs(exponent) <= SAFE_EXPONENT or (exponent > 0 and far <= finite / 2):
        return 0
    return -exponent


def moved(values: NDArray[Any], exponent: int) -> FloatArray:
    """Return numbers times a power of two, as float32."""
    with np.errstate(under="ignore", invalid="ignore", over="ignore"):
        # In float64: ldexp of a float32 has no more than its digits at the lower end.
        result: FloatArray = np.ldexp(values.astype(np.float64), exponent).astype(np.float32)
    return result


def _replace_non_finite(channel: FloatArray, number: int) -> tuple[bool, bool]:
    """Give pixels that are not finite the lowest finite value, or all of them 0 where there is none.

    Returns whether there were any such pixels, and whether there is any finite value.
    """
    bad = 0
    lowest = np.inf
    for band in bands(channel):
        finite = np.isfinite(band)
        bad += band.size - int(np.count_nonzero(finite))
        lowest = min(lowest, float(band.min(where=finite, initial=np.inf)))
    if not bad:
        return False, True
    if not np.isfinite(lowest):
        channel[:] = 0
        return True, False
    for band in bands(channel):
        band[~np.isfinite(band)] = lowest
    _log.warning(
        "channel %d: %d pixels are not finite numbers; they take the lowest value, %g", number, bad, lowest
    )
    return True, True


def _check(pixels: NDArray[Any]) -> None:
    if not 2 <= pixels.ndim <= 4:
        raise ImageError(f"An image has 2 to 4 axes (z, y, x, channel); this array has {pixels.ndim}.")
    if pixels.size == 0:
        raise ImageError(f"The image holds no pixels: its shape is {pixels.shape}.")
    if pixels.dtype.kind not in "biuf":
        raise ImageError(f"The image holds values of the type {pixels.dtype}, not real numbers.")


def _as_stack(pixels: NDArray[Any]) -> NDArray[Any]:
    """View an image as (z, y, x, channel)."""
    if pixels.ndim == 2:
        return pixels[None, :, :, None]
    return pixels[None] if pixels.ndim == 3 else pixels


def _pair(values: Any, name: str) -> Range:
    try:
        low, high = (float(v) for v in values)
    except (TypeError, ValueError):
        raise SettingsError(f"{name} is a pair of numbers, not {values!r}.") from None
    return low, high


def _lowhigh(values: Any) -> Range | tuple[Range, ...]:
    single = np.ndim(values) == 1
    pairs = tuple(_pair(v, "lowhigh") for v in ([values] if single else values))
    for low, high in pairs:
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise SettingsError(f"lowhigh needs low < high, not {low:g} and {high:g}.")
    return pairs[0] if single else pairs


def limits_per_channel(settings: NormalizeSettings, count: int) -> list[Range] | None:
    if settings.lowhigh is None:
        return None
    pairs = np.atleast_2d(np.array(settings.lowhigh, np.float64))
    if len(pairs) not in (1, count) or (len(pairs) == 1 and np.ndim(settings.lowhigh) == 2 and count != 1):
        raise SettingsError(f"lowhigh has {len(pairs)} pairs, but the image has {count} channels.")
    return [(float(low), float(high)) for low, high in np.broadcast_to(pairs, (count, 2))]
