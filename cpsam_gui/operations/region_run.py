"""What a run found in a region: put into the document as one step, or proposed first. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from cpsam_core.labels.runs import joint_runs
from cpsam_gui.operations.carry_over import former_ids
from cpsam_gui.operations.proposals import Proposal
from cpsam_gui.operations.replacing import covered, is_kept, mostly, stay_away
from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import UNTOUCHED, Origin
from cpsam_gui.state.palette import separate
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_core.segment.output import NetworkOutput
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels


NOTHING: Mapping[int, ObjectRecord] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class RegionResult:
    """What a run found in a region.

    Attributes
    ----------
    region
        The block that was asked for.
    box
        The block that the network saw: the region and some context.
    labels
        uint32 of the shape of `box`; the objects that lie in the region, numbered from 1.
    scores
        Flow error, probability and class by number.
    output
        What the network gave, for `box`.
    """

    region: Box
    box: Box
    labels: Labels
    scores: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    output: NetworkOutput | None = None

    @property
    def count(self) -> int:
        """How many objects were found."""
        return int(np.count_nonzero(np.bincount(self.labels.ravel())[1:]))


def land(
    document: Document, name: str, found: RegionResult, given_up: Mapping[int, ObjectRecord] = NOTHING
) -> list[int]:
    """Write the objects of a region and return their ids.

    Objects of the model that lie in the region by more than half give way; what a person touched does so only where it
    is still as it was given up. Whatever stays keeps every pixel, and a new object that lies by more than half under
    others is one of them, found again.
    """
    before = document.labels[found.box.slices]
    gone = _replaced(document, found, given_up)
    union = found.box
    for number in gone:
        union = union.union(document.objects[number].box)
    union = union.clip(document.shape)
    values = document.labels[union.slices].copy()
    if gone:
        values[np.isin(values, gone)] = 0
    stays = before > 0
    if gone:
        stays &= ~np.isin(before, gone)
    first = document.next_id
    ids = _new_ids(document, found, stays)
    fresh = np.where(stays, before, ids[found.labels])
    inner = tuple(
        slice(a.start - b.start, a.stop - b.start)
        for a, b in zip(found.box.slices, union.slices, strict=True)
    )
    values[inner] = fresh
    new = [int(number) for number in ids if number]
    with document.step(name, StepKind.SEGMENT_REGION):
        document.write(union, values, Origin.MODEL)
        _fill_rows(document, found, ids, first)
    return [number for number in new if number in document.objects]


def without_deleted(found: RegionResult, deleted: DeletedPlaces | None) -> tuple[RegionResult, int]:
    """Return what was found in a region without the objects that a person deleted, and how many those are."""
    if deleted is None:
        return found, 0
    gone = stay_away(found.labels, deleted.mask(found.box))
    labels = np.where(gone[found.labels], np.uint32(0), found.labels)
    return replace(found, labels=labels), int(np.count_nonzero(gone))


def with_output(known: NetworkOutput, found: RegionResult) -> NetworkOutput:
    """Return what the network gave for an image, written over in place by what it saw of a region."""
    planes, rows, columns = found.box.slices
    # A volume there and planes here, or nothing to write.
    if found.output is None or len(found.output.flows) != len(known.flows):
        return known
    place = (planes, rows, columns) if known.logits.ndim == 3 else (rows, columns)
    for target, values in (
        (known.logits[place], found.output.logits),
        (known.flows[(slice(None), *place)], found.output.flows),
    ):
        target[...] = values.reshape(target.shape)
    # Others than a project may hold.
    return replace(known, memory=None)


def _replaced(document: Document, found: RegionResult, given_up: Mapping[int, ObjectRecord]) -> list[int]:
    """Return the ids of the objects of the region that give way."""
    inside = document.labels[found.region.slices]
    counts = np.bincount(inside.ravel())
    there = [number for number in np.flatnonzero(counts).tolist() if number in document.objects]
    areas = np.array([document.objects[number].area for number in there], np.int64)
    return [
        number
        for number, most in zip(there, mostly(counts[there], areas).tolist(), strict=True)
        if most and not is_kept(number, document.objects[number], given_up)
    ]


def _new_ids(document: Document, found: RegionResult, stays: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return the id for each number in the result; 0 for those that lie under what stays."""
    areas = np.bincount(found.labels.ravel())
    taken_over = (areas > 0) & ~covered(found.labels, stays)
    taken_over[0] = False
    now = np.where(taken_over[found.labels], found.labels, 0)
    before = np.where(stays, 0, document.labels[found.box.slices])
    ids = former_ids(*joint_runs(now, before), areas.size)
    for number in np.flatnonzero(taken_over & (ids == 0)).tolist():
        ids[number] = document.new_id()
    return ids


def _fill_rows(document: Document, found: RegionResult, ids: NDArray[np.uint32], first: int) -> None:
    """Give the objects found their places and scores, and new ones colours that their neighbours do not have.

    An object that was found again keeps its id, below `first`, and its colour; what a person said of it is gone.
    """
    here = document.labels[found.box.slices]
    near = [
        number for number in np.flatnonzero(np.bincount(here.ravel())).tolist() if number in document.objects
    ]
    new = {int(number) for number in ids if number >= first}
    boxes = {number: found.box.part(place) for number, place in _places(found, ids).items()}
    centres = [_centre(boxes.get(number, document.objects[number].box)) for number in near]
    fixed = {number: document.objects[number].colour for number in near if number not in new}
    colours = separate(np.array(near, np.int64), np.array(centres, float).reshape(-1, 3), fixed)
    # The end of the step tells of all of them at once.
    with document.objects_changed.blocked():
        for number, id_ in enumerate(ids.tolist()):
            if id_ in colours:
                fields = {**UNTOUCHED, "class_id": 0, **found.scores.get(number, {})}
                document.update([id_], box=boxes[id_], colour=colours[id_], **fields)


def _places(found: RegionResult, ids: NDArray[np.uint32]) -> dict[int, tuple[slice, ...]]:
    """Return where each new object lies within the result, by its id."""
    places = ndimage.find_objects(found.labels.view(np.int32))
    return {int(ids[n]): place for n, place in enumerate(places, start=1) if place is not None and ids[n]}


def _centre(box: Box) -> tuple[float, float, float]:
    return (box.z0 + box.z1) / 2, (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2


def propose(found: RegionResult, there: Labels, shape: tuple[int, int, int]) -> Proposal:
    """Return what was found in a region, but what is cut off and what lies under objects that are there.

    Parameters
    ----------
    found
        Result for the region, with some context around it.
    there
        Labels (z, y, x) of the block that the network saw.
    shape
        Of the image (z, y, x).
    """
    labels = found.labels.copy()
    dropped = covered(labels, there > 0)
    dropped[_cut(labels, found.box, shape)] = True
    dropped[0] = False
    labels[dropped[labels] | (there > 0)] = 0
    return Proposal(found.box, labels, found.scores)


def _cut(labels: Labels, box: Box, shape: tuple[int, int, int]) -> NDArray[np.uint32]:
    """Return the objects that touch a side of a block which is no side of the image."""
    sides = (
        (box.z0 > 0 and len(labels) > 1, labels[0]),
        (box.z1 < shape[0] and len(labels) > 1, labels[-1]),
        (box.y0 > 0, labels[:, 0]),
        (box.y1 < shape[1], labels[:, -1]),
        (box.x0 > 0, labels[:, :, 0]),
        (box.x1 < shape[2], labels[:, :, -1]),
    )
    return np.unique(
        np.concatenate([np.zeros(1, np.uint32), *(side.ravel() for inner, side in sides if inner)])
    )
