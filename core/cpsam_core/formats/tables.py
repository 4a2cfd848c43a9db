"""The table of objects as CSV."""

from __future__ import annotations

from pathlib import Path

from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import WriteOptions
from cpsam_core.images.tables import object_columns, write_columns
from cpsam_core.labels import object_table

__all__ = ["write_csv"]


def write_csv(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a row for each object: what its pixels say, its class, and whatever else was measured."""
    classes = objects.class_list()
    names = None
    if classes is not None:
        names = ["" if number == 0 else objects.class_name(number) for number in classes.tolist()]
    columns = object_columns(
        object_table(objects.labels, objects.logits),
        pixel_size=objects.pixel_size,
        z_step=objects.z_step,
        classes=names,
    )
    write_columns(path, columns | {name: column for name, column in objects.columns.items() if name != "id"})
