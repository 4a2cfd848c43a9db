"""Brush and eraser."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cpsam_gui import operations
from cpsam_gui.drawing import stroke
from cpsam_gui.drawing.bodies import tube
from cpsam_gui.tools.base import HIDDEN, Desk, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection

if TYPE_CHECKING:
    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.slice import Slice, Voxel

NOT_SELECTED = "Only the selected objects are erased; press Esc to select none and erase from any"


class Painter(Tool):
    """A round tip that writes along the way of the pointer; one gesture is one step of history.

    Where edits reach through the planes of a stack the tip is a ball.
    """

    step = ""
    cursor = "blank"
    every_view = True
    settings: ClassVar[tuple[str, ...]] = ("size",)
    tint = Tint.PLAIN

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: tuple[float, float] | None = None
        self._last: Voxel | None = None
        self._shown = desk.view.slice
        self._number = 0

    @property
    def busy(self) -> bool:
        """Whether a stroke is under way."""
        return self._last is not None

    @property
    def drawn_in(self) -> Slice | None:
        """The slice in which the stroke is under way."""
        return self._shown if self.busy else None

    def press(self, p: Pointer) -> bool:
        """Begin a stroke; with Ctrl a click deletes, as it does with the tool that selects."""
        if p.ctrl or p.right or self.busy or not self.desk.view.masks.visible:
            if not self.desk.view.masks.visible:
                self.desk.say(HIDDEN)
            return False
        self._number, self._shown = self.target(p), self.desk.shown(p)
        self.desk.document.begin(self.step)
        self._last = self.desk.voxel(p)
        self.begin()
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
            self.before_commit()
            self.desk.document.commit()
            self.done(self._number)

    def cancel(self) -> None:
        """Take the stroke back."""
        if self.busy:
            self._last = None
            self.desk.document.abort()

    def shapes(self) -> list[PreviewShape]:
        """Return the tip."""
        if self._at is None:
            return []
        return [PreviewShape((self._at,), radius=max(self.desk.view.brush_diameter / 2, 0.5), tint=self.tint)]

    def click(self, p: Pointer) -> None:
        """Delete the object under the pointer."""
        if p.ctrl:
            self.desk.delete_under(p)

    def leave(self) -> None:
        """Show no tip while the pointer is elsewhere."""
        if not self.busy:
            self._at = None

    def target(self, p: Pointer) -> int:
        """Return the id that the stroke writes."""
        raise NotImplementedError

    def begin(self) -> None:
        """Prepare a stroke, inside its step."""

    def before_commit(self) -> None:
        """Complete a stroke, inside its step."""

    def done(self, number: int) -> None:
        """Follow up after a stroke."""

    def _dab(self, p: Pointer) -> None:
        desk, radius = self.desk, self.desk.view.brush_diameter / 2
        shown, stop = desk.shown(p), desk.voxel(p)
        start, self._last, self._at = self._last or stop, stop, (p.y, p.x)
        if desk.whole or shown.across:
            box, mask = tube(start, stop, radius, desk.spacing())
            box, mask = (box, mask) if desk.whole else shown.cut(box, mask)
        else:
            box, mask = stroke(shown, shown.place(start), shown.place(stop), radius)
        self.apply(box, mask)

    def apply(self, box: Box, mask: Mask) -> None:
        """Write one dab."""
        raise NotImplementedError


class Brush(Painter):
    """Adds to the object where the stroke begins, or starts a new one.

    A stroke belongs to the selected object where it begins on it or within the width of the brush from it, so that
    cells that are painted one after the other are one object each. What happens to others is for the write mode to say.
    """

    key = "brush"
    title = "Brush"
    entry = ToolEntry("brush", "B", ToolSection.DRAW)
    step = "Brush"
    hint = (
        "Drag: a new object, or more of the selected one beside it   Shift: more of it from anywhere   "
        "Ctrl+click: delete   Hold E: erase"
    )
    settings = ("size", "mode")
    _row: ObjectRecord | None = None

    def target(self, p: Pointer) -> int:
        """Return the selected object where the stroke is meant for it, the one under the pointer, or a new id."""
        document, view = self.desk.document, self.desk.view
        under = self.desk.under(p)
        selected = next(iter(view.selection)) if len(view.selection) == 1 else 0
        if selected and p.shift:
            return selected
        replaces = self.desk.options.mode is operations.WriteMode.REPLACE
        if selected and not replaces and self._belongs(selected, p):
            return selected
        if under and not document.objects[under].locked:
            return under
        return document.new_id()

    def _belongs(self, number: int, p: Pointer) -> bool:
        """Whether a stroke from here continues an object: it begins on it or beside it."""
        desk = self.desk
        return operations.lies_near(
            desk.document, number, desk.shown(p), (p.y, p.x), desk.view.brush_diameter, desk.spacing()
        )

    def press(self, p: Pointer) -> bool:
        """Begin a stroke; where it replaces an object, that one is taken away first."""
        document = self.desk.document
        self._row = None
        if not super().press(p):
            return False
        row = document.objects.get(self._number)
        if self._row is None and row is not None and row.locked:
            self.desk.say(operations.LOCKED)
        return True

    def begin(self) -> None:
        """Take away what the stroke replaces."""
        document, shown = self.desk.document, None if self.desk.whole else self._shown
        row = document.objects.get(self._number)
        if self.desk.options.mode is operations.WriteMode.REPLACE and row is not None and not row.locked:
            self._row = row
            operations.wipe(document, self._number, shown)

    def apply(self, box: Box, mask: Mask) -> None:
        """Write one dab."""
        operations.paint(self.desk.document, box, mask, self._number, self.desk.options.mode)

    def before_commit(self) -> None:
        """Give an object that was drawn anew its class and colour back."""
        if self._row is not None:
            operations.keep_row(self.desk.document, self._number, self._row)

    def done(self, number: int) -> None:
        """Select what was drawn, so that the next stroke adds to it."""
        if number in self.desk.document.objects:
            self.desk.view.select(number)


class Eraser(Painter):
    """Takes pixels away: from the selected object where there is one, else from all but locked ones."""

    key = "eraser"
    title = "Eraser"
    entry = ToolEntry("eraser", "E", ToolSection.DRAW)
    step = "Erase"
    tint = Tint.REMOVE
    hint = "Drag: erase; only from the selected objects, if there are any   Ctrl+click: delete   [ ] or Alt+wheel: size"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._meant, self._erased = 0, False

    def target(self, p: Pointer) -> int:
        """Return background; remember which object the stroke begins on."""
        self._meant, self._erased = self.desk.under(p), False
        return 0

    def apply(self, box: Box, mask: Mask) -> None:
        """Erase one dab."""
        found = operations.erase(self.desk.document, box, mask, self.desk.view.selection)
        self._erased = self._erased or found

    def done(self, number: int) -> None:
        """Say why nothing was erased from an object that was meant."""
        row = self.desk.document.objects.get(self._meant)
        if self._erased or row is None:
            return
        self.desk.say(operations.LOCKED if row.locked else NOT_SELECTED)
