"""Who does which task: a small file a task, made by the first who comes, renewed while the work goes on.

Several commands, on one machine or on many that share a file system, divide the tasks of a folder this way. The claim
of somebody who is gone (killed, switched off) ends by itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from cpsam_core.system.paths import make_folder

__all__ = ["claimed", "in_use", "is_claimed", "is_in_use", "remove_unused"]

USER = "user-"
"""How the claims of commands that work on a run begin."""
END = "end"
"""Claim of who is about to remove a run."""
LOOK_S = 0.05
RENEW_S = 10.0
STALE_S = 90.0
"""Seconds without a sign of life after which a claim counts for nothing; clocks of machines differ by less."""


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Claim a task for the block of code inside; yields False where somebody else has it.

    Parameters
    ----------
    path
        File of the claim; its folder has to exist.
    """
    if not _take(path):
        yield False
        return
    stop = threading.Event()
    keeper = threading.Thread(target=_renew, args=(path, stop), name="claim", daemon=True)
    keeper.start()
    try:
        yield True
    finally:
        stop.set()
        keeper.join()
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Say that a command works on a run while the block runs, so that others leave the folder of the run there.

    Who comes and who removes say so first and look for each other afterwards, so that one of them sees the other.

    Parameters
    ----------
    folder
        Of the claims; made where it is missing.
    """
    with contextlib.ExitStack() as held:
        while not _entered(folder, held):
            held.close()
        yield


def _entered(folder: Path, held: contextlib.ExitStack) -> bool:
    """Claim that a run is used; False where somebody has taken its folder away meanwhile."""
    make_folder(folder)
    mine = folder / f"{USER}{uuid.uuid4().hex}"
    try:
        held.enter_context(claimed(mine))
    except FileNotFoundError:
        return False
    while is_claimed(folder / END):
        time.sleep(LOOK_S)
    return mine.exists()


def remove_unused(run: Path, folder: Path) -> None:
    """Remove the folder of a run, unless a command that is alive works on it.

    Parameters
    ----------
    run
        The folder of the run.
    folder
        Of its claims.
    """
    aside = run.with_name(f"{run.name}.{uuid.uuid4().hex}.old")
    try:
        with claimed(folder / END) as mine:
            if not mine or is_in_use(folder):
                return
            # In one step: who comes now finds no folder, and not half of one.
            run.rename(aside)
    except OSError:
        # It is gone, or a file in it is open: it stays, and the same command would go on with it.
        return
    shutil.rmtree(aside, ignore_errors=True)


def is_in_use(folder: Path) -> bool:
    """Whether a command that is alive works on a run with that folder of claims."""
    return any(is_claimed(path) for path in folder.glob(f"{USER}*") if path.suffix != ".old")


def is_claimed(path: Path) -> bool:
    """Whether somebody who is alive works on a task."""
    try:
        age = time.time() - path.stat().st_mtime
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Gone meanwhile, or not written out yet; the second only for a moment.
        return path.exists() and time.time() - _changed(path) < STALE_S
    if age > STALE_S:
        return False
    here = isinstance(owner, dict) and owner.get("host") == socket.gethostname()
    return not (here and not _is_alive(owner.get("process")))


def _take(path: Path) -> bool:
    for _ in range(2):
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            if is_claimed(path) or not _removed(path):
                return False
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"host": socket.gethostname(), "process": os.getpid()}, file)
        return True
    return False


def _removed(path: Path) -> bool:
    """Remove a claim that counts for nothing; another who removes it too may have put a new one there meanwhile."""
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.old")
    try:
        path.rename(aside)
    except OSError:
        return False
    if is_claimed(aside):
        with contextlib.suppress(OSError):
            aside.rename(path)
        return False
    with contextlib.suppress(OSError):
        aside.unlink()
    return True


def _renew(path: Path, stop: threading.Event) -> None:
    while not stop.wait(RENEW_S):
        with contextlib.suppress(OSError):
            os.utime(path)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _is_alive(process: object) -> bool:
    if not isinstance(process, int) or process <= 0:
        return False
    if os.name == "nt":
        # Asking would end the process there; the claim grows old instead.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
