"""The running job in the words of the user: what is done, how far it is, how long it takes. No Qt."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.program.run_part import COUNTED, PHASES, RunPart, Stage, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable


SURE_FROM = 0.08
"""Part of the work after which the rest can be told from the pace."""
# Nothing is said of jobs that take less.
SHORT_SECONDS = 4.0


class ProgressWords:
    """Follows one job after the other; how far it is never goes back, whatever phases the engine counts anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begin("")

    def _begin(self, name: str) -> None:
        self._name = name
        self.words = ""
        """What is done now, in the user's language."""
        self._run = RunPart()
        # When the stage before was heard of last.
        self._since = self._heard = self._clock()
        # Whether it was followed from its beginning, so that the rest can be told from the pace.
        self._followed = True

    @property
    def part(self) -> float:
        """How much is done, 0 to 1."""
        return self._run.part

    def start(self, name: str) -> str:
        """Begin with another job; return its words."""
        self._begin(name)
        return name

    def lose_count(self) -> None:
        """Say of this job no more how long it takes: it began earlier, and something else was shown meanwhile."""
        self._followed = False

    def go_on(self, done: int, total: int, note: str) -> str:
        """Take what the job reports; return the words."""
        begun = self._run.begun
        self._run.go_on(done, total, note)
        if note:
            self._name_work(note)
        if self._run.begun != begun:
            self._since = self._heard
        self._heard = self._clock()
        words = self.words
        what = f"{self._name}: {words}" if words and words != self._name else self._name
        left = self._left()
        return f"{what}, {left}" if left else what

    def _name_work(self, note: str) -> None:
        kind, counted = kind_of(note), COUNTED.fullmatch(note)
        self.words = translate_said(PHASES[kind].words if kind in PHASES else note)
        if counted is not None and kind != note:
            number, count = int(counted[2]), int(counted[3])
            self.words = self.words.format(
                number=written(number), count=written(count), percent=round(100 * number / max(count, 1))
            )

    def _left(self) -> str:
        passed = self._clock() - self._since
        # How long the model takes to load tells nothing of the run; how much of a download is there tells of that.
        silent = self._run.stage is Stage.PREPARING and self._run.known
        if not self._followed or silent or not SURE_FROM <= self._run.paced < 1:
            return ""
        left = passed * (1 - self._run.paced) / self._run.paced
        if left < SHORT_SECONDS:
            return ""
        if left < 90:
            return translate("about {:.0f} s left").format(left)
        return translate("about {:.0f} min left").format(left / 60)
