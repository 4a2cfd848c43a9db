"""Writes of this program to one project: one after the other, and known again. No Qt.

A project holds the masks of all time points and scenes of its file, so a run on a movie writes to the project of the
open time point. Whoever saves that one must neither write at the same moment, which would lose the other's masks, nor
take the file for one that another program changed.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from cpsam_core.images.document_key import WHOLE
from cpsam_core.system.file_identity import FileIdentity, identity_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpsam_core.images.document_key import DocumentKey


class _Write(NamedTuple):
    before: FileIdentity
    after: FileIdentity
    key: DocumentKey | None
    """None where no masks of any document were changed."""


_turns: dict[Path, RLock] = {}
_under_way: dict[Path, DocumentKey | None] = {}
_writes: dict[Path, list[_Write]] = {}


@contextmanager
def turn(project: Path) -> Iterator[None]:
    """Wait until nobody of this program writes to a project, and let nobody begin."""
    # Other projects do not wait: one on a slow drive would hold up all.
    with _turns.setdefault(project, RLock()):
        yield


def is_written(project: Path, key: DocumentKey) -> bool:
    """Whether this program is just about to write this document to a project; what was read of it is out of date."""
    return _under_way.get(project) == key


@contextmanager
def writing(project: Path, key: DocumentKey | None) -> Iterator[None]:
    """Write the document of this key to a project, after whoever writes to one of this program now."""
    with _written(project, key or WHOLE):
        yield


@contextmanager
def tidying(project: Path) -> Iterator[None]:
    """Write a project anew without touching the masks in it, after whoever writes to it now: all know it again."""
    with _written(project, None):
        yield


@contextmanager
def _written(project: Path, key: DocumentKey | None) -> Iterator[None]:
    with turn(project):
        inside, outer = project in _under_way, _under_way.get(project)
        before = identity_of(project)
        # Before anything is looked at here: who shows the document from now on sees this first.
        _under_way[project] = key
        try:
            yield
        finally:
            if not inside:
                del _under_way[project]
            else:
                _under_way[project] = outer
            after, known = identity_of(project), _writes.get(project, [])
            if after != before:
                # What was written before another program came in between is of no use.
                chain = known if known and known[-1].after == before else []
                _writes[project] = [*chain, _Write(before, after, key)]


def as_expected(project: Path, expected: FileIdentity, key: DocumentKey | None) -> bool:
    """Whether a project is the expected one, but for what this program wrote into it beside the masks of a document."""
    at = expected
    for write in _writes.get(project, ()):
        if write.before == at and write.key != (key or WHOLE):
            at = write.after
    return identity_of(project) == at
