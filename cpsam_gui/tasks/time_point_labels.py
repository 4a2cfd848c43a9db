"""Label images of time points that a run left alone or that the window segmented: a tracker takes a movie whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.progress import silent
from cpsam_gui.storage.companions import masks_path, project_path
from cpsam_gui.storage.own_writes import writing
from cpsam_gui.tasks.opening import doubt_about
from cpsam_gui.tasks.saving import SaveExtras, read_masks, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey


def add_label_images(
    path: Path, parts: Iterable[Image], is_open: Callable[[Path, DocumentKey | None], bool]
) -> None:
    """Write the label images that are missing beside a movie, of these time points whose masks its project holds.

    What is there is left alone, and so is the time point that a person works on: it is saved with its label image.

    Raises
    ------
    ImageError
        Masks cannot be read, or nothing can be written.
    """
    from cpsam_core.images.fingerprint import fingerprint
    from cpsam_core.images.project_summary import project_keys

    project = project_path(path)
    kept = set(project_keys(project))
    for image in parts:
        target = masks_path(path, image.key)
        if image.key not in kept or target.exists() or is_open(path, image.key):
            continue
        with writing(project, image.key):
            found = read_masks(project, image.pixels.shape[:3], silent, image.key)
            if doubt_about(found, path, fingerprint(image.pixels)):
                continue
            save(target, found.labels, found.records, SaveExtras(path, found.settings, key=image.key), silent)
