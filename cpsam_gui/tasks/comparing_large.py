"""Comparing the masks of an image larger than memory with others, part by part. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.images.label_arrays import boxes_of
from cpsam_core.labels import runs_of
from cpsam_core.metrics import overlaps_in_parts
from cpsam_core.metrics.compare import compare_overlaps
from cpsam_gui.state.box import Box
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.level_reader import LevelReader
from cpsam_gui.tasks.comparing import ComparisonResult
from cpsam_gui.tasks.large import new_work_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.images.sources import Box as Part
    from cpsam_core.progress import Progress
    from cpsam_gui.state.steps import Step

PART = 2048
"""Rows and columns that are compared together; whole chunks of the labels."""


class FoundBoxes:
    """Where objects are, put together from the parts in which they lie."""

    def __init__(self) -> None:
        self._ids: list[NDArray[np.uint32]] = []
        self._boxes: list[NDArray[np.int64]] = []

    def add(self, labels: NDArray[np.uint32], part: Part) -> None:
        """Take in the objects of a part."""
        runs = runs_of(labels)
        ids, index = runs.objects()
        if len(ids):
            self._ids.append(ids)
            offset = np.array([side.start for side in part])[:, np.newaxis]
            self._boxes.append(runs.boxes(index, len(ids)) + offset)

    def all(self) -> NDArray[np.int64]:
        """Return the boxes (n, 3, 2) of all objects, by rising id."""
        if not self._ids:
            return np.zeros((0, 3, 2), np.int64)
        ids, place = np.unique(np.concatenate(self._ids), return_inverse=True)
        found, boxes = np.concatenate(self._boxes), np.zeros((len(ids), 3, 2), np.int64)
        boxes[:, :, 0] = np.iinfo(np.int64).max
        np.minimum.at(boxes[:, :, 0], place, found[:, :, 0])
        np.maximum.at(boxes[:, :, 1], place, found[:, :, 1])
        return boxes


def compare_chunks(
    name: str,
    other: Callable[[Progress], ChunkedLabels],
    present: ChunkedLabels,
    threshold: float,
    progress: Progress,
) -> ComparisonResult:
    """Compare the present masks with others, which `other` reads or makes.

    Raises
    ------
    ImageError
        Masks cannot be read.
    """
    truth = other(progress)
    boxes, reader, parts = (
        (FoundBoxes(), FoundBoxes()),
        LevelReader(present),
        list(boxes_of(truth.shape, PART)),
    )

    def both() -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
        others = LevelReader(truth)
        for done, part in enumerate(parts):
            progress(done, len(parts), "Comparing")
            pair = others.read(part), reader.read(part)
            for found, labels in zip(boxes, pair, strict=True):
                found.add(labels, part)
            yield pair

    found = compare_overlaps(overlaps_in_parts(both()), threshold)
    return ComparisonResult(
        name, truth.view, present.view, found, boxes[0].all(), boxes[1].all(), let_go=truth.close
    )


def chunks_of_file(path: Path, shape: tuple[int, int, int], progress: Progress) -> ChunkedLabels:
    """Read masks of a file that is read in parts, into chunks with a pyramid.

    Raises
    ------
    ImageError
        The file cannot be read, not in parts, or its masks are of another size.
    """
    from cpsam_core.formats.label_sources import can_open_labels, open_labels

    if not can_open_labels(path):
        raise ImageError(
            f"{path.name}: of an image of this size masks are read from TIFF and OME-Zarr, which allow it part by part."
        )
    source = open_labels(path)
    if source.shape != shape:
        raise ImageError(f"{path.name}: the masks are {source.shape} pixels (z, y, x), the image {shape}.")
    made, parts = ChunkedLabels(shape, new_work_folder()), list(boxes_of(shape, PART))
    for done, (z, y, x) in enumerate(parts):
        progress(done, len(parts), path.name)
        part = source.read((z, y, x))
        if part.any():
            made.write(Box(z.start, z.stop, y.start, y.stop, x.start, x.stop), part)
    return made


def chunks_before(labels: ChunkedLabels, steps: Sequence[Step], progress: Progress) -> ChunkedLabels:
    """Return labels, which are given away, as they were before `steps`, which are applied, oldest first."""
    for step in reversed(steps):
        if step.swap is not None:
            labels.close()
            labels = cast("ChunkedLabels", step.swap.labels).fork(new_work_folder())
        else:
            for edit in step.edits:
                edit.apply(labels)
    return labels
