"""Put a new result together with the objects that must survive it.

This is a matter of runs, of which there are few hundred thousand where an image has tens of millions of pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.labels.runs import Runs, look_up, overlay
from cpsam_gui.operations.carry_over import former_ids
from cpsam_gui.operations.replacing import is_ring, may_be_rings, mostly

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels


def compose_runs(
    found: Runs, before: Runs, kept: Collection[int], first_id: int, *, carry: bool = False
) -> tuple[Runs, NDArray[np.uint32]]:
    """Return `found` with the `kept` objects of `before` on top, and the id that each found object got.

    Parameters
    ----------
    found
        All runs of new labels (z, y, x).
    before
        Those of labels of the same shape that hold the kept objects.
    kept
        Ids in `before` that stay, pixel by pixel.
    first_id
        New objects are numbered from here, so that no id is used twice.
    carry
        Found objects that are objects of `before` which do not stay get their ids (see `carry_over`).

    Returns
    -------
    runs
        All runs of the labels together.
    ids
        uint32 by the number of the object in `found`; 0 for one that lies under kept objects by more than half or
        leaves a ring around one, and for numbers that no object has.
    """
    stays = np.zeros(1 + max(kept, default=0), np.bool_)
    stays[list(kept)] = True
    runs, old = overlay(found, before)
    new, lengths = runs.values, runs.lengths
    size = int(new.max(initial=0)) + 1
    held = _held(old, stays) if kept else np.zeros(old.size, np.bool_)
    areas = np.bincount(new, lengths, size)
    covered = np.bincount(new[held], lengths[held], size)
    taken_over = (areas > 0) & ~mostly(covered, areas)
    rings = may_be_rings(covered, areas)
    rings[0] = False
    taken_over &= ~_around_kept(runs, held, rings)
    taken_over[0] = False
    ids = np.zeros(size, np.uint32)
    if carry:
        there = np.where(look_up(taken_over, new), new, 0)
        ids = former_ids(lengths, there, np.where(held, 0, old), size)
    fresh = np.flatnonzero(taken_over & (ids == 0))
    ids[fresh] = np.arange(first_id, first_id + fresh.size, dtype=np.uint32)
    values = look_up(ids, new)
    np.copyto(values, old.astype(np.uint32), where=held)
    return Runs(runs.starts, lengths, values, runs.shape).merged(), ids


def rename(labels: Labels, names: Mapping[int, int], rows: Mapping[int, ObjectRecord]) -> None:
    """Give objects other ids, in place; `rows` say where they are."""
    # All are looked for before the first is written: one may get the id that another has.
    places = [(rows[number].box.slices, name) for number, name in names.items()]
    masks = [labels[place] == number for number, (place, _) in zip(names, places, strict=True)]
    for (place, name), mask in zip(places, masks, strict=True):
        labels[place][mask] = name


def _around_kept(runs: Runs, held: NDArray[np.bool_], asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the objects asked about, by number, leave a ring around what is held."""
    around = np.zeros(asked.size, np.bool_)
    if asked.any():
        chosen = look_up(asked, runs.values)
        some, under = runs.where(chosen), held[chosen]
        for number in np.flatnonzero(asked).tolist():
            own = some.values == number
            rest, inner = (_pixels(some.where(own & part)) for part in (~under, under))
            around[number] = is_ring(rest, inner)
    return around


def _pixels(runs: Runs) -> NDArray[np.int64]:
    """Return the place of each pixel of runs, (n, axes)."""
    ends = np.cumsum(runs.lengths)
    flat = np.arange(ends[-1]) + np.repeat(runs.starts - ends + runs.lengths, runs.lengths)
    return np.stack(np.unravel_index(flat, runs.shape), axis=1)


def _held(labels: Labels, stays: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where `labels` belong to objects that stay."""
    held: NDArray[np.bool_] = np.take(stays, labels, mode="clip")
    # Clipped ids would count as the last one.
    held &= labels < stays.size
    return held
