"""What tells a file from its older self, and from another one of its name; nothing is read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

TOGETHER_NS = 2_000_000_000
"""Files whose times differ by less were written together; some disks know times to two seconds only."""


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

    def is_behind(self, other: FileIdentity) -> bool:
        """Whether there was a file that was changed before another one, and not together with it."""
        return self.exists and self.changed + TOGETHER_NS < other.changed


def identity_of(path: Path) -> FileIdentity:
    """Return the identity of a file as it is now; that of no file where it is missing or out of reach."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return FileIdentity()
    return FileIdentity(found.st_size, found.st_mtime_ns, found.st_ino)


def identity_with_content(path: Path) -> FileIdentity:
    """Return the identity of a file, or of a folder with all files in it, as an image in OME-Zarr is one.

    A folder itself does not change when a file in it is written over.
    """
    own = identity_of(path)
    if not own.exists or not path.is_dir():
        return own
    size, changed, seen = 0, own.changed, hashlib.blake2b(digest_size=8)
    for folder, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            file = identity_of(Path(folder, name))
            size, changed = size + file.size, max(changed, file.changed)
            seen.update(f"{folder}/{name} {file}\n".encode(errors="surrogateescape"))
    return FileIdentity(size, changed, int.from_bytes(seen.digest(), "big"))
