"""How far a run is: the engine counts anew in each of its phases, and some come before the real work. No Qt."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple


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
    # Their number is that of the resized volume, not of the planes that a person knows.
    "YX plane": Phase(Stage.NETWORK, "seen from above, {percent} %"),
    "ZX plane": Phase(Stage.NETWORK, "seen from the front, {percent} %"),
    "ZY plane": Phase(Stage.NETWORK, "seen from the side, {percent} %"),
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


class RunPart:
    """How much of one run is done; it never goes back."""

    def __init__(self) -> None:
        self.stage: Stage | None = None
        self.known = True
        """Whether the work is one that the engine names; waiting for another run says nothing of this one."""
        self.paced = 0.0
        """How much is done of what its pace tells about."""
        self.begun = 0
        """How often a pace began anew."""
        self._base = 0.0
        self.part = 0.0
        """How much is done, 0 to 1."""

    def go_on(self, done: int, total: int, note: str) -> float:
        """Take what the engine reports; return the part."""
        part = min(done / max(total, 1), 1.0)
        if note:
            self._enter(note)
        if self.stage is None:
            self.paced, whole = part, part
        elif self.stage is Stage.PREPARING:
            self.paced, whole = part, PREPARED * part
        else:
            share = NETWORK * part if self.stage is Stage.NETWORK else NETWORK + (1 - NETWORK) * part
            self.paced = max(self.paced, share if self.known else 0.0)
            whole = self._base + (1 - self._base) * self.paced
        self.part = max(self.part, whole)
        return self.part

    def _enter(self, note: str) -> None:
        kind = kind_of(note)
        stage = PHASES[kind].stage if kind in PHASES else self.stage
        self.known = kind in PHASES
        if stage is Stage.AFTER and self.stage in (None, Stage.PREPARING):
            # New thresholds on the flows of an earlier run: all that there is to do.
            stage = None
        before, self.stage = self.stage, stage
        if before is not stage and not (before is Stage.NETWORK and stage is Stage.AFTER):
            self.begun += 1
            self.paced, self._base = 0.0, self.part


def kind_of(note: str) -> str:
    """Return what a note is about, without the numbers of planes."""
    counted = COUNTED.fullmatch(note)
    return counted[1] if counted is not None and counted[1] in PHASES else note
