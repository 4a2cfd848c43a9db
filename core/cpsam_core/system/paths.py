"""Paths as a person gave them, and folders for results."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from cpsam_core.errors import CpsamError, ImageError

__all__ = ["as_given", "make_folder", "ordinary"]


def as_given(path: str | os.PathLike[str]) -> Path:
    """Return a path from the root on, with the links that a person went through: results belong beside those."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows links


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
