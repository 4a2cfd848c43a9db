"""Images larger than memory: opened without being decoded, with masks that stay in chunks on the disk."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.images.project_folders import document_folder
from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.file_lock import in_use
from cpsam_core.system.machine import memory
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.storage.chunked_labels import LOCK, ChunkedLabels
from cpsam_gui.storage.journal_folder import journal_folder
from cpsam_gui.storage.project_folder import (
    FolderContent,
    keep_aside,
    open_folder,
    save_folder,
)
from cpsam_gui.tasks.saving import Conflict, SaveResult

if TYPE_CHECKING:
    from cpsam_core.errors import CpsamError
    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.readers import Raw
    from cpsam_core.progress import Progress
    from cpsam_core.system.file_identity import FileIdentity
    from cpsam_gui.storage.project_folder import FolderChanges

LARGE_PIXELS = 1 << 28
"""Pixels from which an image stays in its file, where its kind allows that: 16,384 x 16,384."""
MASK_BYTES = 8
"""Of a voxel, for its number and for a copy of it on the way."""
MEMORY_SHARE = 0.5
"""Of the computer's memory that a stack may take; a larger one stays in its file."""
WORK = "work"
"""Folder beside the journals, of what does not fit into memory."""


def large_raw(path: Path, scene: int | None) -> Raw | None:
    """Return what a file says of an image that is too large to be read whole; None where it is to be read.

    Raises
    ------
    ImageError
        It cannot be opened.
    """
    from cpsam_core.images.limits import most_values
    from cpsam_core.images.readers import open_raw, opens_in_parts

    if not opens_in_parts(path) or most_values(path) < LARGE_PIXELS:
        return None
    raw, _ = open_raw(path, scene)
    return raw if _stays_in_file(raw) else None


def _stays_in_file(raw: Raw) -> bool:
    """Whether a plane is too large to be handled as a whole, or a stack with its masks does not fit into memory."""
    shape, total = raw.array.shape, memory().total
    if math.prod(sorted(shape)[-2:]) >= LARGE_PIXELS:
        return True
    # One time point is open at a time.
    values = math.prod(length for length, axis in zip(shape, raw.axes, strict=True) if axis != "T")
    return total is not None and values * (raw.array.dtype.itemsize + MASK_BYTES) > MEMORY_SHARE * total


def open_large(path: Path, axes: str | None, time: int | None, scene: int | None) -> Image:
    """Return an image whose pixels stay in the file.

    Raises
    ------
    ImageError
        Damaged, or with axes that need a decision.
    """
    from cpsam_core.images import open_source
    from cpsam_core.images.lazy_pixels import lazy_image

    return lazy_image(open_source(path, axes, time=time, scene=scene))


def fingerprint_of(image: Image) -> str:
    """Return a text by which a large image is recognised, made of what its overview shows."""
    from cpsam_gui.state.pixels import overview_of

    some = np.ascontiguousarray(overview_of(image))
    shape = "x".join(map(str, image.pixels.shape))
    return f"large {shape} {image.pixels.dtype} {hashlib.sha256(some.tobytes()).hexdigest()[:32]}"


def open_masks(project: Path, key: DocumentKey, shape: tuple[int, int, int]) -> FolderContent:
    """Return the masks of a large image: those of its project, or none yet.

    Raises
    ------
    ImageError
        The project is damaged, or one of another size.
    """
    work = new_work_folder()
    if project.is_file():
        raise ImageError(
            f"{project.name} is the project of an image that fits into memory, and of another size than this one. "
            "Move it elsewhere to begin anew."
        )
    found = open_folder(document_folder(project, key), shape, work) if project.is_dir() else None
    return found or no_masks(shape)


def no_masks(shape: tuple[int, int, int]) -> FolderContent:
    """Return masks without an object."""
    return FolderContent(ChunkedLabels(shape, new_work_folder()), ColumnRecords())


def new_work_folder() -> Path:
    """Return a folder that nobody has; those of programs that no longer run are removed."""
    work = journal_folder() / WORK
    if work.is_dir():
        for left in work.iterdir():
            lock = left / LOCK
            if lock.exists() and not in_use(lock):
                shutil.rmtree(left, ignore_errors=True)
    return work / f"{os.getpid()}-{time.time_ns():x}"


def save_large(
    target: Path,
    changes: FolderChanges,
    image: Image,
    expected: FileIdentity | None,
    aside: bool,
    progress: Progress,
) -> SaveResult | Conflict | CpsamError:
    """Save what changed of a large image, as `save_project` saves others.

    Parameters
    ----------
    target
        The file of the document in its project.
    expected
        What it was when it was last read or written; None to replace whatever is there.
    aside
        Keep the project that is there under another name.
    """
    started, folder = time.monotonic(), target.parent
    now = identity_of(target)
    if expected is not None and expected.exists and not now.exists:
        # It holds all that was not changed since the last save.
        return ImageError(
            f"{folder.parent} is no longer there; the folder may have been moved, or a drive disconnected."
        )
    if expected is not None and now != expected and not aside:
        return Conflict(target)
    try:
        if aside and folder.parent.exists():
            keep_aside(folder.parent)
        save_folder(folder, changes, image, progress)
    except ImageError as error:
        return error
    return SaveResult((folder.parent,), {target: identity_of(target)}, time.monotonic() - started)
