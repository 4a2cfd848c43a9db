"""Project files of the window: masks and what is known of each object, in one file that other programs can open.

``NAME.cpsam`` is a zip archive with ``masks.tif`` (labels), ``project.json`` (objects, settings, review) and, where
there are any, further arrays such as ``flows.tif``. Keys that this version does not know are handed on unread, so
that a project survives a visit to an older program; only a newer major version is refused.

Masks of single time points, scenes and layers lie in folders of their own inside (``t003/masks.tif``,
``t003/project.json``), so that one project holds all of a movie. Where there are no masks of the image as a whole, the
outer ``project.json`` says a version from which on programs know that.

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

from cpsam_core.errors import ImageError, reason
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.files import AnyPath, opening, saving
from cpsam_core.images.json_values import as_text, load_json
from cpsam_core.images.packed_labels import Unchanged, pack_labels
from cpsam_core.images.polygons import Budget, mark
from cpsam_core.images.project_members import (
    DAMAGED,
    MASKS,
    array,
    documents_of,
    head_of_table,
    key_of_member,
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
    "Reuse",
    "drop_arrays",
    "is_corrected",
    "project_keys",
    "read_image_name",
    "read_project_file",
    "read_review",
    "read_settings",
    "regions_of",
    "write_project_file",
]

PROJECT_SUFFIX = ".cpsam"
VERSION, WHOLE_VERSION = 2, 1
"""Major version of the format, and the older one that files with masks of the whole image have: older programs read
what they know of those."""
FORMAT = "cpsam project"
TABLE, COMPLETE = "project.json", "complete"
UNREADABLE: tuple[type[Exception], ...] = (ImageError, OSError, MemoryError, *DAMAGED)
REVIEWS = ("", "segmented", "corrected", "verified")
"""How far the work is, from the least on."""
# A million objects take 200 MB.
MAX_TABLE = 2**29
# Bytes from which on it is packed quickly.
LARGE_TABLE = 2**20
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
    fingerprint
        By which the image is recognised, see :func:`cpsam_core.images.fingerprint.fingerprint`; empty where unknown.
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
    fingerprint: str = ""

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
        budget = Budget(self.labels.size)
        for region in self.complete:
            if 0 <= region.plane < len(inside):
                mark(inside[region.plane], [np.array(region.corners)], budget)
        return inside


KNOWN = ("format", "version", "image", "settings", "objects", "review", "complete", "classes", "fingerprint")


@dataclass(frozen=True, slots=True)
class Reuse:
    """What the writer of a project knows to be as it was when that file was last written.

    Attributes
    ----------
    unchanged
        Rows of the labels that the file holds already, which are taken over packed; None where it holds none.
    rows
        The rows of the objects as JSON, by id, for the whole table; None to make them of
        :attr:`ProjectFile.objects`.
    """

    unchanged: Unchanged | None = None
    rows: Mapping[int, str] | None = None


def write_project_file(
    path: AnyPath,
    project: ProjectFile,
    keep: Collection[str] = (),
    key: DocumentKey = WHOLE,
    reuse: Reuse | None = None,
) -> None:
    """Write a project in one step: the file appears under its name only when it is complete.

    Parameters
    ----------
    path
        Where to; an older project there is replaced.
    project
        What to write.
    keep
        Names of further arrays that are taken over from the older project as they lie there, packed.
    key
        The document whose masks these are. Those of other time points, scenes and layers stay as they are.
    reuse
        What need not be packed again; None packs everything.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted; an existing file stays as it was.
    """
    path = Path(path)
    folder, reuse = key.folder, reuse or Reuse()
    earlier = _kept(path, [folder + MASKS] if reuse.unchanged is not None else ())
    labels = np.ascontiguousarray(_stack(project.labels), np.uint32)
    contents = {folder + MASKS: pack_labels(labels, earlier.get(folder + MASKS), reuse.unchanged)}
    for name, pixels in project.maps.items():
        contents[f"{folder}{name}.tif"] = packed(pixels)
    for name, content in _kept(path, [f"{folder}{name}.tif" for name in keep]).items():
        contents.setdefault(name, content)
    text = table_text(_table_of(project), "objects", reuse.rows).encode()
    others = _of_other_documents(path, key)
    if key != WHOLE and TABLE not in others:
        outer = {"format": FORMAT, "version": VERSION, "image": project.image, "objects": {}}
        others[TABLE] = table_text(outer, "objects").encode()
    # The table shrinks to less than that.
    needed = sum(map(len, contents.values())) + len(text) // 4
    needed += sum(map(len, others.values()))
    with saving(path, needed) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in {**contents, **others, folder + TABLE: text}.items():
            # Arrays are compressed already.
            kind = zipfile.ZIP_DEFLATED if name.endswith(TABLE) else None
            # A table of many objects is saved often and stays large: half the size would take three times as long.
            archive.writestr(name, content, kind, compresslevel=1 if len(content) > LARGE_TABLE else None)


def drop_arrays(path: AnyPath, names: Collection[str]) -> int:
    """Take arrays out of a project, of every document in it, and return the bytes that are free now; the rest stays.

    Raises
    ------
    ImageError
        The file cannot be read or written; it stays as it was.
    """
    path = Path(path)
    gone = tuple(f"{name}.tif" for name in names)
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            dropped = [name for name in members if name.rsplit("/", 1)[-1] in gone]
            contents = {name: member(archive, members, name) for name in members if name not in dropped}
    except UNREADABLE as error:
        raise ImageError(f"{path.name} cannot be read ({error}).") from error
    if not dropped:
        return 0
    with (
        saving(path, sum(map(len, contents.values()))) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        for name, content in contents.items():
            archive.writestr(name, content, zipfile.ZIP_DEFLATED if name.endswith(TABLE) else None)
    return sum(members[name].compress_size for name in dropped)


def _table_of(project: ProjectFile) -> dict[str, Any]:
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


def _of_other_documents(path: Path, key: DocumentKey) -> dict[str, bytes]:
    """Return the members of other documents of an older project as they are; none where it cannot be read."""
    found: dict[str, bytes] = {}
    if path.is_file():
        with contextlib.suppress(OSError, *DAMAGED), zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            for other in documents_of(members):
                if other != key:
                    names = [name for name in members if key_of_member(name) == other]
                    found |= {name: member(archive, members, name) for name in names}
    return found


def project_keys(path: AnyPath) -> tuple[DocumentKey, ...]:
    """Return the documents (time points, scenes, layers) that a project has masks of; none where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return documents_of(members_of(archive))
    except UNREADABLE:
        return ()


def read_project_file(
    path: AnyPath, maps: Collection[str] = (COMPLETE,), key: DocumentKey = WHOLE
) -> ProjectFile:
    """Read a project.

    Parameters
    ----------
    path
        A ``.cpsam`` file.
    maps
        Names of the further arrays to read, where the project has them.
    key
        The document whose masks are wanted.

    Raises
    ------
    ImageError
        Missing, without masks of that document, damaged, no project, too large to be true, or written by a newer
        version of the program.
    """
    path = Path(path)
    with opening(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members, folder = members_of(archive), key.folder
                table = _table(archive, members, path, folder)
                _refuse_absent(members, key, path)
                labels = as_labels(_stack(array(archive, members, folder + MASKS)))
                stored = {name: f"{folder}{name}.tif" for name in maps}
                found = {
                    name: array(archive, members, where) for name, where in stored.items() if where in members
                }
            return _project(table, labels, found)
        except MemoryError as error:
            raise ImageError(f"{path} needs more memory than this computer has free.") from error
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({reason(error)})."
            ) from error


def _refuse_absent(members: dict[str, zipfile.ZipInfo], key: DocumentKey, path: Path) -> None:
    """Say which documents a project has masks of, where the one that is wanted is not among them."""
    there = documents_of(members)
    if there and key not in there:
        listed = ", ".join(one.folder.rstrip("/") or "the whole image" for one in there)
        wanted = key.folder.rstrip("/") or "the whole image"
        raise ImageError(f"{path.name} has no masks of {wanted}; it has masks of {listed}.")


def read_review(path: AnyPath) -> str:
    """Return how far the work on a project is, as :attr:`ProjectFile.review` says it.

    Of several documents, the one that is least far counts.

    Neither masks nor objects are read for it, so that a folder of thousands is listed quickly.

    Raises
    ------
    ImageError
        Missing, damaged or no project.
    """
    path = Path(path)
    if path.is_dir():
        return _review_of_folder(path)
    with opening(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = members_of(archive)
                folders = [one.folder for one in documents_of(members)] or [""]
                reviews = [str(_head(archive, members, path, one).get("review", "")) for one in folders]
            return min(reviews, key=lambda review: REVIEWS.index(review) if review in REVIEWS else 0)
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({reason(error)})."
            ) from error


def _review_of_folder(path: Path) -> str:
    """Return how far the work on the project of an image larger than memory is, which is a folder."""
    found = [load_json(one, "project") for one in path.glob("*/document.json")]
    reviews = [as_text(one.get("review")) if isinstance(one, dict) else "" for one in found]
    return min(reviews, key=lambda review: REVIEWS.index(review) if review in REVIEWS else 0, default="")


def read_settings(path: AnyPath, key: DocumentKey = WHOLE) -> dict[str, Any]:
    """Return the settings of the last run, as :attr:`ProjectFile.settings` holds them, without reading any masks.

    Raises
    ------
    ImageError
        Missing, damaged or no project.
    """
    path = Path(path)
    with opening(path):
        try:
            with zipfile.ZipFile(path) as archive:
                stored = _head(archive, members_of(archive), path, key.folder).get("settings")
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({reason(error)})."
            ) from error
    return dict(stored) if isinstance(stored, dict) else {}


def read_image_name(path: AnyPath) -> str:
    """Return the name of the image that a project says it belongs to; empty where it says none or cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return str(_head(archive, members_of(archive), Path(path)).get("image", ""))
    except UNREADABLE:
        return ""


def is_corrected(path: AnyPath, key: DocumentKey | None = None) -> bool:
    """Tell whether somebody corrected, verified or called complete the masks of a project; they are not read for it.

    With `key`, only that document counts. A project that cannot be read counts as corrected, so that whoever reads it
    in full says why.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            keys = (WHOLE,) if key is None and not documents_of(members) else documents_of(members)
            tables = [_table(archive, members, Path(path), one.folder) for one in keys if key in (None, one)]
        if any(table.get("review") in ("corrected", "verified") or table.get(COMPLETE) for table in tables):
            return True
        rows = [fields for table in tables for fields in table["objects"].values()]
        return any(fields.get("origin", "hand") != "model" for fields in rows)
    except UNREADABLE:
        return True


def _head(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Path, folder: str = ""
) -> dict[str, Any]:
    """Return the table of a document, without its objects where that is quicker."""
    head = head_of_table(archive, members[folder + TABLE], "objects")
    return _table(archive, members, path, folder) if head is None else head


def _table(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Path, folder: str = ""
) -> dict[str, Any]:
    if folder and folder + TABLE not in members:
        return {"objects": {}}
    table = json.loads(member(archive, members, folder + TABLE, MAX_TABLE))
    if not isinstance(table, dict):
        raise ValueError("its table is no table")
    # A minor version changes nothing for older programs.
    version = int(str(table["version"]).split(".")[0])
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
        str(table.get("fingerprint", "")),
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
