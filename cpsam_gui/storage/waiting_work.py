"""Work that waits in journals because no file holds it yet: of which images, and how far it is. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from cpsam_core.errors import CpsamError
from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.paths import as_given
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.journal_folder import left_behind
from cpsam_gui.storage.journal_heads import image_of, part_of, review_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cpsam_core.system.file_identity import FileIdentity
    from cpsam_gui.state.image_facts import ReviewState

LAG_S = 2.0
"""The log of what was done knows whole seconds, and a journal is written a moment after that."""
# Journals of which it is remembered what they say: they do not change once nobody writes them.
REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class _Held:
    """What a journal says of the work in it."""

    image: Path | None
    part: str
    review: ReviewState


def waiting_reviews(images: Collection[Path]) -> dict[Path, dict[str, ReviewState]]:
    """Return how far the work is that waits for these images, by the part of the image, empty for the whole.

    Work that a program still holds, that was given up, or that is older than what was saved, is none of that.
    """
    found: dict[Path, dict[str, ReviewState]] = {}
    journals = left_behind(given_up=False)
    named = {as_given(image): image for image in images} if journals else {}
    for journal in journals:
        file = identity_of(journal)
        held = _held(journal, file)
        image = named.get(held.image) if held.image is not None else None
        # Of several on one part the newest comes first.
        if image is None or not file.exists or held.part in found.get(image, {}):
            continue
        if not saved_since(image, file.changed / 1e9, held.part):
            found.setdefault(image, {})[held.part] = held.review
    return found


@lru_cache(REMEMBERED)
def _held(journal: Path, _file: FileIdentity) -> _Held:
    return _Held(image_of(journal), part_of(journal), review_of(journal))


def saved_since(image: Path | None, when: float, part: str = "") -> bool:
    """Whether a part of an image was saved in its project after a time, seconds since 1970."""
    if image is None:
        return False
    project = project_path(image)
    try:
        since = project.stat().st_mtime > when
    except OSError:
        # There is no project.
        return False
    return since and (not part or _part_saved_since(project, when, part))


def _part_saved_since(project: Path, when: float, part: str) -> bool:
    """Whether a scene or time point was saved after a time; other parts are saved in the same file."""
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.project_summary import project_keys, read_value

    key = DocumentKey.from_ending(part)
    if key is None:
        return True
    if project.is_file() and key not in project_keys(project):
        return False
    try:
        log = worklog.read(read_value(project, worklog.KEY, key))
        last = max(datetime.fromisoformat(entry.when).timestamp() for entry in log)
    except (CpsamError, ValueError):
        # Nothing tells when.
        return True
    return last > when - LAG_S
