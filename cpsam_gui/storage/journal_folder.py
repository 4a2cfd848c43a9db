"""Where journals lie, and those that programs left there that no longer run. No Qt."""

from __future__ import annotations

import math
import os
import re
import sys
import time
from pathlib import Path

from cpsam_core.system.paths import as_given, expanded
from cpsam_core.system.user_folders import data_folder
from cpsam_gui.storage.file_lock import in_use
from cpsam_gui.storage.journal_format import PART, SUFFIX, axes_of, image_of

# A home on a server has programs of other computers, whose numbers say nothing here.
MOMENT_S = 60.0
# From this age on a half-written file is nobody's any more.
OLD_S = 3600.0


def journal_folder() -> Path:
    """Return where journals are kept: $CPSAM_JOURNAL, or a folder of the user's data."""
    chosen = os.environ.get("CPSAM_JOURNAL")
    return expanded(chosen) if chosen else data_folder() / "journal"


def left_behind(folder: Path | None = None) -> list[Path]:
    """Return the journals of programs that no longer run, the newest first; what they left half-written goes."""
    folder = folder or journal_folder()
    if not folder.is_dir():
        return []
    for part in folder.glob(f"*{SUFFIX}{PART}"):
        old = _older(part, MOMENT_S) if _left_by_dead(part) else _older(part, OLD_S)
        if old and not in_use(part):
            part.unlink(missing_ok=True)
    paths = [path for path in folder.glob(f"*{SUFFIX}") if not in_use(path)]
    return sorted(paths, key=_changed, reverse=True)


def left_axes(image: Path) -> str | None:
    """Return the axes that a person named for an image before a program ended without saving; None if nobody did."""
    wanted = as_given(image)
    return next(
        (axes for path in left_behind() if image_of(path) == wanted and (axes := axes_of(path))), None
    )


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
