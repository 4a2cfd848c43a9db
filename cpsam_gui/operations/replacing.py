"""What a run may replace: the one place that says when an object lies in a region, or under others. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels

MOST = 0.5
"""Share of an object's pixels beyond which it lies in a region, or is covered by what stays there."""
RING = 0.25
"""Share of a new object under what stays beyond which it is the same cell, too, where the rest lies around that."""
WIDER = 1.5
"""Of the variance in the narrowest direction, by which a ring exceeds what it lies around; a row of cells does not."""


def is_kept(number: int, row: ObjectRecord, given_up: Mapping[int, ObjectRecord]) -> bool:
    """Whether an object stays: a person touched it, and it is not what was given up, as it was when a run began."""
    return row.touched and given_up.get(number) != row


def mostly(part: NDArray[np.integer[Any]], whole: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Return whether pixels counted in a part are most of those counted in all."""
    return np.asarray(part > MOST * np.maximum(whole, 1), np.bool_)


def may_be_rings(under: NDArray[np.integer[Any]], areas: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Return of which new objects the rest may be a ring around what stays: their middle tells.

    A cell that a person drew too small is the same cell, but less than half of it.
    """
    return np.asarray((under > RING * areas) & ~mostly(under, areas), np.bool_)


def is_ring(rest: NDArray[np.integer[Any]], under: NDArray[np.integer[Any]]) -> bool:
    """Whether what is left of an object lies around the part that others hold, by the pixels (n, axes) of both.

    Its middle is there, and it is wider in every direction, which the two ends of a row of three cells are not.
    """
    if not (under == np.rint(rest.mean(axis=0))).all(axis=1).any():
        return False
    # A plane has no depth.
    axes = np.flatnonzero(np.ptp(np.concatenate([rest, under]), axis=0))
    narrow = [
        float(np.linalg.eigvalsh(np.atleast_2d(np.cov(one[:, axes], rowvar=False, bias=True)))[0])
        for one in (rest, under)
    ]
    return narrow[0] > WIDER * narrow[1]


def covered(found: Labels, stays: Mask) -> NDArray[np.bool_]:
    """Return, by number, which new objects are those found again that stay.

    They lie under them for the most part, or what is left of them is a ring around one.

    Parameters
    ----------
    found
        New labels, numbered from 1.
    stays
        Where pixels belong to objects that stay; of the same shape.
    """
    areas = np.bincount(found.ravel())
    under = np.bincount(found[stays], minlength=areas.size)
    again = mostly(under, areas)
    doubtful = np.flatnonzero(may_be_rings(under, areas))
    doubtful = doubtful[doubtful > 0]
    for number in doubtful.tolist():
        mask = found == number
        again[number] = is_ring(np.argwhere(mask & ~stays), np.argwhere(mask & stays))
    return again


def stay_away(found: Labels, deleted: Mask) -> NDArray[np.bool_]:
    """Return, by number, which new objects are those that a person deleted: they lie there for the most part."""
    areas = np.bincount(found.ravel())
    gone = mostly(np.bincount(found[deleted], minlength=areas.size), areas)
    gone[0] = False
    return gone


def inside(found: Labels, region: tuple[slice, ...]) -> NDArray[np.bool_]:
    """Return, by number, which objects lie in a region of their block for the most part."""
    areas = np.bincount(found.ravel())
    return mostly(np.bincount(found[region].ravel(), minlength=areas.size), areas)
