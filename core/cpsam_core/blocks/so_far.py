"""What a run found in a block before all of it is done: for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.arrays import read_arrays
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.task import Work
from cpsam_core.errors import ImageError
from cpsam_core.images.sources import Box
from cpsam_core.labels.runs import runs_of

__all__ = ["FoundSoFar", "found_so_far"]


@dataclass(frozen=True, eq=False)
class FoundSoFar:
    """Objects of a block, from 1 on in the order of their numbers in its file.

    Attributes
    ----------
    box
        Planes, rows and columns of the image in which they lie.
    labels
        (z, y, x) uint32 of that part.
    judged
        Whether those that do not fit are left out already; else some of them may still go.
    """

    box: Box
    labels: NDArray[np.uint32]
    judged: bool

    @property
    def count(self) -> int:
        """Number of objects."""
        return int(self.labels.max(initial=0))


def found_so_far(work: Work, block: Block) -> FoundSoFar | None:
    """Return the objects whose middle lies in a block, as far as the run has come; None before it looked there.

    Where planes are joined to bodies these are still objects of planes.

    Raises
    ------
    ImageError
        The file of the block is damaged.
    """
    judged = work.folder.chosen(block)
    try:
        return _judged(work, block) if judged.exists() else _candidates(work, block)
    except ImageError:
        # Between two looks the first stage makes room for the second.
        return _judged(work, block) if judged.exists() else None


def _judged(work: Work, block: Block) -> FoundSoFar:
    stored = read_arrays(work.folder.chosen(block), ("body", "beyond", "beyond numbers"))
    core = work.plan.axes_of(work.plan.core(block))
    places, numbers = stored["beyond"], stored["beyond numbers"]
    sides = tuple(
        slice(min(int(at.min(initial=side.start)), side.start), max(int(at.max(initial=0)) + 1, side.stop))
        for at, side in zip(places, core, strict=True)
    )
    labels = np.zeros([side.stop - side.start for side in sides], np.uint32)
    inside = tuple(
        slice(own.start - side.start, own.stop - side.start) for own, side in zip(core, sides, strict=True)
    )
    labels[inside] = stored["body"]
    labels[tuple(at - side.start for at, side in zip(places, sides, strict=True))] = numbers
    return _of_planes(work, block, sides, labels, judged=True)


def _candidates(work: Work, block: Block) -> FoundSoFar | None:
    path = work.folder.found(block)
    if not work.folder.steps(block).exists():
        return None
    stored = read_arrays(path, ("window", "labels"))
    window, labels = tuple(slice(*side) for side in stored["window"].tolist()), stored["labels"]
    full, core = work.plan.axes_of(work.plan.shape), work.plan.axes_of(work.plan.core(block))
    sides, places = [], []
    for seen, drawn, length in zip(window, work.drawn, full, strict=True):
        first, last = -(-seen.start * length // drawn), min(-(-seen.stop * length // drawn), length)
        # The sample of each pixel of the image; masks are made at another size where `resample` is off.
        at = ((np.arange(first, last) + 0.5) * (drawn / length)).astype(np.int64) - seen.start
        sides.append(slice(first, last))
        places.append(np.clip(at, 0, seen.stop - seen.start - 1))
    shown = labels[np.ix_(*places)]
    kept = _own(shown, tuple(sides), core)
    return _of_planes(work, block, tuple(sides), kept[shown], judged=False)


def _own(labels: NDArray[np.uint32], sides: tuple[slice, ...], core: tuple[slice, ...]) -> NDArray[np.uint32]:
    """Return the number of each object in the block, 0 for those whose middle lies in another one."""
    runs = runs_of(labels)
    ids, index = runs.objects()
    areas = np.maximum(np.bincount(index, runs.lengths, len(ids)), 1)
    own = np.ones(len(ids), bool)
    for (first, last), side, mine in zip(runs.positions(), sides, core, strict=True):
        middle = np.bincount(index, runs.lengths * (first + last) / 2, len(ids)) / areas + side.start
        own &= (middle >= mine.start) & (middle < mine.stop)
    numbers = np.zeros(int(labels.max(initial=0)) + 1, np.uint32)
    numbers[ids[own]] = np.arange(1, int(own.sum()) + 1)
    return numbers


def _of_planes(
    work: Work, block: Block, sides: tuple[slice, ...], labels: NDArray[np.uint32], *, judged: bool
) -> FoundSoFar:
    if work.plan.is_volume:
        z, y, x = sides
        return FoundSoFar((z, y, x), labels, judged)
    y, x = sides
    return FoundSoFar((slice(block.plane, block.plane + 1), y, x), labels[np.newaxis], judged)
