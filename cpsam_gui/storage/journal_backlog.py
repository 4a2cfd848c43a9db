"""Steps that the journal has not written yet: how many there may be, and how old they may get. No Qt."""

from __future__ import annotations

import time
from collections import deque
from threading import Condition

MOST_STEPS = 20
"""Steps that may be unwritten."""
MOST_LAG_S = 0.3
"""How long a step may be unwritten before the next one waits for it."""
# The same while everything is packed, which a large image takes a second for. Results are packed where they are made,
# so that this is rare: all masks were deleted but locked ones, or a disk that was full has room again.
MOST_LAG_PACKING_S = 3.0
# A step waits no longer than this: a disk that does not answer must not stop anybody.
MOST_PATIENCE_S = 5.0


class Backlog:
    """Steps that are not written yet. Whoever adds one waits while they are too many or too old."""

    def __init__(self) -> None:
        self._count = 0
        self._packing = 0
        self._pending: deque[tuple[int, float]] = deque()
        self._change = Condition()

    def next(self) -> int:
        """Return the number of one more step."""
        with self._change:
            self._count += 1
            self._pending.append((self._count, time.monotonic()))
            return self._count

    def pack(self, count: int) -> None:
        """Say that so many more images are to be packed as a whole; fewer after it, with a number below 0."""
        with self._change:
            self._packing += count

    def done(self, number: int | None) -> None:
        """Forget the steps up to a number: they are written, or were given up. None: something else was done."""
        with self._change:
            while number is not None and self._pending and self._pending[0][0] <= number:
                self._pending.popleft()
            self._change.notify_all()

    def keep_short(self) -> None:
        """Wait until few enough are pending, but not for a disk that does not answer."""
        until = time.monotonic() + MOST_PATIENCE_S
        with self._change:
            while self._too_long() and time.monotonic() < until:
                self._change.wait(0.02)

    def _too_long(self) -> bool:
        if not self._pending:
            return False
        lag = MOST_LAG_PACKING_S if self._packing else MOST_LAG_S
        return len(self._pending) > MOST_STEPS or time.monotonic() - self._pending[0][1] > lag
