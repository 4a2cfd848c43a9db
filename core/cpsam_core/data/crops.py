"""Where a random crop lies in an image, how it is turned, and the maps of the image in it: labels, flows, pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.example import Example

__all__ = ["CropView", "transform", "view", "warp", "warp_flows", "warp_pixels"]

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class CropView:
    """The part of an image that a crop shows, and the matrix from (x, y) in that part to (x, y) in the crop."""

    window: tuple[slice, slice]
    matrix: Matrix
    side: int


def transform(example: Example, settings: Augmentation, rng: np.random.Generator) -> tuple[Matrix, float]:
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


def view(matrix: Matrix, scale: float, side: int, shape: tuple[int, ...]) -> CropView:
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
    return CropView((slice(low[1], high[1]), slice(low[0], high[0])), moved, side)


def warp(part: NDArray[Any], view: CropView, interpolation: int = cv2.INTER_NEAREST) -> Floats:
    """Warp one map of `view.window`; 0 outside the image."""
    if part.size == 0:
        return np.zeros((view.side, view.side), np.float32)
    given = np.ascontiguousarray(part, np.float32)
    return np.asarray(
        cv2.warpAffine(given, view.matrix, (view.side, view.side), flags=interpolation), np.float32
    )


def warp_pixels(pixels: NDArray[np.float16], view: CropView, scale: float) -> Floats:
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


def warp_flows(flows: NDArray[np.int8], mask: NDArray[np.bool_], view: CropView, scale: float) -> Floats:
    """Move and turn the vectors, then bring them back to unit length inside cells."""
    how = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_NEAREST
    y, x = (warp(part[view.window], view, how) for part in flows)
    turn = view.matrix[:, :2] / scale
    moved = np.stack((turn[1, 0] * x + turn[1, 1] * y, turn[0, 0] * x + turn[0, 1] * y))
    length = np.sqrt((moved**2).sum(axis=0))
    # The centre of a cell, where the flow has no direction.
    length[length < 1] = np.inf
    return np.where(mask, moved / length, 0).astype(np.float32)
