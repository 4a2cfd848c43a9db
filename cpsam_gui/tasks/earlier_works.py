"""What there is of images before a run: masks beside them, and work that waits in journals. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
from cpsam_core.images.document_key import WHOLE
from cpsam_core.progress import silent
from cpsam_core.system.file_identity import identity_of
from cpsam_gui.runs.fates import EarlierWork
from cpsam_gui.storage.companions import PROJECT, earlier_work
from cpsam_gui.storage.own_writes import as_expected
from cpsam_gui.storage.waiting_work import waiting_reviews

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.progress import Progress
    from cpsam_core.system.file_identity import FileIdentity


def earlier_works(images: Collection[Path], progress: Progress = silent) -> dict[Path, EarlierWork]:
    """Return what there is of each image by the files beside it; a little of each project is read.

    Left out are images whose masks are those of time points or scenes: a run says of them what it found.
    """
    from cpsam_core.images.companions import Listings, documents_of

    listings, waiting = Listings(), waiting_reviews(images)
    found: dict[Path, EarlierWork] = {}
    for number, path in enumerate(images):
        progress(number, len(images), path.name)
        documents = documents_of(path, listings=listings)
        if WHOLE.ending in waiting.get(path, {}):
            found[path] = EarlierWork(waiting=True)
        elif not documents:
            found[path] = EarlierWork()
        elif len(documents) == 1 and documents[0].key == WHOLE and documents[0].masks:
            found[path] = _work_in(documents[0].masks[0])
    return found


def _work_in(masks: Path) -> EarlierWork:
    from cpsam_core.images.project_summary import holds_work, read_settings

    if masks.suffix != PROJECT:
        return EarlierWork(True, True)
    try:
        return EarlierWork(True, holds_work(masks), read_settings(masks))
    except ImageError:
        # The run says what is wrong with it.
        return EarlierWork(True, True)


def waits(path: Path, key: DocumentKey) -> bool:
    """Whether there is work on a document that no file holds: masks in its project would make it an older copy."""
    return key.ending in waiting_reviews([path]).get(path, {})


def masks_there(path: Path, key: DocumentKey) -> tuple[Path, FileIdentity] | None:
    """Return the file with earlier masks of a document, as it is now; None where there is none."""
    earlier = earlier_work(path, key=key)
    return None if earlier is None else (earlier, identity_of(earlier))


def is_still(seen: tuple[Path, FileIdentity] | None, path: Path, key: DocumentKey) -> bool:
    """Whether the masks of a document are those that were seen, whatever became of other documents in their file."""
    now = earlier_work(path, key=key)
    return now is None if seen is None else now == seen[0] and as_expected(now, seen[1], key)
