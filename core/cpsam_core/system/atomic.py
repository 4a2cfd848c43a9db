"""Write beside, then rename: nothing half-written is ever seen under a final name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from cpsam_core.system.paths import as_given

__all__ = ["atomic_path", "flush_folder", "hidden_beside", "remove_left", "write_bytes"]

# Asked once: the system tells the mask only to those who set it, which no second thread should see.
_HOST = hashlib.sha256(platform.node().encode()).hexdigest()[:8]
_LEFT = re.compile(r"\.[0-9a-f]{32}-(?P<host>[0-9a-f]{8})-(?P<process>\d{1,9})\.(?P<kind>part|old)")
_cleaned: set[Path] = set()
"""Folders from which this process has removed what killed programs left."""
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
    temporary = hidden_beside(final, f".part{final.suffix}")
    if final.parent not in _cleaned:
        _cleaned.add(final.parent)
        remove_left(final.parent)
    try:
        yield temporary
        _flush(temporary)
        with contextlib.suppress(PermissionError):
            if final.is_file():
                shutil.copymode(final, temporary)
            else:
                # Some writers make files that only their owner can read, which colleagues could not.
                temporary.chmod(0o666 & ~_UMASK)
        temporary.replace(final)
    finally:
        # After the rename there is nothing left to remove.
        temporary.unlink(missing_ok=True)
    flush_folder(final.parent)


def hidden_beside(final: Path, ending: str) -> Path:
    """Return a new hidden name beside `final` that :func:`remove_left` knows; `ending` begins with .part or .old.

    What ends in ``.old`` is a folder that holds a folder under its own name, which goes back there where its
    replacement never came.
    """
    return final.with_name(f".{uuid.uuid4().hex}-{_HOST}-{os.getpid()}{ending}")


def remove_left(folder: str | os.PathLike[str]) -> int:
    """Remove the half-written files that killed programs of this computer left in a folder; return how many.

    Those of programs that run stay, and those of other computers, which may be at work on a shared folder. It is done
    once for each folder that this process writes into.
    """
    removed = 0
    with contextlib.suppress(OSError):
        for path in Path(folder).iterdir():
            found = _LEFT.match(path.name)
            if found and found["host"] == _HOST and not _runs(int(found["process"])):
                with contextlib.suppress(OSError):
                    _remove(path, put_back=found["kind"] == "old")
                    removed += 1
    return removed


def _remove(path: Path, *, put_back: bool) -> None:
    """Remove a file or a folder that was left; what stood in a final place goes back there where that is empty."""
    if not path.is_dir():
        path.unlink()
        return
    for kept in tuple(path.iterdir()) if put_back else ():
        if not path.with_name(kept.name).exists():
            kept.rename(path.with_name(kept.name))
    shutil.rmtree(path)


def _runs(process: int) -> bool:
    """Whether a process of this computer runs; where that cannot be known, it is taken to."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


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
