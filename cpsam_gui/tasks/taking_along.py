"""Taking an image and its masks to another folder. No Qt."""

from __future__ import annotations

import filecmp
import shutil
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
from cpsam_core.images.files import saving, saving_folder
from cpsam_core.progress import silent
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.file_lock import free_name
from cpsam_gui.tasks.saving import SaveExtras, save

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpsam_core.progress import Progress
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.snapshot import Snapshot


def save_copy(
    image: Path,
    folder: Path,
    still: Snapshot,
    records: Mapping[int, ObjectRecord],
    extra: SaveExtras,
    progress: Progress,
) -> Path:
    """Copy an image into a folder and save the project of its masks beside the copy; return the copy.

    A project that is there already is kept under another name; what the one beside the image knows of other time
    points comes with it.

    Raises
    ------
    ImageError
        The folder holds another image of that name, or cannot be written to.
    """
    copy = folder / image.name
    progress(0, 2, "Copying the image")
    if not copy.exists():
        _copy(image, copy)
    elif not (copy.is_file() and filecmp.cmp(image, copy, shallow=False)):
        raise ImageError(f"There is another {image.name} in {folder}. Choose another folder.")
    source, project = project_path(image), project_path(copy)
    if project.exists():
        _copy(project, free_name(project))
    elif source.is_file():
        _copy(source, project)
    progress(1, 2, "Saving")
    save(project, still, records, extra, silent)
    return copy


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        with saving_folder(target, lambda _: False) as temporary:
            shutil.copytree(source, temporary, dirs_exist_ok=True)
        return
    with saving(target, source.stat().st_size) as temporary:
        shutil.copyfile(source, temporary)
