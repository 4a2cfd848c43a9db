"""Measuring the objects of an image larger than memory: from their table alone, or part by part. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.labels import parts_of, plane_steps
from cpsam_core.measure.in_parts import MeasuredParts, measure_in_parts, remeasure_in_parts
from cpsam_core.measure.objects import ObjectMeasurements, at_border, joined
from cpsam_core.review.doubt import Doubt, object_doubt
from cpsam_gui.storage.level_reader import LevelReader
from cpsam_gui.tasks.measuring import Measurements, complete, pieces_column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.storage.chunked_labels import ChunkedLabels
    from cpsam_gui.tasks.measuring import Column, MeasurementRequest, ObserverAgreement

ROW_BYTES = 500
"""Of a row of the table of measurements."""
MOST_BYTES = 1 << 30
"""Which the table may take."""
MANY = 1_000_000
KEPT = 100_000
"""Of so many objects, those that a review may get to."""
BUILT = ("pieces", "plane_steps")
"""Columns that say how objects are built."""


def measure_chunks(request: MeasurementRequest, labels: ChunkedLabels, progress: Progress) -> Measurements:
    """Measure what is stale, or only take what the table of the objects holds.

    Raises
    ------
    ImageError
        A part cannot be read, or there are too many objects.
    """
    rows: Any = request.rows
    if not request.pixels:
        return doubtful_objects(rows, request.image, labels.shape, request.agreement, progress)
    if len(rows) * ROW_BYTES > MOST_BYTES:
        raise ImageError(
            f"A table of measurements of {len(rows):,} objects takes {len(rows) * ROW_BYTES / 1e9:.1f} GB. Measure a "
            "part of the image, cropped to a file, or use the command cpsam measure."
        )
    table = _measured(request, rows, labels, progress)
    built = {name: table.columns[name] for name in BUILT if name in table.columns}
    return complete(table, built, rows, request.names, request.agreement)


def doubtful_objects(
    rows: ColumnRecords,
    image: Image,
    shape: tuple[int, int, int],
    agreement: ObserverAgreement | None,
    progress: Progress,
) -> Measurements:
    """Return what follows from the table of objects without a look at any pixel: enough for the order of a review.

    Of more than `MANY` objects, each so many are compared with each other, and the `KEPT` most doubtful of those that
    nobody has decided on are kept.
    """
    ids = rows.ids
    parts = []
    for first in range(0, max(len(ids), 1), MANY):
        progress(first, len(ids), "Objects")
        part = _known(rows, ids[first : first + MANY], image, shape, agreement)
        if len(ids) > MANY:
            columns = part.columns
            decided = columns["accepted"] | columns["uncertain"] | columns["locked"]
            order = part.doubt.order
            part = _chosen(part, np.sort(order[~decided[order]][:KEPT]))
        parts.append(part)
    made = parts[0] if len(parts) == 1 else _joined(parts)
    # Here, where nobody waits for it.
    assert made.doubt.order is not None
    return made


def _known(
    rows: ColumnRecords,
    ids: NDArray[np.int64],
    image: Image,
    shape: tuple[int, int, int],
    agreement: ObserverAgreement | None,
) -> Measurements:
    boxes = rows.columns["boxes"][ids].astype(np.int64).reshape(-1, 3, 2)
    flat = shape[0] == 1
    boxes, whole = (boxes[:, 1:], shape[1:]) if flat else (boxes, shape)
    columns: dict[str, Column] = {
        "id": ids.astype(np.uint32),
        "class": rows.columns["classes"][ids].astype(np.int64),
        "area" if flat else "volume": rows.columns["areas"][ids],
        "touches_border": at_border(boxes, whole),
        "flow_error": rows.columns["flow errors"][ids],
        "probability": rows.columns["probabilities"][ids],
    }
    for name, flag in (("locked", "locked"), ("uncertain", "uncertain"), ("accepted", "verified")):
        columns[name] = rows.flag(flag)[ids]
    measured = {name: columns[name] for name in ("id", "area" if flat else "volume", "touches_border")}
    shapes = ObjectMeasurements(
        measured,
        boxes,
        whole,
        image.pixel_size,
        image.z_step,
        tuple(image.channel_names),
        pixel_height=image.pixel_height,
    )
    doubt = object_doubt(columns, None if agreement is None else agreement.of(measured["id"]))
    return Measurements(shapes, {**columns, "doubt": doubt.scores}, doubt)


def _chosen(one: Measurements, places: NDArray[np.int64]) -> Measurements:
    """Return some rows of a table."""
    doubt = one.doubt
    return Measurements(
        one.shapes.select(places),
        {name: column[places] for name, column in one.columns.items()},
        Doubt(
            doubt.ids[places],
            doubt.scores[places],
            {name: part[places] for name, part in doubt.parts.items()},
            {name: fact[places] for name, fact in doubt.facts.items()},
        ),
    )


def _joined(parts: list[Measurements]) -> Measurements:
    """Return tables of other objects, by rising id, as one."""

    def along(values: Callable[[Measurements], Mapping[str, Column]]) -> dict[str, Column]:
        return {name: np.concatenate([values(one)[name] for one in parts]) for name in values(parts[0])}

    columns = along(lambda one: one.columns)
    doubt = Doubt(
        columns["id"],
        columns["doubt"],
        along(lambda one: one.doubt.parts),
        along(lambda one: one.doubt.facts),
    )
    return Measurements(joined([one.shapes for one in parts]), columns, doubt)


def _measured(
    request: MeasurementRequest, rows: ColumnRecords, labels: ChunkedLabels, progress: Progress
) -> ObjectMeasurements:
    image, source, before = request.image, LevelReader(labels), request.before
    pixels: Any = image.pixels
    real = pixels.dtype.kind in "buif"
    options = MeasuredParts(
        image.channel_names if real else (),
        image.pixel_size,
        image.z_step,
        image.pixel_height,
        recipe=request.recipe,
        beside=_built,
    )
    read = pixels.__getitem__ if real else None
    if before is None:
        ids = rows.ids
        boxes = rows.columns["boxes"][ids].astype(np.int64).reshape(-1, 3, 2)
        return measure_in_parts(source, read, options, progress, objects=(ids.astype(np.uint32), boxes))
    stale = set(request.stale)
    for block in request.blocks:
        stale.update(np.unique(labels.read(block)).tolist())
    changed = sorted(stale - {0})
    known = {
        number: rows.columns["boxes"][number].astype(np.int64).reshape(3, 2)
        for number in changed
        if number in rows
    }
    if not changed:
        return before.shapes
    return remeasure_in_parts(
        before.shapes, source, read, options, stale=changed, boxes=known, progress=progress
    )


def _built(labels: NDArray[np.uint32], ids: NDArray[np.uint32]) -> dict[str, Column]:
    """Return how objects are built that lie in a part as a whole."""
    columns = {"pieces": pieces_column(ids, parts_of(labels).several)}
    if len(labels) > 1:
        found, steps = plane_steps(labels)
        columns["plane_steps"] = steps[np.searchsorted(found, ids)]
    return columns
