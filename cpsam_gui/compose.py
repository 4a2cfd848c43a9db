"""Put a new result together with the objects that must survive it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from .history import Labels

COVERED = 0.5  # a new object that lies under kept ones by more than this share is one of them, found again


def compose(found: Labels, before: Labels, kept: Collection[int], first_id: int) -> Labels:
    """Return `found` with the `kept` objects of `before` on top, as a new array.

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
    """
    numbers = np.unique(found)
    numbers = numbers[numbers > 0]
    renumber = np.zeros(int(found.max(initial=0)) + 1, np.uint32)
    renumber[numbers] = np.arange(first_id, first_id + numbers.size, dtype=np.uint32)
    if kept:
        stays = np.isin(before, list(kept))
        areas = np.bincount(found.ravel(), minlength=renumber.size)
        covered = np.bincount(found[stays], minlength=renumber.size)
        renumber[covered > COVERED * np.maximum(areas, 1)] = 0
    result: Labels = np.take(renumber, found)
    if kept:
        result[stays] = before[stays]
    return result
