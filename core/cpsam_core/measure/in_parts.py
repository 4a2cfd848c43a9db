"""Measure the objects of an image of any size: those of one part after the other, each object as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError
from cpsam_core.images.label_arrays import LabelSource, boxes_of
from cpsam_core.images.sources import Box
from cpsam_core.labels.runs import runs_of
from cpsam_core.measure.edges import TOUCHING_PIXELS
from cpsam_core.measure.measuring import measure
from cpsam_core.measure.objects import ObjectMeasurements, joined, shifted
from cpsam_core.measure.recipes import Recipe
from cpsam_core.progress import Progress, silent

__all__ = ["LOCAL_GROUPS", "MeasuredParts", "measure_in_parts", "remeasure_in_parts"]

LOCAL_GROUPS = ("outline", "colocalisation")
"""Groups of measures that look at nothing but the object; others need the whole image."""

PART_PX = 2048
PLANES = 32
"""Rows and columns, and planes of a stack, of a part."""

ReadPixels = Callable[[Box], NDArray[Any]]
"""Returns a part (z, y, x, c) of the image."""

Beside = Callable[[NDArray[np.uint32], NDArray[np.uint32]], Mapping[str, NDArray[Any]]]
"""Given labels (z, y, x) and the ids in them that are measured, returns further columns."""


@dataclass(frozen=True)
class MeasuredParts:
    """How objects are measured; all as for :func:`measure`.

    Attributes
    ----------
    channels, pixel_size, z_step, pixel_height, near, recipe
        See :func:`measure`.
    beside
        Returns further columns of the objects that a part holds.
    """

    channels: Sequence[str] = ()
    pixel_size: float | None = None
    z_step: float | None = None
    pixel_height: float | None = None
    near: float = TOUCHING_PIXELS
    recipe: Recipe | None = None
    beside: Beside | None = None


def measure_in_parts(
    labels: LabelSource,
    pixels: ReadPixels | None,
    options: MeasuredParts,
    progress: Progress = silent,
    *,
    objects: tuple[NDArray[np.uint32], NDArray[np.int64]] | None = None,
) -> ObjectMeasurements:
    """Measure the objects of an image; memory holds a part with the objects that reach beyond it.

    Parameters
    ----------
    labels : LabelSource
        Labels of the image.
    pixels : callable, optional
        Reads parts of the image; brightness is left out without it.
    options : MeasuredParts
    progress : Progress
        Called after each part; may raise `Cancelled`.
    objects : ((n,) uint32, (n, 3, 2) int64), optional
        Ids in rising order and boxes of the objects to measure, where they are known: the labels are then read once
        only, and where these lie only. Boxes may be too large; ids that are nowhere are left out.

    Returns
    -------
    ObjectMeasurements
        The same as of the whole, but for the last digits of places.

    Raises
    ------
    ImageError
        A file cannot be read there.
    SettingsError
        The recipe asks for measures that need the whole image.
    """
    recipe = options.recipe or Recipe()
    apart = [name for name in recipe.groups if name not in LOCAL_GROUPS]
    if apart:
        raise SettingsError(
            f"The measures of {', '.join(apart)} look at the whole image, and it does not fit the memory that may be "
            f"used; part by part the standard ones and {', '.join(LOCAL_GROUPS)} can be measured."
        )
    planes = PLANES if labels.shape[0] > 1 else 1
    parts = list(boxes_of(labels.shape, PART_PX, planes))
    ids, boxes = _boxes(labels, parts) if objects is None else objects
    tables = []
    for number, (box, own) in enumerate(_owned(parts, boxes)):
        # A part without objects is measured too where there is no other: a table has columns all the same.
        if own.any() or (number == 0 and not len(ids)):
            tables.append(_of_part(labels, pixels, options, box, ids[own], boxes[own]))
        progress(number + 1, len(parts), "parts")
    return joined(tables)


def remeasure_in_parts(
    table: ObjectMeasurements,
    labels: LabelSource,
    pixels: ReadPixels | None,
    options: MeasuredParts,
    *,
    stale: Sequence[int] | NDArray[np.integer[Any]],
    boxes: Mapping[int, NDArray[np.int64]],
    progress: Progress = silent,
) -> ObjectMeasurements:
    """Measure the objects that changed again, and those beside them; the work is that of these objects alone.

    Parameters
    ----------
    table : ObjectMeasurements
        The table before the change, made by :func:`measure_in_parts` with the same `options`.
    stale : array of int
        Ids of objects that changed, are new, or are gone.
    boxes : mapping of int to (3, 2) array
        Where the stale objects are now; those without a box are gone. Boxes may be too large.

    Raises
    ------
    ImageError
        A file cannot be read there.
    """
    changed = np.unique(np.asarray(stale, np.uint32))
    now = np.array([number for number in changed.tolist() if number in boxes], np.uint32)
    places = np.array([boxes[number] for number in now.tolist()], np.int64).reshape(-1, 3, 2)
    former = _three_axes(table.of(changed).boxes)
    beside = np.setdiff1d(_around(labels, np.concatenate([former, places]), int(options.near) + 1), changed)
    other = table.of(beside)
    ids = np.concatenate([now, other.ids])
    order = np.argsort(ids)
    chosen = ids[order], np.concatenate([places, _three_axes(other.boxes)])[order]
    if not len(ids):
        return table.without(changed)
    return table.updated(changed, measure_in_parts(labels, pixels, options, progress, objects=chosen))


def _three_axes(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return boxes (n, 3, 2), of a plane with one z."""
    if boxes.shape[1] == 3:
        return boxes
    return np.concatenate([np.tile(np.array([[[0, 1]]], np.int64), (len(boxes), 1, 1)), boxes], axis=1)


def _around(labels: LabelSource, boxes: NDArray[np.int64], margin: int) -> NDArray[np.uint32]:
    """Return the ids of what lies in boxes and around them."""
    found = [np.zeros(0, np.uint32)]
    for box in boxes:
        z, y, x = (
            slice(max(0, int(first) - margin), min(length, int(stop) + margin))
            for (first, stop), length in zip(box, labels.shape, strict=True)
        )
        found.append(np.unique(labels.read((z, y, x))))
    ids = np.unique(np.concatenate(found))
    return ids[ids > 0]


def _boxes(labels: LabelSource, parts: Sequence[Box]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the ids of all objects in rising order, and their boxes (n, 3, 2)."""
    every_id: list[NDArray[np.uint32]] = []
    every_box: list[NDArray[np.int64]] = []
    for part in parts:
        runs = runs_of(labels.read(part))
        ids, index = runs.objects()
        if len(ids):
            every_id.append(ids)
            offset = np.array([side.start for side in part])[:, np.newaxis]
            every_box.append(runs.boxes(index, len(ids)) + offset)
    if not every_id:
        return np.zeros(0, np.uint32), np.zeros((0, 3, 2), np.int64)
    ids, place = np.unique(np.concatenate(every_id), return_inverse=True)
    found = np.concatenate(every_box)
    boxes = np.full((len(ids), 3, 2), np.iinfo(np.int64).max)
    boxes[:, :, 1] = 0
    np.minimum.at(boxes[:, :, 0], place, found[:, :, 0])
    np.maximum.at(boxes[:, :, 1], place, found[:, :, 1])
    return ids, boxes


def _owned(parts: Sequence[Box], boxes: NDArray[np.int64]) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    """Yield each part with the objects whose middle of the box lies in it."""
    middles = boxes.sum(axis=2) // 2
    for part in parts:
        own = np.ones(len(boxes), bool)
        for axis, side in enumerate(part):
            own &= (middles[:, axis] >= side.start) & (middles[:, axis] < side.stop)
        yield part, own


def _of_part(
    labels: LabelSource,
    pixels: ReadPixels | None,
    options: MeasuredParts,
    part: Box,
    ids: NDArray[np.uint32],
    boxes: NDArray[np.int64],
) -> ObjectMeasurements:
    """Measure some objects in a window that holds them and what they may touch."""
    margin = int(options.near) + 2
    bounds = [(side.start, side.stop) for side in part]
    if len(boxes):
        bounds = list(
            zip(boxes[:, :, 0].min(axis=0).tolist(), boxes[:, :, 1].max(axis=0).tolist(), strict=True)
        )
    z, y, x = (
        slice(max(0, int(first) - margin), min(length, int(stop) + margin))
        for (first, stop), length in zip(bounds, labels.shape, strict=True)
    )
    window = (z, y, x)
    seen = labels.read(window)
    table = measure(
        seen,
        None if pixels is None else pixels(window),
        channels=options.channels,
        pixel_size=options.pixel_size,
        z_step=options.z_step,
        pixel_height=options.pixel_height,
        near=options.near,
        only=ids,
        recipe=options.recipe,
    )
    if options.beside is not None:
        for name, column in options.beside(seen, table.ids).items():
            table = table.with_column(name, column)
    whole = labels.shape if labels.shape[0] > 1 else labels.shape[1:]
    return shifted(table, [side.start for side in window[-len(whole) :]], whole)
