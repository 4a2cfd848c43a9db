"""Split an object by a line drawn through it or by seeds put into its parts; merge by a line across objects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import drawing, operations
from cpsam_gui.operations import bodies
from cpsam_gui.tools.base import CHANGED, Desk, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection
from cpsam_gui.tools.marks import Marks, region
from cpsam_gui.tools.outline import Lasso

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.drawing.bodies import Voxel
    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.slice import Slice

# Pixels; dividing a larger object takes longer than a frame.
QUICK_PIXELS = 1 << 15


class SplitTool(Lasso):
    """Draw a line across an object, or across several; through all planes where whole bodies are edited."""

    key = "split"
    title = "Split with a line"
    entry = ToolEntry("box_cutter", "K", ToolSection.EDIT, family="split", short="Line")
    hint = "Draw a line across an object to cut it in two   Shift+K: split by seeds"
    settings = ("split",)

    def finish(self) -> None:
        """Cut what the line crosses; a line in an orthogonal view cuts whole bodies."""
        points, self._points = self._points, []
        if len(points) < 2:
            self.desk.say("Draw a line from one side of the object to the other")
            return
        desk, shown, document = self.desk, self.desk.again(self._shown), self.desk.document
        if not shown.within(document.shape):
            return
        if not desk.whole and not shown.across:
            desk.tell(operations.split(document, shown, points))
            return
        crossed = operations.crossed_by(document, shown, points)
        if crossed:
            desk.tell(bodies.split_bodies(document, crossed, points, shown, desk.spacing()))
        else:
            desk.say(operations.NO_OBJECT)

    def shapes(self) -> list[PreviewShape]:
        """Return the line of the cut."""
        return [PreviewShape(tuple(self._points), tint=Tint.REMOVE)] if self._points else []


class Merge(Lasso):
    """Drag across objects to join them."""

    key = "merge"
    title = "Merge by dragging"
    entry = ToolEntry("call_merge", "M", ToolSection.EDIT)
    hint = "Drag across objects to merge them   (or select several and press Ctrl+G)"
    settings = ()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._marks = Marks(desk.document)
        self._crossed: dict[int, ObjectRecord] = {}
        """The objects on the way, in its order, as they were then."""
        self._met_locked = False

    def press(self, p: Pointer) -> bool:
        """Start at an object or beside one."""
        self._crossed, self._met_locked = {}, False
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
                self._cross(replace(p, y=float(y), x=float(x)))
            self._cross(p)

    def _cross(self, p: Pointer) -> None:
        number = self.desk.under(p)
        row = self.desk.document.objects.get(number)
        if row is not None and row.locked:
            self._met_locked = True
            self.desk.say(operations.LOCKED)
        elif row is not None:
            self._crossed.setdefault(number, row)

    def finish(self) -> None:
        """Join what was crossed; the first keeps its id."""
        crossed, self._points, self._crossed = list(self._crossed), [], {}
        if len(crossed) < 2:
            # Who dragged onto a locked object did just that.
            said = "Drag from one object to another to merge them"
            self.desk.say(operations.LOCKED if self._met_locked else said)
            return
        self.desk.tell(operations.merge(self.desk.document, crossed))
        self.desk.view.select(crossed[0])

    def masks_replaced(self) -> None:
        """Go on with objects that stayed as they were."""
        objects = self.desk.document.objects
        if any(objects.get(number) != row for number, row in self._crossed.items()):
            self.desk.say(CHANGED)
            self.cancel()

    def cancel(self) -> None:
        """Drop the line."""
        super().cancel()
        self._crossed = {}

    def shapes(self) -> list[PreviewShape]:
        """Return the line."""
        if not self._points:
            return []
        return [PreviewShape(tuple(self._points))]

    def proposed(self, shown: Slice) -> list[PreviewShape]:
        """Return the objects that will be one."""
        return self._marks.of(self._crossed, shown, Tint.ADD)


class Seeds(Tool):
    """Click a seed into each part of an object; the borders between them are shown until Enter."""

    key = "seeds"
    title = "Split with seeds"
    entry = ToolEntry("call_split", "Shift+K", ToolSection.EDIT, in_bar=False, family="split", short="Seeds")
    hint = "Click a seed into each part of an object   Enter: split   Backspace: last seed back   Esc: cancel"
    settings = ("split", "divide", "accept")
    every_view = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._number = 0
        self._shown = desk.view.slice
        """Where the first seed was put."""
        self._box: Box | None = None
        self._mask: Mask | None = None
        self._seeds: list[Voxel] = []
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
        if self.busy and (number != self._number or not self._reaches(desk.shown(p))):
            desk.say("Put all seeds into one object: Enter splits it, Esc cancels")
            return True
        if not number:
            return False
        if not self.busy and not self._take(number, desk.shown(p)):
            return True
        self._seeds.append(desk.voxel(p))
        self._divide()
        return True

    def _reaches(self, shown: Slice) -> bool:
        return self._box is not None and shown.meets(self._box)

    def _take(self, number: int, shown: Slice) -> bool:
        row = self.desk.document.objects[number]
        if row.locked:
            self.desk.say(operations.LOCKED)
            return False
        # As a line does, seeds in an orthogonal view divide bodies.
        self._box = row.box if self.desk.whole or shown.across else shown.flat(row.box)
        self._shown = shown
        self._mask = self.desk.document.labels[self._box.slices] == number
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
        request, flat, spacing = self._request, box.shape[0] == 1, desk.spacing()
        seeds = [(z - box.z0, y - box.y0, x - box.x0) for z, y, x in self._seeds]
        image: NDArray[np.floating] | None = None
        if desk.options.by_intensity and desk.pixels is not None:
            planes = [drawing.brightness(plane, desk.view.channels) for plane in desk.pixels[box.slices]]
            image = np.stack(planes)

        def take(parts: NDArray[np.int32]) -> None:
            if request == self._request:
                self._parts = parts

        def work() -> NDArray[np.int32]:
            if flat:
                shades = image[0] if image is not None else None
                return drawing.split_by_seeds(mask[0], [seed[1:] for seed in seeds], shades)[None]
            return drawing.split_by_seeds(mask, seeds, image, spacing)

        if mask.size <= QUICK_PIXELS:
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
        if not self._reaches(self.desk.again(self._shown)) or not self._same(box, number):
            self.desk.say(CHANGED)
        else:
            self.desk.tell(operations.split_into(self.desk.document, number, box, parts))
        self.cancel()

    def _same(self, box: Box, number: int) -> bool:
        if self._mask is None or number not in self.desk.document.objects:
            return False
        return np.array_equal(self.desk.document.labels[box.slices] == number, self._mask)

    def masks_replaced(self) -> None:
        """Go on with an object that stayed as it was."""
        if self._box is None or not self.busy:
            return
        if self._same(self._box, self._number):
            self.desk.view.select(self._number)
        else:
            self.desk.say(CHANGED)
            self.cancel()

    def cancel(self) -> None:
        """Take all seeds away."""
        self._seeds, self._parts, self._box, self._mask, self._number = [], None, None, None, 0
        self._request += 1

    def proposed(self, shown: Slice) -> list[PreviewShape]:
        """Return the seeds and the parts."""
        shapes: list[PreviewShape] = []
        box = self._box
        if self._parts is not None and box is not None and shown.meets(box):
            (top, _, left, _), parts = shown.area(box), shown.cut(box, self._parts)[1]
            for part in range(1, len(self._seeds) + 1):
                shapes += region(shown.flatten(parts) == part, top, left)
        here = [shown.place(seed) for seed in self._seeds if int(seed[shown.across]) == shown.index]
        return [*shapes, *(PreviewShape((seed,), handles=True) for seed in here)]
