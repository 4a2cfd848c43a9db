"""Keep a table of measurements up to date: measure again only what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError
from cpsam_core.measure.edges import neighbour_counts, neighbour_pairs
from cpsam_core.measure.grouped import Labels
from cpsam_core.measure.measuring import fitting, measure
from cpsam_core.measure.objects import Ids, ObjectFacts, ObjectMeasurements, joined, shifted
from cpsam_core.progress import Progress, silent

# Changed objects up to which each is measured in its own surroundings.
FEW = 200

Box = Sequence[tuple[int, int]] | NDArray[np.integer[Any]]


def remeasure(
    table: ObjectMeasurements,
    labels: NDArray[Any],
    pixels: NDArray[Any] | None = None,
    *,
    stale: Sequence[int] | NDArray[np.integer[Any]],
    boxes: Mapping[int, Box] | None = None,
    facts: ObjectFacts | None = None,
    progress: Progress = silent,
) -> ObjectMeasurements:
    """Measure the objects that changed again, and put them into the table; those that are gone leave it.

    The neighbours of the objects beside them are counted again, too.

    Parameters
    ----------
    table : ObjectMeasurements
        The table before the change.
    labels, pixels
        As for `measure`, after the change.
    stale : array of int
        Ids of objects that changed, are new, or are gone.
    boxes : mapping of int to ((first, stop), ...), optional
        Where the stale objects are now, (z,) y, x; those without a box are gone. With boxes only the surroundings of
        the objects are looked at, which takes milliseconds in an image of any size. Boxes may be too large.
    facts : ObjectFacts, optional
        What is known of the stale objects; give it where the table was made with it.
    progress : Progress
        Called between the steps; may raise `Cancelled`.

    Raises
    ------
    ImageError
        Labels or image do not fit the table.
    """
    plane, picture = fitting(labels, pixels)
    if plane.shape != table.shape:
        raise ImageError(
            f"Labels of shape {plane.shape} do not fit a table of an image of shape {table.shape}."
        )
    changed = np.unique(np.asarray(stale, np.uint32))
    options: dict[str, Any] = {
        "channels": table.channels,
        "pixel_size": table.pixel_size,
        "z_step": table.z_step,
        "pixel_height": table.pixel_height,
        "facts": facts,
    }
    if boxes is None or len(changed) > FEW:
        new = measure(plane, _lead(picture), only=changed, near=0, progress=progress, **options)
        whole = table.updated(changed, replace(new, near=table.near))
        pairs = neighbour_pairs(plane, table.near, progress)
        return whole.with_column("neighbours", neighbour_counts(pairs, whole.ids))
    parts = []
    for number, label in enumerate(changed.tolist()):
        if label in boxes:
            window = _window(boxes[label], int(table.near) + 2, plane.shape)
            crop = None if picture is None else picture[window]
            part = measure(plane[window], _lead(crop), only=[label], near=table.near, **options)
            parts.append(shifted(part, [side.start for side in window], plane.shape))
        progress(number + 1, len(changed), "changed objects")
    result = table.updated(changed, joined(parts)) if parts else table.without(changed)
    return _recounted(result, plane, _beside(plane, table, changed, boxes), table.near)


def _lead(picture: NDArray[Any] | None) -> NDArray[Any] | None:
    """Return the image with a leading axis of planes."""
    return picture[np.newaxis] if picture is not None and picture.ndim == 3 else picture


def _window(box: Box, margin: int, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Return a box with a margin around it, inside the image; a box (z, y, x) of a plane loses its z."""
    sides = np.asarray(box)[-len(shape) :]
    return tuple(
        slice(max(0, int(first) - margin), min(size, int(stop) + margin))
        for (first, stop), size in zip(sides, shape, strict=True)
    )


def _beside(plane: Labels, table: ObjectMeasurements, changed: Ids, boxes: Mapping[int, Box]) -> Ids:
    """Return the objects of the table around the places where changed objects were and are."""
    former = table.of(changed)
    around = [*former.boxes, *(boxes[label] for label in changed.tolist() if label in boxes)]
    found = [np.unique(plane[_window(box, int(table.near) + 1, plane.shape)]) for box in around]
    near = np.unique(np.concatenate([np.zeros(0, np.uint32), *found]))
    return np.setdiff1d(np.intersect1d(near, table.ids), changed)


def _recounted(table: ObjectMeasurements, plane: Labels, ids: Ids, near: float) -> ObjectMeasurements:
    """Return the table with the neighbours of some objects counted again."""
    counts = table.columns["neighbours"].copy()
    for place in np.flatnonzero(np.isin(table.ids, ids)):
        crop = plane[_window(table.boxes[place], int(near) + 1, plane.shape)]
        counts[place] = (neighbour_pairs(crop, near)[:, 0] == table.ids[place]).sum()
    return table.with_column("neighbours", counts)
