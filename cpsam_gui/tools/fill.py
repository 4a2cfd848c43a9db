"""Fill the region of like intensity under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui import drawing, operations
from cpsam_gui.tools.base import HIDDEN, Desk, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection
from cpsam_gui.tools.marks import region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box

# Pixels a side; what is shown while the pointer moves takes no longer than a frame.
PREVIEW_PIXELS = 512
# Factor of the tolerance for one turn of the wheel.
STEP = 1.15


class Fill(Tool):
    """Shows the region of like intensity under the pointer; a click makes it an object."""

    key = "fill"
    title = "Fill by intensity"
    entry = ToolEntry("format_color_fill", "I", ToolSection.DRAW)
    hint = "Click: fill the region of like intensity   [ ] or Alt+wheel: tolerance   T: write mode"
    settings = ("tolerance", "mode")
    every_view = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: Pointer | None = None
        self._held = False
        self._shown: tuple[Any, list[PreviewShape]] = (None, [])

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return self._held

    @property
    def takes_wheel(self) -> bool:
        """With the button held the wheel changes the tolerance."""
        return self._held

    def press(self, p: Pointer) -> bool:
        """Hold the region until the button is let go."""
        if p.right or self.desk.pixels is None:
            return False
        if not self.desk.view.masks.visible:
            self.desk.say(HIDDEN)
            return True
        self._at, self._held = p, True
        return True

    def masks_replaced(self) -> None:
        """Look again what the objects leave free."""
        self._shown = (None, [])

    def move(self, p: Pointer) -> None:
        """Show what would be filled."""
        if not self._held:
            self._at = p

    def release(self, p: Pointer) -> None:
        """Make the region an object."""
        if self._held and self._at is not None:
            self._held = False
            self._fill(self._at)

    def leave(self) -> None:
        """Show nothing while the pointer is elsewhere."""
        if not self._held:
            self._at = None

    def cancel(self) -> None:
        """Fill nothing."""
        self._held = False

    def adjust(self, turns: float) -> str:
        """Change the tolerance."""
        self.desk.options.scale_tolerance(STEP**turns)
        return f"Tolerance {100 * self.desk.options.tolerance:.0f} %"

    def _fill(self, p: Pointer) -> None:
        desk = self.desk
        found = self._region(p)
        if found is None:
            desk.say("Click on the image")
            return
        box, mask, cut = found
        if cut:
            desk.say("The region is too large to fill; lower the tolerance ([)")
            return
        mode, under = desk.options.mode, self._start(p)
        into = under if mode is not operations.WriteMode.REPLACE else 0
        number, why = operations.add(desk.document, box, mask, mode, "Fill region", into)
        desk.tell(why)
        if number:
            desk.view.select(number)

    def _start(self, p: Pointer) -> int:
        """Return the object that the region is added to: the one under the pointer."""
        return self.desk.document.label_at(*self.desk.at(p))

    def _region(self, p: Pointer, largest: int = drawing.LARGEST_PX) -> tuple[Box, Mask, bool] | None:
        desk, shown = self.desk, self.desk.shown(p)
        if desk.pixels is None or not desk.inside(p):
            return None
        own = self._start(p)
        row = desk.document.objects.get(own)
        if row is not None and row.locked:
            return None
        channels = desk.view.channels
        overwrite = desk.options.mode is operations.WriteMode.OVERWRITE

        def values(block: NDArray[Any]) -> NDArray[np.float32]:
            return drawing.shades(block, channels)

        def closed(box: Box) -> Mask:
            block = desk.document.labels[box.slices]
            if overwrite:
                block = np.where(operations.locked_in(desk.document, block), block, np.uint32(0))
            others: Mask = shown.flatten((block != 0) & (block != own))
            return others

        return drawing.flood(
            shown.of(desk.pixels),
            int(p.y // 1),
            int(p.x // 1),
            desk.options.tolerance,
            values,
            closed,
            shown,
            largest,
        )

    def shapes(self) -> list[PreviewShape]:
        """Return the region under the pointer."""
        p, desk = self._at, self.desk
        if p is None or not desk.view.masks.visible:
            return []
        options = desk.options
        key = (
            int(p.y // 1),
            int(p.x // 1),
            desk.shown(p),
            options.tolerance,
            options.mode,
            desk.document.position,
            desk.view.channels,
        )
        if key != self._shown[0]:
            found = self._region(p, PREVIEW_PIXELS)
            shapes: list[PreviewShape] = []
            if found is not None:
                box, mask, cut = found
                top, _, left, _ = desk.shown(p).area(box)
                shapes = region(desk.shown(p).flatten(mask), top, left, Tint.REMOVE if cut else Tint.ADD)
            self._shown = (key, shapes)
        return self._shown[1]
