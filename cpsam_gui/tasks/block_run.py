"""Running the network on an image larger than memory, block by block, in a folder of its project.

A run that was stopped, or killed, goes on where it was when it is asked for again with the same settings.
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_gui.operations.replacing import mostly
from cpsam_gui.state.columns import KINDS, ORIGINS, ColumnRecords
from cpsam_gui.state.extents import shrunk
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.palette import spread
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.project_folder import read_rows, write_rows
from cpsam_gui.storage.run_folders import next_run_folder, run_folders
from cpsam_gui.tasks.large import new_work_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.blocks import BlockRun, Plan
    from cpsam_core.images.label_arrays import LabelArray
    from cpsam_core.labels import ObjectTable
    from cpsam_core.progress import Progress
    from cpsam_core.segment.settings import Settings
    from cpsam_gui.runs.options import ModelChoice
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.tasks.partial_result import PartialResult

MOST_BYTES = 1 << 30
"""Memory that blocks may take beside the network."""


@dataclass(frozen=True, slots=True)
class BlockImage:
    """Which image of which file is segmented, and the folder of its document in the project."""

    path: Path
    folder: Path
    shape: tuple[int, int, int]
    axes: str | None = None
    time: int | None = None
    scene: int | None = None


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
    """What the run found and lost pixels to those; some of it is gone."""

    @property
    def changed_rows(self) -> frozenset[int]:
        """The objects that the folder of the run does not know, or not as they are."""
        return self.cut.union(self.numbers.values())


def segment_blocks(
    image: BlockImage,
    settings: Settings,
    choice: ModelChoice,
    load: Callable[[Progress], Any],
    partial: PartialResult,
    progress: Progress,
) -> Path:
    """Segment an image by blocks; return the folder of the labels, with the table of the objects in it.

    `partial` takes in what each block found as soon as it is done.

    Raises
    ------
    ImageError
        The image cannot be read or the disk is full; what is done stays.
    SettingsError
        A setting does not work by blocks.
    """
    from cpsam_core.blocks.results import table_of
    from cpsam_core.formats.label_pyramids import halved

    progress(0, 1, "Loading the model")
    network = load(progress).network
    run = _begin(image, settings, choice, network)

    def report(done: int, total: int, note: str = "") -> None:
        partial.follow(run)
        progress(done, total, note)

    run.run(report)
    progress(0, 1, "blocks: labels")
    halved(run.work.folder.labels, _in_planes(run))
    table, kinds = table_of(run)
    folder = run.work.folder.path
    write_rows(folder, _columns(table, kinds))
    return folder


def _begin(image: BlockImage, settings: Settings, choice: ModelChoice, network: Any) -> BlockRun:
    """Go on with the run of the same settings, or begin one; what others found goes where nobody needs it."""
    from cpsam_core.blocks import plan_blocks, start_run
    from cpsam_core.blocks.plan import allowed_memory
    from cpsam_core.blocks.reading import BlockReading

    reading = BlockReading(
        str(image.path), image.scene, image.time, image.axes, choice.name, choice.device, choice.precision
    )

    def plan(diameter: float, anisotropy: float | None) -> Plan:
        # Blocks of volumes need more, with margins in all directions: half of what is free, as on the command line.
        most = MOST_BYTES if anisotropy is None else max(MOST_BYTES, allowed_memory(None))
        return plan_blocks(image.shape, diameter, most=most, anisotropy=anisotropy)

    # What cannot be read now is no reason to give up a run that may have taken hours.
    reading.open()
    for there in run_folders(image.folder):
        # Else it is a run with other settings.
        with suppress(ImageError):
            return start_run(there, reading, network, settings, plan)
    return start_run(next_run_folder(image.folder), reading, network, settings, plan)


def _in_planes(run: BlockRun) -> LabelArray:
    """Return the labels of a run in chunks of planes, as the window keeps them; a volume is written in deeper ones."""
    from cpsam_core.formats.label_pyramids import copy_labels
    from cpsam_core.images.label_arrays import LabelArray

    there = run.work.folder.level(0)
    copy, old = (run.work.folder.path / name for name in ("labels.planes", "labels.volume"))
    if copy.exists() and not there.exists():
        # The program was ended between the two steps below.
        copy.replace(there)
    labels = LabelArray(there)
    if labels.chunks[0] > 1:
        shutil.rmtree(copy, ignore_errors=True)
        copy_labels(labels, copy)
        there.replace(old)
        copy.replace(there)
    shutil.rmtree(old, ignore_errors=True)
    return LabelArray(there)


def _columns(table: ObjectTable, kinds: NDArray[Any] | None) -> ColumnRecords:
    """Return the table of a run as the document keeps it."""
    count = len(table)
    columns = {
        name: np.zeros((count + 1, width) if width > 1 else count + 1, kind)
        for name, (kind, width) in KINDS.items()
    }
    boxes, centroids = table.boxes, table.centroids
    if boxes.shape[1:] == (2, 2):
        plane = np.tile(np.array([[[0, 1]]]), (count, 1, 1))
        boxes = np.concatenate([plane, boxes], axis=1)
    columns["areas"][1:] = table.areas
    columns["boxes"][1:] = boxes.reshape(count, 6)
    columns["origins"][1:] = ORIGINS.index(Origin.MODEL)
    columns["colours"][1:] = spread(np.arange(1, count + 1), centroids) if count else 0
    columns["flow errors"][:] = np.nan
    columns["probabilities"][:] = np.nan
    columns["flow errors"][1:] = table.flow_errors
    columns["probabilities"][1:] = table.probabilities
    if kinds is not None:
        columns["classes"][1:] = kinds
    return ColumnRecords(columns)


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
        same &= equal.reshape(known.size, -1).all(axis=1)
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
    folder: Path, shape: tuple[int, int, int], kept: KeptObjects | None, progress: Progress
) -> ChunkedResult:
    """Return what a run left, with the objects that stay put over it under new numbers.

    What the run found and most of which lies under them is left out: it is one of them, found again.

    Raises
    ------
    ImageError
        The run is damaged.
    """
    found = open_result(folder, shape)
    labels, records = found.labels, found.records
    first = records.largest + 1
    numbers: dict[int, int] = {}
    written: list[Box] = []
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
        _settle(labels, records, number, lost[number])
    return replace(found, written=tuple(written), numbers=numbers, cut=frozenset(cut))


def _settle(labels: ChunkedLabels, records: ColumnRecords, number: int, lost: int) -> None:
    """Give an object that lost pixels the area and box of the others; it goes where it lost most of them."""
    row = records[number]
    if mostly(np.array(lost), np.array(row.area)):
        block = labels.read(row.box)
        labels.write(row.box, np.where(block == number, np.uint32(0), block))
        del records[number]
    else:
        records[number] = row.changed(area=row.area - lost, box=shrunk(labels, number, row.box))
