"""Draw the polygons that other programs wrote into a label image, and keep count of what did not fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.polygons import fill

__all__ = ["MOST_PIXELS", "Canvas", "numbers_named"]

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


class Canvas:
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
        self.labels: npt.NDArray[np.uint32] = np.zeros(shape, np.uint32)
        self._planes = self.labels[np.newaxis] if len(shape) == 2 else self.labels
        self._outside = 0
        self._clipped = 0
        self._covered: set[int] = set()
        self._moved = 0

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
        """
        self._moved += not 0 <= plane < len(self._planes)
        target = self._planes[min(max(plane, 0), len(self._planes) - 1)]
        drawn = False
        clipped = False
        for rings in parts:
            points = np.concatenate([np.asarray(ring, np.float64) for ring in rings])
            low = np.clip(np.floor(points.min(axis=0)), 0, target.shape[::-1]).astype(np.int64)
            high = np.clip(np.ceil(points.max(axis=0)), 0, target.shape[::-1]).astype(np.int64)
            clipped |= bool((points < 0).any() or (points > target.shape[::-1]).any())
            if (high <= low).any():
                continue
            inside = fill([ring - low for ring in rings], (int(high[1] - low[1]), int(high[0] - low[0])))
            drawn |= self._stamp(target, low, high, inside, number)
        if clipped and drawn:
            self._clipped += 1
        elif not drawn:
            self._outside += 1

    def paint_pixels(
        self,
        number: int,
        pieces: Iterable[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
        plane: int = 0,
    ) -> None:
        """Draw an object on top of what is there already, from pieces of (rows, columns) inside the image."""
        target = self._planes[plane]
        drawn = False
        for rows, columns in pieces:
            self._cover(target[rows, columns], number)
            target[rows, columns] = number
            drawn = True
        self._outside += not drawn

    def _stamp(
        self,
        target: npt.NDArray[np.uint32],
        low: npt.NDArray[np.int64],
        high: npt.NDArray[np.int64],
        inside: npt.NDArray[np.bool_],
        number: int,
    ) -> bool:
        if not inside.any():
            return False
        crop = target[low[1] : high[1], low[0] : high[0]]
        self._cover(crop[inside], number)
        crop[inside] = number
        return True

    def _cover(self, below: npt.NDArray[np.uint32], number: int) -> None:
        """Remember the objects that another one is drawn over."""
        if below.any():
            self._covered.update(np.unique(below[(below > 0) & (below != number)]).tolist())

    def notes(self) -> tuple[str, ...]:
        """Return what did not fit, in words for the user."""
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
