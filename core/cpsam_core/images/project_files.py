"""Project files of the window: masks and what is known of each object, in one file that other programs can open.

``NAME.cpsam`` is a zip archive with ``masks.tif`` (labels), ``project.json`` (objects, settings, review) and, where
there are any, further arrays such as ``flows.tif``. Keys that this version does not know are handed on unread, so
that a project survives a visit to an older program; only a newer major version is refused.
"""

from __future__ import annotations

import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.labels import as_labels

from .files import AnyPath, opening, saving
from .polygons import fill
from .tiff import BEYOND_BELIEF

__all__ = [
    "PROJECT_SUFFIX",
    "ProjectFile",
    "Region",
    "is_corrected",
    "read_project_file",
    "write_project_file",
]

PROJECT_SUFFIX = ".cpsam"
VERSION = 1
"""Major version of the format: raised only when older programs would misread a file."""
MASKS, TABLE, COMPLETE = "masks.tif", "project.json", "complete"
MAX_TABLE = 2**29  # bytes; a million objects take 200 MB
MAX_REGIONS, MAX_CORNERS = 100_000, 1_000_000
MOST_PACKED = 1100  # deflate makes nothing more than 1032 times smaller
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, tifffile.TiffFileError, struct.error, KeyError, ValueError,
    TypeError, AttributeError, IndexError, ArithmeticError, AssertionError, EOFError, RecursionError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What zipfile, json, tifffile and the decompressors raise on damaged or foreign files."""


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
        How far the user is: ``""`` (nothing said), ``"corrected"`` or ``"verified"``.
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
        inside = np.zeros(self.labels.shape, bool)
        if stored is not None:
            inside |= np.asarray(stored).reshape(self.labels.shape) > 0
        for region in self.complete:
            if 0 <= region.plane < len(inside):
                rows, columns = inside.shape[1:]
                inside[region.plane] |= fill([np.array(region.corners)], (rows, columns))
        return inside


KNOWN = ("format", "version", "image", "settings", "objects", "review", "complete", "classes")


def write_project_file(path: AnyPath, project: ProjectFile) -> None:
    """Write a project in one step: the file appears under its name only when it is complete.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted; an existing file stays as it was.
    """
    table = {
        **{key: value for key, value in project.extra.items() if key not in KNOWN},
        "format": "cpsam project",
        "version": VERSION,
        "image": project.image,
        "settings": dict(project.settings),
        "objects": {str(number): dict(fields) for number, fields in project.objects.items()},
    }
    if project.review:
        table["review"] = project.review
    if project.complete:
        table["complete"] = [
            {"plane": region.plane, "corners": [list(corner) for corner in region.corners]}
            for region in project.complete
        ]
    if project.class_names:
        table["classes"] = {str(number): name for number, name in project.class_names.items()}
    with saving(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(MASKS, _packed(project.labels))  # compressed already
        for name, array in project.maps.items():
            archive.writestr(f"{name}.tif", _packed(array))
        archive.writestr(TABLE, json.dumps(table, indent=1), zipfile.ZIP_DEFLATED)


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
                members = {member.filename: member for member in archive.infolist()}
                table = _table(archive, members, path)
                labels = as_labels(_stack(_array(archive, members, MASKS)))
                found = {
                    name: _array(archive, members, f"{name}.tif") for name in maps if f"{name}.tif" in members
                }
            return _project(table, labels, found)
        except MemoryError as error:
            raise ImageError(f"{path} needs more memory than this computer has free.") from error
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({error})."
            ) from error


def is_corrected(path: AnyPath) -> bool:
    """Tell whether somebody corrected or verified the masks of a project; they are not read for it.

    A project that cannot be read counts as corrected, so that whoever reads it in full says why.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            table = _table(archive, {member.filename: member for member in archive.infolist()}, Path(path))
        if table.get("review"):
            return True
        return any(fields.get("origin", "hand") != "model" for fields in table["objects"].values())
    except (ImageError, OSError, MemoryError, *DAMAGED):
        return True


def _packed(array: npt.NDArray[Any]) -> bytes:
    """Return an array as a compressed TIFF."""
    pixels = io.BytesIO()
    stored = array.astype(np.uint8) if array.dtype == bool else array
    axes = "QCZYX"[-stored.ndim :] if stored.ndim <= 5 else None
    tifffile.imwrite(pixels, stored, compression="zlib", metadata={"axes": axes}, photometric="minisblack")
    return pixels.getvalue()


def _table(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Path) -> dict[str, Any]:
    table = json.loads(_member(archive, members, TABLE, MAX_TABLE))
    if not isinstance(table, dict):
        raise ValueError("its table is no table")
    version = int(str(table["version"]).split(".")[0])  # a minor version changes nothing for older programs
    if version > VERSION:
        raise ImageError(
            f"{path.name} was saved by a newer version of this program (format {version}, "
            f"this one knows {VERSION}). Update the program to open it."
        )
    return table


def _member(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, limit: int | None = None
) -> bytes:
    """Unpack one member into memory once its stated size can be true."""
    member = members[name]
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in a way that this program does not use")
    if member.file_size > MOST_PACKED * max(member.compress_size, 64) or member.file_size > (limit or 2**40):
        raise ValueError(f"{name} states a size of {member.file_size} bytes, which cannot be true")
    with archive.open(member) as file:
        # What a member really unpacks to is not bounded by what it states.
        content = file.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise ValueError(f"{name} has another size than it states")
    return content


def _array(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> npt.NDArray[Any]:
    content = _member(archive, members, name)
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        series = file.series[0]
        if series.nbytes > BEYOND_BELIEF * len(content):
            raise ValueError(f"{name} states a size that its {len(content)} bytes cannot hold")
        return np.asarray(series.asarray())


def _stack(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return (z, y, x), whatever axes of length 1 a program that wrote the masks left out or added."""
    if array.ndim < 2 or array.size == 0:
        raise ValueError(f"masks of shape {array.shape}")
    return array.reshape((-1, *array.shape[-2:]))


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
        _regions(table.get("complete", [])),
        {int(number): str(name) for number, name in dict(table.get("classes", {})).items()},
        {key: value for key, value in table.items() if key not in KNOWN},
        maps,
    )


def _regions(entries: list[dict[str, Any]]) -> tuple[Region, ...]:
    if len(entries) > MAX_REGIONS or sum(len(entry["corners"]) for entry in entries) > MAX_CORNERS:
        raise ValueError("too many complete regions")
    regions = []
    for entry in entries:
        corners = np.array(entry["corners"], np.float64).reshape(-1, 2)
        if not np.isfinite(corners).all() or np.abs(corners).max(initial=0) > 2**31:
            raise ValueError("a complete region lies nowhere")
        regions.append(Region(tuple((float(x), float(y)) for x, y in corners), int(entry.get("plane", 0))))
    return tuple(regions)
