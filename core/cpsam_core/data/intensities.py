"""What a plan does to a crop's brightness and colours; where things are stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpsam_core.data.degrade import Degradation, degrade
from cpsam_core.data.plan import CropPlan
from cpsam_core.data.stain import transfer

__all__ = ["LARGEST", "intensities"]

Floats = NDArray[np.float32]

# Of intensities in a crop, where 1 is white. A crop of dark ground with a few bright pixels goes far beyond it when its
# percentiles become black and white; to the power of a gamma it reaches 1e9 and more, which can break a training.
LARGEST = 20.0
# Of intensities that are taken to a power: nothing that anybody could see.
DARKEST = 1e-30
# Channels that differ by no more are those of a gray image.
SAME = 0.02
PERCENTILES = (1, 99)
# A channel whose percentiles lie no farther apart has nothing in it.
LEAST_SPAN = 1e-3


def intensities(planes: Floats, plan: CropPlan, rng: np.random.Generator) -> Floats:
    """Colours, contrast and degradations of planes (channel, y, x), in the paper's order; `rng` makes the noise."""
    if plan.recoloured is not None:
        planes = _rescale(_planes(transfer(_pixels(planes), *plan.recoloured)))
    plain = len(planes) == 1 or not _differs(planes)
    if plan.gray:
        planes = np.repeat(_gray(planes, plain)[None], len(planes), axis=0)
    elif plain and plan.single:
        # A gray file may come as one channel or as three equal ones; the network meets both.
        planes = planes * _each(np.arange(len(planes)) == 0)
    elif not plain and plan.mixing is not None:
        planes = _restain(planes, plan.mixing)
    used = _each(planes.any(axis=(1, 2)))
    if plan.power != 1:
        planes = _to_power(planes, plan.power) * used
    if plan.invert:
        planes = (1 - planes) * used
    if plan.degradation is not None:
        planes = _degraded(planes, plan.degradation, used, rng)
    if plan.drop:
        planes[2:] = 0
    return _jitter(planes[plan.order], plan)


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
    return bool(thin[1:].any() and np.abs(thin[1:] - thin[:1]).max() > SAME)


def _restain(planes: Floats, mixing: NDArray[np.float64]) -> Floats:
    """Mix what the channels absorb, as another stain or another camera would."""
    mixed = -mixing.T.astype(np.float32) @ (1 - planes).reshape(len(planes), -1)
    return _rescale(mixed.reshape(planes.shape))


def _to_power(planes: Floats, power: float) -> Floats:
    """Return intensities to a power, at most `LARGEST`; numpy's own power takes four times as long where many are 0."""
    raised = np.log(np.clip(planes, DARKEST, LARGEST))
    raised *= np.float32(power)
    return np.asarray(np.minimum(np.exp(raised), LARGEST), np.float32)


def _degraded(planes: Floats, how: Degradation, used: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    return _rescale(_planes(degrade(_pixels(planes), how, rng)) * used)


def _rescale(planes: Floats) -> Floats:
    """Bring each channel's first percentile to 0 and its ninety-ninth to 1."""
    thin = planes[:, ::2, ::2].reshape(len(planes), -1)
    low, high = np.percentile(thin, PERCENTILES, axis=1).astype(np.float32)
    span = high - low
    factor = np.where(span > LEAST_SPAN, 1 / np.maximum(span, LEAST_SPAN), 0).astype(np.float32)
    return np.asarray((planes - _each(low)) * _each(factor), np.float32)


def _jitter(planes: Floats, plan: CropPlan) -> Floats:
    """Change each channel's mean and spread."""
    used, mean = planes.any(axis=(1, 2)), planes.mean(axis=(1, 2))
    # A channel without anything in it stays empty.
    slope = np.where(used, plan.contrast, 1).astype(np.float32)
    shift = np.where(used, mean * (1 - plan.contrast) + plan.brightness, 0).astype(np.float32)
    return np.asarray(np.clip(planes * _each(slope) + _each(shift), -LARGEST, LARGEST), np.float32)
