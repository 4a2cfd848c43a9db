"""Errors whose message is written for the person at the microscope, and what damaged files raise instead."""

from __future__ import annotations

import lzma
import pickle
import struct
import tokenize
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DAMAGE: tuple[type[Exception], ...] = (
    # With Unicode errors: names and texts in no encoding.
    ValueError,
    # Decompressors and torch, which reports memory that it lacks as one.
    RuntimeError,
    LookupError,
    ArithmeticError,
    # A value of another type than its reader takes for granted.
    TypeError,
    AttributeError,
    AssertionError,
    BufferError,
    EOFError,
    # A compression whose decoder is not installed.
    ImportError,
    # Headers that are parsed as Python or XML.
    SyntaxError,
    tokenize.TokenError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pickle.UnpicklingError,
)
"""What the standard library, numpy and the decoders raise on damaged or foreign files, besides OSError and
MemoryError. Errors that a library derives from Exception alone are added where it is called."""


class CpsamError(Exception):
    """Something the user can act on; the message says what happened and what to do.

    It is read in the window, in Python and on the command line, so it names no option of the last: `options` do, which
    the command line adds. Warnings in the log do the same: `extra={"options": ...}`.
    """

    def __init__(self, *said: object, options: str = "") -> None:
        super().__init__(*said)
        self.options = options


class ImageError(CpsamError):
    """An image or label file cannot be read, written or understood."""


class UnreadableError(ImageError):
    """An image file cannot be read at all: whoever goes through a folder passes it over."""


class OtherMasksError(ImageError):
    """Masks of other time points or scenes in the project at `path` cannot be read: writing it would lose them."""

    def __init__(self, said: object, path: Path) -> None:
        super().__init__(said)
        self.path = path


class SettingsError(CpsamError):
    """A setting has a value that makes no sense, alone or with the image at hand."""


class WeightsError(CpsamError):
    """Network weights are missing, damaged or of another kind."""


class ClusterError(CpsamError):
    """Work on other processes or machines had to stop."""


class TrainingError(CpsamError):
    """Training cannot start, or had to stop."""


def reason(error: BaseException) -> str:
    """Return the first line of what an error says, or its kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
