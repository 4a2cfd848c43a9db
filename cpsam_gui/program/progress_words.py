"""The running job in the words of the user: what is done, how far it is, how long it takes. No Qt."""

from __future__ import annotations

import re
import time
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written

if TYPE_CHECKING:
    from collections.abc import Callable


class Stage(Enum):
    """Of a run of the model, which counts in each anew."""

    PREPARING = "preparing"
    """The model is fetched and loaded, the size of the cells measured: nothing tells how long the rest takes."""
    NETWORK = "network"
    AFTER = "after"


class Phase(NamedTuple):
    """What a note of the engine means."""

    stage: Stage | None
    words: str


PHASES = {
    "Loading the model": Phase(Stage.PREPARING, "Loading the model"),
    "cell size": Phase(Stage.PREPARING, "measuring the size of the cells"),
    "Network": Phase(Stage.NETWORK, "looking at the image"),
    "tiles": Phase(Stage.NETWORK, "looking at the image"),
    "tile": Phase(Stage.NETWORK, "looking at the image"),
    "plane": Phase(Stage.NETWORK, "plane {number} of {count}"),
    "YX plane": Phase(Stage.NETWORK, "plane {number} of {count} from above"),
    "ZX plane": Phase(Stage.NETWORK, "plane {number} of {count} from the front"),
    "ZY plane": Phase(Stage.NETWORK, "plane {number} of {count} from the side"),
    "following flows": Phase(Stage.AFTER, "tracing the cells"),
    "masks of planes": Phase(Stage.AFTER, "tracing the cells"),
    "flows of masks": Phase(Stage.AFTER, "tracing the cells"),
    "Objects": Phase(Stage.AFTER, "making objects"),
    "blocks: network and flows": Phase(None, "blocks: network and flows"),
    "blocks: objects": Phase(None, "blocks: objects"),
    "blocks: labels": Phase(None, "blocks: labels"),
    "blocks: bodies": Phase(None, "blocks: bodies"),
    "outlines": Phase(None, "making outlines"),
    "block": Phase(None, "block by block"),
    "image": Phase(None, "image by image"),
    "step": Phase(None, "learning"),
}
"""By what the engine calls its work."""
COUNTED = re.compile(r"(.+) (\d+) of (\d+)")
PREPARED = 0.1
"""Part of the bar for what comes before the network."""
NETWORK = 0.9
"""Part of a run, after it was prepared, that the network takes; it is never full before the masks are there."""
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
        self._stage: Stage | None = None
        self._known = True
        # When the stage before was heard of last, and how much of what its pace tells about is done.
        self._since = self._heard = self._clock()
        self._paced = 0.0
        # Whether it was followed from its beginning, so that the rest can be told from the pace.
        self._followed = True
        self._base = 0.0
        self.part = 0.0
        """How much is done, 0 to 1."""

    def start(self, name: str) -> str:
        """Begin with another job; return its words."""
        self._begin(name)
        return name

    def lose_count(self) -> None:
        """Say of this job no more how long it takes: it began earlier, and something else was shown meanwhile."""
        self._followed = False

    def go_on(self, done: int, total: int, note: str) -> str:
        """Take what the job reports; return the words."""
        part = min(done / max(total, 1), 1.0)
        if note:
            self._enter(note)
        if self._stage is None:
            self._paced, whole = part, part
        elif self._stage is Stage.PREPARING:
            self._paced, whole = part, PREPARED * part
        else:
            # What is not known, such as waiting for another run, says nothing of this one.
            share = NETWORK * part if self._stage is Stage.NETWORK else NETWORK + (1 - NETWORK) * part
            self._paced = max(self._paced, share if self._known else 0.0)
            whole = self._base + (1 - self._base) * self._paced
        self.part = max(self.part, whole)
        self._heard = self._clock()
        words = self.words
        what = f"{self._name}: {words}" if words and words != self._name else self._name
        left = self._left()
        return f"{what}, {left}" if left else what

    def _enter(self, note: str) -> None:
        """Go to the stage and the words of a note."""
        counted = COUNTED.fullmatch(note)
        kind = counted[1] if counted is not None and counted[1] in PHASES else note
        stage, words = PHASES.get(kind, Phase(self._stage, note))
        self._known = kind in PHASES
        self.words = translate_said(words)
        if counted is not None and kind != note:
            self.words = self.words.format(number=written(int(counted[2])), count=written(int(counted[3])))
        if stage is Stage.AFTER and self._stage in (None, Stage.PREPARING):
            # New thresholds on the flows of an earlier run: all that there is to do.
            stage = None
        before, self._stage = self._stage, stage
        if before is not stage and not (before is Stage.NETWORK and stage is Stage.AFTER):
            self._since, self._paced, self._base = self._heard, 0.0, self.part

    def _left(self) -> str:
        passed = self._clock() - self._since
        # How long the model takes to load tells nothing of the run; how much of a download is there tells of that.
        silent = self._stage is Stage.PREPARING and self._known
        if not self._followed or silent or not SURE_FROM <= self._paced < 1:
            return ""
        left = passed * (1 - self._paced) / self._paced
        if left < SHORT_SECONDS:
            return ""
        if left < 90:
            return translate("about {:.0f} s left").format(left)
        return translate("about {:.0f} min left").format(left / 60)
