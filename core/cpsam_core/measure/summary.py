"""Sum up the measurements of an image, and of the images of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.measure.objects import Column, ObjectMeasurements

__all__ = ["stacked", "summarise", "table_of"]

PLACES = ("centroid_",)


def summarise(table: ObjectMeasurements, name: str = "") -> dict[str, Any]:
    """Return one row that describes an image.

    Parameters
    ----------
    table : ObjectMeasurements
        Its objects; those that an expression chose, for example.
    name : str
        What to call the image.

    Returns
    -------
    dict
        ``image``, ``objects``, ``covered`` (part of the image inside objects), ``objects_per_mm2`` (of a stack:
        ``objects_per_mm3``) where the size of a pixel is known, and for each numeric column its mean, median and
        standard deviation over the objects, those unknown left out: ``area_mean``, ``area_median``, ``area_std``.
        Of yes-or-no columns the part of yes: ``touches_border_part``. Of texts and classes the number of each:
        ``origin_hand``, ``class_2``.
    """
    size = float(np.prod(table.shape))
    row: dict[str, Any] = {
        "image": name,
        "objects": len(table),
        "covered": float(table[table.size_name].sum()) / size,
    }
    pixel = (table.pixel_size or 0) * (table.pixel_height or table.pixel_size or 0)
    if pixel and len(table.shape) == 2:
        row["objects_per_mm2"] = len(table) / (size * pixel) * 1e6
    elif pixel and table.z_step is not None:
        row["objects_per_mm3"] = len(table) / (size * pixel * table.z_step) * 1e9
    for column, values in table.columns.items():
        if column.startswith(PLACES) or column == "id":
            continue
        row |= _described(column, values)
    return row


def table_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """Return rows as columns, for a file: the names of all rows in the order in which they are met.

    Numbers that a row does not have are NaN, numbers of objects 0, texts empty.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, Column] = {}
    for name in names:
        known = [row[name] for row in rows if name in row]
        if any(isinstance(value, str) for value in known):
            columns[name] = np.array([str(row.get(name, "")) for row in rows])
        elif all(isinstance(value, int) for value in known):
            columns[name] = np.array([row.get(name, 0) for row in rows], np.int64)
        else:
            columns[name] = np.array([row.get(name, np.nan) for row in rows], np.float64)
    return columns


def stacked(tables: Sequence[tuple[str, Mapping[str, Column]]]) -> dict[str, Column]:
    """Return the columns of several images one below the other, with the name of the image in front.

    Parameters
    ----------
    tables : sequence of (str, mapping of str to (n,) array)
        Name and columns of each image; columns that an image does not have are unknown there.
    """
    names = list(dict.fromkeys(name for _, columns in tables for name in columns))
    counts = [len(next(iter(columns.values()))) if columns else 0 for _, columns in tables]
    images = [label for (label, _), count in zip(tables, counts, strict=True) for _ in range(count)]
    result: dict[str, Column] = {"image": np.array(images, dtype=str)}
    for name in names:
        like = [columns[name] for _, columns in tables if name in columns]
        complete = len(like) == len(tables)
        parts = [
            columns[name] if name in columns else _unknown(like[0], count)
            for (_, columns), count in zip(tables, counts, strict=True)
        ]
        if not complete and like[0].dtype.kind in "iu":
            parts = [part.astype(np.float64) for part in parts]
        # Classes by number here and by name there.
        if len({part.dtype.kind == "U" for part in parts}) > 1:
            parts = [part.astype(str) for part in parts]
        result[name] = np.concatenate(parts)
    return result


def _unknown(like: Column, count: int) -> NDArray[Any]:
    if like.dtype.kind == "U":
        return np.full(count, "")
    if like.dtype.kind == "b":
        return np.zeros(count, bool)
    return np.full(count, np.nan)


def _described(name: str, values: Column) -> dict[str, Any]:
    if values.dtype.kind == "b":
        return {f"{name}_part": float(values.mean()) if len(values) else float("nan")}
    if name == "class" or values.dtype.kind == "U":
        kinds, counts = np.unique(values, return_counts=True)
        return {
            f"{name}_{kind if kind != '' else 'none'}": count
            for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True)
        }
    known = values[np.isfinite(values)].astype(np.float64) if values.dtype.kind == "f" else values
    if len(known) == 0:
        return dict.fromkeys((f"{name}_mean", f"{name}_median", f"{name}_std"), float("nan"))
    return {
        f"{name}_mean": float(known.mean()),
        f"{name}_median": float(np.median(known)),
        f"{name}_std": float(known.std()),
    }
