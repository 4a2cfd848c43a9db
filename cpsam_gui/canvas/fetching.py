"""Colours of tiles that take longer than a frame, since their pixels are read from a file: made in threads."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_core.errors import CpsamError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Key: TypeAlias = tuple[int, int, int]

THREADS = 2
# Tiles that may wait: more than are in view on a large screen.
MOST = 96


# The program, whose windows are gone, waits this long for tiles that are being read.
ENDING_SECONDS = 1.0

_at_work: set[Future[None]] = set()


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="tiles")


def end_tiles() -> bool:
    """Make no more tiles; return whether the last ones have ended.

    Python itself waits for these threads when it ends, for ever where a disk does not answer.
    """
    _threads().shutdown(wait=False, cancel_futures=True)
    _threads.cache_clear()
    return not wait(set(_at_work), ENDING_SECONDS).not_done


class TileFetcher(QObject):
    """Makes tiles in threads, the one that was asked for last first; what is long out of view is given up."""

    arrived = pyqtSignal(object, object, object)
    """What was asked (`owner`), the tile, its pixels."""
    failed = pyqtSignal(object, object, str)
    """What was asked, the tile, and what went wrong in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._waiting: dict[Key, tuple[Any, Callable[[], NDArray[np.uint32]]]] = {}
        self._under_way: set[tuple[int, Key]] = set()

    @property
    def idle(self) -> bool:
        """Whether nothing is being made."""
        with self._lock:
            return not self._waiting and not self._under_way

    def ask(self, owner: object, key: Key, work: Callable[[], NDArray[np.uint32]]) -> None:
        """Have a tile made; nothing happens where it is on its way already."""
        with self._lock:
            if (id(owner), key) in self._under_way:
                return
            known = self._waiting.pop(key, None)
            self._waiting[key] = (owner, work)
            while len(self._waiting) > MOST:
                del self._waiting[next(iter(self._waiting))]
        if known is None:
            future = _threads().submit(self._work)
            _at_work.add(future)
            future.add_done_callback(_at_work.discard)

    def forget(self) -> None:
        """Give up all that has not begun."""
        with self._lock:
            self._waiting.clear()

    def _work(self) -> None:
        """Make the tile that was asked for last; runs in a thread."""
        with self._lock:
            if not self._waiting:
                return
            key, (owner, work) = self._waiting.popitem()
            self._under_way.add((id(owner), key))
        made: NDArray[np.uint32] | None = None
        words = ""
        try:
            made = work()
        except CpsamError as error:
            words = str(error)
        finally:
            with self._lock:
                self._under_way.discard((id(owner), key))
        # The window is gone.
        with suppress(RuntimeError):
            if made is None:
                self.failed.emit(owner, key, words)
            else:
                self.arrived.emit(owner, key, made)
