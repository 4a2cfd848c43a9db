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
    key: DocumentKey


_turns: dict[Path, RLock] = {}
_writes: dict[Path, list[_Write]] = {}


@contextmanager
def writing(project: Path, key: DocumentKey | None) -> Iterator[None]:
    """Write the document of this key to a project, after whoever writes to one of this program now."""
    # Other projects do not wait: one on a slow drive would hold up all.
    with _turns.setdefault(project, RLock()):
        before = identity_of(project)
        try:
            yield
        finally:
            after, known = identity_of(project), _writes.get(project, [])
            if after != before:
                # What was written before another program came in between is of no use.
                chain = known if known and known[-1].after == before else []
                _writes[project] = [*chain, _Write(before, after, key or WHOLE)]


def as_expected(project: Path, expected: FileIdentity, key: DocumentKey | None) -> bool:
    """Whether a project is the expected one, but for other documents that this program wrote into it."""
    at = expected
    for write in _writes.get(project, ()):
        if write.before == at and write.key != (key or WHOLE):
            at = write.after
    return identity_of(project) == at
