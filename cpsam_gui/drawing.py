"""Geometry of the tools: shapes to pixels, cuts, holes. Arrays in, arrays out; no document, no Qt.

Positions are (y, x) in image pixels, where pixel (i, j) covers [i, i + 1) x [j, j + 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from scipy import ndimage

from .box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]
    Point: TypeAlias = tuple[float, float]

CROSS = ndimage.generate_binary_structure(2, 1)


def stroke(plane: int, start: Point, stop: Point, radius: float) -> tuple[Box, Mask]:
    """Return the pixels whose middle is within `radius` of the segment from `start` to `stop`.

    Returns
    -------
    tuple
        The block (one plane, may reach outside the image) and its mask (1, y, x) bool.
    """
    (y0, x0), (y1, x1) = start, stop
    box = Box.around(plane, y0, x0, radius).union(Box.around(plane, y1, x1, radius))
    rows = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] + np.float32(0.5 - y0)
    columns = np.arange(box.x0, box.x1, dtype=np.float32)[None] + np.float32(0.5 - x0)
    dy, dx = y1 - y0, x1 - x0
    length = dy * dy + dx * dx
    if length > 0:
        along = np.clip((rows * dy + columns * dx) / length, 0, 1)
        rows, columns = rows - along * dy, columns - along * dx
    mask = rows * rows + columns * columns <= max(radius, 0.5) ** 2
    if not mask.any():  # a thin brush between pixel middles still paints the pixel under it
        mask[int(y1 // 1) - box.y0, int(x1 // 1) - box.x0] = True
    return box, mask[None]


def polygon(plane: int, points: Sequence[Point]) -> tuple[Box, Mask]:
    """Return the pixels whose middle is inside a closed line through `points`; loops count as inside.

    Returns
    -------
    tuple
        The block (one plane, may reach outside the image) and its mask (1, y, x) bool.
    """
    start = np.asarray(points, np.float64)
    stop = np.roll(start, -1, axis=0)
    low, high = np.floor(start.min(0)).astype(int), np.ceil(start.max(0)).astype(int) + 1
    box = Box(plane, plane + 1, int(low[0]), int(high[0]), int(low[1]), int(high[1]))
    # Rows whose middle line each edge crosses, and where; crossings down count +1, up -1 (winding number).
    first = np.ceil(np.minimum(start[:, 0], stop[:, 0]) - 0.5).astype(int)
    count = np.ceil(np.maximum(start[:, 0], stop[:, 0]) - 0.5).astype(int) - first
    edge = np.repeat(np.arange(len(start)), count)
    rows = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (stop - start)[edge]
    crossing = start[edge, 1] + (rows + 0.5 - start[edge, 0]) / slope[:, 0] * slope[:, 1]
    turns = np.zeros(box.shape[1:], np.int32)
    columns = np.ceil(crossing - 0.5).astype(int)
    np.add.at(turns, (rows - box.y0, columns - box.x0), np.sign(slope[:, 0]).astype(np.int32))
    return box, (np.cumsum(turns, axis=1) != 0)[None]


def line(shape: tuple[int, int], points: Sequence[Point]) -> Mask:
    """Return the pixels of a line through `points` that no 4-connected path crosses; bool (y, x)."""
    mask = np.zeros(shape, np.uint8)
    corners = np.floor(np.asarray(points, np.float64)).astype(np.int32)[:, ::-1]
    cv2.polylines(mask, [np.ascontiguousarray(corners)], False, 1, thickness=1, lineType=cv2.LINE_8)
    return mask > 0


def split(mask: Mask, points: Sequence[Point]) -> NDArray[np.int32] | None:
    """Cut a mask (y, x) along a line; None where the line does not divide it.

    The pixels under the line go to the nearest part. Parts are numbered from 1, the largest first.
    """
    cut = line(mask.shape, points) & mask
    parts, count = ndimage.label(mask & ~cut, CROSS)
    before = ndimage.label(mask, CROSS)[1]
    if count <= before:
        return None
    nearest = ndimage.distance_transform_edt(parts == 0, return_distances=False, return_indices=True)
    filled = np.where(mask, parts[tuple(nearest)], 0)
    sizes = np.bincount(filled.ravel(), minlength=count + 1)
    order = np.argsort(-sizes[1:], kind="stable") + 1
    rank = np.zeros(count + 1, np.int32)
    rank[order] = np.arange(1, count + 1)
    numbered: NDArray[np.int32] = rank[filled]
    return numbered


def fill_holes(mask: Mask) -> Mask:
    """Return a mask (y, x) with everything it encloses."""
    filled: Mask = ndimage.binary_fill_holes(mask)
    return filled


def grow(mask: Mask, pixels: int) -> Mask:
    """Return a mask (y, x) grown by `pixels`, or shrunk where negative, by a disc."""
    size = 2 * abs(pixels) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    source = np.ascontiguousarray(mask, np.uint8)
    if pixels >= 0:
        return cv2.dilate(source, disc) > 0
    return cv2.erode(source, disc, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def smooth(mask: Mask, sigma: float = 2.0) -> Mask:
    """Return a mask (y, x) with its outline smoothed by a Gaussian of `sigma` pixels."""
    blurred = cv2.GaussianBlur(np.ascontiguousarray(mask, np.float32), (0, 0), sigma)
    return blurred >= 0.5
