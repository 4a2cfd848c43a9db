"""Resize planes and stacks by linear interpolation, one channel at a time.

OpenCV resizes single planes of any length, but neither many channels nor volumes; and one channel at a time
keeps the memory at what comes in and what goes out.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def resize_maps(maps: NDArray[Any], shape: tuple[int, int]) -> FloatArray:
    """Resize maps (map, y, x) to `shape`, linearly.

    Parameters
    ----------
    maps : ndarray (map, y, x)
        Any number of maps; numbers.
    shape : (int, int)
        New height and width in pixels, at least 1 each.

    Returns
    -------
    ndarray (map, height, width), float32
        The maps, at the new size; the same array when the size is already right and it is float32.
    """
    if tuple(maps.shape[1:]) == tuple(shape):
        return maps.astype(np.float32, copy=False)
    resized = np.empty((len(maps), *shape), np.float32)
    for k, one in enumerate(maps):
        resized[k] = _resize(one, shape)
    return resized


def resize_plane(plane: NDArray[Any], shape: tuple[int, int]) -> FloatArray:
    """Resize a plane (y, x, channel) to `shape`, linearly; else as :func:`resize_maps`."""
    if tuple(plane.shape[:2]) == tuple(shape):
        return plane.astype(np.float32, copy=False)
    resized = np.empty((*shape, plane.shape[2]), np.float32)
    for c in range(plane.shape[2]):
        resized[..., c] = _resize(plane[..., c], shape)
    return resized


def resize_labels(labels: NDArray[np.uint32], shape: tuple[int, int]) -> NDArray[np.uint32]:
    """Resize labels ((z,) y, x) to `shape` (y, x); every pixel takes the number of the nearest."""
    rows, columns = (
        (np.arange(new) * (old / new)).astype(np.intp)
        for new, old in zip(shape, labels.shape[-2:], strict=True)
    )
    resized: NDArray[np.uint32] = labels[..., rows[:, None], columns[None, :]]
    return resized


def resize_depth(stack: FloatArray, depth: int) -> FloatArray:
    """Resize the first axis of a float32 array to `depth`, linearly, with centres aligned as in a plane."""
    if len(stack) == depth:
        return stack
    resized = np.empty((depth, *stack.shape[1:]), np.float32)
    for k in range(depth):
        position = min(max((k + 0.5) * len(stack) / depth - 0.5, 0.0), len(stack) - 1.0)
        below = int(position)
        above = min(below + 1, len(stack) - 1)
        weight = np.float32(position - below)
        np.multiply(stack[below], 1 - weight, out=resized[k])
        if weight:
            resized[k] += stack[above] * weight
    return resized


def resize_volume(volume: NDArray[Any], shape: tuple[int, int, int]) -> FloatArray:
    """Resize a stack (z, y, x, channel) to `shape` (z, y, x), linearly; float32."""
    planes = np.empty((len(volume), *shape[1:], volume.shape[3]), np.float32)
    for z, plane in enumerate(volume):
        planes[z] = resize_plane(plane, shape[1:])
    return resize_depth(planes, shape[0])


def _resize(plane: NDArray[Any], shape: tuple[int, int]) -> FloatArray:
    source = np.ascontiguousarray(plane, np.float32)
    resized: FloatArray = np.asarray(
        cv2.resize(source, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32
    )
    return resized
