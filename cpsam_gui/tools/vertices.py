"""Edit the outline of an existing object by its corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import drawing, operations
from cpsam_gui.tools.base import CHANGED, Desk, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection

if TYPE_CHECKING:
    from cpsam_gui.drawing.shapes import Mask

# Screen pixels from a corner or an edge within which it is taken hold of.
CLOSE_PIXELS = 9.0
# Pixels that the simplified outline may be off, by the size of the object.
FINE_PIXELS, COARSE_PIXELS = 0.9, 4.0
# The same in screen pixels, so that corners do not crowd at a low zoom.
CROWDED_PX = 3.0


class Vertices(Tool):
    """Corners on the outline of the selected object: drag one, click an edge for a new one, Alt+click removes."""

    key = "vertices"
    title = "Edit outline"
    entry = ToolEntry("vector_point_edit", "Shift+P", ToolSection.EDIT)
    hint = (
        "Drag a corner   Drag an edge: new corner   Alt+click or Backspace: remove corner   Enter: apply   "
        "Esc: cancel"
    )
    settings = ("accept",)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._number = 0
        self._mask: Mask = np.zeros((0, 0), bool)
        """Of the object in its plane, when it was taken."""
        self._shown = desk.view.slice
        self._points: list[tuple[float, float]] = []
        self._held: int | None = None
        self._last: int | None = None
        self._hover: tuple[float, float] | None = None
        self._edited = False
        if len(desk.view.selection) == 1:
            self._take(next(iter(desk.view.selection)), loud=False)

    @property
    def busy(self) -> bool:
        """Whether an outline is open for editing."""
        return bool(self._points)

    @property
    def edited(self) -> bool:
        """Whether a corner was changed."""
        return self._edited

    @property
    def begun(self) -> bool:
        """Whether a corner was changed: nothing else is lost."""
        return self._edited

    def masks_replaced(self) -> None:
        """Go on with an object that stayed as it was."""
        if not self.busy:
            return
        row, view = self.desk.document.objects.get(self._number), self.desk.view
        if row is not None:
            mask = self._shown.flatten(self.desk.document.labels[self._shown.flat(row.box).slices])
            if np.array_equal(mask == self._number, self._mask):
                view.select(self._number)
                return
        if self._edited:
            self.desk.say(CHANGED)
        self.cancel()

    def _take(self, number: int, *, loud: bool = True) -> bool:
        desk = self.desk
        row, shown = desk.document.objects.get(number), desk.view.slice
        if row is None:
            return False
        if row.locked:
            desk.say(operations.LOCKED)
            return False
        box = shown.flat(row.box)
        mask = shown.flatten(desk.document.labels[box.slices]) == number
        if not mask.any():
            if loud:
                desk.say("The object has nothing in this plane")
            return False
        tolerance = min(
            max(0.04 * float(np.sqrt(mask.sum())), FINE_PIXELS, CROWDED_PX / desk.view.camera.scale),
            COARSE_PIXELS,
        )
        self._points = [(y + box.y0, x + box.x0) for y, x in drawing.corners(mask, tolerance)]
        self._mask = mask
        self._number, self._shown, self._edited, self._last = number, shown, False, None
        desk.view.select(number)
        return True

    def press(self, p: Pointer) -> bool:
        """Take hold of a corner, make one on an edge, or open another object."""
        if p.right:
            return self.busy
        if not self.busy:
            number = self.desk.under(p)
            if number:
                self._take(number)
            return bool(number)
        near = self._corner(p)
        if near is None:
            near = self._insert(p)
        elif p.alt:
            self._remove(near)
            return True
        self._held = self._last = near
        if near is not None:
            return True
        number = self.desk.under(p)
        if number and number != self._number:
            if self._edited:
                self.finish()
            self._take(number)
            return True
        return False

    def move(self, p: Pointer) -> None:
        """Move the corner that is held, or mark what a press would take."""
        if self._held is not None:
            self._points[self._held] = (p.y, p.x)
            self._edited = True
            return
        self._hover = None
        if self.busy:
            near = self._corner(p)
            edge = self._edge(p) if near is None else None
            self._hover = self._points[near] if near is not None else edge[1] if edge is not None else None

    def release(self, p: Pointer) -> None:
        """Let go."""
        self._held = None

    def leave(self) -> None:
        """Mark nothing while the pointer is elsewhere."""
        self._hover = None

    def back(self) -> bool:
        """Remove the corner that was touched last."""
        if self.busy and self._last is not None:
            self._remove(self._last)
        return self.busy

    def finish(self) -> None:
        """Give the object the outline."""
        number, points, edited = self._number, self._points, self._edited
        desk = self.desk
        self.cancel()
        if not points:
            desk.say("Click the object whose outline you want to change")
            return
        if not edited:
            return
        row = desk.document.objects.get(number)
        if row is None or desk.view.slice != self._shown:
            desk.say("The object is not in this plane any more")
            return
        box, mask = drawing.polygon(self._shown, points)
        box, mask = operations.with_rest(desk.document, number, box, mask)
        desk.tell(operations.redraw(desk.document, number, box, mask, "Edit outline")[1])

    def cancel(self) -> None:
        """Leave the object as it is."""
        self._points, self._held, self._hover, self._edited, self._last = [], None, None, False, None

    def shapes(self) -> list[PreviewShape]:
        """Return the outline and its corners."""
        if not self._points:
            return []
        line = tuple(self._points)
        mark = [PreviewShape((self._hover,), radius=0, handles=True, tint=Tint.ADD)] if self._hover else []
        return [
            PreviewShape(line, closed=True, tint=Tint.ADD, filled=True),
            PreviewShape(line, handles=True),
            *mark,
        ]

    def _corner(self, p: Pointer) -> int | None:
        points = np.asarray(self._points)
        away = np.abs(points - (p.y, p.x)).max(1) * p.scale
        nearest = int(away.argmin())
        return nearest if away[nearest] < CLOSE_PIXELS else None

    def _edge(self, p: Pointer) -> tuple[int, tuple[float, float]] | None:
        """Return the edge near the pointer and the place on it."""
        start = np.asarray(self._points)
        way = np.roll(start, -1, axis=0) - start
        at = np.array((p.y, p.x))
        length = np.maximum((way**2).sum(1), 1e-9)
        along = np.clip(((at - start) * way).sum(1) / length, 0, 1)
        foot = start + along[:, None] * way
        away = np.hypot(*(foot - at).T) * p.scale
        nearest = int(away.argmin())
        if away[nearest] >= CLOSE_PIXELS:
            return None
        return nearest, (float(foot[nearest, 0]), float(foot[nearest, 1]))

    def _insert(self, p: Pointer) -> int | None:
        edge = self._edge(p)
        if edge is None:
            return None
        self._points.insert(edge[0] + 1, (p.y, p.x))
        self._edited = True
        return edge[0] + 1

    def _remove(self, index: int) -> None:
        if len(self._points) <= 3:
            self.desk.say("An outline needs three corners")
            return
        del self._points[index]
        self._edited, self._last, self._hover = True, None, None
