"""Objects in several pieces: which there are, and every piece as an object of its own."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.labels.ids import Labels, as_labels
from cpsam_core.labels.parts import parts_of

__all__ = ["Pieces", "ids_in_pieces", "is_binary", "separate_pieces", "tells_kinds"]

MOST_KINDS = 255
"""Largest number of a kind of objects; masks with larger numbers count objects."""

Pieces = Literal["auto", "yes", "no"]
"""Whether pieces become objects: ``auto`` only where one number stands for all objects, or for all of a kind."""


def ids_in_pieces(labels: NDArray[Any]) -> NDArray[np.uint32]:
    """Return the ids of the objects that consist of more than one piece, in rising order.

    Pixels that touch at a corner are one piece, as they are in the reference's masks.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array
    """
    return np.array(sorted(parts_of(as_labels(labels)).several), np.uint32)


def is_binary(labels: NDArray[Any]) -> bool:
    """Whether there is one number only, and it is in several pieces: objects that nobody numbered."""
    top = int(labels.max(initial=0))
    if top == 0 or bool(((labels != 0) & (labels != top)).any()):
        return False
    return _count(labels == top) > 1


def tells_kinds(labels: NDArray[Any]) -> bool:
    """Whether numbers stand for all objects, or for kinds of them, instead of for one object each.

    In a stack only where there is a single number: several ones may be those of objects that are followed through time.
    """
    if is_binary(labels):
        return True
    flat = labels.ndim == 2 or len(labels) == 1
    return flat and int(labels.max(initial=0)) <= MOST_KINDS and parts_of(as_labels(labels)).kinds_not_objects


def separate_pieces(labels: NDArray[Any]) -> Labels:
    """Return labels in which each piece is an object: the largest keeps the number, others get new ones.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array

    Returns
    -------
    uint32 array of the same shape
    """
    labels = as_labels(labels)
    result = labels.copy()
    following = int(labels.max(initial=0)) + 1
    for number in ids_in_pieces(labels).tolist():
        (box,) = ndimage.find_objects((labels == number).view(np.uint8))
        parts, count = _parts(labels[box] == number)
        sizes = np.bincount(parts.ravel())[1:]
        largest = int(sizes.argmax())
        new = np.zeros(count + 1, np.uint32)
        new[1:] = following + np.arange(count) - (np.arange(count) > largest)
        new[largest + 1] = number
        following += count - 1
        inside = parts > 0
        result[box][inside] = new[parts[inside]]
    return result


def _parts(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    parts, count = ndimage.label(mask, ndimage.generate_binary_structure(mask.ndim, mask.ndim))
    return parts, int(count)


def _count(mask: NDArray[np.bool_]) -> int:
    return _parts(mask)[1]
