"""Fill the holes of objects without touching other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import cv2
import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.labels.ids import Labels, as_labels
from cpsam_core.labels.runs import Runs, runs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Box = tuple[slice, ...]
Pixels = tuple[NDArray[np.int64], ...]


class Surroundings(Protocol):
    """Where the objects around cavities are."""

    def extents(self, wanted: NDArray[np.int64]) -> dict[int, Box]:
        """Return the boxes of the wanted labels."""
        ...

    def mask(self, label: int, box: Box) -> NDArray[np.bool_]:
        """Return which pixels of a box belong to an object."""
        ...


def fill_holes(labels: NDArray[Any]) -> Labels:
    """Return the labels with the holes of every object filled.

    A hole is background that cannot reach the edge of the image by steps along the axes without crossing the
    object. Other objects inside a hole stay what they are, and only the background between them and the ring
    is filled. Background between several objects that no single one of them encloses stays background.

    All background is labelled once for the whole image, so the time hardly depends on the number of objects.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array

    Returns
    -------
    (y, x) or (z, y, x) uint32

    Raises
    ------
    ImageError
        If the array is no label image.
    """
    labels = as_labels(labels)
    filled = labels.copy()
    # No pixel has neighbours on all sides.
    if min(labels.shape) < 3:
        return filled
    where, cavity, boxes = _enclosed_background(labels)
    if boxes:
        pixel = np.zeros(len(boxes), np.int64)
        pixel[cavity] = np.arange(len(cavity))
        owners = owners_of_cavities(
            _touching(labels, where, cavity),
            lambda number: [int(axis[pixel[number]]) for axis in where],
            boxes,
            _Pixels(labels),
        )
        filled[where] = owners[cavity]
    return filled


def _enclosed_background(labels: Labels) -> tuple[Pixels, NDArray[np.int64], list[Box]]:
    """Find the pieces of background that do not touch the edge of the image.

    Returns where their pixels are, the piece of each pixel, counted from 0, and the box of each piece.
    """
    boxes: list[Box]
    if labels.ndim == 2:
        background = (labels == 0).view(np.uint8)
        _, pieces, stats, _ = cv2.connectedComponentsWithStats(background, connectivity=4, ltype=cv2.CV_32S)
        x, y, width, height = (stats[:, k].astype(int) for k in range(4))
        inner = (x > 0) & (y > 0) & (x + width < labels.shape[1]) & (y + height < labels.shape[0])
        # Number 0 is the objects.
        inner[0] = False
        boxes = [(slice(y[k], y[k] + height[k]), slice(x[k], x[k] + width[k])) for k in np.flatnonzero(inner)]
    else:
        pieces, count = ndimage.label(labels == 0)
        inner = np.ones(count + 1, bool)
        inner[0] = False
        for axis in range(3):
            inner[np.take(pieces, (0, -1), axis=axis)] = False
        boxes = [box for box, keep in zip(ndimage.find_objects(pieces), inner[1:], strict=True) if keep]
    where = np.nonzero(inner[pieces])
    return where, (np.cumsum(inner) - 1)[pieces[where]], boxes


def owners_of_cavities(
    pairs: NDArray[np.int64], points: Callable[[int], Sequence[int]], boxes: list[Box], around: Surroundings
) -> NDArray[np.uint32]:
    """Return the label that encloses each cavity, 0 where no single object does.

    Parameters
    ----------
    pairs : (n, 2)
        Each cavity, counted from 0, with each label beside it along an axis, in rising order.
    points
        Tells one pixel of a cavity.
    boxes
        The box of each cavity.
    around
        The objects, the cavities empty.
    """
    owner = np.zeros(len(boxes), np.uint32)
    count = np.bincount(pairs[:, 0], minlength=len(boxes))
    first = np.searchsorted(pairs[:, 0], np.arange(len(boxes)))
    single = count == 1
    # Everything around it is one object.
    owner[single] = pairs[first[single], 1]
    shared = np.flatnonzero(count > 1)
    if len(shared) == 0:
        return owner
    extents = around.extents(np.unique(pairs[~single[pairs[:, 0]], 1]))
    for number in shared.tolist():
        neighbours = pairs[first[number] : first[number] + count[number], 1].tolist()
        rings = [
            label
            for label in neighbours
            if _surrounds(extents[label], boxes[number])
            and _encloses(around.mask(label, extents[label]), extents[label], points(number))
        ]
        # The innermost of rings within rings.
        if rings:
            owner[number] = min(rings, key=lambda label: _volume(extents[label]))
    return owner


class _Pixels:
    """The objects of a label image."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def extents(self, wanted: NDArray[np.int64]) -> dict[int, Box]:
        return extents_of(runs_of(self._labels), wanted)

    def mask(self, label: int, box: Box) -> NDArray[np.bool_]:
        return np.asarray(self._labels[box] == label)


def _touching(labels: Labels, where: Pixels, cavity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (pairs, 2): each cavity with each label beside it along an axis, in rising order."""
    base = int(labels.max()) + 1
    found = []
    for axis in range(labels.ndim):
        for step in (-1, 1):
            beside = labels[tuple(w + step if k == axis else w for k, w in enumerate(where))]
            touched = beside > 0
            found.append(np.unique(cavity[touched] * base + beside[touched]))
    return np.stack(np.divmod(np.unique(np.concatenate(found)), base), axis=1)


def extents_of(runs: Runs, wanted: NDArray[np.int64]) -> dict[int, Box]:
    """Return the boxes of the wanted labels."""
    runs = runs.where(np.isin(runs.values, wanted))
    ids, index = runs.objects()
    return {
        label: tuple(slice(first, stop) for first, stop in box)
        for label, box in zip(ids.tolist(), runs.boxes(index, len(ids)).tolist(), strict=True)
    }


def _surrounds(outer: Box, inner: Box) -> bool:
    return all(o.start < i.start and o.stop > i.stop for o, i in zip(outer, inner, strict=True))


def _encloses(mask: NDArray[np.bool_], box: Box, point: Sequence[int]) -> bool:
    whole = fill_voids.fill(mask)
    return bool(whole[tuple(p - s.start for p, s in zip(point, box, strict=True))])


def _volume(box: Box) -> int:
    return int(np.prod([s.stop - s.start for s in box]))
