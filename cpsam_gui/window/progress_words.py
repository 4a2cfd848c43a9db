"""The running job in the words of the user: what is done, how far it is, how long it takes. No Qt."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate, translate_said

if TYPE_CHECKING:
    from collections.abc import Callable

PHASES = {
    "Network": "looking at the image",
    "tiles": "looking at the image",
    "tile": "looking at the image",
    "following flows": "tracing the cells",
    "Objects": "making objects",
    "outlines": "making outlines",
    "block": "block by block",
    "image": "image by image",
    "step": "learning",
}
"""What the engine calls its work, in plain words."""
SURE_FROM = 0.08
"""Part of the work after which the rest can be told from the pace."""
# Nothing is said of jobs that take less.
SHORT_SECONDS = 4.0


class ProgressWords:
    """Follows one job after the other; how far it is never goes back, whatever phases the engine counts anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._name, self._phase = "", ""
        self._since = clock()
        # Whether it was followed from its beginning, so that the rest can be told from the pace.
        self._followed = True
        self.part = 0.0
        """How much is done, 0 to 1."""

    def start(self, name: str) -> str:
        """Begin with another job; return its words."""
        self._name, self._phase, self._since, self.part = name, "", self._clock(), 0.0
        self._followed = True
        return name

    def lose_count(self) -> None:
        """Say of this job no more how long it takes: it began earlier, and something else was shown meanwhile."""
        self._followed = False

    def go_on(self, done: int, total: int, note: str) -> str:
        """Take what the job reports; return the words."""
        self.part = max(self.part, min(done / max(total, 1), 1.0))
        if note:
            self._phase = translate_said(PHASES.get(note, note))
        what = f"{self._name}: {self._phase}" if self._phase and self._phase != self._name else self._name
        left = self._left()
        return f"{what}, {left}" if left else what

    def _left(self) -> str:
        passed = self._clock() - self._since
        if not self._followed or not SURE_FROM <= self.part < 1:
            return ""
        left = passed * (1 - self.part) / self.part
        if left < SHORT_SECONDS:
            return ""
        if left < 90:
            return translate("about {:.0f} s left").format(left)
        return translate("about {:.0f} min left").format(left / 60)
