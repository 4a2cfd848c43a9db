"""Locks on projects: which program works on an image. No Qt.

A journal is held as it is.
"""

from __future__ import annotations

import time
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.system import file_lock

PROJECT = ".cpsam"


class ProjectLock(file_lock.FileLock):
    """Says beside a project that this program works on it."""


def remove_left_locks(folder: Path) -> int:
    """Remove the locks that killed programs of this computer left in a folder; return how many."""
    return file_lock.remove_left_locks(folder, PROJECT)


def free_name(project: Path) -> Path:
    """Return a name beside a project that says when it was changed last, and that nothing has.

    Raises
    ------
    ImageError
        There are too many copies.
    """
    when = time.strftime("%Y-%m-%d %H.%M.%S", time.localtime(project.stat().st_mtime))
    for count in range(1, 100):
        number = f" {count}" if count > 1 else ""
        name = project.with_name(f"{project.stem} ({when}{number}){project.suffix}")
        if not name.exists():
            return name
    raise ImageError(f"There are too many copies of {project.name}; remove some.")
