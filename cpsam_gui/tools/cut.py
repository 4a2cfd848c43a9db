"""Split an object by a line drawn through it or by seeds put into its parts; merge by a line across objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import drawing, operations
from cpsam_gui.state.box import Box
from cpsam_gui.tools.base import Desk, Entry, Pointer, Section, Shape, Tint, Tool
from cpsam_gui.tools.marks import Marks, region
from cpsam_gui.tools.outline import Lasso

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask, Point

QUICK = 1 << 15  # pixels; dividing a larger object takes longer than a frame


class Split(Lasso):
    """Draw a line across an object, or across several."""

    key = "split"
    title = "Split by a line"
    entry = Entry("box_cutter", "K", Section.EDIT, family="split", short="Line")
    hint = "Draw a line across an object to cut it in two   Shift+K: split by seeds"
    settings = ("split",)

    def finish(self) -> None:
        """Cut what the line crosses."""
        points, self._points = self._points, []
        if len(points) < 2:
            self.desk.say("Draw a line from one side of the object to the other")
            return
        self.desk.tell(operations.split(self.desk.document, self.desk.view.plane, points))

    def shapes(self) -> list[Shape]:
        """Return the line of the cut."""
        return [Shape(tuple(self._points), tint=Tint.REMOVE)] if self._points else []


class Merge(Lasso):
    """Drag across objects to join them."""

    key = "merge"
    title = "Merge by dragging"
    entry = Entry("call_merge", "M", Section.EDIT)
    hint = "Drag across objects to make them one   (or select several and press Ctrl+G)"
    settings = ()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._marks = Marks(desk.document)
        self._crossed: dict[int, None] = {}

    def press(self, p: Pointer) -> bool:
        """Start at an object or beside one."""
        self._crossed = {}
        taken = super().press(p)
        self._cross(p)
        return taken

    def move(self, p: Pointer) -> None:
        """Take up every object on the way."""
        if self.busy:
            last = self._points[-1]
            super().move(p)
            steps = max(1, int(max(abs(p.y - last[0]), abs(p.x - last[1]))))
            for y, x in zip(np.linspace(last[0], p.y, steps), np.linspace(last[1], p.x, steps), strict=True):
                self._cross(Pointer(float(y), float(x)))
            self._cross(p)

    def _cross(self, p: Pointer) -> None:
        number = self.desk.under(p)
        row = self.desk.document.objects.get(number)
        if row is not None and row.locked:
            self.desk.say(operations.LOCKED)
        elif number:
            self._crossed.setdefault(number)

    def finish(self) -> None:
        """Join what was crossed; the first keeps its id."""
        crossed, self._points, self._crossed = list(self._crossed), [], {}
        if len(crossed) < 2:
            self.desk.say("Drag from one object to another to merge them")
            return
        self.desk.tell(operations.merge(self.desk.document, crossed))
        self.desk.view.select(crossed[0])

    def cancel(self) -> None:
        """Drop the line."""
        super().cancel()
        self._crossed = {}

    def shapes(self) -> list[Shape]:
        """Return the line and the objects that will be one."""
        if not self._points:
            return []
        return [*self._marks.of(self._crossed, self.desk.view.plane, Tint.ADD), Shape(tuple(self._points))]


class Seeds(Tool):
    """Click a seed into each part of an object; the borders between them are shown until Enter."""

    key = "seeds"
    title = "Split by seeds"
    entry = Entry("call_split", "Shift+K", Section.EDIT, in_bar=False, family="split", short="Seeds")
    hint = "Click a seed into each part of an object   Enter: split   Backspace: last seed back   Esc: cancel"
    settings = ("split", "divide", "accept")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._number = 0
        self._box: Box | None = None
        self._mask: Mask | None = None
        self._seeds: list[Point] = []
        self._parts: NDArray[np.int32] | None = None
        self._request = 0

    @property
    def busy(self) -> bool:
        """Whether there are seeds."""
        return bool(self._seeds)

    def press(self, p: Pointer) -> bool:
        """Put a seed into the object under the pointer."""
        if p.right:
            return self.back()
        desk, number = self.desk, self.desk.under(p)
        if self.busy and number != self._number:
            desk.say("Seeds belong into one object: Enter splits it, Esc gives up")
            return True
        if not number:
            return False
        if not self.busy and not self._take(number):
            return True
        self._seeds.append((p.y, p.x))
        self._divide()
        return True

    def _take(self, number: int) -> bool:
        row = self.desk.document.objects[number]
        if row.locked:
            self.desk.say(operations.LOCKED)
            return False
        plane = self.desk.view.plane
        self._box = Box(plane, plane + 1, row.box.y0, row.box.y1, row.box.x0, row.box.x1)
        self._mask = self.desk.document.labels[self._box.slices][0] == number
        self._number = number
        self.desk.view.select(number)
        return True

    def back(self) -> bool:
        """Take the last seed back."""
        taken = self.busy
        self._seeds = self._seeds[:-1]
        self._divide()
        return taken

    def options_changed(self) -> None:
        """Follow another choice of how to divide."""
        self._divide()

    def _divide(self) -> None:
        box, mask, desk = self._box, self._mask, self.desk
        self._request += 1
        if box is None or mask is None or len(self._seeds) < 2:
            self._parts = None
            return
        request = self._request
        seeds = [(y - box.y0, x - box.x0) for y, x in self._seeds]
        image = None
        if desk.options.by_intensity and desk.pixels is not None:
            image = drawing.brightness(desk.pixels[box.slices][0], desk.view.channels)

        def take(parts: NDArray[np.int32]) -> None:
            if request == self._request:
                self._parts = parts

        def work() -> NDArray[np.int32]:
            return drawing.split_by_seeds(mask, seeds, image)

        if mask.size <= QUICK:
            take(work())
        else:
            desk.later(work, take)

    def finish(self) -> None:
        """Split the object as shown."""
        box, parts, number = self._box, self._parts, self._number
        if not self.busy:
            return
        if box is None or parts is None:
            self.desk.say("Put a seed into each part of the object")
            return
        if box.z0 != self.desk.view.plane or not self._same(box, number):
            self.desk.say("The object has changed meanwhile")
        else:
            self.desk.tell(operations.split_into(self.desk.document, number, box, parts))
        self.cancel()

    def _same(self, box: Box, number: int) -> bool:
        if self._mask is None or number not in self.desk.document.objects:
            return False
        return np.array_equal(self.desk.document.labels[box.slices][0] == number, self._mask)

    def cancel(self) -> None:
        """Take all seeds away."""
        self._seeds, self._parts, self._box, self._mask, self._number = [], None, None, None, 0
        self._request += 1

    def shapes(self) -> list[Shape]:
        """Return the seeds and the parts."""
        shapes: list[Shape] = []
        if self._parts is not None and self._box is not None:
            for part in range(1, len(self._seeds) + 1):
                shapes += region(self._parts == part, self._box.y0, self._box.x0)
        return [*shapes, *(Shape((seed,), handles=True) for seed in self._seeds)]
