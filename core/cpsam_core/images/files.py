"""Open and save files, with the operating system's errors put into words."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from cpsam_core.errors import DAMAGE, ImageError, reason
from cpsam_core.system.atomic import atomic_path, hidden_beside, remove_left
from cpsam_core.system.paths import as_given, ordinary
from cpsam_core.system.write_errors import FORBIDDEN, why_unwritten

__all__ = [
    "AGAIN",
    "AnyPath",
    "check_readable",
    "decoding",
    "head_of",
    "opening",
    "saving",
    "saving_folder",
    "write_text",
    "writing_to",
]

AnyPath = str | os.PathLike[str]

AGAIN = "Copy it again, or export it anew."
"""What a person can do about a damaged file."""


def check_readable(path: AnyPath, *, may_be_empty: bool = False) -> Path:
    """Return `path` as a Path once it names a readable file that is not empty, or may be.

    Raises
    ------
    ImageError
        Missing, a folder, a pipe, not permitted, or empty; one line that says which.
    """
    path = Path(path)
    with opening(path):
        if path.is_dir():
            raise ImageError(f"{path} is a folder, not a file.")
        if ordinary(path).stat().st_size == 0 and not may_be_empty:
            raise ImageError(f"{path} is empty (0 bytes); it may not have been copied completely. {AGAIN}")
        with path.open("rb"):
            pass
    return path


def head_of(path: Path, size: int = 16) -> bytes:
    """Return the first bytes of a file, by which its kind is recognised."""
    with opening(path), path.open("rb") as file:
        return file.read(size)


@contextlib.contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into an ImageError about reading `path`."""
    try:
        yield
    except OSError as error:
        raise ImageError(_reading_failed(path, error)) from error


@contextlib.contextmanager
def decoding(path: Path, kind: str) -> Iterator[None]:
    """Turn whatever a damaged file makes a decoder raise inside the block into an ImageError.

    Parameters
    ----------
    path
        File that is read.
    kind
        What it should be: ``"a TIFF file"``.
    """
    with opening(path):
        try:
            yield
        except MemoryError as error:
            raise ImageError(f"{path} needs more memory than this computer has free.") from error
        except DAMAGE as error:
            raise ImageError(
                f"{path} cannot be read as {kind}: it is damaged or incomplete ({reason(error)}). {AGAIN}"
            ) from error


@contextlib.contextmanager
def saving(path: AnyPath, needed: int | None = None) -> Iterator[Path]:
    """Lend a temporary path beside `path`; on success it replaces `path` in one step.

    Parameters
    ----------
    path
        Final name. An existing file stays as it is until the new one is complete.
    needed
        Bytes that will be written, where that is known; named when the disk is full.

    Yields
    ------
    Path
        Where to write; it has the same suffix and is removed when anything fails.

    Raises
    ------
    ImageError
        The disk is full, writing is not permitted, or the folder is missing. Nothing was overwritten.
    """
    path = Path(path)
    if path.is_dir():
        raise ImageError(f"Cannot write {path}: there is a folder of that name.")
    if path.exists() and not os.access(path, os.W_OK):
        # A rename would succeed where only the folder is writable, and so get round the protection.
        raise ImageError(f"Cannot write {path}: the file is write-protected. Nothing was overwritten.")
    try:
        with atomic_path(path) as temporary:
            yield temporary
    except OSError as error:
        raise ImageError(_writing_failed(path, error, needed)) from error


@contextlib.contextmanager
def saving_folder(path: AnyPath, may_replace: Callable[[Path], bool]) -> Iterator[Path]:
    """Lend a temporary folder beside `path`; on success it replaces `path`, on failure it is removed.

    Parameters
    ----------
    path
        Final name of the folder.
    may_replace
        Says whether a folder of that name may go; a file, and a folder that may not, are never touched.

    Yields
    ------
    Path
        An empty folder to fill.

    Raises
    ------
    ImageError
        Something else is there, the disk is full, or writing is not permitted. Nothing was overwritten.
    """
    path = as_given(path)
    remove_left(path.parent)
    temporary, aside = hidden_beside(path, ".part"), hidden_beside(path, ".old")
    old = aside / path.name
    try:
        if path.exists() and not (path.is_dir() and may_replace(path)):
            raise ImageError(
                f"Cannot write {path}: something is there that this program did not write. Choose another name."
            )
        temporary.mkdir()
        yield temporary
        if path.exists():
            aside.mkdir()
            path.rename(old)
        temporary.rename(path)
    except OSError as error:
        raise ImageError(_writing_failed(path, error)) from error
    finally:
        # The second rename failed: back to what there was.
        if old.exists() and not path.exists():
            old.rename(path)
        for left in (temporary, aside):
            shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into an ImageError about writing parts of `path`.

    Raises
    ------
    ImageError
        The disk is full, or writing is not permitted; parts that were written before stay.
    """
    try:
        yield
    except OSError as error:
        raise ImageError(f"Cannot write {path}: {why_unwritten(path, error)}.") from error


def write_text(path: AnyPath, text: str) -> None:
    """Write `text` as UTF-8 with plain line feeds, in one step; bytes of a file name that are no UTF-8 are escaped.

    Raises
    ------
    ImageError
        As for :func:`saving`.
    """
    with saving(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", "backslashreplace"))


def _reading_failed(path: Path, error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return f"There is no file {path}."
    if error.errno in FORBIDDEN:
        return f"No permission to read {path}."
    if error.errno == errno.ENAMETOOLONG:
        return f"The file name is too long: {path}."
    return f"Cannot read {path}: {error.strerror or error}."


def _writing_failed(path: Path, error: OSError, needed: int | None = None) -> str:
    return f"Cannot write {path}: {why_unwritten(path, error, needed)}. Nothing was overwritten."
