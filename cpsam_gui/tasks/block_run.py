"""Running the network on an image larger than memory, block by block, in a folder of its project.

A run that was stopped, or killed, goes on where it was when it is asked for again with the same settings.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_gui.state.columns import KINDS, ORIGINS, ColumnRecords
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.palette import spread
from cpsam_gui.storage.project_folder import write_rows
from cpsam_gui.storage.run_folders import next_run_folder, run_folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.blocks import BlockRun, Plan
    from cpsam_core.images.label_arrays import LabelArray
    from cpsam_core.labels import ObjectTable
    from cpsam_core.progress import Progress
    from cpsam_core.segment.settings import Settings
    from cpsam_gui.runs.options import ModelChoice
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
