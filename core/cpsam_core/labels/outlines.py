"""Outlines of objects: as pixels for drawing, as polygons for files."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.errors import ImageError
from cpsam_core.labels.ids import as_labels
from cpsam_core.labels.runs import runs_of


def outlines(labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where objects end: their pixels beside another value or the edge of the image.

    All objects at once, by comparing the image with itself shifted by one pixel. A volume is outlined plane
    by plane.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array

    Returns
    -------
    (y, x) or (z, y, x) bool

    Raises
    ------
    ImageError
        If the array is no label image.
    """
    labels = as_labels(labels)
    edge = np.zeros(labels.shape, bool)
    for axis in (-2, -1):
        values = np.moveaxis(labels, axis, 0)
        # A view.
        result = np.moveaxis(edge, axis, 0)
        if len(values) == 0:
            return edge
        differs = values[1:] != values[:-1]
        result[1:] |= differs
        result[:-1] |= differs
        result[0] = True
        result[-1] = True
    edge &= labels > 0
    return edge


def polygons(labels: NDArray[Any]) -> dict[int, NDArray[np.int32]]:
    """Return the outer outline of every object, by id.

    Parameters
    ----------
    labels : (y, x) integer array

    Returns
    -------
    dict of int to (points, 2) int32
        Columns x, y: neighbouring outline pixels in order around the object. An object of several pieces is
        outlined by its longest one.

    Raises
    ------
    ImageError
        If the array is no plane of labels.
    """
    labels = as_labels(labels)
    if labels.ndim != 2:
        raise ImageError("polygons need a plane (y, x); outline a volume plane by plane")
    runs = runs_of(labels)
    ids, index = runs.objects()
    if len(ids) == 0:
        return {}
    # Ids may be far apart, and boxes are listed up to the largest.
    compact = np.zeros(labels.shape, np.int32)
    compact[labels > 0] = np.repeat(index + 1, runs.lengths)
    result: dict[int, NDArray[np.int32]] = {}
    for number, (label, box) in enumerate(zip(ids.tolist(), ndimage.find_objects(compact), strict=True), 1):
        crop = (compact[box] == number).view(np.uint8)
        contours, _ = cv2.findContours(crop, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        corner = np.array([box[1].start, box[0].start], np.int32)
        result[label] = np.asarray(max(contours, key=len), np.int32).reshape(-1, 2) + corner
    return result
