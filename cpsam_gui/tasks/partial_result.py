"""What a run by blocks has found so far, as labels that can be shown while it goes on."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.tasks.large import new_work_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.blocks import BlockRun
    from cpsam_core.blocks.plan import Block
    from cpsam_core.blocks.so_far import FoundSoFar


class PartialResult:
    """Labels that grow block by block; they are looked at only, and go when the result takes their place.

    Parameters
    ----------
    shape
        Of the image, in pixels (z, y, x).
    told
        Called with the box that changed, in the thread of the run.
    """

    def __init__(self, shape: tuple[int, int, int], told: Callable[[Box], object]) -> None:
        self.labels = ChunkedLabels(shape, new_work_folder())
        self.count = 0
        """How many objects there are."""
        self.largest = 0
        self._told = told
        self._lock, self._closed = Lock(), False
        # Of each block: first and one past the last number, and whether its objects are judged.
        self._known: dict[Block, tuple[int, int, bool]] = {}

    def follow(self, run: BlockRun) -> None:
        """Take in the blocks that are new, or judged since the last look.

        Raises
        ------
        ImageError
            A file of the run is damaged.
        """
        from cpsam_core.blocks.so_far import found_so_far

        folder = run.work.folder
        for block in run.work.plan.blocks():
            known = self._known.get(block)
            there = folder.steps(block).exists()
            if not there or (known is not None and (known[2] or not folder.chosen(block).exists())):
                continue
            found = found_so_far(run.work, block)
            if found is not None:
                with self._lock:
                    if self._closed:
                        return
                    box = self._put(block, found)
                self._told(box)

    def _put(self, block: Block, found: FoundSoFar) -> Box:
        first, last, _ = self._known.get(block, (0, 0, False))
        z, y, x = found.box
        box = Box(z.start, z.stop, y.start, y.stop, x.start, x.stop)
        before = self.labels.read(box)
        # Its candidates give way to what was kept of them.
        others = np.where((before >= first) & (before < last), np.uint32(0), before)
        numbers = found.labels + np.uint32(self.largest)
        self.labels.write(box, np.where((found.labels > 0) & (others == 0), numbers, others))
        self.count += found.count - (last - first)
        self._known[block] = (self.largest + 1, self.largest + 1 + found.count, found.judged)
        self.largest += found.count
        return box

    def close(self) -> None:
        """Let go of the labels; what the run finds from now on is not taken in."""
        with self._lock:
            self._closed = True
            self.labels.close()
