"""What a run by blocks left in its folder, put together with what a person did: what stays, and what was deleted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.replacing import is_ring, may_be_rings, mostly
from cpsam_gui.state.extents import shrunk
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.level_files import CHUNK_PX
from cpsam_gui.storage.project_folder import read_rows
from cpsam_gui.tasks.large import new_work_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.progress import Progress
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.label_store import LabelStore


@dataclass(frozen=True, slots=True, eq=False)
class KeptObjects:
    """Objects that stay whatever a run finds, and the labels in which they lie."""

    labels: LabelStore
    rows: ColumnRecords
    ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ChunkedResult:
    """Labels in chunks with their table, ready to be swapped into the document."""

    labels: ChunkedLabels
    records: ColumnRecords
    written: tuple[Box, ...] = ()
    """Blocks in which the labels differ from those of the run."""
    numbers: Mapping[int, int] = field(default_factory=dict)
    """Of the objects that stay, by the numbers that they had."""
    cut: frozenset[int] = frozenset()
    """What the run found and lost pixels to those, or to what a person deleted; some of it is gone."""
    left_out: int = 0
    """How many objects were found where a person had deleted or refused some, and are not here."""

    @property
    def changed_rows(self) -> frozenset[int]:
        """The objects that the folder of the run does not know, or not as they are."""
        return self.cut.union(self.numbers.values())


def touched(rows: ColumnRecords) -> NDArray[np.int64]:
    """Return the ids of the objects that a person had a hand in."""
    return np.flatnonzero(rows.touched)


def touched_since(rows: ColumnRecords, start: ColumnRecords) -> NDArray[np.int64]:
    """Return the ids of the objects that a person had a hand in after the table `start` was copied."""
    ids = touched(rows)
    known = ids[ids < len(start.columns["areas"])]
    same = np.ones(known.size, np.bool_)
    for name in ("areas", "boxes", "origins", "flags", "classes"):
        equal = rows.columns[name][known] == start.columns[name][known]
        same &= equal.all(axis=tuple(range(1, equal.ndim)))
    return np.setdiff1d(ids, known[same], assume_unique=True)


def open_result(folder: Path, shape: tuple[int, int, int], key: str = "") -> ChunkedResult:
    """Return what a run left in its folder.

    Raises
    ------
    ImageError
        The run is not complete, or damaged.
    """
    return ChunkedResult(ChunkedLabels(shape, new_work_folder(), folder, key), read_rows(folder))


def with_kept(
    folder: Path,
    shape: tuple[int, int, int],
    kept: KeptObjects | None,
    deleted: DeletedPlaces | None,
    progress: Progress,
) -> ChunkedResult:
    """Return what a run left, with the objects that stay put over it under new numbers.

    What the run found and most of which lies under them is left out: it is one of them, found again. So is what lies
    where a person deleted objects.

    Raises
    ------
    ImageError
        The run is damaged.
    """
    found = open_result(folder, shape)
    labels, records = found.labels, found.records
    first = records.largest + 1
    numbers: dict[int, int] = {}
    gone, written = _leave_out(labels, records, deleted, progress)
    lost: Counter[int] = Counter()
    for done, number in enumerate(kept.ids.tolist() if kept is not None else ()):
        assert kept is not None
        progress(done, len(kept.ids), "Objects")
        row, new = kept.rows[number], first + done
        mask = kept.labels.read(row.box) == number
        block = labels.read(row.box)
        under, counts = np.unique(block[mask], return_counts=True)
        lost.update(dict(zip(under.tolist(), counts.tolist(), strict=True)))
        written.append(row.box)
        labels.write(row.box, np.where(mask, np.uint32(new), block))
        records[new], numbers[number] = row, new
    # Background is covered as well.
    cut = sorted(other for other in lost if other in records)
    for number in cut:
        written.append(records[number].box)
        _settle(labels, records, number, lost[number], first)
    changed = frozenset([*gone, *cut])
    return replace(found, written=tuple(written), numbers=numbers, cut=changed, left_out=len(gone))


def _leave_out(
    labels: ChunkedLabels, records: ColumnRecords, deleted: DeletedPlaces | None, progress: Progress
) -> tuple[list[int], list[Box]]:
    """Erase the objects that lie where a person deleted some; return their numbers, and where they were."""
    if deleted is None:
        return [], []
    lost: Counter[int] = Counter()
    for box, mask in deleted.blocks(CHUNK_PX):
        progress(0, 1, "Objects")
        under, counts = np.unique(labels.read(box)[mask], return_counts=True)
        lost.update(dict(zip(under.tolist(), counts.tolist(), strict=True)))
    gone = [n for n in sorted(lost) if n in records and mostly(np.array(lost[n]), np.array(records[n].area))]
    written = [records[number].box for number in gone]
    for number in gone:
        progress(0, 1, "Objects")
        _erase(labels, records, number)
    return gone, written


def _erase(labels: ChunkedLabels, records: ColumnRecords, number: int) -> None:
    """Take an object away."""
    box = records[number].box
    block = labels.read(box)
    labels.write(box, np.where(block == number, np.uint32(0), block))
    del records[number]


def _settle(labels: ChunkedLabels, records: ColumnRecords, number: int, lost: int, kept: int) -> None:
    """Give an object that lost pixels the area and box of the others.

    It goes where it lost most of them, or where the rest lies around what stays, whose numbers begin at `kept`.
    """
    row = records[number]
    under, area = np.array(lost), np.array(row.area)
    if mostly(under, area) or (may_be_rings(under, area) and _is_ring(labels, number, row.box, kept)):
        _erase(labels, records, number)
    else:
        records[number] = row.changed(area=row.area - lost, box=shrunk(labels, number, row.box))


def _is_ring(labels: ChunkedLabels, number: int, box: Box, kept: int) -> bool:
    """Whether an object lies around one of those that stay."""
    block = labels.read(box)
    rest = np.argwhere(block == number)
    inner = int(block[tuple(np.rint(rest.mean(axis=0)).astype(np.intp))])
    return inner >= kept and is_ring(rest, np.argwhere(block == inner))
