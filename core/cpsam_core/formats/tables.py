"""The table of objects as CSV."""

from __future__ import annotations

from pathlib import Path

from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import WriteOptions
from cpsam_core.images.tables import object_columns, write_columns
from cpsam_core.labels import object_table

__all__ = ["write_csv"]


def write_csv(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a row for each object: what its pixels say, its class, and whatever else was measured.

    The column of the class is there where no object has one, too, as in the tables of other images.
    """
    numbers = [objects.classes.get(number, 0) for number in objects.ids.tolist()]
    names = [objects.class_name(number) if number else "" for number in numbers]
    columns = object_columns(
        object_table(objects.labels, objects.logits),
        pixel_size=objects.pixel_size,
        z_step=objects.z_step,
        classes=names,
    )
    write_columns(path, columns | {name: column for name, column in objects.columns.items() if name != "id"})
