"""Stacks plane by plane: the objects of planes are joined to bodies by what they share, as `stitch` joins them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.labels import Numbers
from cpsam_core.blocks.limits import PART_PX
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.blocks.task import Work
from cpsam_core.images.array_files import write_arrays
from cpsam_core.images.files import saving
from cpsam_core.images.label_arrays import LabelSource, LabelTarget, boxes_of
from cpsam_core.labels import fill_holes
from cpsam_core.segment.volume import partners_of

__all__ = ["join_planes", "plane_table", "write_column"]


def plane_table(work: Work, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """Return what is known of all objects, in the order of their numbers, with ``plane``."""
    numbers = Numbers(work)
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in (*names, "plane")}
    ids: list[NDArray[np.uint32]] = []
    for block in work.plan.blocks():
        stored = read_stage(work.folder.chosen(block), names)
        own = numbers.of(block)[1:]
        ids.append(own)
        for name in names:
            columns[name].append(stored[name])
        columns["plane"].append(np.full(len(own), block.plane, np.int64))
    order = np.argsort(np.concatenate(ids), kind="stable")
    return {name: np.concatenate(parts)[order] for name, parts in columns.items()}


def join_planes(work: Work, planes: LabelSource) -> None:
    """Find out what each object of a plane becomes: the number of its body, 0 where that is dropped.

    Raises
    ------
    ImageError
        A file of an earlier stage is missing or damaged, or writing failed.
    """
    names = ("areas", "touches", "flow errors")
    table = plane_table(work, (*names, "votes") if work.network.out_channels > 3 else names)
    areas, plane = table["areas"], table["plane"]
    starts = np.searchsorted(plane, np.arange(work.plan.shape[0] + 1))
    body = np.zeros(len(areas) + 1, np.uint32)
    used = 0
    for z in range(work.plan.shape[0]):
        here = slice(int(starts[z]), int(starts[z + 1]))
        count = here.stop - here.start
        partner = np.zeros(count, np.intp)
        below_ids = np.zeros(1, np.uint32)
        if z > 0:
            below = slice(int(starts[z - 1]), int(starts[z]))
            below_ids = np.concatenate([below_ids, body[1 + below.start : 1 + below.stop]])
            row, column, both = _shared(work, planes, z, here.start + 1, below.start + 1)
            partner = partners_of(
                row, column, both, areas[here], areas[below], below_ids, work.settings.stitch_threshold
            )
        new = np.flatnonzero(partner == 0)
        own = below_ids[partner]
        own[new] = np.arange(used + 1, used + 1 + len(new))
        used += len(new)
        body[1 + here.start : 1 + here.stop] = own
    kept = np.bincount(body[1:], areas, used + 1) >= work.settings.min_size
    if work.settings.exclude_on_edges:
        kept &= np.bincount(body[1:], table["touches"], used + 1) == 0
    kinds = None
    if "votes" in table:
        votes = np.zeros((used + 1, table["votes"].shape[1]), np.int64)
        np.add.at(votes, body[1:], table["votes"])
        kinds = votes.argmax(axis=1)
        # Background by the majority of its pixels.
        kept &= kinds > 0
    kept[0] = False
    total = np.bincount(body[1:], table["flow errors"], used + 1)
    errors = total / np.maximum(np.bincount(body[1:], minlength=used + 1), 1)
    # Bodies are counted by their first object, and that is the order of their first voxels.
    final = np.zeros(used + 1, np.uint32)
    final[kept] = np.arange(1, int(kept.sum()) + 1)
    arrays: dict[str, NDArray[Any]] = {
        "bodies": final[body],
        "flow errors": errors[kept].astype(np.float32),
    }
    if kinds is not None:
        arrays["kinds"] = kinds[kept]
    write_arrays(work.folder.bodies, arrays)


def write_column(work: Work, block: Block, planes: LabelSource, target: LabelTarget) -> None:
    """Write the bodies of a column of blocks through all planes, their holes filled.

    Raises
    ------
    ImageError
        A file of an earlier stage is missing or damaged, or writing failed.
    """
    bodies = read_stage(work.folder.bodies, ("bodies",))["bodies"]
    _, rows, columns = work.plan.window(block)
    through = slice(0, planes.shape[0])
    labels = fill_holes(bodies[planes.read((through, rows, columns))])
    core = work.plan.core(block)[1:]
    inner = tuple(
        slice(own.start - seen.start, own.stop - seen.start)
        for own, seen in zip(core, (rows, columns), strict=True)
    )
    with saving(work.folder.joined(block)) as mark:
        target.write((through, *core), labels[(slice(None), *inner)])
        mark.touch()


def _shared(
    work: Work, planes: LabelSource, z: int, first: int, first_below: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return objects of a plane and of the one below that share pixels, counted from 0 in each, and how many."""
    pairs: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.int64]] = []
    for _, rows, columns in boxes_of((1, work.plan.shape[1], work.plan.shape[2]), PART_PX):
        below, here = planes.read((slice(z - 1, z + 1), rows, columns))
        both = (here > 0) & (below > 0)
        if both.any():
            pair = (here[both].astype(np.int64) - first) << 32 | (below[both].astype(np.int64) - first_below)
            found, count = np.unique(pair, return_counts=True)
            pairs.append(found)
            counts.append(count)
    if not pairs:
        none = np.zeros(0, np.int64)
        return none, none, none
    found, place = np.unique(np.concatenate(pairs), return_inverse=True)
    total = np.bincount(place, np.concatenate(counts)).astype(np.int64)
    return found >> 32, found & 0xFFFFFFFF, total
