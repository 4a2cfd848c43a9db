"""Put a new result together with the objects that must survive it.

The labels go through in bands of rows: numpy keeps other threads waiting while it looks values up in a table, and
the window must not wait for a whole image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.labels.runs import joint_runs
from cpsam_gui.operations.carry_over import former_ids
from cpsam_gui.operations.replacing import mostly

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from cpsam_gui.state.steps import Labels

# Pixels looked at together.
BAND_PIXELS = 1 << 20


def compose_with_ids(
    found: Labels,
    before: Labels,
    kept: Collection[int],
    first_id: int,
    tick: Callable[[], None] | None = None,
    *,
    carry: bool = False,
) -> tuple[Labels, NDArray[np.uint32]]:
    """Return `found` with the `kept` objects of `before` on top, and the id that each found object got.

    Parameters
    ----------
    found
        New labels (z, y, x) uint32.
    before
        Labels of the same shape that hold the kept objects.
    kept
        Ids in `before` that stay, pixel by pixel.
    first_id
        New objects are numbered from here, so that no id is used twice.
    tick
        Called after each band; may raise to stop.
    carry
        Found objects that are objects of `before` which do not stay get their ids (see `carry_over`).

    Returns
    -------
    labels
        uint32, as `found`.
    ids
        uint32 by the number of the object in `found`; 0 for one that lies under kept objects by more than half,
        and for numbers that no object has.
    """
    tick = tick or (lambda: None)
    stays = np.zeros(1 + max(kept, default=0), np.bool_)
    stays[list(kept)] = True
    lengths, new, old = joint_runs(found, before)
    tick()
    size = int(new.max(initial=0)) + 1
    held = _held(old, stays) if kept else np.zeros(old.size, np.bool_)
    areas = np.bincount(new, lengths, size)
    covered = np.bincount(new[held], lengths[held], size)
    taken_over = (areas > 0) & ~mostly(covered, areas)
    taken_over[0] = False
    ids = np.zeros(size, np.uint32)
    if carry:
        ids = former_ids(lengths, np.where(taken_over[new], new, 0), np.where(held, 0, old), size)
    fresh = np.flatnonzero(taken_over & (ids == 0))
    ids[fresh] = np.arange(first_id, first_id + fresh.size, dtype=np.uint32)
    result = np.empty(found.shape, np.uint32)
    for band in _bands(found):
        np.take(ids, found[band], out=result[band])
        if kept:
            np.copyto(result[band], before[band], where=_held(before[band], stays))
        tick()
    return result, ids


def rename(labels: Labels, names: Mapping[int, int], largest: int) -> None:
    """Give objects other ids, in place; `largest` is the largest id there is."""
    table = np.arange(largest + 1, dtype=np.uint32)
    table[list(names)] = list(names.values())
    for band in _bands(labels):
        labels[band] = np.take(table, labels[band])


def _held(labels: Labels, stays: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where `labels` belong to objects that stay."""
    held: NDArray[np.bool_] = np.take(stays, labels, mode="clip")
    # Clipped ids would count as the last one.
    if stays[-1]:
        held &= labels < stays.size
    return held


def _bands(labels: Labels) -> Iterator[tuple[int, slice]]:
    """Yield places of bands of rows, plane by plane."""
    planes, rows, columns = labels.shape
    step = max(1, BAND_PIXELS // max(columns, 1))
    for z in range(planes):
        for top in range(0, rows, step):
            yield z, slice(top, top + step)
