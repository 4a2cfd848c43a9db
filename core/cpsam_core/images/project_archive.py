"""A project opened as the zip archive that it is: its documents, their tables and arrays, read within bounds."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from cpsam_core.errors import ImageError, reason
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.files import AnyPath, opening
from cpsam_core.images.project_members import DAMAGED, array, documents_of, head_of_table, member, members_of
from cpsam_core.images.project_table import TABLE, check_version
from cpsam_core.system.paths import ordinary

__all__ = ["UNREADABLE", "ProjectArchive", "open_archive", "open_project"]

UNREADABLE: tuple[type[Exception], ...] = (ImageError, OSError, MemoryError, *DAMAGED)
"""What keeps a project from being read."""
# A million objects take 200 MB.
MAX_TABLE_BYTES = 2**29


@dataclass(frozen=True, slots=True)
class ProjectArchive:
    """The open archive of a project, and its members by name."""

    path: Path
    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]

    @property
    def documents(self) -> tuple[DocumentKey, ...]:
        """The documents that it has masks of, the whole image first."""
        return documents_of(self.members)

    def content(self, name: str) -> bytes:
        """Return a member unpacked."""
        return member(self.archive, self.members, name)

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return the array in a TIFF member."""
        return array(self.archive, self.members, name)

    def table(self, folder: str = "") -> dict[str, Any]:
        """Return the table of the document in a folder; one without objects where that has none."""
        name = folder + TABLE
        if folder and name not in self.members:
            return {"objects": {}}
        table = json.loads(member(self.archive, self.members, name, MAX_TABLE_BYTES))
        if not isinstance(table, dict):
            raise ValueError("its table is no table")
        check_version(table, self.path)
        return table

    def head(self, folder: str = "") -> dict[str, Any]:
        """Return the table of a document, without its objects where that is quicker."""
        head = head_of_table(self.archive, self.members[folder + TABLE], "objects")
        return self.table(folder) if head is None else head


@contextlib.contextmanager
def open_archive(path: AnyPath) -> Iterator[ProjectArchive]:
    """Open a project; what a missing or damaged one raises is one of `UNREADABLE`."""
    with zipfile.ZipFile(ordinary(path)) as archive:
        yield ProjectArchive(Path(path), archive, members_of(archive))


@contextlib.contextmanager
def open_project(path: AnyPath) -> Iterator[ProjectArchive]:
    """Open a project; what is wrong with it becomes an ImageError.

    Raises
    ------
    ImageError
        Missing, damaged, no project, or too large for the memory that is free.
    """
    path = Path(path)
    with opening(path):
        try:
            with open_archive(path) as project:
                yield project
        except MemoryError as error:
            raise ImageError(f"{path} needs more memory than this computer has free.") from error
        except DAMAGED as error:
            raise ImageError(
                f"{path.name} is no project of this program, or it is damaged ({reason(error)})."
            ) from error
