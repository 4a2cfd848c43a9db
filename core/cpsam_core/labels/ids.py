"""Which objects there are: check, renumber, and drop them by size or place."""

from __future__ import annotations

from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.labels.runs import runs_of

Labels = NDArray[np.uint32]


def as_labels(array: NDArray[Any]) -> Labels:
    """Return an array as labels.

    Parameters
    ----------
    array : (y, x) or (z, y, x) array
        Integers, booleans, or floats that hold whole numbers.

    Returns
    -------
    (y, x) or (z, y, x) uint32
        The memory of the array itself where it is of 32-bit integers already, else a copy.

    Raises
    ------
    ImageError
        If the array is no plane or volume, or holds fractions, NaN, negative numbers or numbers above 2**32 -
        1.
    """
    if array.ndim not in (2, 3):
        raise ImageError(f"labels must be a plane (y, x) or volume (z, y, x), not have {array.ndim} axes")
    if array.dtype == np.uint32:
        return array
    if array.dtype.kind not in "iubf":
        raise ImageError(f"labels must be whole numbers, not {array.dtype}")
    # Also true of NaN.
    if array.size and array.dtype.kind in "if" and not array.min() >= 0:
        raise ImageError("labels must not be negative or NaN")
    if array.size and array.dtype.itemsize > 2 and array.max() > np.iinfo(np.uint32).max:
        raise ImageError("labels must be below 2**32")
    if array.dtype == np.int32:
        return array.view(np.uint32)
    labels = array.astype(np.uint32)
    if array.dtype.kind == "f" and not np.array_equal(labels, array):
        raise ImageError("labels must be whole numbers; this looks like an image, not a label image")
    return labels


def relabel(labels: NDArray[Any]) -> Labels:
    """Return the labels renumbered 1, 2, 3, ... in the order in which rows meet them.

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
    if labels.size == 0:
        return labels.copy()
    renumbered, _ = fastremap.renumber(labels, preserve_zero=True)
    result: Labels = renumbered.astype(np.uint32, copy=False)
    return result


def drop_small(labels: NDArray[Any], min_size: int) -> Labels:
    """Return the labels without objects of fewer than `min_size` pixels (voxels); numbers are kept."""
    labels = as_labels(labels)
    if min_size <= 0:
        return labels.copy()
    runs = runs_of(labels)
    ids, areas = runs.areas()
    return _without(labels, ids[areas < min_size])


def drop_large(labels: NDArray[Any], max_size_fraction: float) -> Labels:
    """Return the labels without objects that cover more than a fraction of the image; numbers are kept.

    Raises
    ------
    SettingsError
        If the fraction is not positive.
    """
    labels = as_labels(labels)
    if not max_size_fraction > 0:
        raise SettingsError(f"max_size_fraction must be above 0, not {max_size_fraction}")
    ids, areas = runs_of(labels).areas()
    return _without(labels, ids[areas > max_size_fraction * labels.size])


def clear_border(labels: NDArray[Any]) -> Labels:
    """Return the labels without objects that touch the edge of the image; numbers are kept.

    In a volume the edges are those of y and x: a cell cut by the first or last plane stays, because thin
    stacks cut most of their cells there.
    """
    labels = as_labels(labels)
    if labels.size == 0:
        return labels.copy()
    sides = (labels[..., 0, :], labels[..., -1, :], labels[..., :, 0], labels[..., :, -1])
    touching = np.unique(np.concatenate([side.ravel() for side in sides]))
    return _without(labels, touching[touching > 0])


def keep_ids(labels: NDArray[Any], ids: NDArray[np.integer[Any]]) -> Labels:
    """Return the labels of the objects named by `ids` only; the others become background."""
    labels = as_labels(labels)
    present, _ = runs_of(labels).areas()
    return _without(labels, np.setdiff1d(present, ids))


def _without(labels: Labels, ids: NDArray[np.integer[Any]]) -> Labels:
    if len(ids) == 0:
        return labels.copy()
    result: Labels = fastremap.mask(labels, ids.astype(np.uint32).tolist(), in_place=False)
    return result
