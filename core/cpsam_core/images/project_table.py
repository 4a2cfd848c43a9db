"""The table of a project, ``project.json``: what stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.project_content import COMPLETE, ProjectFile, entries_of, regions_of

__all__ = ["TABLE", "VERSION", "check_version", "outer_table", "project_of", "table_of"]

VERSION, WHOLE_VERSION = 2, 1
"""Major version of the format, and the older one that files with masks of the whole image have: older programs read
what they know of those."""
FORMAT = "cpsam project"
TABLE = "project.json"
KNOWN = ("format", "version", "image", "settings", "objects", "review", "complete", "classes", "fingerprint")


def table_of(project: ProjectFile) -> dict[str, Any]:
    """Return what stands in ``project.json``."""
    table = {
        "format": FORMAT,
        "version": WHOLE_VERSION,
        "image": project.image,
        "review": project.review,
        "settings": dict(project.settings),
        **{key: value for key, value in project.extra.items() if key not in KNOWN},
        "objects": {str(number): dict(fields) for number, fields in project.objects.items()},
    }
    if project.fingerprint:
        table["fingerprint"] = project.fingerprint
    if project.complete:
        table["complete"] = entries_of(project.complete)
    if project.class_names:
        table["classes"] = {str(number): name for number, name in project.class_names.items()}
    return table


def outer_table(image: str) -> dict[str, Any]:
    """Return the table of a project that has masks of single documents only, none of the whole image."""
    return {"format": FORMAT, "version": VERSION, "image": image, "objects": {}}


def check_version(table: dict[str, Any], path: Path) -> None:
    """Refuse the table of a newer program; a minor version changes nothing for older ones."""
    version = int(str(table["version"]).split(".")[0])
    if version > VERSION:
        raise ImageError(
            f"{path.name} was saved by a newer version of this program (format {version}, "
            f"this one knows {VERSION}). Update the program to open it."
        )


def project_of(
    table: dict[str, Any], labels: npt.NDArray[np.uint32], maps: dict[str, npt.NDArray[Any]]
) -> ProjectFile:
    """Return the project that a table, its masks and its further arrays make."""
    complete = maps.get(COMPLETE)
    if complete is not None and complete.size != labels.size:
        raise ValueError("the map of complete regions has another size than the masks")
    return ProjectFile(
        labels,
        {int(number): dict(fields) for number, fields in dict(table.get("objects", {})).items()},
        dict(table.get("settings", {})),
        str(table.get("image", "")),
        str(table.get("review", "")),
        regions_of(table.get("complete", [])),
        {int(number): str(name) for number, name in dict(table.get("classes", {})).items()},
        {key: value for key, value in table.items() if key not in KNOWN},
        maps,
        str(table.get("fingerprint", "")),
    )
