"""Shapes that are drawn, as pixels: strokes of a round tip, closed lines, and back from pixels to lines.

Positions are rows and columns of a slice in pixels, where pixel (i, j) covers [i, i + 1) x [j, j + 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cpsam_gui.state.box import Box
    from cpsam_gui.state.slice import Slice

    Mask: TypeAlias = NDArray[np.bool_]
    Point: TypeAlias = tuple[float, float]
    Line: TypeAlias = tuple[Point, ...]

# Pixels; outlines of larger masks go through the middles of pixels, which nobody can tell.
LARGE_PIXELS = 1 << 20


def stroke(shown: Slice, start: Point, stop: Point, radius: float) -> tuple[Box, Mask]:
    """Return the pixels of a slice whose middle is within `radius` of the segment from `start` to `stop`.

    Returns
    -------
    tuple
        The block (one voxel thick, may reach outside the image) and its mask (z, y, x) bool.
    """
    (y0, x0), (y1, x1) = start, stop
    reach = int(radius) + 2
    top, bottom = min(int(y0), int(y1)) - reach, max(int(y0), int(y1)) + reach + 1
    left, right = min(int(x0), int(x1)) - reach, max(int(x0), int(x1)) + reach + 1
    rows = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - y0)
    columns = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - x0)
    dy, dx = y1 - y0, x1 - x0
    length = dy * dy + dx * dx
    # Shorter is a point, and would divide by nothing.
    if length > 1e-9:
        along = np.clip((rows * dy + columns * dx) / length, 0, 1)
        rows, columns = rows - along * dy, columns - along * dx
    mask = rows * rows + columns * columns <= max(radius, 0.5) ** 2
    # A thin brush between pixel middles still paints the pixel under it.
    if not mask.any():
        mask[int(y1 // 1) - top, int(x1 // 1) - left] = True
    return shown.box(top, bottom, left, right), shown.lift(mask)


def polygon(shown: Slice, points: Sequence[Point]) -> tuple[Box, Mask]:
    """Return the pixels of a slice whose middle is inside a closed line through `points`; loops count as inside.

    Returns
    -------
    tuple
        The block (one voxel thick, may reach outside the image) and its mask (z, y, x) bool.
    """
    start = np.asarray(points, np.float64)
    stop = np.roll(start, -1, axis=0)
    low, high = np.floor(start.min(0)).astype(int), np.ceil(start.max(0)).astype(int) + 1
    (top, left), (bottom, right) = low.tolist(), high.tolist()
    # Rows whose middle line each edge crosses, and where; crossings down count +1, up -1 (winding number).
    first = np.ceil(np.minimum(start[:, 0], stop[:, 0]) - 0.5).astype(int)
    count = np.ceil(np.maximum(start[:, 0], stop[:, 0]) - 0.5).astype(int) - first
    edge = np.repeat(np.arange(len(start)), count)
    rows = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (stop - start)[edge]
    crossing = start[edge, 1] + (rows + 0.5 - start[edge, 0]) / slope[:, 0] * slope[:, 1]
    turns = np.zeros((bottom - top, right - left), np.int32)
    columns = np.ceil(crossing - 0.5).astype(int)
    np.add.at(turns, (rows - top, columns - left), np.sign(slope[:, 0]).astype(np.int32))
    return shown.box(top, bottom, left, right), shown.lift(np.cumsum(turns, axis=1) != 0)


def line(shape: tuple[int, int], points: Sequence[Point]) -> Mask:
    """Return the pixels of a line through `points` that no 4-connected path crosses; bool (y, x)."""
    mask = np.zeros(shape, np.uint8)
    corners = np.floor(np.asarray(points, np.float64)).astype(np.int32)[:, ::-1]
    cv2.polylines(mask, [np.ascontiguousarray(corners)], False, 1, thickness=1, lineType=cv2.LINE_8)
    return mask > 0


def outlines(mask: Mask, y0: float = 0, x0: float = 0) -> list[Line]:
    """Return the closed outlines of a mask (y, x), holes too, moved by (`y0`, `x0`)."""
    source = np.ascontiguousarray(mask, np.uint8)
    # With each pixel four times the line is near the pixels' edges.
    times = 1 if source.size > LARGE_PIXELS else 2
    if times == 2:
        source = source.repeat(2, 0).repeat(2, 1)
    found, _ = cv2.findContours(source, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return [
        tuple(((y + 0.5) / times + y0, (x + 0.5) / times + x0) for x, y in contour[:, 0].tolist())
        for contour in found
    ]


def corners(mask: Mask, tolerance: float = 0.7) -> Line:
    """Return the corners of the outline of the largest part of a mask (y, x), off by `tolerance` pixels at most.

    Corners lie at the edges of pixels, so that :func:`polygon` gives the part back nearly as it was.
    """
    # Pixels become blocks of 4 x 4, so that the line through the outermost ones is near the pixels' edges.
    source = np.ascontiguousarray(mask, np.uint8).repeat(4, 0).repeat(4, 1)
    found, _ = cv2.findContours(source, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return ()
    largest = max(found, key=cv2.contourArea)
    simple = cv2.approxPolyDP(largest, 4 * tolerance, closed=True)
    return tuple(((y + 0.5) / 4, (x + 0.5) / 4) for x, y in simple[:, 0].tolist())
