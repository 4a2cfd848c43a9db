"""Masks that were made at the size that the network sees (`resample` off), brought to that of the image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.chosen import ChosenPart
from cpsam_core.blocks.task import Work
from cpsam_core.preprocess.resample import LinearAxis, nearest, resize_part

__all__ = ["enlarged"]


def enlarged(work: Work, part: ChosenPart) -> ChosenPart:
    """Return the objects at the size of the image; those that lose their last pixel are left out.

    Objects keep their order, which is that of their first pixels where the masks were made.
    """
    full = work.plan.shape[1:]
    sides = [_image_side(*axis) for axis in zip(work.drawn, full, part.window, strict=True)]
    rows, columns = (
        nearest(drawn, length, side) - seen.start
        for drawn, length, side, seen in zip(work.drawn, full, sides, part.window, strict=True)
    )
    labels = _taken(part.labels, rows, columns)
    kept = np.zeros(len(part.flow_errors) + 1, bool)
    kept[np.unique(labels)] = True
    kept[0] = False
    numbers = np.zeros(len(kept), np.uint32)
    numbers[kept] = np.arange(1, int(kept.sum()) + 1)
    kept = kept[1:]
    return replace(
        part,
        labels=numbers[labels],
        logits=_full_logits(work, part, (sides[0], sides[1])),
        window=(sides[0], sides[1]),
        flow_errors=part.flow_errors[kept],
        first=part.first[kept],
        touches=part.touches[kept],
        votes=None if part.votes is None else part.votes[kept],
    )


def _taken(
    labels: NDArray[np.uint32], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.uint32]:
    """Return labels by rows and columns; 0 for those that are not there."""
    height, width = labels.shape
    taken: NDArray[np.uint32] = labels[
        np.clip(rows, 0, height - 1)[:, np.newaxis], np.clip(columns, 0, width - 1)[np.newaxis]
    ]
    taken[(rows < 0) | (rows >= height)] = 0
    taken[:, (columns < 0) | (columns >= width)] = 0
    return taken


def _image_side(drawn: int, length: int, seen: slice) -> slice:
    """Return the pixels of the image whose nearest pixel lies in a part of what the network saw, one at least.

    Where the network saw more pixels than the image has, a small part may be the nearest of none.
    """
    places = nearest(drawn, length, slice(0, length))
    first, last = np.searchsorted(places, [seen.start, seen.stop]).tolist()
    first = min(first, length - 1)
    return slice(first, max(last, first + 1))


def _full_logits(work: Work, part: ChosenPart, sides: tuple[slice, slice]) -> NDArray[np.float32]:
    """Return the logits at the size of the image; along the border of the part they repeat."""
    rows, columns = (
        LinearAxis(drawn, length) for drawn, length in zip(work.drawn, work.plan.shape[1:], strict=True)
    )
    needed = (rows.needed(sides[0]), columns.needed(sides[1]))
    # A pixel more than the part on each side is asked for; no object comes so near to its border.
    padding = [
        (max(0, seen.start - side.start), max(0, side.stop - seen.stop))
        for seen, side in zip(part.window, needed, strict=True)
    ]
    logits = np.pad(part.logits, padding, mode="edge")
    origin = (part.window[0].start - padding[0][0], part.window[1].start - padding[1][0])
    return resize_part(logits, origin, (rows, columns), sides)
