"""The table of measurements of one image: what is in it, and how it is made and kept up to date."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError

Ids = NDArray[np.uint32]
Column = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ObjectFacts:
    """What is known of objects beyond their pixels; whatever is None is left out of the table.

    Attributes
    ----------
    ids : (n,) array of int
        Objects, in any order; those without masks are ignored, masks without an entry get empty values.
    classes : (n,) sequence of int or str, optional
    flow_errors, probabilities : (n,) sequence of float, optional
    origins : (n,) sequence of str, optional
        Such as "model", "edited", "hand".
    locked : (n,) sequence of bool, optional
    class_names : mapping of int to str, optional
        Name of each class by its number.
    """

    ids: Sequence[int] | NDArray[np.integer[Any]]
    classes: Sequence[Any] | Column | None = None
    flow_errors: Sequence[float] | Column | None = None
    probabilities: Sequence[float] | Column | None = None
    origins: Sequence[str] | Column | None = None
    locked: Sequence[bool] | Column | None = None
    class_names: Mapping[int, str] | None = None

    def columns(self, ids: Ids) -> dict[str, Column]:
        """Return the columns for the objects `ids`, by their names in the table.

        Raises
        ------
        ImageError
            A column and the ids differ in number.
        """
        given = {
            "class": self.classes,
            "flow_error": self.flow_errors,
            "probability": self.probabilities,
            "origin": self.origins,
            "locked": self.locked,
        }
        own = np.asarray(self.ids, np.int64)
        order = np.argsort(own, kind="stable")
        at = np.searchsorted(own[order], ids.astype(np.int64)) if len(own) else np.zeros(len(ids), np.int64)
        at = np.minimum(at, max(len(own) - 1, 0))
        known = own[order][at] == ids if len(own) else np.zeros(len(ids), bool)
        columns: dict[str, Column] = {}
        for name, values in given.items():
            if values is None:
                continue
            if len(values) != len(own):
                raise ImageError(f"There are {len(values)} values of {name} for {len(own)} objects.")
            column = _typed(name, values)
            spread = np.full(len(ids), _EMPTY[column.dtype.kind], column.dtype)
            if len(own):
                spread[known] = column[order][at[known]]
            columns[name] = spread
        if self.class_names is not None and "class" in columns:
            numbers, place = np.unique(columns["class"], return_inverse=True)
            names = [self.class_names.get(number, "") for number in numbers.tolist()]
            columns["class_name"] = np.array(names, dtype=str)[place]
        return columns


FACTS = ("class", "class_name", "flow_error", "probability", "origin", "locked")
"""Columns that do not follow from the pixels."""

_EMPTY: dict[str, Any] = {"f": np.nan, "i": 0, "u": 0, "b": False, "U": ""}


def _typed(name: str, values: Any) -> Column:
    if isinstance(values, np.ndarray) and values.dtype == np.float32:
        return values
    if name in ("flow_error", "probability"):
        return np.array([np.nan if value is None else value for value in values], np.float32)
    if name == "locked":
        return np.asarray(values, bool)
    column = np.asarray(values)
    if name == "class" and column.dtype.kind in "iub":
        return column.astype(np.int64)
    return column.astype(str)


@dataclass(frozen=True, eq=False)
class ObjectMeasurements:
    """The measured objects of one image, in the order of rising id.

    Attributes
    ----------
    columns : mapping of str to (n,) array
        By name, in the order in which they are shown and written. Always there are ``id``, ``area`` (of a stack:
        ``volume``), ``perimeter`` (``surface``), ``equivalent_diameter``, ``major_axis``, ``minor_axis``,
        ``eccentricity``, ``solidity``, ``centroid_y`` and so on, in pixels (voxels); the same ending in ``_um``,
        ``_um2``, ``_um3`` where the size of a pixel is known; ``mean_CHANNEL``, ``median_``, ``std_``, ``min_`` and
        ``max_`` for each channel; ``neighbours``; ``touches_border``. ``class``, ``class_name``, ``flow_error``,
        ``probability``, ``origin`` and ``locked`` are there where they were given.
    boxes : (n, axes, 2) int64
        First pixel and one past the last along each axis.
    shape : tuple of int
        Shape of the image, (y, x) or (z, y, x).
    pixel_size, z_step : float or None
        Micrometres.
    channels : tuple of str
        Names of the channels as in the image; in names of columns other signs than letters and digits are ``_``.
    near : float
        Distance in pixels up to which objects count as neighbours.
    pixel_height : float or None
        Micrometres along a column, None where it is `pixel_size`.
    """

    columns: Mapping[str, Column]
    boxes: NDArray[np.int64]
    shape: tuple[int, ...]
    pixel_size: float | None = None
    z_step: float | None = None
    channels: tuple[str, ...] = ()
    near: float = 1.5
    pixel_height: float | None = None

    @property
    def ids(self) -> Ids:
        """Ids in rising order."""
        return self.columns["id"]

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.ids)

    def __getitem__(self, name: str) -> Column:
        """Return a column.

        Raises
        ------
        KeyError
            There is no column of that name.
        """
        return self.columns[name]

    @property
    def size_name(self) -> str:
        """Name of the column of sizes: ``area`` or ``volume``."""
        return "area" if len(self.shape) == 2 else "volume"

    def select(self, chosen: NDArray[Any]) -> ObjectMeasurements:
        """Return the objects that a mask or a list of places chooses."""
        return self._with({name: column[chosen] for name, column in self.columns.items()}, self.boxes[chosen])

    def of(self, ids: NDArray[np.integer[Any]] | Sequence[int]) -> ObjectMeasurements:
        """Return the objects with these ids."""
        return self.select(np.isin(self.ids, np.asarray(ids, np.int64)))

    def updated(
        self, stale: NDArray[np.integer[Any]] | Sequence[int], new: ObjectMeasurements
    ) -> ObjectMeasurements:
        """Return the table with the stale objects taken out and the new ones put in.

        Parameters
        ----------
        stale : array of int
            Ids whose rows no longer hold; those of `new` need not be named.
        new : ObjectMeasurements
            Of the same image, with the same columns.

        Raises
        ------
        ImageError
            The two tables have different columns.
        """
        return joined([self.without(np.concatenate([np.asarray(stale, np.int64), new.ids])), new])

    def without(self, ids: NDArray[np.integer[Any]] | Sequence[int]) -> ObjectMeasurements:
        """Return the table without the objects with these ids."""
        return self.select(~np.isin(self.ids, np.asarray(ids, np.int64)))

    def with_column(self, name: str, values: Column) -> ObjectMeasurements:
        """Return the table with a column replaced, or added at the end."""
        return self._with({**self.columns, name: values}, self.boxes)

    def with_facts(self, facts: ObjectFacts) -> ObjectMeasurements:
        """Return the table with what is known of the objects replaced, without measuring anything again.

        Raises
        ------
        ImageError
            A column and the ids of `facts` differ in number.
        """
        known = facts.columns(self.ids)
        measured = {name: column for name, column in self.columns.items() if name not in FACTS}
        front: dict[str, Column] = {
            name: known.pop(name) for name in ("class", "class_name") if name in known
        }
        return self._with({"id": measured.pop("id"), **front, **measured, **known}, self.boxes)

    def _with(self, columns: dict[str, Column], boxes: NDArray[np.int64]) -> ObjectMeasurements:
        return replace(self, columns=columns, boxes=boxes)


def joined(tables: Sequence[ObjectMeasurements]) -> ObjectMeasurements:
    """Return the objects of several tables of one image, none of which is in two of them, in one.

    Raises
    ------
    ImageError
        The tables have different columns.
    """
    first = tables[0]
    if any(list(one.columns) != list(first.columns) or one.shape != first.shape for one in tables):
        raise ImageError("Tables of different images or with different columns cannot be put together.")
    order = np.argsort(np.concatenate([one.ids for one in tables]), kind="stable")
    columns = {name: np.concatenate([one.columns[name] for one in tables])[order] for name in first.columns}
    boxes = np.concatenate([one.boxes for one in tables])[order]
    return replace(first, columns=columns, boxes=boxes)


def shifted(table: ObjectMeasurements, offset: Sequence[int], shape: tuple[int, ...]) -> ObjectMeasurements:
    """Return a table that was made from a part of an image as one of the whole image.

    Parameters
    ----------
    table : ObjectMeasurements
        Its objects lie completely inside the part.
    offset : sequence of int
        First pixel of the part along each axis.
    shape : tuple of int
        Shape of the whole image.
    """
    columns = dict(table.columns)
    steps = (table.z_step, table.pixel_height or table.pixel_size, table.pixel_size)[-len(shape) :]
    for letter, start, step in zip("zyx"[-len(shape) :], offset, steps, strict=True):
        columns[f"centroid_{letter}"] = columns[f"centroid_{letter}"] + start
        if step is not None:
            columns[f"centroid_{letter}_um"] = columns[f"centroid_{letter}"] * step
    boxes = table.boxes + np.asarray(offset, np.int64)[:, np.newaxis]
    columns["touches_border"] = at_border(boxes, shape)
    return replace(table, columns=columns, boxes=boxes, shape=shape)


def at_border(boxes: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which objects touch an edge of the image; in a stack those of y and x, as `labels.clear_border`."""
    sides = boxes[:, -2:]
    touching = (sides[:, :, 0] == 0) | (sides[:, :, 1] == np.array(shape[-2:]))
    return np.asarray(touching.any(axis=1))


def channel_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Return what stands for each channel in names of columns: letters, digits and ``_``, each once."""
    made: list[str] = []
    for name in names:
        plain = re.sub(r"\W+", "_", name).strip("_") or "channel"
        candidate, number = plain, 2
        while candidate in made:
            candidate, number = f"{plain}_{number}", number + 1
        made.append(candidate)
    return tuple(made)
