"""Write beside, then rename: nothing half-written is ever seen under a final name."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from cpsam_core.system.paths import as_given

__all__ = ["atomic_path", "flush_folder", "write_bytes"]

# Asked once: the system tells the mask only to those who set it, which no second thread should see.
_UMASK = os.umask(0o022)
os.umask(_UMASK)


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Lend a temporary path in the folder of `path`; on success it becomes `path`, on failure it is removed.

    The temporary name keeps the suffix, because writers choose their format by it. A symbolic link is
    replaced itself: what it points to may be shared by others (DVC, git-annex).

    Parameters
    ----------
    path
        Final name. An existing file is replaced in one step and keeps its permissions.

    Yields
    ------
    Path
        Where to write. It does not exist yet.

    Raises
    ------
    OSError
        The folder is missing or not writable, the disk is full, or nothing was written.
    """
    final = as_given(path)
    # Not built from the final name: a stem near the limit of 255 bytes has no room for a prefix.
    temporary = final.with_name(f".{uuid.uuid4().hex}.part{final.suffix}")
    try:
        yield temporary
        _flush(temporary)
        with contextlib.suppress(PermissionError):
            if final.is_file():
                shutil.copymode(final, temporary)
            else:  # some writers make files that only their owner can read, which colleagues could not
                temporary.chmod(0o666 & ~_UMASK)
        temporary.replace(final)
    finally:
        # After the rename there is nothing left to remove.
        temporary.unlink(missing_ok=True)
    flush_folder(final.parent)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` in one step, as :func:`atomic_path` does."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def _flush(path: Path) -> None:
    """Wait until the file's content is on the disk, so that the rename cannot overtake it."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Make the rename itself durable where the system lets a folder be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
