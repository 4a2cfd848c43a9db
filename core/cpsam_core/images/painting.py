"""Draw the polygons that other programs wrote into a label image, and keep count of what did not fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.polygons import PolygonBudget, fill
from cpsam_core.images.scan_lines import PolygonLines, polygons_in, strokes_of

__all__ = ["MOST_PIXELS", "PaintSurface", "numbers_named"]

BATCH_CORNERS = 1 << 18
"""Corners of polygons that wait to be drawn together."""

BATCH_PIXELS = 1 << 22
"""Pixels of the boxes of polygons, and crossings of their sides with rows, that are drawn together."""

MOST_PIXELS = 1 << 31
"""Size over which a label image that a file asks for is refused: 46,000 x 46,000 pixels, 8 GB."""


def numbers_named(names: Sequence[str], planes: Sequence[int]) -> list[int]:
    """Return the numbers that areas are named by, if all are and no two of a plane share one; else 1, 2, 3, ...

    Parameters
    ----------
    names
        ``"12"``, or ``"12-z3"`` in a stack.
    planes
        Index along z of each.
    """
    matches = [re.fullmatch(r"0*(\d{1,10})(-z\d+)?", name, re.ASCII) for name in names]
    numbers = [int(match[1]) for match in matches if match]
    places = set(zip(numbers, planes, strict=False))
    if len(numbers) == len(names) == len(places) and all(0 < number < 1 << 32 for number in numbers):
        return numbers
    return list(range(1, len(names) + 1))


@dataclass(frozen=True, eq=False)
class _QueuedObject:
    """An object that waits to be drawn."""

    number: int
    plane: int
    parts: Sequence[Sequence[npt.NDArray[Any]]]


class PaintSurface:
    """A label image that polygons are drawn into.

    Parameters
    ----------
    shape
        (y, x) or (z, y, x).

    Raises
    ------
    ImageError
        A size that makes no sense or is larger than can be held.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        count = 1
        for length in shape:
            count *= length
        if len(shape) not in (2, 3) or min(shape) < 1:
            raise ImageError(f"An image of the size {' x '.join(map(str, shape))} makes no sense.")
        if count > MOST_PIXELS:
            raise ImageError(
                f"An image of {' x '.join(map(str, shape))} pixels is larger than can be held here."
            )
        self._labels: npt.NDArray[np.uint32] = np.zeros(shape, np.uint32)
        self._planes = self._labels[np.newaxis] if len(shape) == 2 else self._labels
        self._budget = PolygonBudget(count)
        self._waiting: list[_QueuedObject] = []
        self._room = BATCH_CORNERS
        self._outside = 0
        self._clipped = 0
        self._covered: set[int] = set()
        self._moved = 0

    @property
    def labels(self) -> npt.NDArray[np.uint32]:
        """What is drawn so far."""
        self._flush()
        return self._labels

    def paint(self, number: int, parts: Sequence[Sequence[npt.NDArray[Any]]], plane: int = 0) -> None:
        """Draw an object on top of what is there already.

        Parameters
        ----------
        number
            Its label.
        parts
            Polygons, each of an outer ring and the rings of its holes; corners (n, 2), x and y. What lies beyond the
            image is cut off.
        plane
            Index along z; one beyond the last counts as the last.

        Raises
        ------
        ImageError
            The polygons of the file cover the image so often that drawing them would take hours.
        """
        self._moved += not 0 <= plane < len(self._planes)
        self._waiting.append(_QueuedObject(number, min(max(plane, 0), len(self._planes) - 1), parts))
        self._room -= sum(len(ring) for rings in parts for ring in rings)
        if self._room < 0:
            self._flush()

    def _flush(self) -> None:
        """Draw all that waits, the later on top."""
        waiting, self._waiting, self._room = self._waiting, [], BATCH_CORNERS
        polygons = list(polygons_in([one.parts for one in waiting], self._planes.shape[:0:-1]))
        for polygon in polygons:
            self._budget.spend(polygon.pixels, polygon.crossings)
        together: list[PolygonLines] = []
        room = BATCH_PIXELS
        drawn = np.zeros(len(waiting), bool)
        clipped = np.zeros(len(waiting), bool)
        for polygon in polygons:
            clipped[polygon.owner] |= polygon.clipped
            if not polygon.pixels:
                continue
            cost = polygon.pixels + polygon.crossings
            if cost > room:
                self._paint_together(together, waiting, drawn)
                together, room = [], BATCH_PIXELS
            if cost > BATCH_PIXELS:
                drawn[polygon.owner] |= self._paint_alone(polygon, waiting[polygon.owner])
            else:
                together.append(polygon)
                room -= cost
        self._paint_together(together, waiting, drawn)
        self._clipped += int((clipped & drawn).sum())
        self._outside += int((~drawn).sum())

    def _paint_together(
        self, polygons: list[PolygonLines], waiting: list[_QueuedObject], drawn: npt.NDArray[np.bool_]
    ) -> None:
        if not polygons:
            return
        strokes = strokes_of(polygons)
        owner = np.array([one.owner for one in polygons])[strokes.polygon]
        height, width = self._planes.shape[1:]
        plane = np.array([one.plane for one in waiting], np.int64)[owner]
        first = (plane * height + strokes.row) * width + strokes.start
        ends = np.cumsum(strokes.length)
        total = int(ends[-1]) if len(ends) else 0
        pixels = np.arange(total) + np.repeat(first - (ends - strokes.length), strokes.length)
        numbers = np.array([one.number for one in waiting], np.uint32)[owner]
        self._put(pixels, np.repeat(numbers, strokes.length))
        drawn[owner] = True

    def _put(self, pixels: npt.NDArray[np.int64], numbers: npt.NDArray[np.uint32]) -> None:
        """Write numbers to pixels, of those that are there twice the last, and note what is covered."""
        flat = self._labels.reshape(-1)
        below = flat[pixels]
        self._covered.update(np.unique(below[(below > 0) & (below != numbers)]).tolist())
        flat[pixels] = numbers
        self._covered.update(np.unique(numbers[flat[pixels] != numbers]).tolist())

    def _paint_alone(self, polygon: PolygonLines, one: _QueuedObject) -> bool:
        """Draw a polygon that would take too much memory together with others; say whether it has pixels."""
        (left, top), (right, bottom) = polygon.low.tolist(), polygon.high.tolist()
        inside = fill([ring - polygon.low for ring in polygon.rings], (bottom - top, right - left))
        crop = self._planes[one.plane][top:bottom, left:right]
        self._cover(crop[inside], one.number)
        crop[inside] = one.number
        return bool(inside.any())

    def paint_pixels(
        self,
        number: int,
        pieces: Iterable[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
        plane: int = 0,
    ) -> None:
        """Draw an object on top of what is there already, from pieces of (rows, columns) inside the image.

        Raises
        ------
        ImageError
            As for :meth:`paint`.
        """
        self._flush()
        target = self._planes[plane]
        drawn = False
        for rows, columns in pieces:
            self._budget.spend(len(rows), 0)
            self._cover(target[rows, columns], number)
            target[rows, columns] = number
            drawn = True
        self._outside += not drawn

    def _cover(self, below: npt.NDArray[np.uint32], number: int) -> None:
        """Remember the objects that another one is drawn over."""
        if below.any():
            self._covered.update(np.unique(below[(below > 0) & (below != number)]).tolist())

    def notes(self) -> tuple[str, ...]:
        """Return what did not fit, in words for the user."""
        self._flush()
        found = []
        if self._clipped:
            found.append(
                f"{_objects(self._clipped)} reached beyond the image and {_was(self._clipped)} cut off"
            )
        if self._outside:
            found.append(
                f"{_objects(self._outside)} covered no pixel of the image and {_was(self._outside)} left out"
            )
        if self._covered:
            found.append(
                f"{_objects(len(self._covered))} overlapped another one; the later one is on top, for a label image "
                "holds one object a pixel"
            )
        if self._moved:
            found.append(
                f"{_objects(self._moved)} lay on planes that the image does not have; the nearest is used"
            )
        return tuple(found)


def _objects(count: int) -> str:
    return "1 object" if count == 1 else f"{count} objects"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
