"""Resize planes and stacks by linear interpolation, one channel at a time.

One channel at a time keeps the memory at what comes in and what goes out. Not by OpenCV: it resizes whole planes only,
and its last digits depend on the processor. Here a part of a plane is the same as it is in the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.system.side_by_side import on_all_cores

FloatArray = NDArray[np.float32]

# New pixels made at a time.
BAND_PIXELS = 1 << 17
NATIVE_DIAMETER_PX = 30.0
"""Mean diameter in pixels of cells in training; images are resized towards it."""


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
        nearest(old, new, slice(0, new)) for new, old in zip(shape, labels.shape[-2:], strict=True)
    )
    resized: NDArray[np.uint32] = labels[..., rows[:, None], columns[None, :]]
    return resized


def nearest(old: int, new: int, part: slice) -> NDArray[np.intp]:
    """Return the old pixel that each new one of a part takes its label from, where an axis becomes `new` long."""
    return (np.arange(part.start, part.stop) * (old / new)).astype(np.intp)


def resize_depth(stack: FloatArray, depth: int) -> FloatArray:
    """Resize the first axis of a float32 array to `depth`, linearly, with centres aligned as in a plane."""
    if len(stack) == depth:
        return stack
    return resize_depth_part(stack, 0, DepthAxis(len(stack), depth), slice(0, depth))


@dataclass(frozen=True)
class DepthAxis:
    """Linear interpolation from plane to plane.

    Attributes
    ----------
    source, target
        Planes before and after.
    """

    source: int
    target: int

    def place(self, plane: int) -> float:
        """Return where a new plane lies among the old ones."""
        return min(max((plane + 0.5) * self.source / self.target - 0.5, 0.0), self.source - 1.0)

    def needed(self, part: slice) -> slice:
        """Return the old planes that some new ones are made of."""
        if self.source == self.target:
            return slice(part.start, part.stop)
        last = int(self.place(part.stop - 1))
        return slice(int(self.place(part.start)), min(last + 1, self.source - 1) + 1)


def resize_depth_part(stack: FloatArray, first: int, axis: DepthAxis, part: slice) -> FloatArray:
    """Make some planes of a stack that :func:`resize_depth` resizes.

    Parameters
    ----------
    stack : ndarray (z, ...), float32
        The planes that the part needs.
    first : int
        Number of the first of them in the whole stack.
    axis : DepthAxis
        How the whole stack is resized.
    part : slice
        New planes to make.
    """
    if axis.source == axis.target:
        return stack[part.start - first : part.stop - first]
    resized = np.empty((part.stop - part.start, *stack.shape[1:]), np.float32)
    for k, plane in enumerate(range(part.start, part.stop)):
        position = axis.place(plane)
        below = int(position)
        above = min(below + 1, axis.source - 1)
        weight = np.float32(position - below)
        np.multiply(stack[below - first], 1 - weight, out=resized[k])
        if weight:
            resized[k] += stack[above - first] * weight
    return resized


def resize_volume(volume: NDArray[Any], shape: tuple[int, int, int]) -> FloatArray:
    """Resize a stack (z, y, x, channel) to `shape` (z, y, x), linearly; float32."""
    planes = np.empty((len(volume), *shape[1:], volume.shape[3]), np.float32)
    for z, plane in enumerate(volume):
        planes[z] = resize_plane(plane, shape[1:])
    return resize_depth(planes, shape[0])


def _resize(plane: NDArray[Any], shape: tuple[int, int]) -> FloatArray:
    rows, columns = (LinearAxis(old, new) for old, new in zip(plane.shape, shape, strict=True))
    return resize_part(plane, (0, 0), (rows, columns), (slice(0, shape[0]), slice(0, shape[1])))


@dataclass(frozen=True)
class LinearAxis:
    """Linear interpolation along one axis, with centres of pixels aligned as in OpenCV.

    Attributes
    ----------
    source, target
        Lengths before and after.
    """

    source: int
    target: int

    def weights(self, part: slice) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
        """Return for each new pixel of a part the old pixels below and above it, and the weight of the one above."""
        if self.source == self.target:
            same = np.arange(part.start, part.stop)
            return same, same, np.zeros(len(same), np.float32)
        places = (np.arange(part.start, part.stop) + 0.5) * (self.source / self.target) - 0.5
        places = np.clip(places, 0, self.source - 1)
        below = places.astype(np.intp)
        return below, np.minimum(below + 1, self.source - 1), (places - below).astype(np.float32)

    def needed(self, part: slice) -> slice:
        """Return the old pixels that the new pixels of a part are made of."""
        below, _, _ = self.weights(slice(part.start, part.start + 1))
        _, last, _ = self.weights(slice(part.stop - 1, part.stop))
        return slice(int(below[0]), int(last[0]) + 1)


def resize_part(
    plane: NDArray[Any],
    origin: tuple[int, int],
    axes: tuple[LinearAxis, LinearAxis],
    part: tuple[slice, slice],
) -> FloatArray:
    """Resize a part of a plane; every pixel is the same as in the resized whole plane, to the last bit.

    Parameters
    ----------
    plane : ndarray (y, x)
        The pixels of the plane that the part needs, see :meth:`LinearAxis.needed`.
    origin : (int, int)
        First row and column of `plane` in the whole plane.
    axes : (LinearAxis, LinearAxis)
        How rows and columns of the whole plane are resized.
    part : (slice, slice)
        Rows and columns of the resized plane to make.

    Returns
    -------
    ndarray (y, x), float32
    """
    (top, bottom, down), (left, right, across) = (
        axis.weights(side) for axis, side in zip(axes, part, strict=True)
    )
    top, bottom, left, right = top - origin[0], bottom - origin[0], left - origin[1], right - origin[1]
    result = np.empty((len(top), len(left)), np.float32)
    step = max(1, BAND_PIXELS // max(1, len(left)))

    def make(first: int) -> None:
        # Rows are stretched once and mixed then, a band at a time: temporaries stay in the cache.
        band = slice(first, first + step)
        start, stop = int(top[band][0]), int(bottom[band][-1]) + 1
        rows = np.asarray(plane[start:stop], np.float32)
        if axes[1].source != axes[1].target:
            stretched = rows.take(right, axis=1)
            stretched *= across
            near = rows.take(left, axis=1)
            near *= np.float32(1) - across
            stretched += near
            rows = stretched
        else:
            rows = rows[:, left[0] : left[0] + len(left)]
        weight = down[band, np.newaxis]
        upper = rows.take(top[band] - start, axis=0)
        if axes[0].source != axes[0].target:
            upper *= np.float32(1) - weight
            lower = rows.take(bottom[band] - start, axis=0)
            lower *= weight
            upper += lower
        result[band] = upper

    on_all_cores(make, range(0, len(top), step))
    return result
