"""What a run found in a block before all of it is done: for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.choose import judged_objects
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.blocks.task import Work
from cpsam_core.errors import ImageError
from cpsam_core.images.sources import Box

__all__ = ["FoundSoFar", "found_so_far"]

NAMES = ("body", "beyond", "beyond numbers")


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
        Whether that is final.
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

    Before all blocks were looked at, flow errors are those of the block for itself, so that an object at the threshold
    may still go or come. Where planes are joined to bodies these are objects of planes.

    Raises
    ------
    ImageError
        The file of the block is damaged.
    """
    if not work.folder.steps(block).exists():
        return None
    chosen = work.folder.chosen(block)
    if chosen.exists():
        return _of_arrays(work, block, read_stage(chosen, NAMES), judged=True)
    steps = int(read_stage(work.folder.steps(block))["steps"][0])
    try:
        return _of_arrays(work, block, judged_objects(work, block, steps), judged=False)
    except ImageError:
        # Between two looks the first stage makes room for the second.
        if not chosen.exists():
            raise
        return _of_arrays(work, block, read_stage(chosen, NAMES), judged=True)


def _of_arrays(work: Work, block: Block, stored: dict[str, NDArray[Any]], *, judged: bool) -> FoundSoFar:
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
    if work.plan.is_volume:
        z, y, x = sides
        return FoundSoFar((z, y, x), labels, judged)
    y, x = sides
    return FoundSoFar((slice(block.plane, block.plane + 1), y, x), labels[np.newaxis], judged)
