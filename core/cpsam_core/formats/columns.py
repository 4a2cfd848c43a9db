"""Measurements of objects between columns here and rows in files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.formats.objects import ObjectSet

__all__ = ["gather_columns", "texts_and_numbers"]

MOST_COLUMNS = 10_000


def texts_and_numbers(objects: ObjectSet) -> tuple[dict[str, list[str]], dict[str, list[Any]]]:
    """Return the columns that hold text and those that hold numbers, as lists; None where a number is unknown."""
    texts: dict[str, list[str]] = {}
    numbers: dict[str, list[Any]] = {}
    for name, column in objects.columns.items():
        array = np.asarray(column)
        if array.dtype.kind in "biuf":
            values = array.astype(int).tolist() if array.dtype.kind == "b" else array.tolist()
            # JSON knows neither NaN nor infinity.
            numbers[name] = [value if math.isfinite(value) else None for value in values]
        else:
            texts[name] = [str(value) for value in array.tolist()]
    return texts, numbers


def gather_columns(ids: Sequence[int], rows: Mapping[int, Mapping[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return columns from the rows of objects, float64 with NaN where unknown, or text.

    Parameters
    ----------
    ids
        The objects there are, ascending.
    rows
        Numbers, None or text by name, for each object.
    """
    names = list(dict.fromkeys(name for number in ids for name in rows.get(number, {})))[:MOST_COLUMNS]
    columns: dict[str, npt.NDArray[Any]] = {}
    for name in names:
        values = [rows.get(number, {}).get(name) for number in ids]
        if any(isinstance(value, str) for value in values):
            columns[name] = np.array(["" if value is None else str(value) for value in values])
        else:
            columns[name] = np.array([math.nan if value is None else value for value in values], np.float64)
    return columns
