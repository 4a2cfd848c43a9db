"""Where journals lie, and those that programs left there that no longer run. No Qt."""

from __future__ import annotations

import logging
import math
import os
import re
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from cpsam_core.system.file_lock import in_use
from cpsam_core.system.paths import as_given, expanded
from cpsam_core.system.user_folders import data_folder
from cpsam_gui.storage.journal_format import PART, SUFFIX
from cpsam_gui.storage.journal_heads import axes_of, image_of

log = logging.getLogger(__name__)

# A home on a server has programs of other computers, whose numbers say nothing here.
MOMENT_S = 60.0
DAY_S = 86400.0
# In the name of the copy of a journal whose work was given up.
GIVEN_UP = ".discarded"
# In that of a journal whose work waits by the user's choice, or with his knowledge: no crash left it.
KEPT = ".kept"
GIVEN_UP_DAYS = 30
"""Work that was given up waits so long for whoever thinks better of it."""
MOST_GIVEN_UP_BYTES = 4 << 30
"""Disk that it may take; beyond that the oldest goes first, but never the newest."""
# From this age on a half-written file is nobody's any more.
OLD_S = 3600.0


def journal_folder() -> Path:
    """Return where journals are kept: $CPSAM_JOURNAL, or a folder of the user's data."""
    chosen = os.environ.get("CPSAM_JOURNAL")
    return expanded(chosen) if chosen else data_folder() / "journal"


def left_behind(folder: Path | None = None, *, given_up: bool = True) -> list[Path]:
    """Return the journals of programs that no longer run, the newest first.

    With `given_up` those of discarded work are among them.
    What programs left half-written goes, and what was given up long ago.
    """
    folder = folder or journal_folder()
    if not folder.is_dir():
        return []
    for part in folder.glob(f"*{SUFFIX}{PART}"):
        old = _older(part, MOMENT_S) if _left_by_dead(part) else _older(part, OLD_S)
        if old and not in_use(part):
            part.unlink(missing_ok=True)
    _make_room(folder)
    # There may be hundreds of copies, which nobody holds.
    paths = [
        path for path in folder.glob(f"*{SUFFIX}") if (given_up if is_given_up(path) else not in_use(path))
    ]
    return sorted(paths, key=_changed, reverse=True)


def left_axes(image: Path) -> str | None:
    """Return the axes that a person named for an image before a program ended without saving; None if nobody did."""
    wanted = as_given(image)
    return next(
        (
            axes
            # Whoever gave work up may have named the wrong ones.
            for path in left_behind(given_up=False)
            if image_of(path) == wanted and (axes := axes_of(path))
        ),
        None,
    )


def is_given_up(journal: Path) -> bool:
    """Whether a person gave the work of a journal up: it is offered to nobody who does not ask for it."""
    return journal.name.endswith(GIVEN_UP + SUFFIX)


def is_kept(journal: Path) -> bool:
    """Whether the work of a journal was kept for later: it comes back unasked when its image is opened."""
    return journal.name.endswith(KEPT + SUFFIX)


def mark_kept(journal: Path) -> Path:
    """Mark a journal that nobody writes any more as kept for later; return where it is."""
    goal = journal.with_name(journal.name.removesuffix(SUFFIX) + KEPT + SUFFIX)
    try:
        journal.rename(goal)
    except OSError as error:
        # It is offered as any other work that is not saved.
        log.warning("%s cannot be marked as kept: %s", journal, error)
        return journal
    return goal


def given_up_name(journal: Path) -> Path:
    """Return another name for the journal of work that is given up."""
    stem = journal.name.removesuffix(SUFFIX).rsplit("-", 1)[0]
    return journal.with_name(f"{stem}-{time.time_ns()}{GIVEN_UP}{SUFFIX}")


def copy_given_up(journal: Path) -> bool:
    """Keep a copy of a journal whose work is given up; return whether there was anything, and room for it."""
    goal = given_up_name(journal)
    part = goal.with_name(goal.name + PART)
    try:
        if not journal.exists():
            return False
        shutil.copyfile(journal, part)
        part.replace(goal)
        _make_room(journal.parent)
    except OSError as error:
        log.warning("what was discarded is not kept in %s: %s", goal, error)
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True


def _make_room(folder: Path) -> None:
    """Remove what was given up long ago, and the oldest of what takes too much room."""
    taken = 0
    for place, path in enumerate(sorted(folder.glob(f"*{GIVEN_UP}{SUFFIX}"), key=_changed, reverse=True)):
        try:
            taken += path.stat().st_size
        except OSError:
            # Another window took it.
            continue
        if _older(path, GIVEN_UP_DAYS * DAY_S) or (place > 0 and taken > MOST_GIVEN_UP_BYTES):
            path.unlink(missing_ok=True)


def _left_by_dead(path: Path) -> bool:
    """Whether the program of this computer whose number stands in the name of a journal has ended."""
    found = re.search(r"-(\d{1,9})-\d+\.", path.name)
    if found is None or sys.platform == "win32":
        return False
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _older(path: Path, seconds: float) -> bool:
    return time.time() - _changed(path) > seconds


def _changed(path: Path) -> float:
    """Return when a file changed, in seconds since 1970; infinity for one that another program took away meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return math.inf
