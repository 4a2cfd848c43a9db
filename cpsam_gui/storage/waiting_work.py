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
from cpsam_gui.storage.journal_heads import image_of, log_of, part_of, review_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cpsam_core.system.file_identity import FileIdentity
    from cpsam_gui.state.image_facts import ReviewState

LAG_S = 2.0
"""A journal is written a moment after a step, and the log of an older version knew whole seconds."""
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
        if not is_older(journal, image, file.changed / 1e9, held.part):
            found.setdefault(image, {})[held.part] = held.review
    return found


@lru_cache(REMEMBERED)
def _held(journal: Path, _file: FileIdentity) -> _Held:
    return _Held(image_of(journal), part_of(journal), review_of(journal))


def is_older(journal: Path, image: Path | None, when: float, part: str = "") -> bool:
    """Whether the work in a journal of that time is older than what was saved of this part of an image."""
    return image is not None and saved_since(image, when, part) and not _goes_further(journal, image, part)


def _goes_further(journal: Path, image: Path, part: str) -> bool:
    """Whether a journal holds all that was saved, and more.

    What was done while a save was under way is not in the file, which is the newer one of the two all the same; and
    the clock of a file server may be ahead.
    """
    logs = _log(project_path(image), part), log_of(journal)
    # A journal does not tell what is redone from what is done.
    saved, done = ([(entry.when, entry.what) for entry in log] for log in logs)
    return bool(saved and done) and saved[-1] in done and done[-1] not in saved


def _log(project: Path, part: str) -> list[worklog.LogEntry]:
    """Return what was done on a part of an image by the time it was saved; nothing where that is not known."""
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.project_summary import read_value

    key = DocumentKey.from_ending(part)
    try:
        return [] if key is None else worklog.read(read_value(project, worklog.KEY, key))
    except CpsamError:
        return []


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
    from cpsam_core.images.project_summary import project_keys

    key = DocumentKey.from_ending(part)
    if key is None:
        return True
    if project.is_file() and key not in project_keys(project):
        return False
    try:
        last = max(datetime.fromisoformat(entry.when).timestamp() for entry in _log(project, part))
    except ValueError:
        # Nothing tells when.
        return True
    return last > when - LAG_S
