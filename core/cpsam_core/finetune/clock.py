"""A clock that stands still in pauses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds since it was made, pauses left out."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def seconds(self) -> float:
        """Return the seconds so far."""
        return time.monotonic() - self._begun

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Stand still for a while."""
        begun = time.monotonic()
        yield
        self._begun += time.monotonic() - begun
