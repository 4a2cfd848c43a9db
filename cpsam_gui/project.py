"""The project of an image: masks and what is known of each object, in one file that other programs can open.

It is a zip archive ``NAME.cpsam`` with ``masks.tif`` (labels, TIFF) and ``project.json`` (objects and
settings): any zip program unpacks it, any image program opens the masks, and nothing in it can run code.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from cpsam_core.errors import ImageError

from .history import ObjectRecord, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .history import Labels

VERSION = 1
MASKS, TABLE = "masks.tif", "project.json"
DAMAGED = (zipfile.BadZipFile, KeyError, ValueError, TypeError, zlib.error, tifffile.TiffFileError, EOFError)


@dataclass(frozen=True, slots=True)
class Project:
    """What a project file holds.

    Attributes
    ----------
    labels
        uint32 (z, y, x).
    objects
        By id: the fields of :class:`ObjectRecord` except area and box, which follow from the labels.
    settings
        Settings of the last run, by name.
    image
        Name of the image file.
    """

    labels: Labels
    objects: dict[int, dict[str, Any]]
    settings: dict[str, Any] = field(default_factory=dict)
    image: str = ""


def fields_of(record: ObjectRecord) -> dict[str, Any]:
    """Return what is stored of a row of the table."""
    return {
        "origin": record.origin.value,
        "locked": record.locked,
        "uncertain": record.uncertain,
        "class_id": record.class_id,
        "colour": record.colour,
        "flow_error": record.flow_error,
        "probability": record.probability,
    }


def write_project(
    path: Path,
    labels: Labels,
    records: Mapping[int, ObjectRecord],
    settings: Mapping[str, Any] | None = None,
    image: str = "",
) -> None:
    """Write a project in one step: the file appears under its name only when it is complete.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted; an existing file stays as it was.
    """
    from cpsam_core.images import saving

    table = {
        "format": "cpsam project",
        "version": VERSION,
        "image": image,
        "settings": dict(settings or {}),
        "objects": {str(number): fields_of(record) for number, record in records.items()},
    }
    pixels = io.BytesIO()
    tifffile.imwrite(pixels, labels, compression="zlib", metadata={"axes": "ZYX"}, photometric="minisblack")
    with saving(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(MASKS, pixels.getvalue())  # compressed already
        archive.writestr(TABLE, json.dumps(table, indent=1), zipfile.ZIP_DEFLATED)


def read_project(path: Path) -> Project:
    """Read a project.

    Raises
    ------
    ImageError
        Damaged, no project, or written by a newer version of the program.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            table = json.loads(archive.read(TABLE))
            version = int(table["version"])
            if version > VERSION:
                raise ImageError(
                    f"{path.name} was saved by a newer version of this program (format {version}, "
                    f"this one knows {VERSION}). Update the program to open it."
                )
            labels = np.asarray(tifffile.imread(io.BytesIO(archive.read(MASKS))), np.uint32)
        labels = labels.reshape((-1, *labels.shape[-2:]))
        objects = {int(number): checked_fields(fields) for number, fields in table["objects"].items()}
        return Project(labels, objects, dict(table.get("settings", {})), str(table.get("image", "")))
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror or error}.") from error
    except DAMAGED as error:
        raise ImageError(f"{path.name} is no project of this program, or it is damaged ({error}).") from error


def checked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored fields of one object in their types; unknown ones are left out."""
    numbers = {name: fields.get(name) for name in ("flow_error", "probability")}
    return {
        "origin": Origin(fields.get("origin", Origin.HAND.value)),
        "locked": bool(fields.get("locked", False)),
        "uncertain": bool(fields.get("uncertain", False)),
        "class_id": int(fields.get("class_id", 0)),
        "colour": int(fields.get("colour", 0)),
        **{name: None if value is None else float(value) for name, value in numbers.items()},
    }
