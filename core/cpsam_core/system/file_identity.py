"""What tells a file from its older self, and from another one of its name; nothing is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Size, time of change and place on the disk; of a file that is not there, all is 0."""

    size: int = 0
    changed: int = 0
    """Nanoseconds since 1970."""
    place: int = 0

    @property
    def exists(self) -> bool:
        """Whether there was a file."""
        return bool(self.changed)


def identity_of(path: Path) -> FileIdentity:
    """Return the identity of a file as it is now; that of no file where it is missing or out of reach."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return FileIdentity()
    return FileIdentity(found.st_size, found.st_mtime_ns, found.st_ino)
