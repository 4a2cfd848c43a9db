"""Filters, order and counts of millions of objects, from the columns of their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui.state.objects import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from cpsam_gui.state.columns import ColumnRecords

FILTERS: Mapping[str, Callable[[ColumnRecords], NDArray[np.bool_]]] = {
    "Touched by me": lambda table: table.touched,
    "Uncertain": lambda table: table.flag("uncertain"),
    "Locked": lambda table: table.flag("locked"),
    "Drawn by hand": lambda table: table.has_origin(Origin.HAND),
    "Corrected": lambda table: table.has_origin(Origin.EDITED),
    "Without class": lambda table: table.columns["classes"] == 0,
    "With class": lambda table: table.columns["classes"] > 0,
}
"""Which objects a filter of the panel lets through, by its name."""


def filtered(table: ColumnRecords, name: str) -> NDArray[np.int64]:
    """Return the ids of the objects that a filter lets through, in rising order."""
    keep = FILTERS.get(name)
    return table.ids if keep is None else np.flatnonzero((table.columns["areas"] > 0) & keep(table))


def keys(table: ColumnRecords, column: str, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what objects are ordered by in a column of the panel."""
    values: NDArray[Any] = np.zeros(len(ids), np.int64)
    if column == "Area":
        values = table.columns["areas"][ids]
    elif column == "Class":
        values = table.columns["classes"][ids]
    elif column == "Origin":
        for place, origin in enumerate((Origin.MODEL, Origin.EDITED, Origin.HAND)):
            values[table.has_origin(origin)[ids]] = place
    elif column == "Marks":
        for name, weight in (("verified", 4), ("locked", 2), ("uncertain", 1)):
            values += weight * table.flag(name)[ids]
    return values.astype(np.int64)


def special(table: ColumnRecords) -> tuple[dict[str, int], float]:
    """Return how many objects are special, by words, and the median area."""
    ids = table.ids
    counts = {
        "by hand": table.has_origin(Origin.HAND),
        "corrected": table.has_origin(Origin.EDITED),
        "accepted": table.flag("verified"),
        "locked": table.flag("locked") & ~table.flag("verified"),
        "uncertain": table.flag("uncertain"),
    }
    median = float(np.median(table.columns["areas"][ids])) if ids.size else 0.0
    return {name: int(np.count_nonzero(column[ids])) for name, column in counts.items()}, median
