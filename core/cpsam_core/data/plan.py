"""What will happen to one crop, drawn before any pixel is touched: whoever makes the crop does what it says.

So the processor and a graphics card make crops of one distribution, in each its own way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.degrade import KINDS, Degradation, draw_degradation
from cpsam_core.data.stain import Stains

__all__ = ["CropPlan", "Drawable", "plan_crop"]

Floats = NDArray[np.float64]


class Drawable(Protocol):
    """What drawing a crop needs to know of an image: an `Example` does."""

    @property
    def labels(self) -> NDArray[Any]:
        """Cells, (y, x): not 0 on them."""

    @property
    def diameter(self) -> float:
        """Mean diameter of the cells in pixels."""

    @property
    def complete(self) -> NDArray[np.bool_] | None:
        """Where the annotation counts, (y, x); None where that is everywhere."""

    @property
    def zoom(self) -> float | None:
        """The factor by which its user has it resized."""

    @property
    def channels(self) -> int:
        """Number of channels."""

    @property
    def stains(self) -> Stains | None:
        """The stains of a section."""


@dataclass(frozen=True, eq=False)
class CropPlan:
    """Everything random about a crop but its noise.

    Attributes
    ----------
    matrix, scale
        From (x, y) of the image to (x, y) of the crop, (2, 3), and by how much it enlarges.
    recoloured
        The stains of the image and those that it gets, where it gets others.
    gray, single
        Whether it becomes gray; and whether one that is gray already keeps its first channel alone.
    mixing
        How the channels of a coloured one are mixed, (c, c); None: not at all.
    power, invert
        Gamma; whether bright and dark change places.
    degradation
        How it is made worse, if it is.
    drop, order
        Whether the channels from the third on are left out; the order of the channels, (c,).
    contrast, brightness
        Factor of each channel's spread and change of its mean, (c,).
    """

    matrix: Floats
    scale: float
    recoloured: tuple[Stains, Stains] | None
    gray: bool
    single: bool
    mixing: Floats | None
    power: float
    invert: bool
    degradation: Degradation | None
    drop: bool
    order: NDArray[np.int64]
    contrast: Floats
    brightness: Floats


def plan_crop(
    example: Drawable,
    settings: Augmentation,
    rng: np.random.Generator,
    other: Drawable | None = None,
    lot: float | None = None,
) -> CropPlan:
    """Draw what will happen to a crop of `example`; `other` and `lot` as in `augment`."""
    matrix, scale = transform(example, settings, rng)
    count = example.channels
    drawn = rng.random()
    kind = degradation(drawn if lot is None else lot, settings.degraded)
    gray = rng.random() < settings.gray
    return CropPlan(
        matrix,
        scale,
        _colours(example, other),
        gray,
        single=settings.permute and rng.random() < 0.5,
        mixing=np.eye(count) + rng.normal(0, settings.stain, (count, count)) if settings.stain else None,
        power=math.exp(rng.normal(0, settings.gamma)) if settings.gamma else 1.0,
        invert=rng.random() < settings.invert,
        degradation=None if kind is None else draw_degradation(kind, example.diameter * scale, rng),
        drop=rng.random() < settings.drop_channel,
        order=rng.permutation(count) if settings.permute else np.arange(count),
        contrast=_contrast(settings, count, rng),
        brightness=rng.normal(0, settings.brightness, count) if settings.brightness else np.zeros(count),
    )


def degradation(lot: float, share: float) -> str | None:
    """Return which degradation a lot stands for: those below `share` are dealt out evenly among the kinds."""
    return KINDS[min(int(lot / share * len(KINDS)), len(KINDS) - 1)] if lot < share else None


def _colours(example: Drawable, other: Drawable | None) -> tuple[Stains, Stains] | None:
    """Return the stains of both images, where both are stained sections."""
    if other is None or example.stains is None or other.stains is None:
        return None
    return example.stains, other.stains


def _contrast(settings: Augmentation, count: int, rng: np.random.Generator) -> Floats:
    """Return a factor for each channel; the paper's "between -2 and 2" is read as 2 to that halved."""
    return settings.contrast ** rng.uniform(-1, 1, count) if settings.contrast != 1 else np.ones(count)


def transform(example: Drawable, settings: Augmentation, rng: np.random.Generator) -> tuple[Floats, float]:
    """Return the 2 x 3 matrix from image (x, y) to crop (x, y), and its scale."""
    low, high = settings.scale
    if settings.log_scale:
        low, high = math.log(low), math.log(high)
    drawn = low + (high - low) * rng.random()
    scale = (math.exp(drawn) if settings.log_scale else drawn) * _first_scale(example, settings)
    angle = 2 * math.pi * rng.random()
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    x, y = _centre(example, settings, scale, rng)
    middle = (settings.crop - 1) / 2
    rows = (
        (cos * flip, -sin, middle - cos * flip * x + sin * y),
        (sin * flip, cos, middle - sin * flip * x - cos * y),
    )
    return np.array(rows), scale


def _first_scale(example: Drawable, settings: Augmentation) -> float:
    """Return the factor by which a run of the model would resize the image."""
    if example.zoom is not None:
        return example.zoom
    if settings.diameter is not None:
        return settings.diameter / max(example.diameter, 1.0)
    return settings.resize


def _centre(
    example: Drawable, settings: Augmentation, scale: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the image point (x, y) that becomes the middle of the crop."""
    height, width = example.labels.shape
    if example.complete is not None:
        # So near that the crop shows the point however it is turned, with some of what surrounds it.
        return _near(
            _counted_point(example.complete, rng), settings.crop / scale / 2 * 0.65, (height, width), rng
        )
    if rng.random() < settings.on_cells:
        # A few darts hit a cell of most images, and cost nothing beside listing all cell pixels.
        ys, xs = rng.integers(0, height, 32), rng.integers(0, width, 32)
        hits = example.labels[ys, xs].nonzero()[0]
        if len(hits):
            return _near((xs[hits[0]], ys[hits[0]]), settings.crop / scale / 4, (height, width), rng)
    half = settings.crop / scale / 2
    return _within(width, half, rng.random()), _within(height, half, rng.random())


def _within(length: int, half: float, drawn: float) -> float:
    """Return where along an axis the middle of a crop lies: the crop within the image, or the image within the crop."""
    low, high = half, length - half
    if low >= high:
        reach = abs(2 * half - length) / 2
        low, high = (length - 1) / 2 - reach, (length - 1) / 2 + reach
    return low + (high - low) * drawn


def _near(
    point: tuple[float, float], reach: float, shape: tuple[int, int], rng: np.random.Generator
) -> tuple[float, float]:
    """Return a point (x, y) of the image at most so far from another along each axis."""
    x, y = point[0] + reach * (2 * rng.random() - 1), point[1] + reach * (2 * rng.random() - 1)
    return min(max(x, 0.0), shape[1] - 1.0), min(max(y, 0.0), shape[0] - 1.0)


def _counted_point(complete: NDArray[np.bool_], rng: np.random.Generator) -> tuple[float, float]:
    """Return a random pixel (x, y) at which the annotation counts; the middle of the image where none does."""
    height, width = complete.shape
    ys, xs = rng.integers(0, height, 32), rng.integers(0, width, 32)
    hits = np.flatnonzero(complete[ys, xs])
    if len(hits):
        return float(xs[hits[0]]), float(ys[hits[0]])
    counted = np.flatnonzero(complete)
    if not len(counted):
        return width / 2, height / 2
    y, x = divmod(int(rng.choice(counted)), width)
    return float(x), float(y)
