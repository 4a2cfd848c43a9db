"""Paths as a person gave them, folders for results, and the current folder."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from cpsam_core.errors import CpsamError, ImageError

__all__ = [
    "as_given",
    "can_write_in",
    "check_current_folder",
    "expanded",
    "leave_lost_folder",
    "make_folder",
    "ordinary",
]


def as_given(path: str | os.PathLike[str]) -> Path:
    """Return a path from the root on, with the links that a person went through: results belong beside those."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows links


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with the home of a user in place of `~` or `~name`; as it is where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises there


def check_current_folder() -> None:
    """Refuse to work in a folder that was removed.

    Raises
    ------
    CpsamError
        It was. Without this check a library for matrices (oneMKL) ends the process where it is loaded.
    """
    try:
        os.getcwd()  # noqa: PTH109 - only whether it fails
    except FileNotFoundError as error:
        raise CpsamError(
            "The current folder was removed: go to another one (cd) and run the command again."
        ) from error


def leave_lost_folder() -> None:
    """Go to the person's own folder where the current one was removed, for the reason of `check_current_folder`."""
    try:
        os.getcwd()  # noqa: PTH109 - only whether it fails
    except FileNotFoundError:
        os.chdir(Path.home())


def ordinary(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file or folder that opening does not wait at, as it would at a pipe or a device.

    Raises
    ------
    OSError
        It is a pipe, a device or a socket, or missing.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 - of what may be a string
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
    return Path(path)


def make_folder(folder: Path, kind: type[CpsamError] = ImageError) -> None:
    """Make a folder and those above it, or say why that is not possible.

    Parameters
    ----------
    folder
        It may be there already.
    kind
        Of the error.

    Raises
    ------
    CpsamError
        Of that kind: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise kind(f"The folder {folder} cannot be made: there is a file of that name.") from error
    except OSError as error:
        raise kind(f"The folder {folder} cannot be made: {error.strerror or error}.") from error
    if not os.access(folder, os.W_OK):
        raise kind(f"No permission to write in the folder {folder}.")


def can_write_in(folder: Path) -> bool:
    """Whether files can be made in a folder, as trying it tells; nothing is left there.

    The permissions alone say too little: of a folder of Windows they know nothing.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except (OSError, ValueError):
        return False
