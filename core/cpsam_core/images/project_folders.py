"""The project of an image larger than memory: a folder, of which parts are read.

    NAME.cpsam/DOCUMENT/document.json           what is known of the image, and which labels are its own
    NAME.cpsam/DOCUMENT/LABELS/labels.ome.zarr  the masks in chunks
    NAME.cpsam/DOCUMENT/LABELS/rows.blk         the table of the objects, and rows-N.json: rows that changed since

The window writes it; see there for how a save is one step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import DAMAGE, ImageError, reason
from cpsam_core.images.array_files import read_arrays
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.json_values import as_list, as_text, load_json
from cpsam_core.images.project_content import Region, regions_of
from cpsam_core.images.zarr_folder import ZarrArray, ZarrFolder
from cpsam_core.system.file_identity import FileIdentity, identity_of

__all__ = [
    "DOCUMENT",
    "FLAGS",
    "LABELS",
    "MODEL",
    "ORIGINS",
    "ROWS",
    "VERSION",
    "FolderDocument",
    "ObjectColumns",
    "document_folder",
    "folder_documents",
    "masks_in",
    "open_document",
    "read_document",
]

VERSION = 1
DOCUMENT, ROWS, LABELS = "document.json", "rows.blk", "labels.ome.zarr"
FULL_SIZE = "labels/cells/0"
"""The array of the masks in the folder of the labels."""
WHOLE_FOLDER = "whole"
MODEL = "model"
ORIGINS = (MODEL, "edited", "hand")
"""Who drew an object, in the order of their numbers in the table."""
UNCERTAIN = "uncertain"
FLAGS = ("locked", UNCERTAIN, "verified", "judged")
"""What is yes or no of an object, each a bit of one column."""
COLUMNS = ("areas", "boxes", "origins", "flags", "classes")
"""What is read of the table."""
NOTHING: dict[str, npt.NDArray[Any]] = {name: np.zeros(0, np.int64) for name in COLUMNS}
"""A table without objects."""


@dataclass(frozen=True, eq=False)
class ObjectColumns:
    """The objects of a document, those that are there, by ascending id.

    Attributes
    ----------
    ids, areas
        int64 (n,); areas in pixels.
    boxes
        int64 (n, 6): first plane, end of the planes, first row, end, first column, end.
    checked
        bool (n,): whether a person answers for it, see `is_checked`.
    classes
        int64 (n,), 0 without one.
    """

    ids: npt.NDArray[np.int64]
    areas: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.int64]
    checked: npt.NDArray[np.bool_]
    classes: npt.NDArray[np.int64]

    @property
    def centres(self) -> npt.NDArray[np.int64]:
        """Plane, row and column of the middle of each box, int64 (n, 3)."""
        middles: npt.NDArray[np.int64] = (self.boxes[:, ::2] + self.boxes[:, 1::2] - 1) // 2
        return middles


@dataclass(frozen=True, eq=False)
class FolderDocument:
    """One document of such a project.

    Attributes
    ----------
    folder
        Of its labels.
    review
        How far the work is, as :attr:`ProjectFile.review` says it.
    settings
        Settings of the last run, by name.
    complete
        Regions of planes in which every object is drawn; those of sections along z are left out.
    class_names
        Name of each class by its number.
    objects
        The table.
    labels
        The masks (z, y, x), read in parts.
    """

    folder: Path
    review: str
    settings: Mapping[str, Any]
    complete: tuple[Region, ...]
    class_names: Mapping[int, str]
    objects: ObjectColumns
    labels: ZarrArray

    @property
    def shape(self) -> tuple[int, int, int]:
        """Planes, rows and columns of the masks."""
        z, y, x = self.labels.shape
        return z, y, x

    @property
    def is_corrected(self) -> bool:
        """Whether somebody corrected, verified or called complete any of it."""
        said = self.review in ("corrected", "verified") or bool(self.complete)
        return said or bool(self.objects.checked.any())


def document_folder(project: Path, key: DocumentKey | None) -> Path:
    """Return the folder of a document in a project."""
    return project / ((key.ending[1:] if key is not None else "") or WHOLE_FOLDER)


def folder_documents(project: Path) -> tuple[DocumentKey, ...]:
    """Return the documents that were saved in a project, the whole image first; none where it is no such folder."""
    found = []
    for path in project.glob(f"*/{DOCUMENT}"):
        name = path.parent.name
        key = DocumentKey.from_ending("" if name == WHOLE_FOLDER else f"_{name}")
        if key is not None:
            found.append(key)
    return tuple(sorted(found))


def open_document(project: Path, key: DocumentKey) -> FolderDocument:
    """Open a document without reading its masks.

    Raises
    ------
    ImageError
        Missing, damaged, or written by a newer version of the program.
    """
    folder = document_folder(project, key)
    return _opened(folder, identity_of(folder / DOCUMENT))


def read_document(folder: Path) -> dict[str, Any]:
    """Return what stands in the file of a document; its table and masks are not looked at.

    Parameters
    ----------
    folder
        Of the document.

    Raises
    ------
    ImageError
        Missing, damaged, or written by a newer version of the program.
    """
    path = folder / DOCUMENT
    stored = load_json(path, "project")
    if not isinstance(stored, dict) or not isinstance(stored.get("version"), int):
        raise ImageError(f"{path} is damaged.")
    if stored["version"] > VERSION:
        raise ImageError(f"{path} was written by a newer version of this program; update it to open this.")
    return stored


def masks_in(project: Path, key: DocumentKey) -> Path:
    """Return the masks of a document in a project, which are an OME-Zarr.

    Raises
    ------
    ImageError
        As for :func:`read_document`.
    """
    folder = document_folder(project, key)
    return folder / _plain(as_text(read_document(folder).get("labels")), folder / DOCUMENT) / LABELS


@lru_cache(maxsize=4)
def _opened(folder: Path, saved: FileIdentity) -> FolderDocument:
    """Return a document as it was saved then: its many parts need the table once."""
    path, stored = folder / DOCUMENT, read_document(folder)
    facts, settings = (_mapping(stored.get(name)) for name in ("facts", "settings"))
    own = folder / _plain(as_text(stored.get("labels")), path)
    try:
        complete = tuple(one for one in regions_of(as_list(facts.get("complete"))) if one.across == 0)
        names = {int(number): str(name) for number, name in _mapping(facts.get("classes")).items()}
    except DAMAGE as error:
        raise ImageError(f"{path} is damaged ({reason(error)}).") from error
    labels = ZarrFolder(own / LABELS).open_array(FULL_SIZE)
    if labels.ndim != 3 or labels.dtype.kind != "u":
        raise ImageError(f"{own / LABELS} holds no masks.")
    rows = [as_text(name) for name in as_list(stored.get("rows"))]
    return FolderDocument(
        own, as_text(stored.get("review")), settings, complete, names, _columns(own, rows, path), labels
    )


def _columns(own: Path, names: list[str], document: Path) -> ObjectColumns:
    """Return the table: as it was saved whole, with what changed since."""
    table, changes = _table(NOTHING), dict[int, Any]()
    for name in names:
        path = own / _plain(name, document)
        try:
            if name == ROWS:
                table, changes = _table(read_arrays(path, COLUMNS)), {}
            else:
                changes |= {int(number): row for number, row in _mapping(load_json(path, "project")).items()}
        except DAMAGE as error:
            raise ImageError(f"{path} is damaged ({reason(error)}).") from error
    try:
        return _changed(table, changes)
    except DAMAGE as error:
        raise ImageError(f"{own} is damaged ({reason(error)}).") from error


def _table(columns: dict[str, npt.NDArray[Any]]) -> ObjectColumns:
    areas = columns["areas"]
    ids = np.flatnonzero(areas > 0)
    by_hand = columns["origins"] != ORIGINS.index(MODEL)
    checked = (by_hand | (columns["flags"] & ~np.uint8(1 << FLAGS.index(UNCERTAIN)) > 0))[ids]
    kept = (columns[name][ids].astype(np.int64) for name in ("areas", "boxes", "classes"))
    areas, boxes, classes = kept
    return ObjectColumns(ids, areas, boxes.reshape(-1, 6), checked, classes)


def _changed(table: ObjectColumns, changes: Mapping[int, Any]) -> ObjectColumns:
    """Return a table with rows replaced, added, and taken out where one is None."""
    if not changes:
        return table
    stay = ~np.isin(table.ids, np.array(sorted(changes), np.int64))
    rows = {number: row for number, row in changes.items() if row is not None}
    ids = np.concatenate([table.ids[stay], np.array(sorted(rows), np.int64)])
    order = np.argsort(ids)
    fresh = [rows[number] for number in sorted(rows)]

    def joined(old: npt.NDArray[Any], new: list[Any], width: tuple[int, ...] = ()) -> npt.NDArray[Any]:
        added = np.array(new, old.dtype).reshape(-1, *width)
        return np.concatenate([old[stay], added])[order]

    return ObjectColumns(
        ids[order],
        joined(table.areas, [int(row["area"]) for row in fresh]),
        joined(table.boxes, [[int(end) for end in row["box"]] for row in fresh], (6,)),
        joined(table.checked, [is_checked(row) for row in fresh]),
        joined(table.classes, [int(row.get("class_id", 0)) for row in fresh]),
    )


def is_touched(row: Mapping[str, Any]) -> bool:
    """Whether a person had a hand in an object, by its row in a project: drew, corrected, marked or accepted it."""
    return row.get("origin", "hand") != MODEL or any(bool(row.get(name)) for name in FLAGS)


def is_checked(row: Mapping[str, Any]) -> bool:
    """Whether a person answers for an object, by its row in a project.

    One that was only marked as uncertain is touched, but nobody answers for its outline.
    """
    return row.get("origin", "hand") != MODEL or any(
        bool(row.get(name)) for name in FLAGS if name != UNCERTAIN
    )


def _plain(name: str, path: Path) -> str:
    """Return the name of something in the folder once it leads nowhere else."""
    if not name or name in (".", "..") or any(mark in name for mark in "/\\:"):
        raise ImageError(f"{path} is damaged: it refers to {name or 'nothing'}.")
    return name


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
