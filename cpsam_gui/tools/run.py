"""Tools that talk to the next run: a disk to match to a cell, and a box that is segmented on its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cpsam_gui.tools.base import Desk, Pointer, PreviewShape, Tint, Tool
from cpsam_gui.tools.select import BoxSelect

if TYPE_CHECKING:
    from cpsam_gui.state.box import Box

# Screen pixels around the rim of the disk in which it is taken hold of.
RIM_PIXELS = 7.0
# Factor for one turn of the wheel.
STEP = 1.08
# Pixels.
RANGE_PIXELS = (2.0, 2000.0)
# Pixels on a side of a region.
SMALLEST_PIXELS = 16


class SizeDisk(Tool):
    """A disk that is laid over a cell; its diameter is that of the next run."""

    key = "size_disk"
    title = "Diameter of a cell"
    hint = "Drag the disk onto a cell, drag its rim or turn the wheel to match it   Enter or Esc: done"
    cursor = "cross"
    passing = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        camera = desk.view.camera
        self._centre = (camera.y, camera.x)
        self._hold: tuple[float, float] | None = None
        """Where in the disk it is held; None at the rim or not at all."""
        self._at_rim = False

    @property
    def busy(self) -> bool:
        """Escape ends the tool, whatever is going on."""
        return True

    @property
    def takes_wheel(self) -> bool:
        """The wheel changes the size."""
        return True

    @property
    def radius(self) -> float:
        """Of the disk in pixels."""
        return self.desk.run.diameter() / 2

    def press(self, p: Pointer) -> bool:
        """Take hold of the rim or of the disk; elsewhere it comes to the pointer."""
        if p.right:
            return False
        distance = math.dist((p.y, p.x), self._centre)
        self._at_rim = abs(distance - self.radius) * p.scale <= RIM_PIXELS
        if not self._at_rim:
            if distance > self.radius:
                self._centre = (p.y, p.x)
            self._hold = (p.y - self._centre[0], p.x - self._centre[1])
        return True

    def move(self, p: Pointer) -> None:
        """Follow with the disk or with its rim."""
        if self._at_rim:
            self._resize(2 * math.dist((p.y, p.x), self._centre))
        elif self._hold is not None:
            self._centre = (p.y - self._hold[0], p.x - self._hold[1])

    def release(self, p: Pointer) -> None:
        """Let go."""
        self._at_rim, self._hold = False, None

    def adjust(self, turns: float) -> str:
        """Change the size."""
        self._resize(2 * self.radius * STEP**turns)
        return f"Diameter {2 * self.radius:.0f} px"

    def double(self, p: Pointer) -> bool:
        """A double click is two clicks here."""
        return True

    def finish(self) -> None:
        """Give the earlier tool back; the diameter stays."""
        self.over = True

    def cancel(self) -> None:
        """As `finish`: the diameter was set all along."""
        self._at_rim, self._hold = False, None
        self.over = True

    def shapes(self) -> list[PreviewShape]:
        """Return the disk and a cross in its middle."""
        y, x = self._centre
        arm = self.radius / 5
        return [
            PreviewShape((self._centre,), radius=self.radius, tint=Tint.ADD),
            PreviewShape(((y - arm, x), (y + arm, x))),
            PreviewShape(((y, x - arm), (y, x + arm))),
        ]

    def _resize(self, diameter: float) -> None:
        low, high = RANGE_PIXELS
        self.desk.run.set_diameter(min(max(diameter, low), high))


class RunRegion(BoxSelect):
    """Drag a box; the model runs on that region alone, and its objects there are replaced.

    Where edits reach through the planes of a stack, or the box is dragged in an orthogonal view, the region is a
    sub-volume as deep as it is wide.
    """

    key = "run_region"
    title = "Segment a region"
    entry = None
    hint = "Drag a box: the model runs on that region alone and replaces its own objects there   Esc: cancel"
    settings = ()
    passing = True

    def clicked(self, p: Pointer) -> None:
        """Say what to do instead."""
        self.desk.say("Drag a box around the region to segment")

    def boxed(self, box: Box, p: Pointer) -> None:
        """Run on the region."""
        region = self.desk.behind(box.clip(self.desk.document.shape), self.desk.shown(p))
        if region.empty or min(region.shape[1:]) < SMALLEST_PIXELS:
            self.desk.say(
                f"Drag a box of at least {SMALLEST_PIXELS} x {SMALLEST_PIXELS} pixels inside the image"
            )
            return
        self.over = True
        self.desk.run.segment_region(region)
