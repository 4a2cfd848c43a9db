"""Who trains or judges a model: one program at a time, by a lock beside the state of its training.

The lock goes with the program however it ends, see `system.file_lock`. Whoever reads, writes or removes the state, the
request or the model of a training for good claims it first; for the others it is busy meanwhile.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cpsam_core.errors import TrainingError
from cpsam_core.system.file_lock import LOCK, FileLock, Owner
from cpsam_core.system.paths import make_folder
from cpsam_core.weights.beside import STATE, state_path
from cpsam_core.weights.folders import own_folder

__all__ = ["busy_names", "check_idle", "claimed", "is_busy"]

# Somebody who only looks whether it is free holds the lock for a moment.
TRIES, PATIENCE_S = 5, 0.02


class _Mine(threading.local):
    """What this thread has claimed: it may do with that what it likes."""

    def __init__(self) -> None:
        self.states: set[Path] = set()


_mine = _Mine()


@contextmanager
def claimed(state: Path) -> Iterator[None]:
    """Keep a training, known by the file of its state, for this thread.

    In a folder that cannot be written there are no locks; the training itself says why.

    Raises
    ------
    TrainingError
        Another program is at work on it, or another thread of this one.
    """
    if state in _mine.states:
        yield
        return
    make_folder(state.parent, TrainingError)
    lock = FileLock(state)
    owner = lock.take()
    for _ in range(TRIES):
        if owner is None:
            break
        time.sleep(PATIENCE_S)
        owner = lock.take()
    if owner is not None:
        raise _busy(state, owner)
    _mine.states.add(state)
    try:
        yield
    finally:
        _mine.states.discard(state)
        lock.release()


def is_busy(name: str) -> bool:
    """Whether a training of that name, or the verdict on its model, is under way elsewhere or in another thread."""
    return _owner(state_path(name)) is not None


def check_idle(name: str) -> None:
    """Refuse to touch what another program, or another thread, trains or judges.

    Raises
    ------
    TrainingError
        With who does.
    """
    state = state_path(name)
    owner = _owner(state)
    if owner is not None:
        raise _busy(state, owner)


def busy_names() -> tuple[str, ...]:
    """Return the names of the own models that are trained or judged now, elsewhere or in another thread."""
    ending = f"{STATE}{LOCK}"
    names = sorted(path.name[1:].removesuffix(ending) for path in own_folder().glob(f".*{ending}"))
    return tuple(filter(is_busy, names))


def _owner(state: Path) -> Owner | None:
    return None if state in _mine.states else FileLock(state).owner


def _busy(state: Path, owner: Owner) -> TrainingError:
    """Return what is said of a training that another one is at work on."""
    name = state.name.removesuffix(STATE)
    if owner.computer not in ("", platform.node()):
        # Whether it still runs cannot be seen from here.
        return TrainingError(
            f"{name} is being trained or compared on the computer {owner.computer}. Wait until that ends, or end it "
            f"there; if nothing runs there any more, delete {FileLock(state).path}."
        )
    if owner.process == os.getpid():
        return TrainingError(
            f"{name} is being trained or compared now. Wait until that ends, or end it first."
        )
    return TrainingError(
        f"{name} is being trained or compared in another window or program. Wait until that ends, or end it there."
    )
