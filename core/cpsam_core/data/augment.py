"""Turn one training image into endless different ones.

Source: the paper, "Whole-dataset training" (recipe `whole`) and "Fine-tuning and evaluation" (recipe `finetune`).
Geometry acts on image, labels and flows together; intensities change in the image only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.degrade import KINDS, degrade
from cpsam_core.data.stain import stains_of, transfer
from cpsam_core.errors import SettingsError

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

UNKNOWN_CLASS = 255
"""In a map of classes: an object whose class nobody gave."""


@dataclass(frozen=True)
class Augmentation:
    """What may happen to an image on its way to the network; probabilities are 0 to 1.

    `scale` is the range of resizing, drawn on a logarithmic scale where `log_scale`. With `diameter`, images are
    first resized so that their cells measure that many pixels on average, else by the factor `resize`; an example that
    says by which factor its user resizes it (`Example.zoom`) is resized by that. `on_cells` is the probability that a
    crop is centred on a cell instead of anywhere. `stain` and `gamma` are the spread of colour mixing and of gamma, and
    `stain_transfer` is the probability that a stained section gets the colours of another image of the training; the
    paper does not have them, but a small network trained on few laboratories' stains needs them.
    """

    crop: int = 256
    scale: tuple[float, float] = (0.75, 1.25)
    log_scale: bool = False
    diameter: float | None = None
    resize: float = 1.0
    on_cells: float = 0.0
    gray: float = 0.0
    invert: float = 0.0
    drop_channel: float = 0.0
    permute: bool = False
    brightness: float = 0.0
    contrast: float = 1.0
    degraded: float = 0.0
    stain: float = 0.0
    gamma: float = 0.0
    stain_transfer: float = 0.0

    def __post_init__(self) -> None:
        low, high = self.scale
        if not 0 < low <= high:
            raise SettingsError(
                f"the range of resizing goes from a number above 0 upwards, not from {low} to {high}"
            )
        if self.crop < 16:
            raise SettingsError(f"crops measure at least 16 pixels, not {self.crop}")
        for name in ("on_cells", "gray", "invert", "drop_channel", "degraded", "stain_transfer"):
            if not 0 <= getattr(self, name) <= 1:
                raise SettingsError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")
        if min(self.brightness, self.stain, self.gamma) < 0:
            raise SettingsError("brightness, stain and gamma of an augmentation are not negative")
        if min(self.contrast, self.resize) <= 0 or (self.diameter is not None and self.diameter <= 0):
            raise SettingsError("contrast, resize and diameter of an augmentation are above 0")

    @classmethod
    def finetune(cls, **changes: Any) -> Augmentation:
        """Turns, flips and sizes of 0.75 to 1.25, nothing else (paper, "Fine-tuning and evaluation")."""
        return replace(cls(), **changes)

    @classmethod
    def whole(cls, **changes: Any) -> Augmentation:
        """Everything, cells of 7.5 to 120 pixels (paper, "Whole-dataset training")."""
        recipe = cls(
            scale=(0.25, 4.0),
            log_scale=True,
            diameter=30.0,
            on_cells=0.7,
            gray=0.1,
            invert=0.25,
            drop_channel=0.1,
            permute=True,
            brightness=0.2,
            contrast=2.0,
            degraded=0.5,
            stain=0.2,
            gamma=0.4,
        )
        return replace(recipe, **changes)

    @classmethod
    def wide(cls, **changes: Any) -> Augmentation:
        """More of everything, for images unlike those of the training: colours of other sections, more contrast."""
        return replace(
            cls.whole(invert=0.3, brightness=0.3, contrast=3.0, degraded=0.6, stain_transfer=0.5, gamma=0.5),
            **changes,
        )


@dataclass(frozen=True)
class Example:
    """One annotated image, ready for augmentation.

    `pixels` (y, x, c) float16, normalised; `labels` (y, x) uint32; `flows` (2, y, x) int8, unit vectors times 127;
    `diameter` in pixels; `classes` (y, x) uint8 (0 background, `UNKNOWN_CLASS` unknown) and `complete` (y, x) bool
    (where the annotation counts) or None. `zoom` is the factor by which its user has it resized, None where that is
    left to the model; `channel_names` are those of the channels that the network sees.
    """

    pixels: NDArray[np.float16]
    labels: NDArray[np.uint32]
    flows: NDArray[np.int8]
    diameter: float
    classes: NDArray[np.uint8] | None = None
    complete: NDArray[np.bool_] | None = None
    zoom: float | None = None
    channel_names: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        arrays = (self.pixels, self.labels, self.flows, self.classes, self.complete)
        return sum(array.nbytes for array in arrays if array is not None)


@dataclass(frozen=True)
class Sample:
    """What the network sees in one step: tile (c, y, x), target (3, y, x): cell, flow y, flow x (unit vectors).

    `weight` (y, x) says where the annotation counts, `diameter` how large the cells are in pixels of the tile, and
    `classes` (y, x) of which class they are.
    """

    tile: Floats
    target: Floats
    weight: Floats
    diameter: float
    classes: NDArray[np.int64] | None = None


def augment(
    example: Example,
    settings: Augmentation,
    rng: np.random.Generator,
    other: Example | None = None,
    lot: float | None = None,
) -> Sample:
    """Return one random crop of `example`; the same state of `rng` and the same lot give the same crop.

    Where both are stained sections, the crop gets the colours of `other`. The `lot`, 0 to below 1, decides whether and
    how the crop is degraded: a batch whose lots are evenly spread has the degradations in exact shares. Without one it
    is drawn.
    """
    matrix, scale = _transform(example, settings, rng)
    view = _view(matrix, scale, settings.crop, example.labels.shape)
    pixels = _warp_pixels(example.pixels, view, scale)
    if other is not None:
        pixels = _with_colours(pixels, example, other)
    drawn = float(rng.random())
    how = degradation(drawn if lot is None else lot, settings.degraded)
    pixels = _intensities(pixels, example.diameter * scale, settings, how, rng)
    mask = _warp(example.labels[view.window] > 0, view) > 0
    target = np.concatenate((mask[None], _warp_flows(example.flows, mask, view, scale)))
    weight, classes = np.ones(mask.shape, np.float32), None
    if example.complete is not None:
        weight = _warp(example.complete[view.window], view)
    if example.classes is not None:
        classes = _warp(example.classes[view.window], view).astype(np.int64)
    tile = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32)
    return Sample(tile, target.astype(np.float32), weight, example.diameter * scale, classes)


def _transform(example: Example, settings: Augmentation, rng: np.random.Generator) -> tuple[Matrix, float]:
    """Return the 2 x 3 matrix from image (x, y) to crop (x, y), and its scale."""
    low, high = settings.scale
    scale = float(
        np.exp(rng.uniform(np.log(low), np.log(high))) if settings.log_scale else rng.uniform(low, high)
    )
    scale *= _first_scale(example, settings)
    angle = rng.uniform(0, 2 * np.pi)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[cos * flip, -sin], [sin * flip, cos]])
    centre = _centre(example, settings, scale, rng)
    shift = np.full(2, (settings.crop - 1) / 2) - linear @ centre
    return np.column_stack((linear, shift)), scale


def _first_scale(example: Example, settings: Augmentation) -> float:
    """Return the factor by which a run of the model would resize the image."""
    if example.zoom is not None:
        return example.zoom
    if settings.diameter is not None:
        return settings.diameter / max(example.diameter, 1.0)
    return settings.resize


def _centre(
    example: Example, settings: Augmentation, scale: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the image point (x, y) that becomes the middle of the crop."""
    height, width = example.labels.shape
    if example.complete is not None:
        point = _counted_point(example.complete, rng)
        # So near that the crop shows the point however it is turned, with some of what surrounds it.
        reach = settings.crop / scale / 2 * 0.65
        return np.clip(point + rng.uniform(-reach, reach, 2), 0, [width - 1, height - 1])
    if rng.random() < settings.on_cells:
        # A few darts hit a cell of most images, and cost nothing beside listing all cell pixels.
        ys, xs = rng.integers(0, height, 32), rng.integers(0, width, 32)
        hits = np.flatnonzero(example.labels[ys, xs])
        if len(hits):
            reach = settings.crop / scale / 4
            point = np.array([xs[hits[0]], ys[hits[0]]]) + rng.uniform(-reach, reach, 2)
            return np.clip(point, 0, [width - 1, height - 1])
    half = settings.crop / scale / 2
    return np.array(
        [
            rng.uniform(half, n - half)
            if n > 2 * half
            else (n - 1) / 2 + rng.uniform(-0.5, 0.5) * abs(2 * half - n)
            for n in (width, height)
        ]
    )


def _counted_point(complete: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a random pixel (x, y) at which the annotation counts; the middle of the image where none does."""
    height, width = complete.shape
    ys, xs = rng.integers(0, height, 32), rng.integers(0, width, 32)
    hits = np.flatnonzero(complete[ys, xs])
    if len(hits):
        return np.array([xs[hits[0]], ys[hits[0]]], np.float64)
    counted = np.flatnonzero(complete)
    if not len(counted):
        return np.array([width / 2, height / 2])
    y, x = divmod(int(rng.choice(counted)), width)
    return np.array([x, y], np.float64)


@dataclass(frozen=True)
class _View:
    """The part of an image that a crop shows, and the matrix from (x, y) in that part to (x, y) in the crop."""

    window: tuple[slice, slice]
    matrix: Matrix
    side: int


def _view(matrix: Matrix, scale: float, side: int, shape: tuple[int, ...]) -> _View:
    """Leave out what the crop does not show: large images cost no more than small ones."""
    inverse = np.asarray(cv2.invertAffineTransform(matrix))
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]]) @ inverse[:, :2].T + inverse[:, 2]
    # What interpolation sees beyond, two pixels of the crop.
    margin = 2 + int(np.ceil(2 / scale))
    size = np.array(shape[::-1])
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - margin, 0, size)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + margin + 1, low, size)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ low
    return _View((slice(low[1], high[1]), slice(low[0], high[0])), moved, side)


def _warp(part: NDArray[Any], view: _View, interpolation: int = cv2.INTER_NEAREST) -> Floats:
    """Warp one map of `view.window`; 0 outside the image."""
    if part.size == 0:
        return np.zeros((view.side, view.side), np.float32)
    given = np.ascontiguousarray(part, np.float32)
    return np.asarray(
        cv2.warpAffine(given, view.matrix, (view.side, view.side), flags=interpolation), np.float32
    )


def _warp_pixels(pixels: NDArray[np.float16], view: _View, scale: float) -> Floats:
    """Warp all channels; when shrinking, average first so that nothing aliases."""
    part, moved = pixels[view.window].astype(np.float32), view.matrix.copy()
    if part.size == 0:
        return np.zeros((view.side, view.side, pixels.shape[2]), np.float32)
    if scale < 0.75:
        height, width = part.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        part = _by_channels(part, lambda few: cv2.resize(few, size, interpolation=cv2.INTER_AREA))
        factors = np.array([size[0] / width, size[1] / height])
        moved[:, 2] += moved[:, :2] @ (0.5 / factors - 0.5)
        moved[:, :2] /= factors
    side = (view.side, view.side)
    return _by_channels(part, lambda few: cv2.warpAffine(few, moved, side, flags=cv2.INTER_LINEAR))


def _by_channels(pixels: Floats, change: Callable[[Floats], Any]) -> Floats:
    """Apply what OpenCV can do for up to four channels to any number of them."""
    parts = [change(np.ascontiguousarray(pixels[:, :, k : k + 4])) for k in range(0, pixels.shape[2], 4)]
    together = [part.reshape(*part.shape[:2], -1) for part in parts]
    return together[0] if len(together) == 1 else np.concatenate(together, axis=2)


def _warp_flows(flows: NDArray[np.int8], mask: NDArray[np.bool_], view: _View, scale: float) -> Floats:
    """Move and turn the vectors, then bring them back to unit length inside cells."""
    how = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_NEAREST
    y, x = (_warp(part[view.window], view, how) for part in flows)
    turn = view.matrix[:, :2] / scale
    moved = np.stack((turn[1, 0] * x + turn[1, 1] * y, turn[0, 0] * x + turn[0, 1] * y))
    length = np.sqrt((moved**2).sum(axis=0))
    # The centre of a cell, where the flow has no direction.
    length[length < 1] = np.inf
    return np.where(mask, moved / length, 0).astype(np.float32)


def degradation(lot: float, share: float) -> str | None:
    """Return which degradation a lot stands for: those below `share` are dealt out evenly among the kinds."""
    return KINDS[min(int(lot / share * len(KINDS)), len(KINDS) - 1)] if lot < share else None


def _intensities(
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
        pixels = np.clip(pixels, 0, None) ** np.float32(np.exp(rng.normal(0, settings.gamma)))
    if rng.random() < settings.invert:
        pixels = np.where(used, 1 - pixels, pixels)
    if how is not None:
        pixels = _rescale(degrade(pixels, how, diameter, rng) * used)
    if pixels.shape[2] > 2 and rng.random() < settings.drop_channel:
        pixels[:, :, 2:] = 0
    if settings.permute:
        pixels = pixels[:, :, rng.permutation(pixels.shape[2])]
    return _jitter(pixels, settings, rng)


def _gray(pixels: Floats, plain: bool) -> Floats:
    """Return one channel (y, x) for all: of two, the first, without the nuclei beside it; else the mean."""
    if plain:
        return np.asarray(pixels.max(axis=2), np.float32)
    used = np.flatnonzero(pixels.any(axis=(0, 1)))
    return np.asarray(pixels[:, :, used[:1] if len(used) == 2 else used].mean(axis=2), np.float32)


def _with_colours(pixels: Floats, example: Example, other: Example) -> Floats:
    own = stains_of(example.pixels)
    wanted = None if own is None else stains_of(other.pixels)
    return pixels if own is None or wanted is None else _rescale(transfer(pixels, own, wanted))


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
    return np.where(used, changed, pixels).astype(np.float32)
