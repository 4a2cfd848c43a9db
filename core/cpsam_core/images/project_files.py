"""Project files of the window: masks and what is known of each object, in one file that other programs can open.

``NAME.cpsam`` is a zip archive with ``masks.tif`` (labels), ``project.json`` (objects, settings, review) and, where
there are any, further arrays such as ``flows.tif``. Keys that this version does not know are handed on unread, so
that a project survives a visit to an older program; only a newer major version is refused.

Why a zip of TIFF and JSON: it is one file, which is copied, mailed and renamed with nothing left behind; every system
unpacks it without a program of its own, and ImageJ, QuPath, napari and any script read what comes out; and it is
replaced in one step, so that there is never half a project. OME-Zarr would let a part of the masks be rewritten, but
is a folder of many files, which is none of these. A pickle would run code that somebody else wrote.
"""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, opening, saving
from cpsam_core.images.polygons import fill
from cpsam_core.images.project_members import (
    DAMAGED,
    array,
    head_of_table,
    member,
    members_of,
    packed,
    table_text,
)
from cpsam_core.labels import as_labels

__all__ = [
    "PROJECT_SUFFIX",
    "ProjectFile",
    "Region",
    "is_corrected",
    "read_image_name",
    "read_project_file",
    "read_review",
    "regions_of",
    "write_project_file",
]

PROJECT_SUFFIX = ".cpsam"
VERSION = 1
"""Major version of the format: raised only when older programs would misread a file."""
MASKS, TABLE, COMPLETE = "masks.tif", "project.json", "complete"
MAX_TABLE = 2**29  # bytes; a million objects take 200 MB
MAX_REGIONS, MAX_CORNERS = 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Region:
    """A part of one plane: inside the ring of `corners`, x and y in pixels, (0, 0) the corner of the first pixel."""

    corners: tuple[tuple[float, float], ...]
    plane: int = 0

    @classmethod
    def box(cls, top: float, bottom: float, left: float, right: float, plane: int = 0) -> Region:
        """Return the region of the rows `top` to `bottom` and columns `left` to `right`, ends left out."""
        return cls(((left, top), (right, top), (right, bottom), (left, bottom)), plane)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectFile:
    """What a project file holds.

    Attributes
    ----------
    labels
        uint32 (z, y, x).
    objects
        By id, as stored: ``class_id``, ``origin``, ``locked`` and whatever else the window knows of an object.
    settings
        Settings of the last run, by name.
    image
        Name of the image file.
    review
        How far the work is: ``""`` (nothing said), ``"segmented"``, ``"corrected"`` or ``"verified"``.
    complete
        Regions in which every object is drawn. Without any, and without a map ``complete`` among `maps`, all of the
        image is taken to be.
    class_names
        Name of each class by its number; 0 is no class.
    extra
        Other keys of ``project.json``, plain JSON values, handed on as they are (notes, for example).
    maps
        Further arrays by name (``flows``), each kept as a TIFF of that name.
    """

    labels: npt.NDArray[np.uint32]
    objects: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    image: str = ""
    review: str = ""
    complete: tuple[Region, ...] = ()
    class_names: Mapping[int, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    maps: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    def classes(self) -> npt.NDArray[np.uint8] | None:
        """Return the class of each pixel, uint8 (z, y, x), 0 outside objects; None where no object has a class."""
        numbers = {number: int(row.get("class_id", 0)) for number, row in self.objects.items()}
        if not any(numbers.values()):
            return None
        ids = np.array(sorted(numbers), np.uint32)
        values = np.array([min(max(numbers[number], 0), 255) for number in ids.tolist()], np.uint8)
        places = np.searchsorted(ids, self.labels).clip(max=len(ids) - 1)
        found: npt.NDArray[np.uint8] = np.where(ids[places] == self.labels, values[places], np.uint8(0))
        return found

    def complete_map(self) -> npt.NDArray[np.bool_] | None:
        """Return where every object is drawn, bool (z, y, x); None where nothing was said."""
        stored = self.maps.get(COMPLETE)
        if stored is None and not self.complete:
            return None
        inside: npt.NDArray[np.bool_] = np.zeros(self.labels.shape, bool)
        if stored is not None:
            inside |= np.asarray(stored).reshape(self.labels.shape) > 0
        for region in self.complete:
            if 0 <= region.plane < len(inside):
                size = int(self.labels.shape[1]), int(self.labels.shape[2])
                inside[region.plane] |= fill([np.array(region.corners)], size)
        return inside


KNOWN = ("format", "version", "image", "settings", "objects", "review", "complete", "classes")


def write_project_file(path: AnyPath, project: ProjectFile, keep: Collection[str] = ()) -> None:
    """Write a project in one step: the file appears under its name only when it is complete.

    Parameters
    ----------
    path
        Where to; an older project there is replaced.
    project
        What to write.
    keep
        Names of further arrays that are taken over from the older project as they lie there, packed.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted; an existing file stays as it was.
    """
    path = Path(path)
    contents = {MASKS: packed(project.labels)}
    for name, pixels in project.maps.items():
        contents[f"{name}.tif"] = packed(pixels)
    for name, content in _kept(path, [f"{name}.tif" for name in keep]).items():
        contents.setdefault(name, content)
    text = table_text(_table_of(project), "objects").encode()
    needed = sum(map(len, contents.values())) + len(text) // 4  # the table shrinks to less than that
    with saving(path, needed) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)  # compressed already
        archive.writestr(TABLE, text, zipfile.ZIP_DEFLATED)


def _table_of(project: ProjectFile) -> dict[str, Any]:
    """Return what stands in ``project.json``."""
    table = {
        "format": "cpsam project",
        "version": VERSION,
        "image": project.image,
        "review": project.review,
        "settings": dict(project.settings),
        **{key: value for key, value in project.extra.items() if key not in KNOWN},
        "objects": {str(number): dict(fields) for number, fields in project.objects.items()},
    }
    if project.complete:
        table["complete"] = [
            {"plane": region.plane, "corners": [list(corner) for corner in region.corners]}
            for region in project.complete
        ]
    if project.class_names:
        table["classes"] = {str(number): name for number, name in project.class_names.items()}
    return table


def _kept(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return members of an older project as they are; none where it cannot be read."""
    kept: dict[str, bytes] = {}
    if names and path.is_file():
        with contextlib.suppress(OSError, *DAMAGED), zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            for name in names:
                if name in members:
                    kept[name] = member(archive, members, name)
    return kept


def read_project_file(path: AnyPath, maps: Collection[str] = (COMPLETE,)) -> ProjectFile:
    """Read a project.

    Parameters
    ----------
    path
        A ``.cpsam`` file.
    maps
        Names of the further arrays to read, where the project has them.

    Raises
    ------
    ImageError
        Missing, damaged, no project, too large to be true, or written by a newer version of the program.
    """
    path = Path(path)
    with opening(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = members_of(archive)
                table = _table(archive, members, path)
                labels = as_labels(_stack(array(archive, members, MASKS)))
                found = {
                    name: array(archive, members, f"{name}.tif") for name in maps if f"{name}.tif" in members
                }
            return _project(table, labels, found)
        except MemoryError as error:
            raise ImageError(f"{path} needs more memory than this computer has free.") from error
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({error})."
            ) from error


def read_review(path: AnyPath) -> str:
    """Return how far the work on a project is, as :attr:`ProjectFile.review` says it.

    Neither masks nor objects are read for it, so that a folder of thousands is listed quickly.

    Raises
    ------
    ImageError
        Missing, damaged or no project.
    """
    path = Path(path)
    with opening(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = members_of(archive)
                head = head_of_table(archive, members[TABLE], "objects")
                table = _table(archive, members, path) if head is None else head
            return str(table.get("review", ""))
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({error})."
            ) from error


def read_image_name(path: AnyPath) -> str:
    """Return the name of the image that a project says it belongs to; empty where it says none or cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            table = head_of_table(archive, members[TABLE], "objects") or _table(archive, members, Path(path))
        return str(table.get("image", ""))
    except (ImageError, OSError, MemoryError, *DAMAGED):
        return ""


def is_corrected(path: AnyPath) -> bool:
    """Tell whether somebody corrected or verified the masks of a project; they are not read for it.

    A project that cannot be read counts as corrected, so that whoever reads it in full says why.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            table = _table(archive, members_of(archive), Path(path))
        if table.get("review") in ("corrected", "verified"):
            return True
        return any(fields.get("origin", "hand") != "model" for fields in table["objects"].values())
    except (ImageError, OSError, MemoryError, *DAMAGED):
        return True


def _table(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Path) -> dict[str, Any]:
    table = json.loads(member(archive, members, TABLE, MAX_TABLE))
    if not isinstance(table, dict):
        raise ValueError("its table is no table")
    version = int(str(table["version"]).split(".")[0])  # a minor version changes nothing for older programs
    if version > VERSION:
        raise ImageError(
            f"{path.name} was saved by a newer version of this program (format {version}, "
            f"this one knows {VERSION}). Update the program to open it."
        )
    return table


def _stack(masks: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return (z, y, x), whatever axes of length 1 a program that wrote the masks left out or added."""
    if masks.ndim < 2 or masks.size == 0:
        raise ValueError(f"masks of shape {masks.shape}")
    return masks.reshape((-1, *masks.shape[-2:]))


def _project(
    table: dict[str, Any], labels: npt.NDArray[np.uint32], maps: dict[str, npt.NDArray[Any]]
) -> ProjectFile:
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
    )


def regions_of(entries: list[dict[str, Any]]) -> tuple[Region, ...]:
    """Return regions as they stand in the table; ValueError, TypeError or KeyError where they make no sense."""
    if len(entries) > MAX_REGIONS or sum(len(entry["corners"]) for entry in entries) > MAX_CORNERS:
        raise ValueError("too many complete regions")
    regions = []
    for entry in entries:
        corners = np.array(entry["corners"], np.float64).reshape(-1, 2)
        if not np.isfinite(corners).all() or np.abs(corners).max(initial=0) > 2**31:
            raise ValueError("a complete region lies nowhere")
        regions.append(Region(tuple((float(x), float(y)) for x, y in corners), int(entry.get("plane", 0))))
    return tuple(regions)
