"""Fill the holes of objects without touching other objects."""

from __future__ import annotations

from typing import Any

import cv2
import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .ids import Labels, as_labels

Box = tuple[slice, ...]


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
    if min(labels.shape) < 3:  # no pixel has neighbours on all sides
        return filled
    cavities, boxes = _enclosed_background(labels)
    if not boxes:
        return filled
    where = tuple(np.concatenate([p[axis] for p in cavities]) for axis in range(labels.ndim))
    number = np.repeat(np.arange(len(cavities)), [len(p[0]) for p in cavities])
    owner = _owners(labels, cavities, boxes, where, number)
    filled[where] = owner[number]
    return filled


def _enclosed_background(labels: Labels) -> tuple[list[tuple[NDArray[np.int64], ...]], list[Box]]:
    """Return the pixels and the box of each piece of background that does not touch the edge of the image."""
    boxes: list[Box]
    if labels.ndim == 2:
        background = (labels == 0).view(np.uint8)
        _, pieces, stats, _ = cv2.connectedComponentsWithStats(background, connectivity=4, ltype=cv2.CV_32S)
        x, y, width, height = (stats[:, k].astype(int) for k in range(4))
        inner = (x > 0) & (y > 0) & (x + width < labels.shape[1]) & (y + height < labels.shape[0])
        inner[0] = False  # number 0 is the objects
        numbers = np.flatnonzero(inner)
        boxes = [(slice(y[k], y[k] + height[k]), slice(x[k], x[k] + width[k])) for k in numbers]
    else:
        pieces, _ = ndimage.label(labels == 0)
        found = list(enumerate(ndimage.find_objects(pieces), 1))
        kept = [
            (k, box)
            for k, box in found
            if all(s.start > 0 and s.stop < n for s, n in zip(box, labels.shape, strict=True))
        ]
        numbers = np.array([k for k, _ in kept], int)
        boxes = [box for _, box in kept]
    cavities = []
    for number, box in zip(numbers, boxes, strict=True):
        inside = np.nonzero(pieces[box] == number)
        cavities.append(tuple(i + s.start for i, s in zip(inside, box, strict=True)))
    return cavities, boxes


def _owners(
    labels: Labels,
    cavities: list[tuple[NDArray[np.int64], ...]],
    boxes: list[Box],
    where: tuple[NDArray[np.int64], ...],
    number: NDArray[np.int64],
) -> NDArray[np.uint32]:
    """Return the label that encloses each cavity, 0 where no single object does."""
    pairs = np.unique(_touching(labels, where, number), axis=0)  # (cavity, label) in rising order
    owner = np.zeros(len(cavities), np.uint32)
    count = np.bincount(pairs[:, 0], minlength=len(cavities))
    first = np.searchsorted(pairs[:, 0], np.arange(len(cavities)))
    single = count == 1
    owner[single] = pairs[first[single], 1]  # everything around it is one object
    shared = np.flatnonzero(count > 1)
    if len(shared) == 0:
        return owner
    extents = _extents(labels, pairs[~single[pairs[:, 0]], 1])
    for cavity in shared:
        point = tuple(int(axis[0]) for axis in cavities[cavity])
        neighbours = pairs[first[cavity] : first[cavity] + count[cavity], 1].tolist()
        rings = [
            label
            for label in neighbours
            if _surrounds(extents[label], boxes[cavity]) and _encloses(labels, label, extents[label], point)
        ]
        if rings:  # of rings within rings the innermost
            owner[cavity] = min(rings, key=lambda label: _volume(extents[label]))
    return owner


def _touching(
    labels: Labels, where: tuple[NDArray[np.int64], ...], number: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (cavity, label) of every object pixel next to a cavity along an axis."""
    found = []
    for axis in range(labels.ndim):
        for step in (-1, 1):
            beside = labels[tuple(w + step if k == axis else w for k, w in enumerate(where))]
            touched = beside > 0
            found.append(np.stack([number[touched], beside[touched].astype(np.int64)], axis=1))
    return np.concatenate(found)


def _extents(labels: Labels, wanted: NDArray[np.int64]) -> dict[int, Box]:
    """Return the boxes of the wanted labels."""
    ids = np.unique(wanted)
    place = np.searchsorted(ids, labels)
    place[place == len(ids)] = 0
    compact = np.where(ids[place] == labels, place + 1, 0)
    return dict(zip(ids.tolist(), ndimage.find_objects(compact), strict=True))


def _surrounds(outer: Box, inner: Box) -> bool:
    return all(o.start < i.start and o.stop > i.stop for o, i in zip(outer, inner, strict=True))


def _encloses(labels: Labels, label: int, box: Box, point: tuple[int, ...]) -> bool:
    whole = fill_voids.fill(labels[box] == label)
    return bool(whole[tuple(p - s.start for p, s in zip(point, box, strict=True))])


def _volume(box: Box) -> int:
    return int(np.prod([s.stop - s.start for s in box]))
