"""What a project says of itself, without its masks being read: a folder of thousands is listed quickly."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.files import AnyPath
from cpsam_core.images.json_values import as_text, load_json
from cpsam_core.images.project_archive import UNREADABLE, open_archive, open_project
from cpsam_core.images.project_content import COMPLETE
from cpsam_core.images.project_folders import (
    document_folder,
    folder_documents,
    is_checked,
    is_touched,
    open_document,
    read_document,
)

__all__ = [
    "has_objects",
    "holds_work",
    "is_corrected",
    "mostly_unchecked",
    "project_keys",
    "read_heads",
    "read_image_name",
    "read_review",
    "read_settings",
    "read_value",
    "review_of_all",
    "unchecked_objects",
    "unchecked_text",
]

REVIEWS = ("", "segmented", "corrected", "verified")
"""How far the work is, from the least on."""


def project_keys(path: AnyPath) -> tuple[DocumentKey, ...]:
    """Return the documents (time points, scenes, layers) that a project has masks of; none where it is damaged."""
    try:
        with open_archive(path) as project:
            return project.documents
    except UNREADABLE:
        return ()


def read_review(path: AnyPath, key: DocumentKey | None = None) -> str:
    """Return how far the work on a project is, as :attr:`ProjectFile.review` says it.

    Of several documents, :func:`review_of_all` counts; with `key`, that one.

    Raises
    ------
    ImageError
        Missing, damaged or no project.
    """
    path = Path(path)
    if path.is_dir():
        return review_of_all([as_text(one.get("review")) for one in read_heads(path)])
    with open_project(path) as project:
        folders = [one.folder for one in project.documents if key in (None, one)] or [""]
        return review_of_all([str(project.head(one).get("review", "")) for one in folders])


def read_heads(path: AnyPath) -> list[dict[str, Any]]:
    """Return what a project says of each document in it, without the objects where that is quicker.

    That of an image larger than memory is a folder.

    Raises
    ------
    ImageError
        Missing, damaged or no project.
    """
    path = Path(path)
    if path.is_dir():
        found = [load_json(one, "project") for one in path.glob("*/document.json")]
        return [one if isinstance(one, dict) else {} for one in found]
    with open_project(path) as project:
        return [project.head(one.folder) for one in project.documents]


def review_of_all(reviews: Collection[str]) -> str:
    """Return how far the work on an image is of whose parts each is so far.

    As among the objects of one part, a single correction counts; verified is only what is verified as a whole.
    """
    known = {review if review in REVIEWS else "" for review in reviews}
    if len(known) <= 1:
        return next(iter(known), "")
    return "corrected" if known & {"corrected", "verified"} else "segmented"


def read_settings(path: AnyPath, key: DocumentKey = WHOLE) -> dict[str, Any]:
    """Return the settings of the last run, as :attr:`ProjectFile.settings` holds them.

    Raises
    ------
    ImageError
        Missing, damaged or no project.
    """
    stored = read_value(path, "settings", key)
    return dict(stored) if isinstance(stored, dict) else {}


def read_value(path: AnyPath, name: str, key: DocumentKey = WHOLE) -> Any:
    """Return what a document of a project holds under a name; None where it holds nothing there.

    Raises
    ------
    ImageError
        Missing, damaged or no project, or one without that document.
    """
    path = Path(path)
    if path.is_dir():
        return read_document(document_folder(path, key)).get(name)
    with open_project(path) as project:
        return project.head(key.folder).get(name)


def read_image_name(path: AnyPath) -> str:
    """Return the name of the image that a project says it belongs to; empty where it says none or cannot be read."""
    try:
        with open_archive(path) as project:
            return str(project.head().get("image", ""))
    except UNREADABLE:
        return ""


def unchecked_objects(path: AnyPath, key: DocumentKey = WHOLE) -> frozenset[int]:
    """Return the ids of the objects of a project that a model drew and nobody answers for.

    None where the image is verified or regions of it are complete, since somebody answers for them as they are; for a
    project that is a folder, whose squares are chosen by what was corrected; and where it cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        return frozenset()
    try:
        with open_archive(path) as project:
            table = project.table(key.folder)
        if table.get("review") == "verified" or table.get(COMPLETE):
            return frozenset()
        return frozenset(int(number) for number, row in table["objects"].items() if not is_checked(row))
    except UNREADABLE:
        return frozenset()


def mostly_unchecked(unchecked: int, objects: int) -> bool:
    """Tell whether most of the outlines that judge a model are unchecked."""
    return 2 * unchecked > objects


def unchecked_text(unchecked: int, objects: int, which: str = "outlines there") -> str:
    """Return what to say where most of the outlines that judge a model are unchecked; empty where they are not."""
    if not mostly_unchecked(unchecked, objects):
        return ""
    return (
        f"{unchecked} of the {objects} {which} are a model's own, neither accepted nor corrected, which favours that "
        "model: review them for a fair verdict."
    )


def has_objects(path: AnyPath) -> bool:
    """Tell whether a project file has an object in any of its documents; an unreadable one counts as if it had."""
    try:
        with open_archive(path) as project:
            folders = [one.folder for one in project.documents] or [""]
            return any(project.table(folder)["objects"] for folder in folders)
    except UNREADABLE:
        return True


def holds_work(path: AnyPath, key: DocumentKey = WHOLE) -> bool:
    """Tell whether a person drew, corrected, marked or accepted anything in a project, or went through the image.

    A project that is a folder or cannot be read counts as work.
    """
    path = Path(path)
    if path.is_dir():
        return True
    try:
        with open_archive(path) as project:
            table = project.table(key.folder)
        return table.get("review") in ("corrected", "verified") or any(
            map(is_touched, table["objects"].values())
        )
    except UNREADABLE:
        return True


def is_corrected(path: AnyPath, key: DocumentKey | None = None) -> bool:
    """Tell whether somebody corrected, verified or called complete the masks of a project.

    With `key`, only that document counts. A project that cannot be read counts as corrected, so that whoever reads it
    in full says why.
    """
    path = Path(path)
    try:
        if path.is_dir():
            keys = folder_documents(path) if key is None else (key,)
            return any(open_document(path, one).is_corrected for one in keys)
        with open_archive(path) as project:
            keys = (WHOLE,) if key is None and not project.documents else project.documents
            tables = [project.table(one.folder) for one in keys if key in (None, one)]
        if any(table.get("review") in ("corrected", "verified") or table.get(COMPLETE) for table in tables):
            return True
        rows = [fields for table in tables for fields in table["objects"].values()]
        return any(map(is_checked, rows))
    except UNREADABLE:
        return True
