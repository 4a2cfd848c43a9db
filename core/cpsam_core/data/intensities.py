"""Random changes of a crop's brightness and colours; where things are stays as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    """Colours, contrast and degradations, in the paper's order."""
    plain = pixels.shape[2] == 1 or not _differs(pixels)
    if rng.random() < settings.gray:
        pixels = np.repeat(_gray(pixels, plain)[:, :, None], pixels.shape[2], axis=2)
    elif plain and settings.permute and pixels.shape[2] > 1 and rng.random() < 0.5:
        # A gray file may come as one channel or as three equal ones; the network meets both.
        pixels = pixels * (np.arange(pixels.shape[2]) == 0)
    elif not plain and settings.stain:
        pixels = _restain(pixels, settings.stain, rng)
    used = pixels.any(axis=(0, 1))
    if settings.gamma:
        power = np.float32(np.exp(rng.normal(0, settings.gamma)))
        pixels = np.minimum(np.clip(pixels, 0, LARGEST) ** power, LARGEST)
    if rng.random() < settings.invert:
        pixels = np.where(used, 1 - pixels, pixels)
    if how is not None:
        pixels = _rescale(degrade(pixels, how, diameter, rng) * used)
    if pixels.shape[2] > 2 and rng.random() < settings.drop_channel:
        pixels[:, :, 2:] = 0
    if settings.permute:
        pixels = pixels[:, :, rng.permutation(pixels.shape[2])]
    return _jitter(pixels, settings, rng)


def with_colours(pixels: Floats, example: Example, other: Example) -> Floats:
    """Give a crop the colours of another image, where both are stained sections."""
    own = stains_of(example.pixels)
    wanted = None if own is None else stains_of(other.pixels)
    return pixels if own is None or wanted is None else _rescale(transfer(pixels, own, wanted))


def _gray(pixels: Floats, plain: bool) -> Floats:
    """Return one channel (y, x) for all: of two, the first, without the nuclei beside it; else the mean."""
    if plain:
        return np.asarray(pixels.max(axis=2), np.float32)
    used = np.flatnonzero(pixels.any(axis=(0, 1)))
    return np.asarray(pixels[:, :, used[:1] if len(used) == 2 else used].mean(axis=2), np.float32)


def _differs(pixels: Floats) -> bool:
    """Whether the channels beyond the first say anything that the first does not."""
    thin = pixels[::4, ::4]
    others = thin[:, :, 1:]
    return bool(others.any() and np.abs(others - thin[:, :, :1]).max() > 0.02)


def _restain(pixels: Floats, spread: float, rng: np.random.Generator) -> Floats:
    """Mix what the channels absorb, as another stain or another camera would."""
    count = pixels.shape[2]
    mixing = np.eye(count) + rng.normal(0, spread, (count, count))
    return _rescale((1 - pixels) @ -mixing.astype(np.float32))


def _rescale(pixels: Floats) -> Floats:
    """Bring each channel's first percentile to 0 and its ninety-ninth to 1."""
    thin = pixels[::2, ::2].reshape(-1, pixels.shape[2])
    low, high = np.percentile(thin, (1, 99), axis=0).astype(np.float32)
    span = high - low
    return np.where(span > 1e-3, (pixels - low) / np.maximum(span, 1e-3), 0).astype(np.float32)


def _jitter(pixels: Floats, settings: Augmentation, rng: np.random.Generator) -> Floats:
    """Change each channel's mean and spread; the paper's factor "between -2 and 2" is read as 2 to that halved."""
    count = pixels.shape[2]
    used = pixels.any(axis=(0, 1))
    factor = settings.contrast ** rng.uniform(-1, 1, count) if settings.contrast != 1 else np.ones(count)
    offset = rng.normal(0, settings.brightness, count)
    mean = pixels.mean(axis=(0, 1))
    changed = (pixels - mean) * factor + mean + offset
    return np.asarray(np.clip(np.where(used, changed, pixels), -LARGEST, LARGEST), np.float32)
