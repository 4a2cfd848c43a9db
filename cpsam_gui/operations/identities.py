"""Ids and colours of objects that thresholds dropped: what comes back is the object that it was. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.spatial import cKDTree

from cpsam_core.labels.runs import look_up
from cpsam_gui.operations.carry_over import SAME

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from cpsam_core.labels import Runs
    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels

Form: TypeAlias = tuple[int, ...]
"""Pixels and box of an object: no two of one image have the same at one place."""

STATES = 8
"""Results whose objects are known again to the pixel: that of the run, and the last ones."""
NEAREST = 4
"""Dropped objects that a new one is compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class DroppedObject:
    """An object that new thresholds left out: its row, and its pixels in the box of the row."""

    row: ObjectRecord
    mask: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """The objects of one run that were there under one threshold or another."""

    states: tuple[Mapping[Form, int], ...] = ()
    """Ids by form, for each result."""
    dropped: Mapping[int, DroppedObject] = field(default_factory=dict)
    """By id, as they were last."""

    def known(self, row: ObjectRecord) -> int:
        """Return the id that an object of exactly this form had; 0 where there was none."""
        form = _form(row)
        return next((state[form] for state in self.states if form in state), 0)

    def after(
        self, before: Runs, rows: Mapping[int, ObjectRecord], now: Mapping[int, ObjectRecord]
    ) -> Identities:
        """Return what is known once `now` stands where the objects `rows` were, in the labels with these runs."""
        gone = _pixels(before, {number: row for number, row in rows.items() if number not in now})
        states = self.states or (_forms(rows),)
        states = (*states[:1], *states[1:][2 - STATES :], _forms(now))
        return Identities(states, {**self.dropped, **gone})


def former_self(
    identities: Identities, box: Box, mask: Mask, there: Container[int]
) -> tuple[int, ObjectRecord] | None:
    """Return id and row of the dropped object that a candidate was; None where it was none, or its id is taken.

    Parameters
    ----------
    box, mask
        Where the candidate lies, and its pixels there.
    there
        Ids of the objects that are there.
    """
    best, found, area = SAME, None, np.count_nonzero(mask)
    for number, one in identities.dropped.items():
        shared = one.row.box.intersection(box)
        if shared.empty or number in there:
            continue
        both = np.count_nonzero(mask[shared.inside(box)] & one.mask[shared.inside(one.row.box)])
        likeness = both / (area + one.row.area - both)
        if likeness >= best:
            best, found = likeness, (number, one.row)
    return found


def _pixels(runs: Runs, rows: Mapping[int, ObjectRecord]) -> dict[int, DroppedObject]:
    """Return some objects of labels (z, y, x), of which these are all runs, with their pixels."""
    found = {number: DroppedObject(row, np.zeros(row.box.shape, np.bool_)) for number, row in rows.items()}
    wanted = np.zeros(int(runs.values.max(initial=0)) + 1, np.bool_)
    wanted[[number for number in rows if number < wanted.size]] = True
    chosen = runs.where(np.flatnonzero(look_up(wanted, runs.values)))
    (z, _), (y, _), (left, right) = chosen.positions()
    columns = (one.tolist() for one in (chosen.values, z, y, left, right))
    for number, plane, row, first, last in zip(*columns, strict=True):
        one = found[number]
        box = one.row.box
        one.mask[plane - box.z0, row - box.y0, first - box.x0 : last + 1 - box.x0] = True
    return found


def _form(row: ObjectRecord) -> Form:
    box = row.box
    return row.area, box.z0, box.z1, box.y0, box.y1, box.x0, box.x1


def _forms(rows: Mapping[int, ObjectRecord]) -> dict[Form, int]:
    return {_form(row): number for number, row in rows.items()}


def former_identities(
    identities: Identities,
    labels: Labels,
    found: Mapping[int, ObjectRecord],
    first_id: int,
    taken: Iterable[int],
) -> dict[int, int]:
    """Return other ids for objects that were known before under others, by their id.

    Parameters
    ----------
    labels
        The new labels (z, y, x).
    found
        The objects that were found, without those that stay.
    first_id
        Ids from here are new ones.
    taken
        Ids that others have.
    """
    used, names = set(taken), {}
    for number, row in found.items():
        known = identities.known(row)
        if known and known not in used:
            names[number] = known
            used.add(known)
    # One whose id was that of another gets a new one, or that of one which it resembles.
    fresh = [n for n in found if n not in names and (n >= first_id or n in used)]
    used.update(n for n in found if n not in names and n < first_id)
    gone = {number: one for number, one in identities.dropped.items() if number not in used}
    names.update(_alike(labels, {number: found[number] for number in fresh}, gone))
    spare = max([first_id - 1, *found]) + 1
    for number in fresh:
        if number not in names and number < first_id:
            names[number] = spare
            spare += 1
    return {number: name for number, name in names.items() if name != number}


def _alike(
    labels: Labels, fresh: Mapping[int, ObjectRecord], gone: Mapping[int, DroppedObject]
) -> dict[int, int]:
    """Return ids of dropped objects for new ones that overlap with them, the most alike first."""
    if not fresh or not gone:
        return {}
    ids = list(gone)
    tree = cKDTree([_centre(gone[number].row.box) for number in ids])
    pairs = []
    for number, row in fresh.items():
        _, places = tree.query(_centre(row.box), k=min(NEAREST, len(ids)))
        for place in np.atleast_1d(places).tolist():
            one = gone[ids[place]]
            likeness = _likeness(labels, number, row, one)
            if likeness >= SAME:
                pairs.append((likeness, number, ids[place]))
    names: dict[int, int] = {}
    used: set[int] = set()
    for _, number, known in sorted(pairs, key=lambda pair: -pair[0]):
        if number not in names and known not in used:
            names[number] = known
            used.add(known)
    return names


def _likeness(labels: Labels, number: int, row: ObjectRecord, one: DroppedObject) -> float:
    """Return the intersection over union of an object and one that was dropped."""
    if one.row.box.intersection(row.box).empty:
        return 0.0
    shared = np.count_nonzero(labels[one.row.box.slices][one.mask] == number)
    return shared / (row.area + one.row.area - shared)


def _centre(box: Box) -> tuple[float, ...]:
    return (box.z0 + box.z1) / 2, (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2
