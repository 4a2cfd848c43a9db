"""Files of masks larger than memory, written a part at a time from the project. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.images.project_folders import LABELS
from cpsam_gui.state.box import Box
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.level_files import CHUNK_PX
from cpsam_gui.storage.level_reader import LevelReader
from cpsam_gui.tasks.exporting import ExportResult
from cpsam_gui.tasks.large import new_work_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_gui.state.columns import ColumnRecords

KINDS = ("tif", "zarr", "csv")
"""Keys of the formats that are written piece by piece."""


@dataclass(frozen=True, slots=True, eq=False)
class SavedMasks:
    """The masks of a large image as its project holds them."""

    folder: Path
    shape: tuple[int, int, int]
    records: ColumnRecords
    image: Image
    class_names: Mapping[int, str] = field(default_factory=dict)


def export_large(target: Path, kind: str, saved: SavedMasks, progress: Progress) -> ExportResult:
    """Write masks that are saved: a tiled OME-TIFF with a pyramid, an OME-Zarr, or a table of the objects.

    Raises
    ------
    ImageError
        Reading or writing failed, or the format is not written piece by piece.
    """
    from cpsam_core.formats import find_format
    from cpsam_core.formats.label_pyramids import LabelSizes, write_label_tiff, write_label_zarr
    from cpsam_core.images.replaceable import check_replaceable

    image = saved.image
    check_replaceable(target, find_format(kind).content, image.path)
    labels = ChunkedLabels(saved.shape, new_work_folder(), saved.folder)
    name = image.path.name if image.path is not None else ""
    sizes = LabelSizes(name, image.pixel_size, image.z_step, image.pixel_height)
    progress(0, 1, "Exporting")
    if kind == "tif":
        levels = [LevelReader(labels, level) for level in range(len(labels.shapes))]
        write_label_tiff(target, levels, saved.records.largest, sizes)
    elif kind == "zarr":
        write_label_zarr(target, saved.folder / LABELS, len(labels.shapes), sizes)
    elif kind == "csv":
        _write_table(target, labels, saved, progress)
    else:
        raise ImageError(
            f"{target.name}: of an image of this size {', '.join(KINDS)} are written, not {kind}."
        )
    return ExportResult((target,))


def _write_table(target: Path, labels: ChunkedLabels, saved: SavedMasks, progress: Progress) -> None:
    from cpsam_core.images import write_object_table
    from cpsam_core.labels import ObjectTable

    columns, ids, image = saved.records.columns, saved.records.ids, saved.image
    boxes = columns["boxes"][ids].astype(np.int64).reshape(-1, 3, 2)
    centroids = middles(labels, saved.records, progress)[ids]
    if saved.shape[0] == 1:
        boxes, centroids = boxes[:, 1:], centroids[:, 1:]
    table = ObjectTable(
        ids.astype(np.uint32),
        columns["areas"][ids],
        centroids,
        boxes,
        columns["flow errors"][ids],
        columns["probabilities"][ids],
    )
    numbers = columns["classes"][ids].tolist()
    names = {number: saved.class_names.get(number) or f"class {number}" for number in set(numbers) if number}
    write_object_table(
        target,
        table,
        pixel_size=image.pixel_size,
        pixel_height=image.pixel_height,
        z_step=image.z_step,
        classes=[names.get(number, "") for number in numbers],
    )


def middles(labels: ChunkedLabels, records: ColumnRecords, progress: Progress) -> NDArray[Any]:
    """Return the mean position (z, y, x) of the pixels of each object, a row for each id from 0 on."""
    depth, height, width = labels.shape
    sums = np.zeros((records.largest + 1, 3))
    for z in range(depth):
        for top in range(0, height, CHUNK_PX):
            progress(z * height + top, depth * height, "Measuring")
            for left in range(0, width, CHUNK_PX):
                box = Box(z, z + 1, top, top + CHUNK_PX, left, left + CHUNK_PX).clip(labels.shape)
                rows, columns = np.nonzero(block := labels.read(box)[0])
                ids, place = np.unique(block[rows, columns], return_inverse=True)
                known = ids < len(sums)
                for axis, values in ((0, np.full(rows.size, z)), (1, rows + top), (2, columns + left)):
                    sums[ids[known], axis] += np.bincount(place, values, ids.size)[known]
    areas = records.columns["areas"][: len(sums)]
    means: NDArray[Any] = sums / np.maximum(areas, 1)[:, np.newaxis]
    return means
