"""The project of an image whose masks are larger than memory: a folder, of which saving writes what changed.

What is in it is said in :mod:`cpsam_core.images.project_folders`, which reads it for training.

A save writes new chunks beside the old ones, says in one file that it is complete, and then puts them in their places.
Killed at any moment, the folder holds the state before or the one after. No Qt.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cpsam_core.errors import ImageError
from cpsam_core.images.files import saving, write_text
from cpsam_core.images.json_values import as_list, as_text, load_json
from cpsam_core.images.project_folders import DOCUMENT, LABELS, ROWS, VERSION, read_document
from cpsam_core.system.paths import make_folder
from cpsam_gui.state.box import Box
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.objects import ObjectRecord
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.file_lock import free_name
from cpsam_gui.storage.level_files import LevelFiles, make_levels
from cpsam_gui.storage.project import checked_facts, checked_fields, fields_of, fields_of_facts
from cpsam_gui.storage.run_folders import is_run, remove_run, run_folders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_gui.storage.level_files import Key

COMMIT, PENDING = "commit.json", "pending"


@dataclass(frozen=True, slots=True, eq=False)
class FolderContent:
    """What a project folder holds of one document."""

    labels: ChunkedLabels
    records: ColumnRecords
    facts: ImageFacts = field(default_factory=ImageFacts)
    settings: Mapping[str, Any] = field(default_factory=dict)
    foreign: Mapping[str, Any] = field(default_factory=dict)
    image: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FolderChanges:
    """What a save writes.

    Attributes
    ----------
    labels, keys
        The chunks that differ from what lies in the folder.
    rows
        Rows that changed since the last save, None for one that is gone; or the whole table.
    described
        What stands in the file of the document: JSON values.
    """

    labels: ChunkedLabels
    keys: frozenset[Key]
    rows: Mapping[int, ObjectRecord | None] | ColumnRecords
    described: dict[str, Any]


def described(
    facts: ImageFacts,
    settings: Mapping[str, Any],
    foreign: Mapping[str, Any],
    image: str,
    fingerprint: str,
) -> dict[str, Any]:
    """Return what stands in the file of a document beside its masks."""
    return {
        "version": VERSION,
        "image": image,
        "fingerprint": fingerprint,
        "facts": fields_of_facts(facts),
        "review": facts.review.value,
        "settings": dict(settings),
        "foreign": dict(foreign),
    }


def open_folder(folder: Path, shape: tuple[int, int, int], work: Path) -> FolderContent | None:
    """Open a document; None where there is none.

    Raises
    ------
    ImageError
        Damaged, of another image, or written by a newer version of the program.
    """
    finish_save(folder)
    if not (folder / DOCUMENT).exists():
        return None
    stored = read_document(folder)
    key = as_text(stored.get("labels"))
    _remove_others(folder, key)
    own = folder / key
    labels = ChunkedLabels(shape, work, own, key)
    try:
        facts = checked_facts(stored.get("facts") or {})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ImageError(f"{folder / DOCUMENT} is damaged ({error}).") from error
    if facts.deleted is not None and facts.deleted.shape != shape:
        facts = facts.changed(deleted=None)
    return FolderContent(
        labels,
        _read_rows(own, [as_text(name) for name in as_list(stored.get("rows"))]),
        facts,
        _mapping(stored.get("settings")),
        _mapping(stored.get("foreign")),
        as_text(stored.get("image")),
        as_text(stored.get("fingerprint")),
    )


def save_folder(folder: Path, changes: FolderChanges, image: Image, progress: Progress) -> Path:
    """Save a document; return the folder of its labels, which `ChunkedLabels.rebase` takes.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted; what is there stays as it was.
    """
    labels, keys = changes.labels, sorted(changes.keys)
    own = folder / labels.key
    finish_save(folder)
    pending = own / PENDING
    make_folder(folder)
    with saving(folder / COMMIT) as temporary:
        shutil.rmtree(pending, ignore_errors=True)
        fresh = not (own / LABELS).exists()
        if fresh:
            _begin(own, labels, image)
        names = [] if fresh or isinstance(changes.rows, ColumnRecords) else _rows_of(folder)
        files, empty, moved = LevelFiles(own, labels.shapes), [], []
        for done, key in enumerate(keys):
            if done % 32 == 0:
                progress(done, len(keys), "Saving")
            chunk = labels.saved_chunk(key)
            relative = files.path(key).relative_to(own).as_posix()
            if chunk.any():
                files.write(key, chunk, pending / relative)
                moved.append(relative)
            else:
                empty.append(relative)
        name = _write_rows(pending, changes.rows, len(names))
        moved.append(name)
        document = {**changes.described, "labels": labels.key, "rows": [*names, name]}
        commit = {"labels": labels.key, "moved": moved, "empty": empty, "document": document}
        temporary.write_text(json.dumps(commit), encoding="utf-8")
    finish_save(folder)
    return own


def write_rows(folder: Path, records: ColumnRecords) -> None:
    """Write the table of a run beside its labels.

    Raises
    ------
    ImageError
        Writing failed.
    """
    from cpsam_core.images.array_files import write_arrays

    write_arrays(folder / ROWS, records.columns)


def read_rows(folder: Path) -> ColumnRecords:
    """Return the table that lies beside the labels of a run.

    Raises
    ------
    ImageError
        It is missing or damaged.
    """
    return _read_rows(folder, [ROWS])


def finish_save(folder: Path) -> None:
    """Put what a save wrote in its places, where it was killed before it could.

    Raises
    ------
    ImageError
        The folder is damaged, or may not be written.
    """
    path = folder / COMMIT
    if not path.exists():
        return
    commit = load_json(path, "project")
    if not isinstance(commit, dict):
        raise ImageError(f"{path} is damaged.")
    own = folder / _plain(as_text(commit.get("labels")), path)
    try:
        for relative in as_list(commit.get("moved")):
            source, target = (base / _plain(as_text(relative), path) for base in (own / PENDING, own))
            # Else it is in its place.
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
        for relative in as_list(commit.get("empty")):
            (own / _plain(as_text(relative), path)).unlink(missing_ok=True)
        write_text(folder / DOCUMENT, json.dumps(commit.get("document"), indent=1))
        path.unlink()
    except OSError as error:
        raise ImageError(f"{folder} cannot be written: {error.strerror or error}.") from error
    shutil.rmtree(own / PENDING, ignore_errors=True)


def _plain(relative: str, path: Path) -> str:
    """Return a path below the folder once it leads nowhere else."""
    if not relative or relative.startswith("/") or any(part in ("..", "") for part in relative.split("/")):
        raise ImageError(f"{path} is damaged: it refers to {relative or 'nothing'}.")
    if "\\" in relative or ":" in relative:
        raise ImageError(f"{path} is damaged: it refers to {relative}.")
    return relative


def _begin(own: Path, labels: ChunkedLabels, image: Image) -> None:
    """Make the labels of a document: empty, or those of the folder they came from."""
    from cpsam_core.formats.ome_zarr_writing import describe_labels

    own.mkdir(parents=True, exist_ok=True)
    if labels.base is None:
        make_levels(own, labels.shapes)
    else:
        shutil.copytree(labels.base / LABELS, own / LABELS, copy_function=_link)
    name = image.path.name if image.path is not None else ""
    sizes = image.z_step, image.pixel_height or image.pixel_size, image.pixel_size
    describe_labels(own / LABELS, len(labels.shapes), sizes, name)


def _link(source: str, target: str) -> None:
    """Copy a file; where the disk allows, as another name of the same one: chunks are replaced, never changed."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _remove_others(folder: Path, key: str) -> None:
    """Remove labels that the document has no more: those before a run that took their place, and of earlier runs."""
    _plain(key, folder / DOCUMENT)
    for other in folder.iterdir():
        if other.is_dir() and other.name != key and not is_run(other) and (other / LABELS).exists():
            shutil.rmtree(other, ignore_errors=True)
    # The last one may go on.
    for earlier in run_folders(folder)[1:]:
        remove_run(earlier)


def _rows_of(folder: Path) -> list[str]:
    if not (folder / DOCUMENT).exists():
        return []
    return [as_text(name) for name in as_list(read_document(folder).get("rows"))]


def _write_rows(pending: Path, rows: Mapping[int, ObjectRecord | None] | ColumnRecords, number: int) -> str:
    from cpsam_core.images.array_files import write_arrays

    pending.mkdir(parents=True, exist_ok=True)
    if isinstance(rows, ColumnRecords):
        write_arrays(pending / ROWS, rows.columns)
        return ROWS
    name = f"rows-{number:06d}.json"
    plain = {
        str(number): None
        if row is None
        else {**fields_of(row), "area": row.area, "box": [*_corners(row.box)]}
        for number, row in rows.items()
    }
    write_text(pending / name, json.dumps(plain))
    return name


def _read_rows(own: Path, names: list[str]) -> ColumnRecords:
    from cpsam_core.images.array_files import read_arrays

    table = ColumnRecords()
    for name in names:
        path = own / _plain(name, own / DOCUMENT)
        try:
            if name == ROWS:
                table = ColumnRecords(read_arrays(path))
                continue
            for number, row in _mapping(load_json(path, "project")).items():
                if row is None:
                    table.pop(int(number), None)
                else:
                    table[int(number)] = ObjectRecord(
                        int(row["area"]), Box(*row["box"]), **checked_fields(row)
                    )
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise ImageError(f"{path} is damaged ({error}).") from error
    table.make_room()
    return table


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _corners(box: Box) -> tuple[int, ...]:
    return box.z0, box.z1, box.y0, box.y1, box.x0, box.x1


def keep_aside(project: Path) -> None:
    """Keep a project as it is under another name; its files are shared until a save replaces one.

    Raises
    ------
    ImageError
        There is no room for it, or writing is not permitted.
    """
    name = free_name(project)
    try:
        shutil.copytree(project, name, copy_function=_link)
    except OSError as error:
        raise ImageError(f"{project} cannot be copied: {error.strerror or error}.") from error
