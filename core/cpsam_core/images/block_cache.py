"""Blocks of a file that were read lately, kept while they fit."""

from __future__ import annotations

from collections import OrderedDict
from threading import Event, Lock
from typing import Any

import numpy.typing as npt

Key = tuple[int, ...]


class BlockCache:
    """Arrays by key; the one that was not used for the longest time goes first. May be used from several threads.

    Parameters
    ----------
    most_bytes
        That the arrays take together; the last one stays, however large.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._blocks: OrderedDict[Key, npt.NDArray[Any]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._closed = Event()

    @property
    def closed(self) -> bool:
        """Whether nothing is wanted any more."""
        return self._closed.is_set()

    def close(self) -> None:
        """Let go of everything, and keep nothing any more."""
        self._closed.set()
        with self._lock:
            self._blocks.clear()
            self._bytes = 0

    def get(self, key: Key) -> npt.NDArray[Any] | None:
        """Return an array, which counts as used now; None where it is not there."""
        with self._lock:
            known = self._blocks.get(key)
            if known is not None:
                self._blocks.move_to_end(key)
            return known

    def keep(self, key: Key, block: npt.NDArray[Any]) -> None:
        """Keep an array, and let go of others that do not fit beside it."""
        with self._lock:
            if key not in self._blocks and not self.closed:
                self._blocks[key] = block
                self._bytes += block.nbytes
                while self._bytes > self._most_bytes and len(self._blocks) > 1:
                    self._bytes -= self._blocks.popitem(last=False)[1].nbytes
