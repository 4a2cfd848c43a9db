"""Third stage: the labels of a block, each chunk written once, under numbers that do not depend on who was quicker."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.blocks.task import Work
from cpsam_core.images.array_files import write_arrays
from cpsam_core.images.files import saving
from cpsam_core.images.label_arrays import LabelTarget

__all__ = ["Numbers", "number_objects", "write_block"]

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
    for block in work.plan.blocks():
        firsts.append(read_stage(work.folder.chosen(block), ("first",))["first"])
        counts.append(len(firsts[-1]))
    together = np.concatenate(firsts) if firsts else np.zeros(0, np.int64)
    numbers = np.empty(len(together), np.uint32)
    numbers[np.argsort(together, kind="stable")] = np.arange(1, len(together) + 1, dtype=np.uint32)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    write_arrays(work.folder.numbers, {"numbers": numbers, "starts": starts})
    return len(numbers)


class Numbers:
    """The number of each object of each block."""

    def __init__(self, work: Work) -> None:
        stored = read_stage(work.folder.numbers)
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


def write_block(work: Work, block: Block, numbers: Numbers, target: LabelTarget) -> None:
    """Write the labels of a block: its own objects, and what objects of the blocks around have in it.

    Raises
    ------
    ImageError
        A file of the second stage is missing or damaged, or writing failed.
    """
    core = work.plan.core(block)
    sides = work.plan.axes_of(core)
    labels = numbers.of(block)[read_stage(work.folder.chosen(block), ("body",))["body"]]
    lost = 0
    for other in work.plan.around(block):
        beyond = read_stage(work.folder.chosen(other), ("beyond", "beyond numbers"))
        places = beyond["beyond"]
        here = np.ones(places.shape[1], bool)
        for at, side in zip(places, sides, strict=True):
            here &= (at >= side.start) & (at < side.stop)
        place = tuple(at[here] - side.start for at, side in zip(places, sides, strict=True))
        free = labels[place] == 0
        lost += int(np.count_nonzero(~free))
        values = numbers.of(other)[beyond["beyond numbers"][here]]
        labels[tuple(at[free] for at in place)] = values[free]
    if lost:
        log.warning("block %s: %d pixels of two objects each went to the one of the block", block.name, lost)
    with saving(work.folder.written(block)) as mark:
        target.write(core, labels if work.plan.is_volume else labels[np.newaxis])
        mark.touch()
