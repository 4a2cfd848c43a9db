"""First stage of a block: the network, and the objects that its flows run into."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.arrays import write_arrays
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.task import Work
from cpsam_core.dynamics import ImageFrame, find_candidates
from cpsam_core.labels import fill_holes
from cpsam_core.labels.runs import runs_of
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict_part import predict_part

__all__ = ["find_block", "steps_of"]

log = logging.getLogger(__name__)

RIM = 2
"""Pixels along the border of a part; an object that comes so near may be cut."""

REACH = 24
"""Pixels around an object in which others have a say in it: where peaks meet, and by the heat beside its border."""

DRIFT = 8
"""Pixels by which the middle of an object may move when its holes are filled."""

WIDEST = 3
"""How often the margin is doubled."""


@dataclass(frozen=True, eq=False)
class _Found:
    labels: NDArray[np.uint32]
    boxes: NDArray[np.int64]
    middles: NDArray[np.float64]


def find_block(work: Work, block: Block, progress: Progress = silent) -> None:
    """Predict a block with its margin, find its objects and keep them with what the network said.

    The margin grows where an object of the block, or one beside it, would be cut.

    Raises
    ------
    ImageError
        The image cannot be read there, or writing failed.
    """
    plan, settings = work.plan, work.settings
    margin = plan.margin
    for attempt in range(WIDEST + 1):
        window = plan.window(block, margin)
        maps = _predict(work, block, window, progress)
        frame = ImageFrame((window[0].start, window[1].start), plan.shape[1:])
        candidates = find_candidates(
            maps[-3:-1],
            maps[-1],
            cellprob_threshold=settings.cellprob_threshold,
            niter=settings.steps,
            max_size_fraction=settings.max_size_fraction,
            errors=False,
            frame=frame,
        )
        found = _measured(candidates.labels)
        near = _near_core(found, plan.core(block), window)
        if not _is_cut(found, near, window, plan.shape[1:]):
            break
        if attempt == WIDEST:
            log.warning(
                "block %s: an object is larger than the margin of %d pixels, and may end at the border of the block",
                block.name,
                margin,
            )
            break
        margin *= 2
    labels = candidates.labels
    inside = fill_holes(labels) > 0
    arrays: dict[str, NDArray[Any]] = {
        "window": np.array([[side.start, side.stop] for side in window], np.int64),
        "labels": labels,
        "flows": np.where(labels > 0, maps[-3:-1], np.float32(0)),
        "logits": np.where(inside, maps[-1], np.float32(0)),
    }
    if len(maps) > 3:
        arrays["classes"] = np.where(inside, maps[:-3].argmax(axis=0), 0).astype(np.uint8)
        arrays["class count"] = np.array([len(maps) - 3], np.int64)
    extents = (found.boxes[near, :, 1] - found.boxes[near, :, 0]).sum(axis=1)
    write_arrays(work.folder.found(block), arrays)
    write_arrays(
        work.folder.steps(block), {"steps": np.array([steps_of(int(extents.max(initial=0)))], np.int64)}
    )


def steps_of(extent: int) -> int:
    """Return the steps of diffusion that a plane's object of so many rows and columns together needs."""
    return 2 * (extent + 2) if extent else 0


def _predict(
    work: Work, block: Block, window: tuple[slice, slice], progress: Progress
) -> NDArray[np.float32]:
    def read(part: tuple[slice, slice]) -> NDArray[np.float32]:
        plane: NDArray[np.float32] = work.normalizer((slice(block.plane, block.plane + 1), *part))[0]
        return plane

    settings = work.settings
    return predict_part(
        work.network,
        read,
        work.plan.shape[1:],
        window,
        batch_size=settings.batch_size,
        tile_overlap=settings.tile_overlap,
        augment=settings.augment,
        scale=work.scale,
        progress=progress,
    )


def _measured(labels: NDArray[np.uint32]) -> _Found:
    runs = runs_of(labels)
    ids, index = runs.objects()
    boxes = runs.boxes(index, len(ids))
    return _Found(labels, boxes, boxes.mean(axis=2) if len(ids) else np.zeros((0, 2)))


def _near_core(found: _Found, core: tuple[slice, slice], window: tuple[slice, slice]) -> NDArray[np.bool_]:
    """Return which objects the block may own: those that reach into it, or nearly."""
    near = np.ones(len(found.boxes), bool)
    for axis, (own, seen) in enumerate(zip(core, window, strict=True)):
        first, last = found.boxes[:, axis, 0] + seen.start, found.boxes[:, axis, 1] + seen.start
        middle = (first + last) / 2
        half = (last - first) / 2 + DRIFT
        # The middle of the pixels lies somewhere in the box; half of the box is the farthest from the box's middle.
        near &= (middle + half >= own.start) & (middle - half < own.stop)
    return near


def _is_cut(
    found: _Found, near: NDArray[np.bool_], window: tuple[slice, slice], shape: tuple[int, int]
) -> bool:
    """Whether an object that the block may own, or one beside it, comes to a border of the part."""
    at_border = np.zeros(len(found.boxes), bool)
    for axis, (seen, length) in enumerate(zip(window, shape, strict=True)):
        if seen.start > 0:
            at_border |= found.boxes[:, axis, 0] < RIM
        if seen.stop < length:
            at_border |= found.boxes[:, axis, 1] > seen.stop - seen.start - RIM
    if not at_border.any():
        return False
    own, others = found.boxes[near], found.boxes[at_border]
    for box in own:
        beside = (others[:, :, 0] < box[:, 1] + REACH) & (others[:, :, 1] > box[:, 0] - REACH)
        if beside.all(axis=1).any():
            return True
    return False
