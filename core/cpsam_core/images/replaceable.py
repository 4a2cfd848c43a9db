"""Which files that are there an export may replace: never an image, and never work of which it would lose a part.

A dialog asks before it replaces a file, and a command has `--overwrite`; neither knows what the file holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.images.companion_names import MAP_ENDINGS, MASK_FOLDERS, RESULT_ENDINGS, STANDARD, result_stem
from cpsam_core.images.companions import Listings, companions, images_in
from cpsam_core.images.files import AnyPath
from cpsam_core.images.project_archive import UNREADABLE, open_archive
from cpsam_core.images.project_files import PROJECT_SUFFIX
from cpsam_core.images.project_members import MASKS
from cpsam_core.images.project_table import TABLE
from cpsam_core.images.readers import can_read
from cpsam_core.images.result_mark import is_result, mark_read
from cpsam_core.system.file_content import Content

__all__ = ["check_replaceable"]

PLAIN_KEYS = {"format", "version", "image", "objects", "classes"}
"""What the table of a project says that was exported as objects alone."""
PLAIN_FIELDS = {"class_id", "origin"}
PLAIN_ORIGINS = ("hand", "model")


def check_replaceable(path: AnyPath, content: Content, image: AnyPath | None = None) -> None:
    """Refuse to write over an image, masks or a project what would not hold all of it.

    Parameters
    ----------
    path
        Where something is to be written.
    content
        What that holds.
    image
        The image that it is made from, which is never replaced, whatever it is called.

    Raises
    ------
    ImageError
        It must stay.
    """
    path = Path(path)
    if not path.exists():
        return
    own = image is not None and _is_same(path, Path(image))
    if own or (path.is_file() and _is_image(path, content)):
        raise ImageError(f"{path.name} is an image, which is never replaced. Choose another name.")
    if path.is_dir():
        # No file replaces it, and `saving_folder` knows which folders may go.
        return
    if path.suffix.lower() == PROJECT_SUFFIX:
        if content is Content.PROJECT:
            _check_apart(path)
        elif content is Content.VIEW or _holds_more(path):
            raise ImageError(
                f"{path.name} is a project that holds more than would be written, which would be lost. Choose another "
                "name."
            )
    elif content is Content.VIEW and _is_masks(path):
        raise ImageError(f"{path.name} holds masks, which would be lost. Choose another name.")


def _is_same(path: Path, image: Path) -> bool:
    try:
        return path.samefile(image)
    except OSError:
        return False


def _is_image(path: Path, content: Content) -> bool:
    """Whether a file is one of the images of its folder."""
    if path.suffix.lower() == ".zarr" or not can_read(path) or STANDARD.is_masks(path) or is_result(path):
        return False
    if content is not Content.VIEW and path.parent.name in MASK_FOLDERS:
        return False
    return path in images_in(path.parent)


def _is_masks(path: Path) -> bool:
    """Whether a file holds masks or a map of classes, of any program."""
    if path.suffix.lower() != ".npy" and not can_read(path):
        return False
    stem = result_stem(path)
    shown = stem.endswith(RESULT_ENDINGS) and not stem.endswith(MAP_ENDINGS)
    return bool(mark_read(path)) or not (is_result(path) or shown)


def _check_apart(project: Path) -> None:
    """Refuse the project of an image that lies beside it."""
    listings = Listings()
    here = (path for path in project.parent.iterdir() if project.stem in (path.stem, path.name))
    owners = [one for one in here if can_read(one) and companions(one, listings=listings).project == project]
    if owners:
        raise ImageError(f"{project.name} holds the work on {owners[0].name} itself. Choose another name.")


def _holds_more(project: Path) -> bool:
    """Whether a project knows more than its objects and their classes; one that cannot be read may."""
    try:
        with open_archive(project) as archive:
            table = archive.table()
            plain = {key for key, value in table.items() if value} <= PLAIN_KEYS
            rows = list(table["objects"].values())
            return not (plain and archive.members.keys() <= {MASKS, TABLE} and all(map(_is_plain, rows)))
    except UNREADABLE:
        return True


def _is_plain(row: dict[str, Any]) -> bool:
    return row.keys() <= PLAIN_FIELDS and row.get("origin", PLAIN_ORIGINS[0]) in PLAIN_ORIGINS
