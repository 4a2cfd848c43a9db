"""Third stage: the labels of a block, each chunk written once, under numbers that do not depend on who was quicker."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.arrays import read_arrays, write_arrays
from cpsam_core.blocks.plan import CHUNK, Block
from cpsam_core.blocks.task import BlocksFolder, Work
from cpsam_core.images.files import saving

__all__ = ["make_array", "number_objects", "open_array", "write_block"]

log = logging.getLogger(__name__)


def number_objects(work: Work) -> int:
    """Number all objects in the order in which rows meet them, as a run of the whole image does; return how many.

    Raises
    ------
    ImageError
        A file of the second stage is missing or damaged, or writing failed.
    """
    firsts: list[NDArray[np.int64]] = []
    counts: list[int] = []
    plane = work.plan.shape[1] * work.plan.shape[2]
    for block in work.plan.blocks():
        first = read_arrays(work.folder.chosen(block), ("first",))["first"]
        firsts.append(first + block.plane * plane)
        counts.append(len(first))
    together = np.concatenate(firsts) if firsts else np.zeros(0, np.int64)
    numbers = np.empty(len(together), np.uint32)
    numbers[np.argsort(together, kind="stable")] = np.arange(1, len(together) + 1, dtype=np.uint32)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    write_arrays(work.folder.numbers, {"numbers": numbers, "starts": starts})
    return len(numbers)


class Numbers:
    """The number of each object of each block."""

    def __init__(self, work: Work) -> None:
        stored = read_arrays(work.folder.numbers)
        self._numbers, self._starts = stored["numbers"], stored["starts"]
        self._places = {block: place for place, block in enumerate(work.plan.blocks())}

    def of(self, block: Block) -> NDArray[np.uint32]:
        """Return the numbers by what objects are called in the block; 0 stays 0."""
        place = self._places[block]
        own = self._numbers[self._starts[place] : self._starts[place + 1]]
        return np.concatenate([np.zeros(1, np.uint32), own])

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self._numbers)


def write_block(work: Work, block: Block, numbers: Numbers, target: Any) -> None:
    """Write the labels of a block: its own objects, and what objects of the blocks around have in it.

    Raises
    ------
    ImageError
        A file of the second stage is missing or damaged, or writing failed.
    """
    rows, columns = work.plan.core(block)
    stored = read_arrays(work.folder.chosen(block), ("body",))
    labels = numbers.of(block)[stored["body"]]
    lost = 0
    for other in work.plan.around(block):
        beyond = read_arrays(work.folder.chosen(other), ("beyond", "beyond numbers"))
        y, x = beyond["beyond"]
        here = (y >= rows.start) & (y < rows.stop) & (x >= columns.start) & (x < columns.stop)
        place = (y[here] - rows.start, x[here] - columns.start)
        free = labels[place] == 0
        lost += int(np.count_nonzero(~free))
        values = numbers.of(other)[beyond["beyond numbers"][here]]
        labels[place[0][free], place[1][free]] = values[free]
    if lost:
        log.warning("block %s: %d pixels of two objects each went to the one of the block", block.name, lost)
    with saving(work.folder.written(block)) as mark:
        target[block.plane, rows, columns] = labels
        mark.touch()


def make_array(path: Path, shape: tuple[int, int, int]) -> None:
    """Make the array of the labels (z, y, x), in chunks that no two blocks share."""
    import zarr

    if (path / ".zarray").exists():
        return
    options: dict[str, Any] = {
        "shape": shape,
        "chunks": (1, min(CHUNK, shape[1]), min(CHUNK, shape[2])),
        "dtype": "uint32",
        "fill_value": 0,
    }
    if int(zarr.__version__.split(".")[0]) < 3:
        zarr.open_array(str(path), mode="w", dimension_separator="/", **options)
        return
    keys = {"name": "v2", "separator": "/"}
    zarr.create_array(store=str(path), zarr_format=2, chunk_key_encoding=keys, **options)


def open_array(path: Path) -> Any:
    """Open the array of the labels for writing."""
    import zarr

    return zarr.open_array(str(path), mode="r+")


def level_path(folder: BlocksFolder, level: int) -> Path:
    """Return the folder of a level of the labels in the OME-Zarr of the run."""
    return folder.labels / "labels" / "cells" / str(level)
