"""The project of an image: the file format of the engine, filled from and read into rows of the object table.

See :mod:`cpsam_core.images.project_files` for what is in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cpsam_core.errors import ImageError

from .history import ObjectRecord, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .history import Labels


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
    from cpsam_core.images.project_files import ProjectFile, write_project_file

    rows = {number: fields_of(record) for number, record in records.items()}
    write_project_file(path, ProjectFile(labels, rows, dict(settings or {}), image))


def read_project(path: Path) -> Project:
    """Read a project.

    Raises
    ------
    ImageError
        Damaged, no project, or written by a newer version of the program.
    """
    from cpsam_core.images.project_files import read_project_file

    stored = read_project_file(path, maps=())
    try:
        objects = {number: checked_fields(fields) for number, fields in stored.objects.items()}
    except (ValueError, TypeError) as error:
        raise ImageError(f"{path.name} is no project of this program, or it is damaged ({error}).") from error
    return Project(stored.labels, objects, dict(stored.settings), stored.image)


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
