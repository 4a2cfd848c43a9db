"""Random changes of a crop's brightness and colours; where things are stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.degrade import KINDS, degrade
from cpsam_core.data.example import Example
from cpsam_core.data.stain import stains_of, transfer

__all__ = ["degradation", "intensities", "with_colours"]

Floats = NDArray[np.float32]

# Of intensities in a crop, where 1 is white. A crop of dark ground with a few bright pixels goes far beyond it when its
# percentiles become black and white; to the power of a gamma it reaches 1e9 and more, which can break a training.
LARGEST = 20.0


def degradation(lot: float, share: float) -> str | None:
    """Return which degradation a lot stands for: those below `share` are dealt out evenly among the kinds."""
    return KINDS[min(int(lot / share * len(KINDS)), len(KINDS) - 1)] if lot < share else None


def intensities(
    pixels: Floats, diameter: float, settings: Augmentation, how: str | None, rng: np.random.Generator
) -> Floats:
    """Colours, contrast and degradations of pixels (y, x, channel), in the paper's order."""
    # By channels: what is done to each of them takes a fifth of the time where its pixels lie together.
    planes = _planes(pixels)
    plain = len(planes) == 1 or not _differs(planes)
    if rng.random() < settings.gray:
        planes = np.repeat(_gray(planes, plain)[None], len(planes), axis=0)
    elif plain and settings.permute and len(planes) > 1 and rng.random() < 0.5:
        # A gray file may come as one channel or as three equal ones; the network meets both.
        planes = planes * _each(np.arange(len(planes)) == 0)
    elif not plain and settings.stain:
        planes = _restain(planes, settings.stain, rng)
    used = _each(planes.any(axis=(1, 2)))
    if settings.gamma:
        power = np.float32(np.exp(rng.normal(0, settings.gamma)))
        planes = np.minimum(np.clip(planes, 0, LARGEST) ** power, LARGEST)
    if rng.random() < settings.invert:
        planes = np.where(used, 1 - planes, planes)
    if how is not None:
        planes = _rescale(_planes(degrade(_pixels(planes), how, diameter, rng)) * used)
    if len(planes) > 2 and rng.random() < settings.drop_channel:
        planes[2:] = 0
    if settings.permute:
        planes = planes[rng.permutation(len(planes))]
    return _pixels(_jitter(planes, settings, rng))


def with_colours(pixels: Floats, example: Example, other: Example) -> Floats:
    """Give a crop the colours of another image, where both are stained sections."""
    own = stains_of(example.pixels)
    wanted = None if own is None else stains_of(other.pixels)
    if own is None or wanted is None:
        return pixels
    return _pixels(_rescale(_planes(transfer(pixels, own, wanted))))


def _planes(pixels: Floats) -> Floats:
    """Return pixels (y, x, channel) as (channel, y, x)."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _pixels(planes: Floats) -> Floats:
    """Return planes (channel, y, x) as (y, x, channel)."""
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


def _each(values: ArrayLike) -> NDArray[Any]:
    """Return a value for each channel in a shape that meets planes."""
    return np.asarray(values)[:, None, None]


def _gray(planes: Floats, plain: bool) -> Floats:
    """Return one channel (y, x) for all: of two, the first, without the nuclei beside it; else the mean."""
    if plain:
        return np.asarray(planes.max(axis=0), np.float32)
    used = np.flatnonzero(planes.any(axis=(1, 2)))
    return np.asarray(planes[used[:1] if len(used) == 2 else used].mean(axis=0), np.float32)


def _differs(planes: Floats) -> bool:
    """Whether the channels beyond the first say anything that the first does not."""
    thin = planes[:, ::4, ::4]
    return bool(thin[1:].any() and np.abs(thin[1:] - thin[:1]).max() > 0.02)


def _restain(planes: Floats, spread: float, rng: np.random.Generator) -> Floats:
    """Mix what the channels absorb, as another stain or another camera would."""
    count = len(planes)
    mixing = np.eye(count) + rng.normal(0, spread, (count, count))
    mixed = -mixing.T.astype(np.float32) @ (1 - planes).reshape(count, -1)
    return _rescale(mixed.reshape(planes.shape))


def _rescale(planes: Floats) -> Floats:
    """Bring each channel's first percentile to 0 and its ninety-ninth to 1."""
    thin = planes[:, ::2, ::2].reshape(len(planes), -1)
    low, high = np.percentile(thin, (1, 99), axis=1).astype(np.float32)
    span = high - low
    factor = np.where(span > 1e-3, 1 / np.maximum(span, 1e-3), 0).astype(np.float32)
    return np.asarray((planes - _each(low)) * _each(factor), np.float32)


def _jitter(planes: Floats, settings: Augmentation, rng: np.random.Generator) -> Floats:
    """Change each channel's mean and spread; the paper's factor "between -2 and 2" is read as 2 to that halved."""
    count = len(planes)
    used = planes.any(axis=(1, 2))
    factor = settings.contrast ** rng.uniform(-1, 1, count) if settings.contrast != 1 else np.ones(count)
    offset = rng.normal(0, settings.brightness, count)
    mean = planes.mean(axis=(1, 2))
    # A channel without anything in it stays empty.
    slope = np.where(used, factor, 1).astype(np.float32)
    shift = np.where(used, mean * (1 - factor) + offset, 0).astype(np.float32)
    return np.asarray(np.clip(planes * _each(slope) + _each(shift), -LARGEST, LARGEST), np.float32)
