"""First stage of a block: the network, and the objects that its flows run into."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.maps import predicted_maps
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.task import Work
from cpsam_core.dynamics import ImageFrame, find_candidates
from cpsam_core.dynamics.diffusion import steps_needed
from cpsam_core.images.array_files import write_arrays
from cpsam_core.labels import fill_holes
from cpsam_core.labels.runs import runs_of
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict import device_of

__all__ = ["find_block"]

log = logging.getLogger(__name__)

RIM_PX = 2
"""Pixels along the border of a part; an object that comes so near may be cut."""

REACH_PX = 16
"""Pixels around an object in which others have a say in it: where peaks meet, and by the heat beside its border."""

DRIFT_PX = 8
PART_OF_DRIFT = 8
"""Pixels by which the middle of an object may move when its holes are filled; of a large one a part of its size."""

WIDEST = 3
"""How often the margin is doubled."""


@dataclass(frozen=True, eq=False)
class _PartObjects:
    """Objects of a part: boxes (n, axes, 2) and middles (n, axes) in the part, whose axes begin at `offset`."""

    ids: NDArray[np.uint32]
    boxes: NDArray[np.int64]
    middles: NDArray[np.float64]
    offset: NDArray[np.int64]


def find_block(work: Work, block: Block, progress: Progress = silent) -> None:
    """Predict a block with its margin, find its objects and keep them with what the network said.

    The margin grows where an object of the block, or one beside it, would be cut. Objects that can neither belong to
    the block nor have a say in one that does are left out.

    Raises
    ------
    ImageError
        The image cannot be read there, or writing failed.
    """
    settings = work.mask_settings
    for attempt in range(WIDEST + 1):
        maps = predicted_maps(work, block, 1 << attempt, progress)
        flows, logits = maps.flows, maps.logits
        candidates = find_candidates(
            flows,
            logits,
            cellprob_threshold=settings.cellprob_threshold,
            niter=settings.steps,
            max_size_fraction=settings.max_size_fraction,
            errors=False,
            device=device_of(work.network),
            frame=ImageFrame(tuple(side.start for side in maps.window), work.drawn),
        )
        filled = fill_holes(candidates.labels)
        found = _measured(filled, maps.window)
        near = _near_core(found, _core(work, block))
        beside = _beside(found, near)
        if not (beside & _at_border(found, maps.window, work.drawn)).any():
            break
        if attempt == WIDEST:
            log.warning(
                "block %s: an object is larger than the margin of %d pixels, and may end at the border of the block",
                block.name,
                work.plan.margin << attempt,
            )
    inner, window = _kept_part(found, beside, maps.window)
    kept = np.isin(candidates.labels[inner], found.ids[beside])
    labels = np.where(kept, candidates.labels[inner], np.uint32(0))
    inside = np.isin(filled[inner], found.ids[beside])
    arrays: dict[str, NDArray[Any]] = {
        "window": np.array([[side.start, side.stop] for side in window], np.int64),
        "labels": labels,
        "flows": np.where(kept, flows[(slice(None), *inner)], np.float32(0)),
        "logits": _logits(work, logits, inner, inside),
    }
    if maps.classes is not None:
        arrays["classes"] = np.where(inside, maps.classes[inner], np.uint8(0))
        arrays["class count"] = np.array([maps.class_count], np.int64)
    extents = (found.boxes[near, :, 1] - found.boxes[near, :, 0]).sum(axis=1)
    write_arrays(work.folder.found(block), arrays)
    steps = steps_needed(int(extents.max(initial=0)), len(window))
    write_arrays(work.folder.steps(block), {"steps": np.array([steps], np.int64)})


def _core(work: Work, block: Block) -> NDArray[np.float64]:
    """Return first pixel and one past the last of a block along each axis, at the size at which masks are made."""
    core = work.plan.axes_of(work.plan.core(block))
    full = work.plan.axes_of(work.plan.shape)
    return np.array(
        [
            [side.start * (drawn / length), side.stop * (drawn / length)]
            for side, drawn, length in zip(core, work.drawn, full, strict=True)
        ]
    )


def _logits(
    work: Work, logits: NDArray[np.float32], inner: tuple[slice, ...], inside: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return what is kept of the logits: all where masks will be enlarged, since that mixes neighbours."""
    if work.is_enlarged:
        return logits[inner]
    return np.where(inside, logits[inner], np.float32(0))


def _measured(labels: NDArray[np.uint32], window: tuple[slice, ...]) -> _PartObjects:
    runs = runs_of(labels)
    ids, index = runs.objects()
    boxes = runs.boxes(index, len(ids))
    areas = np.maximum(np.bincount(index, runs.lengths, len(ids)), 1)
    middles = [
        np.bincount(index, runs.lengths * (first + last) / 2, len(ids)) / areas
        for first, last in runs.positions()
    ]
    offset = np.array([side.start for side in window], np.int64)
    return _PartObjects(ids, boxes, np.stack(middles, axis=1), offset)


def _near_core(found: _PartObjects, core: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which objects the block may own: those whose middle lies in it, or nearly."""
    extents = found.boxes[:, :, 1] - found.boxes[:, :, 0]
    drift = np.maximum(DRIFT_PX, extents.max(axis=1, initial=0) / PART_OF_DRIFT)[:, np.newaxis]
    middles = found.middles + found.offset
    near: NDArray[np.bool_] = ((middles + drift >= core[:, 0]) & (middles - drift < core[:, 1])).all(axis=1)
    return near


def _beside(found: _PartObjects, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which objects are near, or have a say in one that is."""
    beside = near.copy()
    others = np.flatnonzero(~near)
    if not len(others) or not near.any():
        return beside
    boxes = found.boxes[others]
    for box in found.boxes[near]:
        meets = (boxes[:, :, 0] < box[:, 1] + REACH_PX) & (boxes[:, :, 1] > box[:, 0] - REACH_PX)
        beside[others[meets.all(axis=1)]] = True
    return beside


def _at_border(found: _PartObjects, window: tuple[slice, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which objects come to a border of the part that is none of the image."""
    at_border = np.zeros(len(found.boxes), bool)
    for axis, (seen, length) in enumerate(zip(window, shape, strict=True)):
        if seen.start > 0:
            at_border |= found.boxes[:, axis, 0] < RIM_PX
        if seen.stop < length:
            at_border |= found.boxes[:, axis, 1] > seen.stop - seen.start - RIM_PX
    return at_border


def _kept_part(
    found: _PartObjects, kept: NDArray[np.bool_], window: tuple[slice, ...]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the part around the objects that are kept, in the arrays and in the image."""
    lengths = [side.stop - side.start for side in window]
    if kept.any():
        first = np.maximum(found.boxes[kept, :, 0].min(axis=0) - RIM_PX, 0).tolist()
        last = np.minimum(found.boxes[kept, :, 1].max(axis=0) + RIM_PX, lengths).tolist()
    else:
        first, last = [0] * len(lengths), [1] * len(lengths)
    inner = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    moved = tuple(
        slice(side.start + seen.start, side.stop + seen.start)
        for side, seen in zip(inner, window, strict=True)
    )
    return inner, moved
