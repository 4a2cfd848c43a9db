"""Keeps the state of a training on disk, as often as it is worth it; a full disk ends no training."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from pathlib import Path

from cpsam_core.finetune.state import TrainingState, write_state
from cpsam_core.system.write_errors import why_unwritten

log = logging.getLogger(__name__)

# Training takes at least so many times as long as saving its state.
SAVING_SHARE = 10


class Keeper:
    """Saves states to one file.

    Parameters
    ----------
    path : Path or None
        The file; None keeps nothing.
    tell : callable
        Called with a text when the state cannot be written, once until it can be again.
    """

    def __init__(self, path: Path | None, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        # When the state was last saved, how long that took in seconds, and whether the last try failed.
        self._saved, self._saving, self._failed = -math.inf, 0.0, False

    def offer(self, make: Callable[[], TrainingState], last: bool) -> None:
        """Save the state that `make` returns, if that takes little time beside training, or it is the last."""
        if self._path is None or not (last or self._is_quick()):
            return
        begun = time.monotonic()
        try:
            write_state(self._path, make())
        except (OSError, RuntimeError) as error:
            # torch reports a full disk as RuntimeError.
            self._complain(why_unwritten(self._path, error))
            return
        self._saved = time.monotonic()
        self._saving, self._failed = self._saved - begun, False

    def _is_quick(self) -> bool:
        """Whether saving takes little time: the state of a large network has gigabytes."""
        return self._saving < 1 or time.monotonic() - self._saved >= SAVING_SHARE * self._saving

    def _complain(self, why: str) -> None:
        if self._failed:
            return
        self._failed = True
        text = (
            f"The state of the training cannot be written to {self._path}: {why}. Training goes on; after an "
            "interruption it would start from the last state that was written"
        )
        log.warning("%s", text)
        self._tell(text)
