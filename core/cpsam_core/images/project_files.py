"""Project files of the window: masks and what is known of each object, in one file that other programs can open.

``NAME.cpsam`` is a zip archive with ``masks.tif`` (labels), ``project.json`` (objects, settings, review) and, where
there are any, further arrays such as ``flows.tif``. Keys that this version does not know are handed on unread, so
that a project survives a visit to an older program; only a newer major version is refused.

Masks of single time points, scenes and layers lie in folders of their own inside (``t003/masks.tif``,
``t003/project.json``), so that one project holds all of a movie. Where there are no masks of the image as a whole, the
outer ``project.json`` says a version from which on programs know that.

The window keeps in ``deleted`` of ``project.json`` where a person deleted objects or said that there is no
cell; its runs bring nothing back there:
the ``shape`` (z, y, x) and the ``runs`` of pixels, packed as `cpsam_gui.state.deleted` says.

Why a zip of TIFF and JSON: it is one file, which is copied, mailed and renamed with nothing left behind; every system
unpacks it without a program of its own, and ImageJ, QuPath, napari and any script read what comes out; and it is
replaced in one step, so that there is never half a project. OME-Zarr would let a part of the masks be rewritten, but
is a folder of many files, which is none of these. A pickle would run code that somebody else wrote.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError, OtherMasksError, reason
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.files import AnyPath, saving
from cpsam_core.images.packed_labels import Unchanged, pack_labels
from cpsam_core.images.project_archive import UNREADABLE, ProjectArchive, open_archive, open_project
from cpsam_core.images.project_content import COMPLETE, ProjectFile, Region
from cpsam_core.images.project_members import DAMAGED, MASKS, key_of_member, packed, table_text
from cpsam_core.images.project_table import TABLE, outer_table, project_of, table_of
from cpsam_core.labels import as_labels

__all__ = [
    "PROJECT_SUFFIX",
    "ProjectFile",
    "Region",
    "Reuse",
    "drop_arrays",
    "read_project_file",
    "write_project_file",
]

PROJECT_SUFFIX = ".cpsam"
# From this size on a table is packed quickly.
LARGE_TABLE_BYTES = 2**20
BROKEN: tuple[type[Exception], ...] = (OSError, *DAMAGED)
"""What a member of a project raises that cannot be read."""


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
    folder = key.folder
    with open_project(path) as project:
        table = project.table(folder)
        _refuse_absent(project, key)
        labels = as_labels(_stack(project.array(folder + MASKS)))
        stored = {name: f"{folder}{name}.tif" for name in maps}
        found = {name: project.array(where) for name, where in stored.items() if where in project.members}
        return project_of(table, labels, found)


def _refuse_absent(project: ProjectArchive, key: DocumentKey) -> None:
    """Say which documents a project has masks of, where the one that is wanted is not among them."""
    there = project.documents
    if there and key not in there:
        listed = ", ".join(map(_name, there))
        raise ImageError(f"{project.path.name} has no masks of {_name(key)}; it has masks of {listed}.")


def _name(key: DocumentKey) -> str:
    return key.folder.rstrip("/") or "the whole image"


def write_project_file(
    path: AnyPath,
    project: ProjectFile,
    keep: Collection[str] = (),
    key: DocumentKey = WHOLE,
    reuse: Reuse | None = None,
    others: Path | None = None,
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
    others
        The project from which those of other time points, scenes and layers are taken, as far as they can be read;
        None for the older project, all of whose must be.

    Raises
    ------
    OtherMasksError
        Some of the older project's cannot be; it stays as it was.
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
    text = table_text(table_of(project), "objects", reuse.rows).encode()
    kept = _of_other_documents(path, key) if others is None else _readable_documents(others, key)
    if key != WHOLE and TABLE not in kept:
        kept[TABLE] = table_text(outer_table(project.image), "objects").encode()
    # The table shrinks to less than that.
    needed = sum(map(len, contents.values())) + len(text) // 4
    needed += sum(map(len, kept.values()))
    with saving(path, needed) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in {**contents, **kept, folder + TABLE: text}.items():
            # Arrays are compressed already.
            kind = zipfile.ZIP_DEFLATED if name.endswith(TABLE) else None
            # A table of many objects is saved often and stays large: half the size would take three times as long.
            archive.writestr(
                name, content, kind, compresslevel=1 if len(content) > LARGE_TABLE_BYTES else None
            )


def _kept(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return members of an older project as they are; none where it cannot be read."""
    kept: dict[str, bytes] = {}
    if names and path.is_file():
        with contextlib.suppress(*BROKEN), open_archive(path) as older:
            for name in names:
                if name in older.members:
                    kept[name] = older.content(name)
    return kept


def _of_other_documents(path: Path, key: DocumentKey) -> dict[str, bytes]:
    """Return the members of other documents of an older project as they are; none where it is no project at all."""
    found: dict[str, bytes] = {}
    if not path.is_file():
        return found
    other: DocumentKey | None = None
    try:
        with open_archive(path) as older:
            for other in older.documents:
                found |= _members(older, other) if other != key else {}
    except BROKEN as error:
        # One slip of the network must not cost the work on a whole movie.
        if other is not None or isinstance(error, OSError):
            which = "other time points or scenes" if other is None else _name(other)
            raise OtherMasksError(
                f"The masks of {which} in {path.name} cannot be read ({reason(error)}), and saving would lose them.",
                path,
            ) from error
    return found


def _readable_documents(path: Path, key: DocumentKey) -> dict[str, bytes]:
    """Return the same of a project that may be damaged: what can be read of it."""
    found: dict[str, bytes] = {}
    if path.is_file():
        with contextlib.suppress(*BROKEN), open_archive(path) as older:
            for other in older.documents:
                with contextlib.suppress(*BROKEN):
                    found |= _members(older, other) if other != key else {}
    return found


def _members(project: ProjectArchive, key: DocumentKey) -> dict[str, bytes]:
    """Return the members of a document."""
    return {name: project.content(name) for name in project.members if key_of_member(name) == key}


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
        with open_archive(path) as project:
            members = project.members
            dropped = [name for name in members if name.rsplit("/", 1)[-1] in gone]
            contents = {name: project.content(name) for name in members if name not in dropped}
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


def _stack(masks: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return (z, y, x), whatever axes of length 1 a program that wrote the masks left out or added."""
    if masks.ndim < 2 or masks.size == 0:
        raise ValueError(f"masks of shape {masks.shape}")
    return masks.reshape((-1, *masks.shape[-2:]))
