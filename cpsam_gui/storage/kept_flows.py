"""Flows that the projects of a folder keep: how much disk they take, and which go when there is no more room."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from cpsam_core.errors import CpsamError
from cpsam_gui.storage.companions import PROJECT
from cpsam_gui.storage.file_lock import ProjectLock
from cpsam_gui.storage.own_writes import tidying
from cpsam_gui.storage.project import MAPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)


def projects_bytes(folder: Path) -> int:
    """Return the bytes that the projects of a folder take; nearly all of it are flows."""
    return sum(size for _, size, _ in _projects(folder))


def make_room(folder: Path, most: int, in_use: Callable[[Path], bool]) -> bool:
    """Let the projects of a folder take less than `most` bytes: the flows go of those that were saved longest ago.

    Masks and everything else stay. Projects that are `in_use` here or open elsewhere are left alone. Returns whether
    there is room now.
    """
    from cpsam_core.images.project_files import drop_arrays

    projects = sorted(_projects(folder))
    total = sum(size for _, size, _ in projects)
    for _, _, project in projects:
        if total < most:
            break
        lock = ProjectLock(project)
        if in_use(project) or lock.take() is not None:
            continue
        try:
            with tidying(project):
                total -= drop_arrays(project, MAPS)
        except CpsamError as error:
            log.warning("the flows of %s could not be removed: %s", project.name, error)
        finally:
            lock.release()
    return total < most


def _projects(folder: Path) -> list[tuple[int, int, Path]]:
    """Return when each project was saved, its bytes, and where it is."""
    found = []
    for project in folder.glob(f"*{PROJECT}"):
        # Removed meanwhile.
        with suppress(OSError):
            status = project.stat()
            found.append((status.st_mtime_ns, status.st_size, project))
    return found
