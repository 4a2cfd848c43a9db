"""Second stage of a block: objects that do not fit are rejected, and each goes to the block that its middle lies in."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.arrays import read_arrays, write_arrays
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.task import Work
from cpsam_core.dynamics import Candidates, choose_masks, flow_errors
from cpsam_core.labels import object_table

__all__ = ["choose_block"]


def choose_block(work: Work, block: Block, steps: int) -> None:
    """Keep the objects that a block owns: their pixels in the block, those beyond it, and what is known of each.

    Parameters
    ----------
    steps
        Of the diffusion, as the largest object of the plane needs them: flow errors depend on it.

    Raises
    ------
    ImageError
        The file of the first stage is missing or damaged, or writing failed.
    """
    settings, plan = work.settings, work.plan
    stored = read_arrays(work.folder.found(block))
    labels = stored["labels"]
    window = [slice(*side) for side in stored["window"].tolist()]
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
    table = object_table(masks.labels, stored["logits"], masks.flow_errors)
    votes = _votes(masks.labels, stored)
    offset = np.array([side.start for side in window])
    middles = table.centroids + offset
    own = np.ones(len(table), bool)
    core = plan.core(block)
    for axis, side in enumerate(core):
        # In whole numbers, so that both blocks beside a border come to the same.
        middle = np.floor(np.round(middles[:, axis], 6)).astype(np.int64)
        own &= (middle >= side.start) & (middle < side.stop)
    boxes = table.boxes + offset[:, np.newaxis]
    touches = (boxes[:, :, 0] == 0).any(axis=1) | (boxes[:, :, 1] == np.array(plan.shape[1:])).any(axis=1)
    if settings.exclude_on_edges and not work.joins:
        own &= ~touches
    if votes is not None:
        own &= votes.argmax(axis=1) > 0
    numbers = np.zeros(len(table) + 1, np.uint32)
    numbers[1:][own] = np.arange(1, int(own.sum()) + 1)
    mine = numbers[masks.labels]
    arrays = _pixels(mine, window, core)
    arrays |= {
        "first": _first_pixels(mine, window, plan.shape[1:], int(own.sum())),
        "areas": table.areas[own],
        "centroids": middles[own],
        "boxes": boxes[own],
        "flow errors": table.flow_errors[own],
        "probabilities": table.probabilities[own],
        "touches": touches[own],
    }
    if votes is not None:
        arrays["kinds"] = votes[own].argmax(axis=1).astype(np.int64)
    write_arrays(work.folder.chosen(block), arrays)
    with contextlib.suppress(OSError):
        work.folder.found(block).unlink(missing_ok=True)


def _pixels(
    mine: NDArray[np.uint32], window: list[slice], core: tuple[slice, slice]
) -> dict[str, NDArray[Any]]:
    """Return the labels of the core, and places and numbers of pixels beyond it."""
    inner = tuple(
        slice(own.start - seen.start, own.stop - seen.start) for own, seen in zip(core, window, strict=True)
    )
    body = mine[inner].copy()
    beyond = mine.copy()
    beyond[inner] = 0
    places = np.nonzero(beyond)
    return {
        "body": body,
        "beyond": np.stack([at + seen.start for at, seen in zip(places, window, strict=True)]).astype(
            np.int64
        ),
        "beyond numbers": beyond[places],
    }


def _first_pixels(
    mine: NDArray[np.uint32], window: list[slice], shape: tuple[int, int], count: int
) -> NDArray[np.int64]:
    """Return the flat position in the plane of the first pixel of each object, by which objects are numbered."""
    first = np.full(count + 1, np.iinfo(np.int64).max)
    rows, columns = np.nonzero(mine)
    flat = (rows + window[0].start).astype(np.int64) * shape[1] + columns + window[1].start
    np.minimum.at(first, mine[rows, columns], flat)
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
