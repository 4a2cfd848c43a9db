"""The maps of an image in a crop, made by the processor: pixels, cells, flows, classes, where the annotation counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SHRINKING",
    "CropView",
    "inverted",
    "shrunk_size",
    "view",
    "warp",
    "warp_flows",
    "warp_pixels",
    "windows",
]

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

# An image that becomes smaller than by this factor is averaged first, so that nothing aliases.
SHRINKING = 0.75


@dataclass(frozen=True)
class CropView:
    """The part of an image that a crop shows, and the matrix from (x, y) in that part to (x, y) in the crop."""

    window: tuple[slice, slice]
    matrix: Matrix
    side: int


def view(matrix: Matrix, scale: float, side: int, shape: tuple[int, ...]) -> CropView:
    """Leave out what the crop does not show: large images cost no more than small ones."""
    low, high = windows(inverted(matrix[None]), np.array([scale]), side, np.array([shape]))
    (left, top), (right, bottom) = low[0].tolist(), high[0].tolist()
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ low[0]
    return CropView((slice(top, bottom), slice(left, right)), moved, side)


def inverted(matrices: Matrix) -> Matrix:
    """Return the inverses of matrices (n, 2, 3) from image to crop: from crop to image."""
    a, b, c, d = (matrices[:, i, j] for i in (0, 1) for j in (0, 1))
    linear = np.stack((d, -b, -c, a), axis=1).reshape(-1, 2, 2) / (a * d - b * c)[:, None, None]
    return np.concatenate((linear, -linear @ matrices[:, :, 2:]), axis=2)


def windows(
    inverses: Matrix, scales: NDArray[np.float64], side: int, shapes: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first (x, y) that each crop sees of its image, and that behind the last, both (n, 2).

    `inverses` (n, 2, 3) lead from crop to image, `shapes` (n, 2) are heights and widths.
    """
    corners = np.array([[0, side, 0, side], [0, 0, side, side]]) * 1.0
    seen = inverses[:, :, :2] @ corners + inverses[:, :, 2:]
    # What interpolation sees beyond, two pixels of the crop.
    margin = 2 + np.ceil(2 / scales)[:, None]
    size = shapes[:, ::-1]
    low = np.clip(np.floor(seen.min(axis=2)) - margin, 0, size)
    high = np.clip(np.ceil(seen.max(axis=2)) + margin + 1, low, size)
    return low.astype(np.int64), high.astype(np.int64)


def shrunk_size(size: NDArray[Any], scale: Any) -> NDArray[np.int64]:
    """Return lengths of a part of an image after it was averaged to a crop's scale."""
    return np.asarray(np.maximum(1, np.rint(size * scale)), np.int64)


def warp(maps: Sequence[NDArray[Any]], view: CropView) -> NDArray[np.uint8]:
    """Return up to four maps of `view.window`, of a byte a pixel, as (y, x, map) of the crop; 0 beyond the image."""
    side = (view.side, view.side)
    if maps[0].size == 0:
        return np.zeros((*side, len(maps)), np.uint8)
    together = cv2.merge([np.ascontiguousarray(one).view(np.uint8) for one in maps])
    warped = cv2.warpAffine(together, view.matrix, side, flags=cv2.INTER_NEAREST)
    return np.asarray(warped, np.uint8).reshape(*side, len(maps))


def warp_pixels(pixels: NDArray[np.float16], view: CropView, scale: float) -> Floats:
    """Return all channels in the crop, (channel, y, x); when shrinking, average first so that nothing aliases."""
    part, moved = pixels[view.window], view.matrix.copy()
    if part.size == 0:
        return np.zeros((pixels.shape[2], view.side, view.side), np.float32)
    shown = as_float32(part)
    if scale < SHRINKING:
        size = np.array(part.shape[1::-1])
        small = shrunk_size(size, scale)
        shown = _by_channels(shown, lambda few: cv2.resize(few, small.tolist(), interpolation=cv2.INTER_AREA))
        factors = small / size
        moved[:, 2] += moved[:, :2] @ (0.5 / factors - 0.5)
        moved[:, :2] /= factors
    side = (view.side, view.side)
    warped = _by_channels(shown, lambda few: cv2.warpAffine(few, moved, side, flags=cv2.INTER_LINEAR))
    return np.ascontiguousarray(warped.transpose(2, 0, 1))


def as_float32(part: NDArray[np.float16]) -> Floats:
    """Return the same numbers; numpy takes twenty times as long for it, and a quarter of all time of a crop."""
    import torch

    return np.asarray(torch.from_numpy(np.asarray(_Lent(part))).float().numpy())


class _Lent:
    """An array as one that may be written, which torch insists on: examples that are mapped from disk may not be."""

    def __init__(self, array: NDArray[Any]) -> None:
        address = array.__array_interface__["data"][0]
        self.__array_interface__ = {**array.__array_interface__, "data": (address, False)}
        # Whoever looks at it keeps the memory.
        self.array = array


def _by_channels(pixels: Floats, change: Callable[[Floats], Any]) -> Floats:
    """Apply what OpenCV can do for up to four channels to any number of them."""
    parts = [change(np.ascontiguousarray(pixels[:, :, k : k + 4])) for k in range(0, pixels.shape[2], 4)]
    together = [part.reshape(*part.shape[:2], -1) for part in parts]
    return together[0] if len(together) == 1 else np.concatenate(together, axis=2)


def warp_flows(flows: NDArray[np.int8], mask: NDArray[np.bool_], view: CropView, scale: float) -> Floats:
    """Move and turn the vectors, then bring them back to unit length inside cells; `mask` is that of the crop."""
    if scale > 1:
        y, x = _enlarged(flows, view)
    else:
        y, x = (
            warp(tuple(flows[(slice(None), *view.window)]), view)
            .view(np.int8)
            .transpose(2, 0, 1)
            .astype(np.float32)
        )
    return turned(y, x, mask, view.matrix[:, :2] / scale)


def _enlarged(flows: NDArray[np.int8], view: CropView) -> Floats:
    part = flows[(slice(None), *view.window)]
    side = (view.side, view.side)
    if part.size == 0:
        return np.zeros((2, *side), np.float32)
    together = cv2.merge(list(part.astype(np.float32)))
    warped = cv2.warpAffine(together, view.matrix, side, flags=cv2.INTER_LINEAR)
    return np.asarray(warped, np.float32).transpose(2, 0, 1)


def turned(y: Floats, x: Floats, mask: NDArray[np.bool_], turn: Matrix) -> Floats:
    """Turn flows and bring them to unit length inside cells, zero elsewhere."""
    (xx, xy), (yx, yy) = turn.tolist()
    moved = np.stack((yx * x + yy * y, xx * x + xy * y))
    length = np.sqrt(np.square(moved).sum(axis=0))
    # Below one is the centre of a cell, where the flow has no direction.
    inverse = np.divide(1, length, out=np.zeros_like(length), where=mask & (length >= 1))
    return np.asarray(moved * inverse, np.float32)
