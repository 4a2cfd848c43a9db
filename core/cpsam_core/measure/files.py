"""Write tables as CSV, which everything reads, as Parquet, which keeps types and stays small, or as AnnData."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, saving
from cpsam_core.images.tables import write_columns
from cpsam_core.measure.objects import FACTS, Column, ObjectMeasurements

__all__ = ["SUFFIXES", "can_write_parquet", "export_columns", "write_table"]

SUFFIXES = (".csv", ".parquet", ".h5ad")


def export_columns(table: ObjectMeasurements) -> dict[str, Column]:
    """Return the columns of a table as they are written: with the box of each object before what is known of it.

    ``box_y_min`` is the first pixel, ``box_y_max`` the last, as in the table that `cpsam segment` writes.
    """
    boxes: dict[str, Column] = {}
    for axis, letter in enumerate("zyx"[-len(table.shape) :]):
        boxes[f"box_{letter}_min"] = table.boxes[:, axis, 0]
        boxes[f"box_{letter}_max"] = table.boxes[:, axis, 1] - 1
    columns = dict(table.columns)
    later = {name: columns.pop(name) for name in FACTS[2:] if name in columns}
    return columns | boxes | later


def write_table(path: AnyPath, columns: Mapping[str, Column]) -> None:
    """Write columns of equal length, in one step; the ending of the name chooses the format.

    Parameters
    ----------
    path
        ``.csv``, ``.parquet`` or ``.h5ad`` (AnnData).
    columns
        By name. Unknown numbers are left empty.

    Raises
    ------
    ImageError
        The ending is another one, Parquet is wanted and pyarrow is not installed, or writing failed; nothing was
        overwritten.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_columns(path, columns)
    elif suffix == ".parquet":
        _write_parquet(path, columns)
    elif suffix == ".h5ad":
        from cpsam_core.measure.spatial import write_anndata

        write_anndata(path, columns)
    else:
        raise ImageError(
            f"Tables are written as {', '.join(SUFFIXES)}, and {Path(path).name} is none of them."
        )


def can_write_parquet() -> bool:
    """Return whether the library that Parquet needs is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def _write_parquet(path: AnyPath, columns: Mapping[str, Column]) -> None:
    try:
        arrow: Any = importlib.import_module("pyarrow")
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise ImageError(
            "Parquet needs the library pyarrow, which is not installed. Install it with: "
            'pip install "cpsam-gui[tables]", or write the table as .csv.'
        ) from error
    arrays = {
        # NaN is what is not known here; in Parquet that has a sign of its own.
        name: arrow.array(values, from_pandas=values.dtype.kind == "f")
        for name, values in columns.items()
    }
    with saving(path) as temporary:
        parquet.write_table(arrow.table(arrays), temporary)
