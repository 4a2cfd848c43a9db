"""Brush and eraser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui import operations
from cpsam_gui.drawing import stroke

from .base import Desk, Pointer, Shape, Tool

if TYPE_CHECKING:
    from cpsam_gui.box import Box
    from cpsam_gui.drawing import Mask


class Painter(Tool):
    """A round tip that writes along the way of the pointer; one gesture is one step of history."""

    step = ""
    cursor = "blank"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: tuple[float, float] | None = None
        self._last: tuple[float, float] | None = None
        self._number = 0

    @property
    def busy(self) -> bool:
        """Whether a stroke is under way."""
        return self._last is not None

    def press(self, p: Pointer) -> bool:
        """Begin a stroke."""
        if p.right or self.busy or not self.desk.view.masks.visible:
            if not self.desk.view.masks.visible:
                self.desk.say("The masks are hidden; show them to draw (X)")
            return False
        self._number = self.target(p)
        self.desk.document.begin(self.step)
        self._last = (p.y, p.x)
        self._dab(p)
        return True

    def move(self, p: Pointer) -> None:
        """Paint from the last position to this one."""
        self._at = (p.y, p.x)
        if self.busy:
            self._dab(p)

    def release(self, p: Pointer) -> None:
        """End the stroke and make it a step of history."""
        if self.busy:
            self._last = None
            self.desk.document.commit()
            self.done(self._number)

    def cancel(self) -> None:
        """Take the stroke back."""
        if self.busy:
            self._last = None
            self.desk.document.abort()

    def shapes(self) -> list[Shape]:
        """Return the tip."""
        if self._at is None:
            return []
        return [Shape((self._at,), radius=max(self.desk.view.brush_diameter / 2, 0.5))]

    def target(self, p: Pointer) -> int:
        """Return the id that the stroke writes."""
        raise NotImplementedError

    def done(self, number: int) -> None:
        """Follow up after a stroke."""

    def _dab(self, p: Pointer) -> None:
        self._at = (p.y, p.x)
        box, mask = stroke(
            self.desk.view.plane, self._last or self._at, self._at, self.desk.view.brush_diameter / 2
        )
        self._last = self._at
        self.apply(box, mask)

    def apply(self, box: Box, mask: Mask) -> None:
        """Write one dab."""
        operations.paint(self.desk.document, box, mask, self._number)


class Brush(Painter):
    """Adds to the selected object, or starts a new one; neighbours and locked objects are kept."""

    key = "brush"
    step = "Brush"
    hint = "Drag: add to the selected object, or start a new one   Shift: always new   [ ] or Alt+wheel: size"

    def target(self, p: Pointer) -> int:
        """Return the selected object, the one under the pointer, or a new id."""
        document, view = self.desk.document, self.desk.view
        under = self.desk.under(p)
        if not p.shift:
            if len(view.selection) == 1:
                return next(iter(view.selection))
            if under and not document.objects[under].locked:
                return under
        return document.new_id()

    def done(self, number: int) -> None:
        """Select what was drawn, so that the next stroke adds to it."""
        if number in self.desk.document.objects:
            self.desk.view.select(number)


class Eraser(Painter):
    """Takes pixels away: from the selected object where there is one, else from all but locked ones."""

    key = "eraser"
    step = "Erase"
    hint = "Drag: erase, from the selected objects only where there are any   [ ] or Alt+wheel: size"

    def target(self, p: Pointer) -> int:
        """Return background."""
        return 0

    def apply(self, box: Box, mask: Mask) -> None:
        """Erase one dab."""
        operations.erase(self.desk.document, box, mask, self.desk.view.selection)
