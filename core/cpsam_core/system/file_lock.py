"""Which program works on a file: the only place that asks the system for locks.

Who works on something stands in a small hidden file beside it, which its owner keeps locked: the lock goes with the
program however it ends, and where a file server knows no locks, the name of the computer and the number of the process
decide.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.write_errors import FORBIDDEN

__all__ = ["LOCK", "FileLock", "Owner", "hold", "in_use", "remove_left_locks"]

LOCK = ".lock"
MOST_PROCESSES = 1 << 31
"""No system counts further; whoever writes into a shared folder can write any number into a lock."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The program that works on something."""

    user: str = ""
    computer: str = ""
    process: int = 0
    since: float = 0.0
    """Seconds since 1970."""

    @classmethod
    def this(cls) -> Owner:
        """Return this program."""
        return cls(_user(), platform.node(), os.getpid(), time.time())


class FileLock:
    """Says beside a file, which need not be there, that this program works on it."""

    def __init__(self, file: Path) -> None:
        self.path = file.with_name(f".{file.name}{LOCK}")
        self._file: IO[bytes] | None = None
        self.forbidden = False
        """Whether the folder lets nothing be written into it, as the last try to take the lock showed."""

    @property
    def held(self) -> bool:
        """Whether it was taken here."""
        return self._file is not None

    def take(self, *, by_force: bool = False) -> Owner | None:
        """Take it; return who has it where that is another program that runs.

        A lock that an ended program left is taken over, with `by_force` any. A folder that cannot be written has
        no locks, and is told by `forbidden`.
        """
        self.forbidden = False
        # The owner may leave at this very moment.
        for _ in range(3):
            try:
                file = self.path.open("a+b", buffering=0)
            except OSError as error:
                # The lock of another person in a folder that both may write into is no sign of that.
                self.forbidden = error.errno in FORBIDDEN and not self.path.exists()
                return None
            owner = self._owner(file)
            if not _free(file, owner) and not by_force:
                file.close()
                return owner or Owner()
            if identity_of(self.path).place == os.fstat(file.fileno()).st_ino:
                self._write(file)
                return None
            # Its owner removed it between opening and locking.
            file.close()
        return None

    @property
    def owner(self) -> Owner | None:
        """Who has it where that is a program that runs, this one too; None where it is free. Nothing is taken."""
        try:
            file = self.path.open("r+b", buffering=0)
        except OSError:
            return None
        with file:
            owner = self._owner(file)
            return None if _free(file, owner) else owner or Owner()

    def release(self) -> None:
        """Give it back."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            mine = self._owner(self._file)
            if sys.platform == "win32":
                self._file.close()
            if mine is not None and mine.process == os.getpid():
                self.path.unlink(missing_ok=True)
        self._file.close()
        self._file = None

    def _write(self, file: IO[bytes]) -> None:
        owner = Owner.this()
        # A full disk: the lock holds without a name too.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(json.dumps({name: getattr(owner, name) for name in Owner.__slots__}).encode())
        self._file = file

    @staticmethod
    def _owner(file: IO[bytes]) -> Owner | None:
        """Return who is named in a lock; None where nobody readable is."""
        try:
            file.seek(0)
            stored: dict[str, Any] = json.loads(file.read(4096) or b"null")
            process = int(stored["process"])
            if not 0 <= process < MOST_PROCESSES:
                return None
            return Owner(str(stored["user"]), str(stored["computer"]), process, float(stored["since"]))
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None


def remove_left_locks(folder: Path, ending: str) -> int:
    """Remove the locks that killed programs of this computer left on files with this ending; return how many."""
    removed = 0
    with contextlib.suppress(OSError):
        for path in folder.glob(f".*{ending}{LOCK}"):
            with contextlib.suppress(OSError), path.open("r+b", buffering=0) as file:
                owner = FileLock._owner(file)
                # Held here while it goes: who comes meanwhile sees that the file is another one by then.
                if owner is not None and owner.computer == platform.node() and _ended(owner, file):
                    path.unlink()
                    removed += 1
    return removed


def _ended(owner: Owner, file: IO[bytes]) -> bool:
    """Whether the program that made a lock has ended, as far as can be known."""
    if sys.platform == "win32":
        # A file that is open cannot be removed there, and the next owner takes it over.
        return False
    return not _alive(owner) and _free(file, owner)


def _alive(owner: Owner) -> bool:
    """Whether the owner may still run, where no lock of the system tells."""
    if owner.computer != platform.node() or sys.platform == "win32":
        # Nobody can look there.
        return True
    try:
        os.kill(owner.process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return owner.process != os.getpid()


def _free(file: IO[bytes], owner: Owner | None) -> bool:
    """Whether a lock is this program's now: it was nobody's, or that of a program that ended."""
    try:
        _hold(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        # A file server without locks.
        return owner is None or not _alive(owner)
    # Held here means that no program of this computer has it.
    return owner is None or owner.computer == platform.node()


if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[bytes]) -> None:
        # The lock lies beyond the name, which others must be able to read.
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def hold(file: IO[bytes]) -> None:
        """Do nothing: Windows refuses to rename or remove a file that another program has open."""

    def in_use(path: Path) -> bool:
        """Whether a program that runs has the file open."""
        try:
            path.rename(path)
        except OSError:
            return True
        return False

else:
    import fcntl

    def hold(file: IO[bytes]) -> None:
        """Mark a file as in use; the mark goes with the process, however it ends."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def in_use(path: Path) -> bool:
        """Whether a program that runs holds the file."""
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False

    _hold = hold


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
