"""Second stage of a block: objects that do not fit are rejected, and each goes to the block that its middle lies in."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.chosen import ChosenPart
from cpsam_core.blocks.enlarge import enlarged
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.blocks.task import Work
from cpsam_core.dynamics import Candidates, choose_masks, flow_errors
from cpsam_core.images.array_files import write_arrays
from cpsam_core.labels import object_table

__all__ = ["choose_block", "judged_objects"]


def choose_block(work: Work, block: Block, steps: int) -> None:
    """Keep the objects that a block owns: their pixels in the block, those beyond it, and what is known of each.

    Parameters
    ----------
    steps
        Of the diffusion, as the largest object of the plane (volume) needs them: flow errors depend on it.

    Raises
    ------
    ImageError
        The file of the first stage is missing or damaged, or writing failed.
    """
    write_arrays(work.folder.chosen(block), judged_objects(work, block, steps))
    with contextlib.suppress(OSError):
        work.folder.found(block).unlink(missing_ok=True)


def judged_objects(work: Work, block: Block, steps: int) -> dict[str, NDArray[Any]]:
    """Return the objects that :func:`choose_block` keeps.

    Raises
    ------
    ImageError
        The file of the first stage is missing or damaged.
    """
    stored = read_stage(work.folder.found(block))
    part = _chosen(work, block, stored, steps)
    if work.is_enlarged:
        part = enlarged(work, part)
    table = object_table(part.labels, part.logits, part.flow_errors)
    offset = np.array([side.start for side in part.window])
    middles = table.centroids + offset
    core = work.plan.axes_of(work.plan.core(block))
    own = np.ones(len(table), bool)
    for axis, side in enumerate(core):
        # In whole numbers, so that both blocks beside a border come to the same.
        middle = np.floor(np.round(middles[:, axis], 6)).astype(np.int64)
        own &= (middle >= side.start) & (middle < side.stop)
    if not work.joins:
        # Of bodies through planes both are decided once they are joined.
        if work.settings.exclude_on_edges:
            own &= ~part.touches
        if part.votes is not None:
            own &= part.votes.argmax(axis=1) > 0
    numbers = np.zeros(len(table) + 1, np.uint32)
    numbers[1:][own] = np.arange(1, int(own.sum()) + 1)
    arrays = _pixels(numbers[part.labels], part.window, core)
    arrays |= {
        "first": part.first[own],
        "areas": table.areas[own],
        "centroids": middles[own],
        "boxes": table.boxes[own] + offset[:, np.newaxis],
        "flow errors": table.flow_errors[own],
        "probabilities": table.probabilities[own],
        "touches": part.touches[own],
    }
    if part.votes is not None:
        arrays["votes"] = part.votes[own]
    return arrays


def _chosen(work: Work, block: Block, stored: dict[str, NDArray[Any]], steps: int) -> ChosenPart:
    """Return the objects that fit, at the size at which masks are made."""
    settings, labels = work.mask_settings, stored["labels"]
    window = tuple(slice(*side) for side in stored["window"].tolist())
    areas = np.bincount(labels.ravel())
    fit = np.full(len(areas), np.nan, np.float32)
    if len(areas) > 1:
        ids, errors = flow_errors(labels, stored["flows"], niter=steps)
        fit[ids] = errors
    # Where planes are joined, the smallest size holds for bodies.
    least = 0 if work.joins else settings.min_size
    masks = choose_masks(
        Candidates(labels, areas, fit), flow_threshold=settings.flow_threshold, min_size=least
    )
    boxes = object_table(masks.labels).boxes + np.array([side.start for side in window])[:, np.newaxis]
    # In a volume the sides are those of y and x, as for the whole image.
    sides, lengths = boxes[:, -2:], np.array(work.drawn[-2:])
    touches = ((sides[:, :, 0] == 0) | (sides[:, :, 1] == lengths)).any(axis=1)
    return ChosenPart(
        masks.labels,
        stored["logits"],
        window,
        masks.flow_errors,
        _first_pixels(masks.labels, window, work.drawn, len(masks.flow_errors))
        + (0 if work.plan.is_volume else block.plane * int(np.prod(work.drawn))),
        touches,
        _votes(masks.labels, stored),
    )


def _pixels(
    mine: NDArray[np.uint32], window: tuple[slice, ...], core: tuple[slice, ...]
) -> dict[str, NDArray[Any]]:
    """Return the labels of the core, and places and numbers of pixels beyond it."""
    body = np.zeros([side.stop - side.start for side in core], np.uint32)
    beyond = mine.copy()
    shared = [
        (max(own.start, seen.start), min(own.stop, seen.stop)) for own, seen in zip(core, window, strict=True)
    ]
    if all(first < last for first, last in shared):
        here = tuple(
            slice(first - own.start, last - own.start)
            for (first, last), own in zip(shared, core, strict=True)
        )
        there = tuple(
            slice(first - seen.start, last - seen.start)
            for (first, last), seen in zip(shared, window, strict=True)
        )
        body[here] = mine[there]
        beyond[there] = 0
    places = np.nonzero(beyond)
    return {
        "body": body,
        "beyond": np.stack([at + seen.start for at, seen in zip(places, window, strict=True)]).astype(
            np.int64
        ),
        "beyond numbers": beyond[places],
    }


def _first_pixels(
    labels: NDArray[np.uint32], window: tuple[slice, ...], shape: tuple[int, ...], count: int
) -> NDArray[np.int64]:
    """Return the flat position in the plane or volume of the first pixel of each object."""
    first = np.full(count + 1, np.iinfo(np.int64).max)
    places = np.nonzero(labels)
    flat = np.zeros(len(places[0]), np.int64)
    for at, seen, length in zip(places, window, shape, strict=True):
        flat = flat * length + (at + seen.start)
    # The last that is given to an object stays: going backwards, its first pixel.
    first[labels[places][::-1]] = flat[::-1]
    return first[1:]


def _votes(labels: NDArray[np.uint32], stored: dict[str, NDArray[Any]]) -> NDArray[np.int64] | None:
    """Return how many pixels of each object have each class, (n, classes); None without classes."""
    if "classes" not in stored:
        return None
    kinds = int(stored["class count"][0])
    inside = labels > 0
    count = int(labels.max(initial=0))
    places = (labels[inside].astype(np.int64) - 1) * kinds + stored["classes"][inside]
    return np.bincount(places, minlength=count * kinds).reshape(count, kinds)
