"""Results ready to be swapped into a document, and the object tables of label volumes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cpsam_core.labels.runs import Runs, runs_of, whole_runs
from cpsam_gui.operations.identities import Identities
from cpsam_gui.state.box import Box
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.objects import ObjectRecord, Origin, Records
from cpsam_gui.state.palette import spread
from cpsam_gui.state.snapshot import Snapshot
from cpsam_gui.storage.label_runs import pack_masks, unpack_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_core.segment.output import NetworkOutput
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.packed_masks import PackedMasks
    from cpsam_gui.state.steps import Labels


Result = TypeVar("Result", bound="MaskResult")
# Pixels; objects that are nearer must not have one colour.
GAP_PIXELS = 3


@dataclass(frozen=True, slots=True)
class MaskResult:
    """The result of a run or of an import, ready to be swapped into the document."""

    labels: Labels
    records: dict[int, ObjectRecord]
    output: NetworkOutput | None = None
    """What the network gave, where a network or a file that tells of one did."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    """What the engine says of the result."""
    left_out: int = field(default=0, kw_only=True)
    """How many objects were found where a person had deleted some, and are not here."""
    identities: Identities = field(default_factory=Identities, kw_only=True)
    """The objects of this run by now, those that thresholds dropped included."""
    packed: PackedMasks | None = field(default=None, kw_only=True)
    """The masks as the journal writes them, see :func:`ready_to_land`."""

    @property
    def store(self) -> ArrayLabels:
        """The labels as a document takes them."""
        return ArrayLabels(self.labels, self.packed)


@dataclass(frozen=True, slots=True)
class PreviousMasks:
    """What is there before a run: the labels, the rows of the objects that survive it, and the first free id."""

    labels: Snapshot | Labels | None = None
    records: Mapping[int, ObjectRecord] = field(default_factory=dict)
    first_id: int = 1
    colours: NDArray[np.uint8] | None = None
    """Palette entry of each earlier id, from 1, as `Document.colours`; objects found again keep id and colour."""
    deleted: DeletedPlaces | None = None
    """Where a person deleted objects: they are not found again."""
    rows: Mapping[int, ObjectRecord] = field(default_factory=dict)
    """All objects of `labels`."""
    identities: Identities = field(default_factory=Identities)
    """Those of the last run, which come back with the id and colour that they had."""


def ready_to_land(
    result: Result, runs: Runs | None = None, before: Snapshot | Labels | None = None
) -> Result:
    """Return a result with its masks packed for the journal, so that what is done after it need not wait for that.

    All `runs` of the masks make it quicker, where they are known, and so do the masks that were there `before`.
    """
    known = before.packed if isinstance(before, Snapshot) else None
    return replace(result, packed=pack_masks(result.labels if runs is None else runs, result.records, known))


def runs_in(labels: Snapshot | Labels) -> Runs:
    """Return all runs of labels (z, y, x); of those that are as they were made without a look at each pixel."""
    if not isinstance(labels, Snapshot):
        return whole_runs(labels)
    if labels.packed is not None:
        return unpack_runs(labels.packed.labels, labels.shape)
    return whole_runs(labels.array())


def records_of(
    labels: Labels | Runs,
    origin: Origin = Origin.MODEL,
    kept: Mapping[int, ObjectRecord] | None = None,
    colours: Mapping[int, int] | None = None,
    scores: Mapping[int, Mapping[str, Any]] | None = None,
) -> Records:
    """Return the object table of a label volume (z, y, x), or of all its runs: areas, boxes, colours; `kept` rows stay.

    `colours` are palette entries by id that stay as well, `scores` what else is known by id.
    """
    kept, scores = kept or {}, scores or {}
    runs = labels.where(labels.values > 0) if isinstance(labels, Runs) else runs_of(labels)
    ids, index = runs.objects()
    areas = np.bincount(index, weights=runs.lengths, minlength=len(ids)).astype(np.int64)
    boxes = runs.boxes(index, len(ids))
    fixed = {**(colours or {}), **{number: row.colour for number, row in kept.items()}}
    entries = spread(ids, boxes.mean(axis=2), fixed, _touching(runs, index))
    rows: dict[int, ObjectRecord] = {}
    table = (ids.tolist(), areas.tolist(), boxes.reshape(-1, 6).tolist(), entries.tolist())
    for number, area, box, colour in zip(*table, strict=True):
        known = kept.get(number)
        if known is None:
            known = ObjectRecord(area, Box(*box), origin, colour=colour, **scores.get(number, {}))
        rows[number] = known
    return Records(rows)


def _touching(runs: Runs, index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return places (m, 2) of objects that follow each other in a row with a gap of at most `GAP_PIXELS` pixels."""
    ends = runs.starts[:-1] + runs.lengths[:-1]
    side = (runs.starts[1:] - ends <= GAP_PIXELS) & (index[1:] != index[:-1])
    return np.stack([index[:-1][side], index[1:][side]], axis=1)


def records_with(labels: Labels, fields: Mapping[int, dict[str, Any]]) -> Records:
    """Return the object table of labels (z, y, x) with stored fields such as class and origin put back."""
    records = records_of(labels, Origin.EDITED)
    for number, known in fields.items():
        if known and number in records:
            records[number] = records[number].changed(**known)
    return records
