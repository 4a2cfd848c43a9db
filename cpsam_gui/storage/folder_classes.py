"""What classes are called in a folder, by the projects in it. No Qt."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_gui.storage.companions import PROJECT
from cpsam_gui.storage.project import COLOURS, checked_facts

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_gui.state.image_facts import ClassName

MOST_PROJECTS = 200
"""Looked into for names, the newest first: somebody waits for an image to be opened."""


def classes_of_folder(folder: Path) -> tuple[ClassName, ...]:
    """Return the names of classes in the project of a folder that was saved last of those that name any.

    An image is given the names that the folder has, so that this project knows all of them, and none that was taken
    away since.
    """
    try:
        found = [(_identity(project), project) for project in folder.glob(f"*{PROJECT}")]
    except OSError:
        return ()
    newest = sorted(found, key=lambda one: one[0].changed, reverse=True)[:MOST_PROJECTS]
    return next((named for file, project in newest if (named := _named(project, file))), ())


def _identity(project: Path) -> FileIdentity:
    """Return the identity of a project; of a folder, which stays what it is, that of the part written last."""
    if not project.is_dir():
        return identity_of(project)
    parts = [identity_of(one) for one in project.glob("*/document.json")]
    return max(parts, key=lambda one: one.changed, default=FileIdentity())


@lru_cache(maxsize=2 * MOST_PROJECTS)
def _named(project: Path, file: FileIdentity) -> tuple[ClassName, ...]:
    """Return the names of classes in a project, which is this `file` now; none where it cannot be read."""
    from cpsam_core.images.project_summary import read_heads

    named: dict[int, ClassName] = {}
    try:
        for head in read_heads(project):
            facts = checked_facts({"classes": head.get("classes") or {}, COLOURS: head.get(COLOURS)})
            named |= {one.number: one for one in facts.classes}
    except (ImageError, ValueError, TypeError, KeyError):
        return ()
    return tuple(named[number] for number in sorted(named))
