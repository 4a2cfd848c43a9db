"""How large a small file may become: sizes are compared with the bytes at hand before memory is asked for."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_core.system.sizes import size_in_words

__all__ = ["TooLargeError", "allowing_large", "check_size", "confirm_large", "expecting", "most_values"]

SMALL_ENOUGH_BYTES = 1 << 27
"""Bytes that any file may unpack to."""

BEYOND_BELIEF = 1100
"""Bytes of pixels for one byte of file over which a picture is made up, or all but empty; deflate reaches 1,032."""

_allowed: ContextVar[bool] = ContextVar("large files are allowed", default=False)
_confirmed: dict[Path, FileIdentity] = {}
"""Files that a person confirmed, with size and time of change by which they are still those."""
_expected: ContextVar[int | None] = ContextVar("pixels of the open image", default=None)


class TooLargeError(ImageError):
    """A small file says that it holds gigabytes; a person may say that it is right all the same.

    Attributes
    ----------
    path
        The file.
    needed
        Bytes of memory that it asks for.
    """

    def __init__(self, path: Path, needed: int, stored: int) -> None:
        super().__init__(
            f"{path} says that it holds {size_in_words(needed)} of pixels, and has only {size_in_words(stored)} "
            "itself: it is damaged, or made to fill the memory. If it is right, allow it; the window asks when the "
            "image is opened.",
            options="--large",
        )
        self.path, self.needed = path, needed


@contextlib.contextmanager
def allowing_large(allowed: bool = True) -> Iterator[None]:
    """Let files that are read inside the block, in this thread, become as large as they say."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def confirm_large(path: Path) -> None:
    """Let a file, as it is now, become as large as it says, in every thread of this process: a person said so."""
    _confirmed[path.absolute()] = identity_of(path)


def _is_confirmed(path: Path) -> bool:
    """Whether a person confirmed a file, or the folder that it is a part of."""
    places = (path.absolute(), *path.absolute().parents)
    return any(place in _confirmed and _confirmed[place] == identity_of(place) for place in places)


@contextlib.contextmanager
def expecting(shape: Sequence[int] | None) -> Iterator[None]:
    """Let files that are read inside the block, in this thread, be as large as an image of this shape, not larger.

    None changes nothing.
    """
    token = _expected.set(_expected.get() if shape is None else math.prod(shape))
    try:
        yield
    finally:
        _expected.reset(token)


def most_values(path: Path) -> float:
    """Return how many values a file may hold by its size alone, packed as they may be; nothing is read.

    Infinity for a folder, 0 for what cannot be looked at. It tells which files are worth opening to see how large
    their image is.
    """
    try:
        return math.inf if path.is_dir() else float(path.stat().st_size) * BEYOND_BELIEF
    except OSError:
        return 0.0


def check_size(path: Path, shape: Sequence[int], itemsize: int, stored: int, maps: int = 1) -> None:
    """Refuse a size that a file of so many bytes cannot be believed to have.

    Parameters
    ----------
    path
        File, for the message.
    shape, itemsize
        Of the array that it asks for; bytes an entry.
    stored
        Bytes of the file or of the part of it that holds the array.
    maps
        Numbers that the array may hold for each pixel of the image that is expected.

    Raises
    ------
    TooLargeError
        Over 128 MB, and over a thousand times what is stored, unless that is allowed, confirmed or expected.
    ImageError
        Over 128 MB, and larger than the image that is expected.
    """
    count = math.prod(int(length) for length in shape)
    needed, expected = count * itemsize, _expected.get()
    if needed <= SMALL_ENOUGH_BYTES:
        return
    if expected is not None:
        if count > expected * maps:
            raise ImageError(
                f"{path} holds {count:,} pixels, and the open image has {expected:,}: it belongs to another image."
            )
    elif needed > BEYOND_BELIEF * stored and not (_allowed.get() or _is_confirmed(path)):
        raise TooLargeError(path, needed, stored)
