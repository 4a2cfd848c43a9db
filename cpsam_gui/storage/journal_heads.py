"""What the frames of a journal say of themselves, without what they hold being read. No Qt."""

from __future__ import annotations

import json
import os
import struct
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpsam_core.system.paths import ordinary
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage import worklog
from cpsam_gui.storage.journal_format import HEAD, MAGIC
from cpsam_gui.storage.project import checked_facts

if TYPE_CHECKING:
    from collections.abc import Generator

    from cpsam_gui.storage.worklog import LogEntry

# Where the table of objects begins, which is the last in a description: of it nothing is wanted here.
TABLE = b', "objects": {'


def image_of(path: Path) -> Path | None:
    """Return the image that a journal belongs to, from its first frame; None where that is damaged."""
    meta = _first_meta(path)
    return Path(str(meta["image"])) if "image" in meta else None


def part_of(path: Path) -> str:
    """Return which scene and time point of its image a journal belongs to; empty for the whole image."""
    return str(_first_meta(path).get("part") or "")


def axes_of(path: Path) -> str | None:
    """Return the axes with which the image of a journal was read; None where that is damaged."""
    return str(_first_meta(path).get("axes") or "") or None


def bases_of(path: Path) -> frozenset[str]:
    """Return the folders in which labels in chunks lay that a journal tells of; what is damaged ends the look."""
    found: set[str] = set()
    with closing(_heads(path)) as heads:
        for meta, _ in heads:
            try:
                found.add(str(meta["chunks"]["base"]))
            except (KeyError, TypeError):
                # All frames of a journal are of one kind.
                break
    return frozenset(found)


def review_of(path: Path) -> ReviewState:
    """Return how far the work in a journal is after the last frame that is whole."""
    found = ReviewState.NOT_STARTED
    with closing(_heads(path)) as heads:
        for meta, whole in heads:
            try:
                # Most steps say nothing of that.
                found = checked_facts(meta["facts"]).review if whole and "facts" in meta else found
            except (KeyError, TypeError, ValueError, AttributeError):
                break
    return found


def log_of(path: Path) -> list[LogEntry]:
    """Return what was done, as far as a journal says it in the frames that are whole."""
    found: list[LogEntry] = []
    with closing(_heads(path)) as heads:
        for meta, whole in heads:
            if whole:
                found = worklog.read(meta["log"]) if "log" in meta else found
                found += worklog.read(meta.get("did"))
    return found


def _heads(path: Path) -> Generator[tuple[dict[str, Any], bool]]:
    """Yield the description of each frame, and whether all of the frame is there; what is damaged ends the look."""
    try:
        with ordinary(path).open("rb") as file:
            end = os.fstat(file.fileno()).st_size
            while head := file.read(HEAD.size):
                magic, length, size, _ = HEAD.unpack(head)
                meta = _without_table(file.read(length)) if magic == MAGIC else None
                if not isinstance(meta, dict):
                    return
                yield meta, file.tell() + size <= end
                file.seek(size, os.SEEK_CUR)
    except (OSError, ValueError, struct.error):
        return


def _without_table(words: bytes) -> Any:
    """Return a description; the rows of objects, which may be many, only where it makes no sense without them."""
    place = words.find(TABLE)
    if place >= 0 and words.endswith(b"}}"):
        try:
            return json.loads(words[:place] + b"}")
        except ValueError:
            # Something else in it is called so.
            pass
    return json.loads(words)


def _first_meta(path: Path) -> dict[str, Any]:
    with closing(_heads(path)) as heads:
        return next(heads, ({}, False))[0]
