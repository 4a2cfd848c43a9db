"""Measuring the objects of the open image. No Qt.

What follows from pixels (`Measurements.shapes`) is kept apart from what is known beside them, so that a lock or a class
never measures anything again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.labels import parts_of, plane_steps
from cpsam_core.measure import ObjectFacts, ObjectMeasurements, Recipe, measure, remeasure
from cpsam_core.review.doubt import Doubt, object_doubt
from cpsam_gui.state.columns import ORIGINS, ColumnRecords

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Labels

    Column = NDArray[Any]
    Rows = Mapping[int, ObjectRecord]

FRONT = ("class", "class_name")
"""What is known of objects that stands before their measures."""
SEEN = ("flow_error", "probability")
"""What is known of objects that doubt depends on."""


@dataclass(frozen=True, eq=False)
class ObserverAgreement:
    """How well objects agree with a second set of masks: the largest IoU of each."""

    ids: NDArray[np.uint32]
    ious: NDArray[np.float64]

    def of(self, ids: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Return the IoU of each of `ids`; NaN where it was not compared."""
        found = np.full(len(ids), np.nan)
        _, own, other = np.intersect1d(ids, self.ids, return_indices=True)
        found[own] = self.ious[other]
        return found


@dataclass(frozen=True, eq=False)
class Measurements:
    """The table of the objects of an image.

    Attributes
    ----------
    shapes
        What follows from the pixels alone.
    columns
        All columns in the order in which they are shown, of equal length, by rising id.
    doubt
        How doubtful each object is, and why.
    """

    shapes: ObjectMeasurements
    columns: dict[str, Column]
    doubt: Doubt

    @property
    def ids(self) -> NDArray[np.uint32]:
        """Ids in rising order."""
        return self.shapes.ids

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.shapes)

    def place(self, number: int) -> int | None:
        """Return the row of an object; None where it was not measured yet."""
        # Of the type of the ids, or all of them would be converted.
        at = int(np.searchsorted(self.ids, self.ids.dtype.type(number)))
        return at if at < len(self.ids) and self.ids[at] == number else None

    def with_rows(
        self, rows: Rows, names: Mapping[int, str], agreement: ObserverAgreement | None = None
    ) -> Measurements:
        """Return the table with what is known of some objects replaced; quick enough for every key."""
        ids = np.array(sorted(number for number in rows if self.place(number) is not None), np.uint32)
        at = np.searchsorted(self.ids, ids)
        columns = dict(self.columns)
        for name, values in _known(ids, rows, names).items():
            if name not in columns:
                continue
            before = columns[name]
            columns[name] = now = before.astype(np.result_type(before, values))
            now[at] = values
        made = replace(self, columns=columns)
        same = all(np.array_equal(columns[name], self.columns[name], equal_nan=True) for name in SEEN)
        return made if same else made.compared(agreement)

    def compared(self, agreement: ObserverAgreement | None) -> Measurements:
        """Return the table with doubt that counts the disagreement with a second set of masks."""
        found = _doubt(self.columns, agreement)
        return replace(self, columns={**self.columns, "doubt": found.scores}, doubt=found)


@dataclass(frozen=True, eq=False)
class MeasurementRequest:
    """What to measure.

    Attributes
    ----------
    still
        The labels as they are now; None for an image larger than memory, whose labels go on being edited: what
        changes meanwhile is stale afterwards.
    rows
        The table of the objects.
    names
        Names of the classes.
    before
        The last table; None to measure everything.
    stale
        Objects of `before` whose pixels changed, or that are new or gone.
    blocks
        Where pixels were written since: objects with pixels there are stale, too.
    agreement
        With a second set of masks.
    recipe
        What to measure beside what every table has. With groups, everything is measured again at every change:
        rings, distances and the background of the image depend on other objects, too.
    """

    image: Image
    still: Snapshot | Labels | None
    rows: Rows
    names: Mapping[int, str]
    before: Measurements | None = None
    stale: frozenset[int] = frozenset()
    blocks: tuple[Box, ...] = ()
    agreement: ObserverAgreement | None = None
    recipe: Recipe = field(default_factory=Recipe)
    pixels: bool = True
    """Whether pixels are looked at; without, there is only what the table of the objects holds."""


def measure_objects(request: MeasurementRequest, progress: Progress) -> Measurements:
    """Measure what is stale, and put what is known of the objects beside it."""
    image, still = request.image, request.still
    assert still is not None
    labels = still if isinstance(still, np.ndarray) else still.array()
    pixels = image.pixels if np.asarray(image.pixels).dtype.kind in "buif" else None
    changed: list[int] = []
    if request.before is None or request.recipe.groups:
        request = replace(request, before=None)
        names = image.channel_names if pixels is not None else ()
        shapes = measure(
            labels,
            pixels,
            channels=names,
            pixel_size=image.pixel_size,
            z_step=image.z_step,
            pixel_height=image.pixel_height,
            progress=progress,
            recipe=request.recipe,
        )
    else:
        stale = set(request.stale)
        for block in request.blocks:
            stale.update(np.unique(labels[block.slices]).tolist())
        changed = sorted(stale - {0})
        boxes = {number: _sides(request.rows[number].box) for number in changed if number in request.rows}
        shapes = request.before.shapes
        if changed:
            shapes = remeasure(shapes, labels, pixels, stale=changed, boxes=boxes, progress=progress)
    built = {"pieces": _pieces(shapes.ids, labels, request, changed)}
    if len(labels) > 1:
        built["plane_steps"] = _steps(shapes.ids, labels, request, changed)
    return complete(shapes, built, request.rows, request.names, request.agreement)


def _pieces(
    ids: NDArray[np.uint32], labels: Labels, request: MeasurementRequest, changed: Collection[int]
) -> Column:
    """Return in how many pieces each object is; only those of changed objects are counted anew."""
    counts: dict[int, int] = {}
    if request.before is None:
        counts = parts_of(labels).several
    else:
        known, columns = request.before, request.before.columns["pieces"]
        several = np.flatnonzero(columns > 1)
        counts = dict(zip(known.ids[several].tolist(), columns[several].tolist(), strict=True))
        for number in changed:
            row = request.rows.get(number)
            counts[number] = 0 if row is None else len(parts_of(labels[row.box.slices] == number).values)
    return pieces_column(ids, counts)


def pieces_column(ids: NDArray[np.uint32], several: Mapping[int, int]) -> Column:
    """Return in how many pieces objects are, from the counts of those in more than one."""
    pieces = np.ones(len(ids), np.int64)
    chosen = np.array(sorted(several), np.uint32)
    there = np.isin(ids, chosen)
    pieces[there] = [several[number] for number in ids[there].tolist()]
    return pieces


def _steps(
    ids: NDArray[np.uint32], labels: Labels, request: MeasurementRequest, changed: Collection[int]
) -> Column:
    """Return how abruptly each body changes from plane to plane; only changed ones are looked at anew."""
    if request.before is None:
        return plane_steps(labels)[1]
    known = request.before
    steps = dict(zip(known.ids.tolist(), known.columns["plane_steps"].tolist(), strict=True))
    for number in changed:
        row = request.rows.get(number)
        if row is not None:
            box = row.box
            # With a plane before and after, so that an end is one where it is none of the image.
            low, high = max(box.z0 - 1, 0), min(box.z1 + 1, len(labels))
            alone = labels[low:high, box.y0 : box.y1, box.x0 : box.x1] == number
            steps[number] = float(plane_steps(alone.astype(np.uint8))[1][0])
    return np.array([steps[number] for number in ids.tolist()])


def complete(
    shapes: ObjectMeasurements,
    built: Mapping[str, Column],
    rows: Rows,
    names: Mapping[int, str],
    agreement: ObserverAgreement | None = None,
) -> Measurements:
    """Return measures with everything that is known of the objects beside them, and how they are built."""
    known = _known(shapes.ids, rows, names)
    columns: dict[str, Column] = {"id": shapes.ids}
    columns |= {name: known.pop(name) for name in FRONT if name in known}
    columns |= {name: column for name, column in shapes.columns.items() if name != "id"}
    columns |= {**built, **known}
    doubt = _doubt(columns, agreement)
    return Measurements(shapes, {**columns, "doubt": doubt.scores}, doubt)


def _known(ids: NDArray[np.uint32], rows: Rows, names: Mapping[int, str]) -> dict[str, Column]:
    """Return what is known of objects beside their pixels; of those without a row, nothing."""
    own, values = _facts_of(ids, rows)
    facts = ObjectFacts(
        own,
        classes=values["classes"],
        flow_errors=values["flow errors"],
        probabilities=values["probabilities"],
        origins=values["origins"],
        locked=values["locked"],
        class_names=dict(names) or None,
    )
    columns = facts.columns(ids)
    there = np.isin(ids, own)
    for name, flag in (("uncertain", "uncertain"), ("accepted", "verified")):
        columns[name] = np.zeros(len(ids), bool)
        columns[name][there] = values[flag]
    return columns


def _facts_of(ids: NDArray[np.uint32], rows: Rows) -> tuple[NDArray[np.int64], dict[str, Column]]:
    """Return those of the ids that have a row, and what stands in it, column by column."""
    if isinstance(rows, ColumnRecords):
        own = ids[np.isin(ids, rows.ids)].astype(np.int64)
        origins = np.array([origin.value for origin in ORIGINS])
        known = {name: rows.columns[name][own] for name in ("classes", "flow errors", "probabilities")}
        flags = {name: rows.flag(name)[own] for name in ("locked", "uncertain", "verified")}
        return own, {
            **known,
            **flags,
            "classes": known["classes"].astype(np.int64),
            "origins": origins[rows.columns["origins"][own] % len(ORIGINS)],
        }
    chosen = [(number, rows[number]) for number in ids.tolist() if number in rows]
    return np.array([number for number, _ in chosen], np.int64), {
        "classes": np.array([row.class_id for _, row in chosen], np.int64),
        "flow errors": np.array([_number(row.flow_error) for _, row in chosen], np.float32),
        "probabilities": np.array([_number(row.probability) for _, row in chosen], np.float32),
        "origins": np.array([row.origin.value for _, row in chosen], dtype=str),
        "locked": np.array([row.locked for _, row in chosen], bool),
        "uncertain": np.array([row.uncertain for _, row in chosen], bool),
        "verified": np.array([row.verified for _, row in chosen], bool),
    }


def _doubt(columns: Mapping[str, Column], agreement: ObserverAgreement | None) -> Doubt:
    return object_doubt(columns, None if agreement is None else agreement.of(columns["id"]))


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _sides(box: Box) -> tuple[tuple[int, int], ...]:
    return ((box.z0, box.z1), (box.y0, box.y1), (box.x0, box.x1))
