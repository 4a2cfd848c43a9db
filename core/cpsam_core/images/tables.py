"""The table of objects as CSV, which spreadsheets and pandas read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, opening, write_text
from cpsam_core.labels import ObjectTable

__all__ = ["align_columns", "object_columns", "write_columns", "write_object_table"]


def object_columns(
    table: ObjectTable,
    *,
    pixel_size: float | None = None,
    pixel_height: float | None = None,
    z_step: float | None = None,
    classes: Sequence[Any] | npt.NDArray[Any] | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Return what is known of the objects as named columns, in the order in which they are written.

    Parameters
    ----------
    table
        Objects of a plane or of a stack.
    pixel_size, pixel_height, z_step
        Micrometres; with them an area in square (a volume in cubic) micrometres is added.
    classes
        Class of each object, number or name.

    Returns
    -------
    dict
        ``id``, ``area`` (a stack: ``volume``), ``centroid_y`` and so on in pixels, ``box_y_min`` (first pixel) to
        ``box_x_max`` (last pixel), ``flow_error``, ``probability``; named as in the tables of `cpsam measure`.

    Raises
    ------
    ImageError
        As many classes as objects are needed.
    """
    dimensions = table.centroids.shape[1]
    axes = "zyx"[-dimensions:]
    extent = "area" if dimensions == 2 else "volume"
    columns: dict[str, npt.NDArray[Any]] = {"id": table.ids}
    if classes is not None:
        if len(classes) != len(table.ids):
            raise ImageError(f"There are {len(classes)} classes for {len(table.ids)} objects.")
        columns["class"] = np.asarray(classes)
    columns[extent] = table.areas
    if pixel_size is not None and dimensions == 2:
        columns["area_um2"] = table.areas * pixel_size * (pixel_height or pixel_size)
    if pixel_size is not None and z_step is not None and dimensions == 3:
        columns["volume_um3"] = table.areas * pixel_size * (pixel_height or pixel_size) * z_step
    for i, axis in enumerate(axes):
        columns[f"centroid_{axis}"] = table.centroids[:, i]
    for i, axis in enumerate(axes):
        columns[f"box_{axis}_min"] = table.boxes[:, i, 0]
        columns[f"box_{axis}_max"] = table.boxes[:, i, 1] - 1
    columns["flow_error"] = table.flow_errors
    columns["probability"] = table.probabilities
    return columns


def write_object_table(
    path: AnyPath,
    table: ObjectTable,
    *,
    pixel_size: float | None = None,
    pixel_height: float | None = None,
    z_step: float | None = None,
    classes: Sequence[Any] | npt.NDArray[Any] | None = None,
) -> None:
    """Write the table of objects as CSV (UTF-8, comma, a row of names), in one step.

    Parameters
    ----------
    path
        File to write.
    table, pixel_size, pixel_height, z_step, classes
        As for :func:`object_columns`. Unknown values are left empty.

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    write_columns(
        path,
        object_columns(
            table, pixel_size=pixel_size, pixel_height=pixel_height, z_step=z_step, classes=classes
        ),
    )


def write_columns(path: AnyPath, columns: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write named columns of equal length as CSV, in one step; unknown numbers are left empty.

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows(zip(*(_cells(column) for column in columns.values()), strict=True))
    write_text(path, text.getvalue())


def align_columns(paths: Sequence[Path]) -> None:
    """Give CSV tables that belong together the same columns in the same order; what one lacks is empty there.

    Images of one folder may differ in what is known of them, such as the size of a pixel, and tables are put one below
    the other. Files that have all columns are left as they are.

    Raises
    ------
    ImageError
        Reading or writing failed.
    """
    heads = [next(_rows(path), []) for path in paths]
    names: list[str] = []
    for head in dict.fromkeys(map(tuple, heads)):
        at = 0
        for name in head:
            if name in names:
                at = names.index(name) + 1
            else:
                names.insert(at, name)
                at += 1
    for path, own in zip(paths, heads, strict=True):
        if own != names:
            # One after the last is empty, as is what a row lacks.
            places = [own.index(name) if name in own else len(own) for name in names]
            text = io.StringIO()
            rows = csv.writer(text, lineterminator="\n")
            rows.writerow(names)
            for row in list(_rows(path))[1:]:
                rows.writerow([row[at] if at < len(row) else "" for at in places])
            write_text(path, text.getvalue())


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        with opening(path), path.open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ImageError(f"{path} is no table of this program ({error}).") from error


def _cells(column: npt.NDArray[Any]) -> list[Any]:
    """Return what to write: whole numbers and names as they are, others with 8 digits, NaN empty."""
    if column.dtype.kind != "f":
        return list(column.tolist())
    return ["" if np.isnan(value) else f"{value:.8g}" for value in column.tolist()]
