"""Tools that draw the outline of a new object: by hovering, with the button held, or corner by corner."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cpsam_gui import operations
from cpsam_gui.tools.base import HIDDEN, Desk, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection

if TYPE_CHECKING:
    from cpsam_gui.state.slice import Slice

# Screen pixels from the start within which an outline closes.
CLOSE_PIXELS = 9.0
# Screen pixels between the points that are kept.
STEP_PIXELS = 2.0


class OutlineTool(Tool):
    """Collects rows and columns in a slice and makes an object of what they enclose."""

    every_view = True
    settings: ClassVar[tuple[str, ...]] = ("mode",)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._points: list[tuple[float, float]] = []
        self._shown = desk.view.slice
        self._far = False

    @property
    def busy(self) -> bool:
        """Whether an outline is begun."""
        return bool(self._points)

    @property
    def drawn_in(self) -> Slice | None:
        """The slice in which the outline is begun."""
        return self.desk.again(self._shown) if self._points else None

    def finish(self) -> None:
        """Close the outline and make the object."""
        points, self._points, self._far = self._points, [], False
        if len(points) < 3:
            self.desk.say("Too short for an outline")
            return
        self.enclosed(points)

    def enclosed(self, points: list[tuple[float, float]]) -> None:
        """Make an object of a closed line."""
        desk = self.desk
        if not desk.view.masks.visible:
            desk.say(HIDDEN)
            return
        shown = desk.again(self._shown)
        if not shown.within(desk.document.shape):
            return
        number, why = operations.add_polygon(desk.document, shown, points, desk.options.mode)
        desk.tell(why)
        if number:
            desk.view.select(number)

    def cancel(self) -> None:
        """Drop the outline."""
        self._points, self._far = [], False

    def shapes(self) -> list[PreviewShape]:
        """Return the line drawn so far and its start."""
        if not self._points:
            return []
        start = self._points[0]
        return [
            PreviewShape(tuple(self._points), closed=True, tint=Tint.ADD, filled=True),
            PreviewShape(tuple(self._points)),
            PreviewShape((start,), handles=True),
        ]

    def _begin(self, p: Pointer) -> None:
        self._points, self._shown = [(p.y, p.x)], self.desk.shown(p)

    def _add(self, p: Pointer) -> None:
        y, x = self._points[-1]
        if max(abs(p.y - y), abs(p.x - x)) * p.scale >= STEP_PIXELS:
            self._points.append((p.y, p.x))

    def _near_start(self, p: Pointer) -> bool:
        """Whether the pointer came back to the start after having been away."""
        y, x = self._points[0]
        distance = max(abs(p.y - y), abs(p.x - x)) * p.scale
        self._far = self._far or distance > 2 * CLOSE_PIXELS
        return self._far and distance < CLOSE_PIXELS


class HoverOutline(OutlineTool):
    """Click, follow the border without a button, come back to the start or click again."""

    key = "outline"
    title = "Outline by hovering"
    entry = ToolEntry("gesture", "O", ToolSection.DRAW)
    hint = "Click, follow the border, return to the start or click again   T: write mode   Esc: cancel"

    def press(self, p: Pointer) -> bool:
        """Start the outline, or close it."""
        if self.busy:
            self.finish()
        else:
            self._begin(p)
        return True

    def move(self, p: Pointer) -> None:
        """Follow the pointer; close at the start."""
        if self.busy:
            self._add(p)
            if self._near_start(p):
                self.finish()


class Lasso(OutlineTool):
    """Hold the button and go around the object."""

    key = "lasso"
    title = "Lasso"
    entry = ToolEntry("lasso", "Q", ToolSection.DRAW)
    hint = "Hold the button and trace the object; release to close   T: write mode"

    def press(self, p: Pointer) -> bool:
        """Start."""
        if p.right:
            return False
        self._begin(p)
        return True

    def move(self, p: Pointer) -> None:
        """Follow the pointer."""
        if self.busy:
            self._add(p)

    def release(self, p: Pointer) -> None:
        """Close."""
        if self.busy:
            self.finish()


class Polygon(OutlineTool):
    """Click corners; drag one to move it."""

    key = "polygon"
    title = "Polygon"
    entry = ToolEntry("vector_polygon", "P", ToolSection.DRAW)
    hint = "Click corners, drag one to move it   Enter or first corner: close   Backspace: last corner back"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._held: int | None = None
        self._pointer: tuple[float, float] | None = None

    def press(self, p: Pointer) -> bool:
        """Place a corner, take hold of one, or close at the first."""
        if p.right:
            if self.busy:
                self.finish()
                return True
            return False
        near = self._corner(p)
        if near is not None:
            self._held = near
            self._moved = False
        else:
            self._shown = self.desk.shown(p)
            self._points.append((p.y, p.x))
            self._held = None
        return True

    def move(self, p: Pointer) -> None:
        """Move the held corner, or show where the next one would be."""
        self._pointer = (p.y, p.x)
        if self._held is not None:
            y, x = self._points[self._held]
            if self._moved or max(abs(p.y - y), abs(p.x - x)) * p.scale > STEP_PIXELS:
                self._moved = True
                self._points[self._held] = (p.y, p.x)

    def release(self, p: Pointer) -> None:
        """Let go of a corner; a click on the first one closes."""
        held, self._held = self._held, None
        if held == 0 and not self._moved and len(self._points) >= 3:
            self.finish()

    def double(self, p: Pointer) -> bool:
        """Close."""
        if self.busy:
            self.finish()
        return True

    def back(self) -> bool:
        """Take the last corner back."""
        taken = self.busy
        self._points = self._points[:-1]
        return taken

    def shapes(self) -> list[PreviewShape]:
        """Return the corners and the line to the pointer."""
        if not self._points:
            return []
        ahead = [self._pointer] if self._pointer is not None and self._held is None else []
        line = (*self._points, *ahead)
        return [
            PreviewShape(line, closed=True, tint=Tint.ADD, filled=True),
            PreviewShape(line),
            PreviewShape(tuple(self._points), handles=True),
        ]

    def _corner(self, p: Pointer) -> int | None:
        for index, (y, x) in enumerate(self._points):
            if max(abs(p.y - y), abs(p.x - x)) * p.scale < CLOSE_PIXELS:
                return index
        return None

    _moved = False
