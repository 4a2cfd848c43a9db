"""What stands in the place of an array is indexed like one: by whole numbers and slices."""

from __future__ import annotations

from typing import Any

import numpy as np


def expanded(place: Any, axes: int) -> tuple[Any, ...]:
    """Return an index of so many entries; an ellipsis stands for the axes between.

    Raises
    ------
    IndexError
        It has more entries, or others than whole numbers and slices.
    """
    given = place if isinstance(place, tuple) else (place,)
    if Ellipsis in given:
        at = given.index(Ellipsis)
        given = (*given[:at], *[slice(None)] * (axes + 1 - len(given)), *given[at + 1 :])
    if len(given) > axes or not all(isinstance(one, int | np.integer | slice) for one in given):
        raise IndexError(f"indexed by whole numbers and slices, {axes} at most")
    return (*given, *[slice(None)] * (axes - len(given)))


def span_of(index: Any, length: int) -> range:
    """Return the places that a whole number or a slice chooses of an axis of this length.

    Raises
    ------
    IndexError
        Outside, or a slice that goes backwards.
    """
    if isinstance(index, slice):
        span = range(*index.indices(length))
        if span.step < 1:
            raise IndexError("indexed forwards only")
        return span
    number = int(index) + (length if index < 0 else 0)
    if not 0 <= number < length:
        raise IndexError(f"{index} is outside of {length}")
    return range(number, number + 1)
