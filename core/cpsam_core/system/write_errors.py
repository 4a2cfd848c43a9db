"""Why a file could not be written, in words: libraries report a full disk in ways of their own."""

from __future__ import annotations

import errno
import re
import shutil
import sys
from pathlib import Path

from cpsam_core.system.sizes import size_in_words

__all__ = ["FORBIDDEN", "is_full", "why_unwritten"]

FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
"""What a system answers where nothing may be written; a full disk or a folder that is gone is another matter."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG}
# What failed with so little left failed for it, whatever the library says.
_LITTLE_BYTES = 2**20


def why_unwritten(path: Path, error: Exception, needed: int | None = None) -> str:
    """Return the reason for which a file could not be written, without the file itself and a full stop.

    Parameters
    ----------
    path
        The file.
    error
        What the system, or the library that writes it, raised.
    needed
        Bytes that were to be written, where that is known; named when the disk is full.
    """
    if is_full(path.parent, error):
        return _full(path.parent, needed)
    number = _number(error)
    if number in FORBIDDEN:
        return f"no permission to write in {path.parent}"
    if number == errno.ENOENT and not path.parent.is_dir():
        return f"the folder {path.parent} does not exist"
    if isinstance(error, OSError) and number is None:
        # numpy reports a short write without a number; a full disk is by far the usual reason.
        return f"the data could not be written completely, perhaps because the disk is full ({error})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [type(error).__name__])[0]


def is_full(folder: Path, error: BaseException | None) -> bool:
    """Whether a file could not be written for want of space: of the disk, or of what is allowed to a person."""
    number = _number(error)
    if number is not None:
        return number in _FULL
    try:
        return shutil.disk_usage(folder).free < _LITTLE_BYTES
    except OSError:
        return False


def _number(error: BaseException | None) -> int | None:
    """Return the number that the system gave an error, None where it is not known."""
    if isinstance(error, OSError):
        return error.errno
    # torch fails once more while it closes the file; safetensors writes the number into its words.
    if isinstance(error, RuntimeError) and isinstance(error.__context__, OSError):
        return error.__context__.errno
    # Without a space: a pattern is no sentence to be translated. Windows has other numbers there.
    found = re.search(r"\(os\serror\s(\d{1,5})\)$", str(error))
    return int(found[1]) if found and sys.platform != "win32" else None


def _full(folder: Path, needed: int | None) -> str:
    """Return that a disk is full, how much the file takes and how much is free, in words."""
    if needed is None:
        return "the disk is full (or the space allowed to you is used up)"
    takes = size_in_words(needed)
    try:
        free = size_in_words(shutil.disk_usage(folder).free)
    except OSError:
        return f"the disk is full (or the space allowed to you is used up): it takes {takes}"
    return (
        f"the disk is full (or the space allowed to you is used up): it takes {takes}, "
        f"and {free} are free there"
    )
