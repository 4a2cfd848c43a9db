"""Standard output and error, which a program cannot rely on: they may be closed, or lead to a full disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from cpsam_core.errors import CpsamError


def make_printable() -> None:
    """Make both streams fit to be written to.

    The program may be started without them, names may have letters that their encoding lacks, and work is not given
    up because a line about it on standard error cannot be written.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # Closed by whoever started the program.
        if stream is None:
            setattr(sys, name, _nowhere())
            continue
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    if not isinstance(sys.stderr, _Messages):
        sys.stderr = cast(TextIO, _Messages(sys.stderr))


@contextmanager
def writing_output() -> Iterator[None]:
    """Say that it is standard output that cannot be written, where the system names no file.

    Raises
    ------
    CpsamError
        It cannot be written.
    BrokenPipeError
        Its reader has gone; nothing is left to say to it.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CpsamError(f"Standard output cannot be written: {error.strerror or error}.") from error


def say(text: str) -> None:
    """Write a line to standard output at once; raises as `writing_output`."""
    with writing_output():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def drop_output() -> None:
    """Write out what waits for standard output, or drop it: the end of the program would fail at it once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Messages:
    """Standard error that fails only where its reader has gone, and else loses what cannot be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            raise
        except OSError:
            return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError:
            return


def _nowhere() -> TextIO:
    """Return a stream that takes everything."""
    return open(os.devnull, "w", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123 - never closed
