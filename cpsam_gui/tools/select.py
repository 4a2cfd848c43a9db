"""Select, delete and merge by clicks; select many by a box or a lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cpsam_gui import drawing, operations
from cpsam_gui.tools.base import HIDDEN, Desk, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection
from cpsam_gui.tools.marks import Marks
from cpsam_gui.tools.outline import HoverOutline, Lasso

if TYPE_CHECKING:
    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.slice import Slice
    from cpsam_gui.state.steps import Labels

# Screen pixels that tell a drag from a click.
DRAG_PIXELS = 4.0
# Pixels; looking through a larger area takes longer than a frame.
COUNTED_PIXELS = 1 << 20
# Rows that are looked at together.
BAND_ROWS = 256


class Select(HoverOutline):
    """Click selects, Ctrl+click deletes, Alt+click merges; Shift+click or right click starts an outline."""

    key = "select"
    title = "Select and pan"
    entry = ToolEntry("cursor_default_outline", "V", ToolSection.SELECT, family="select", short="Click")
    hint = (
        "Click: select   Ctrl+click: delete   Alt+click: merge with selected   Right click: draw outline   "
        "Double click: whole image"
    )
    cursor = "arrow"
    settings = ("select",)
    for_judging = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._marks = Marks(desk.document)
        self._preview: tuple[tuple[int, ...], Tint] = ((), Tint.ADD)

    def press(self, p: Pointer) -> bool:
        """Take the press only while an outline is drawn or to start one."""
        self._drop()
        if self.busy or p.right or p.shift:
            return super().press(p)
        return False

    def move(self, p: Pointer) -> None:
        """Follow an outline, or show what a click with the key that is held would do."""
        super().move(p)
        self._drop()
        desk, number = self.desk, self.desk.under(p)
        if self.busy or not number:
            return
        if p.ctrl:
            self._preview = (number,), Tint.REMOVE
        elif p.alt and desk.view.selection and number not in desk.view.selection:
            self._preview = (*desk.view.selection, number), Tint.ADD

    def masks_replaced(self) -> None:
        """Show nothing of objects that may be others by now."""
        self._drop()

    def leave(self) -> None:
        """Show nothing while the pointer is elsewhere."""
        self._drop()

    def _drop(self) -> None:
        self._preview = (), Tint.ADD

    def proposed(self, shown: Slice) -> list[PreviewShape]:
        """Return what a click would change."""
        ids, tint = self._preview
        return self._marks.of(ids, shown, tint)

    def click(self, p: Pointer) -> None:
        """Select, delete or merge the object under the pointer."""
        desk = self.desk
        number = desk.under(p)
        self._drop()
        if p.ctrl:
            desk.delete_under(p)
        elif p.alt and number and desk.view.selection:
            desk.tell(operations.merge(desk.document, [*sorted(desk.view.selection), number]))
            desk.view.selection = frozenset(n for n in desk.view.selection if n in desk.document.objects)
        elif not p.alt and (number or not desk.keep(*desk.at(p))):
            desk.view.select(number)


def objects_in(labels: Labels, mask: Mask | None, size: int) -> frozenset[int]:
    """Return the ids below `size` that have pixels in a block (y, x) of labels, or under `mask` (y, x) in it."""
    seen = np.zeros(size, bool)
    for top in range(0, labels.shape[0], BAND_ROWS):
        band = labels[top : top + BAND_ROWS]
        seen[band if mask is None else band[mask[top : top + BAND_ROWS]]] = True
    seen[0] = False
    return frozenset(np.flatnonzero(seen).tolist())


def _choose(desk: Desk, box: Box, mask: Mask | None, p: Pointer) -> None:
    """Select what has pixels in a block of one slice, in another thread where that takes long."""
    document, shown = desk.document, desk.shown(p)
    block, size, state = shown.flatten(document.labels[box.slices]), document.next_id, document.state
    flat = None if mask is None else shown.flatten(mask)

    def take(found: frozenset[int]) -> None:
        if document.state is state:
            _combine(desk, found, p)
        else:
            # Numbers of masks that are others by now.
            _choose(desk, box, mask, p)

    if block.size <= COUNTED_PIXELS:
        take(objects_in(block, flat, size))
    else:
        desk.later(lambda: objects_in(block, flat, size), take)


def _combine(desk: Desk, found: frozenset[int], p: Pointer) -> None:
    """Make `found` the selection; with Shift add it, with Ctrl take it away."""
    view = desk.view
    if p.shift:
        view.selection = view.selection | found
    elif p.ctrl:
        view.selection = view.selection - found
    else:
        view.selection = found
    count = len(view.selection)
    desk.say(f"{count:,} object{'' if count == 1 else 's'} selected")


def _click(desk: Desk, p: Pointer) -> None:
    number = desk.under(p)
    if number and (p.shift or p.ctrl):
        desk.view.toggle(number)
    elif not p.shift and not p.ctrl:
        desk.view.select(number)


class BoxSelect(Tool):
    """Drag a box over objects."""

    key = "select_box"
    title = "Select with a box"
    entry: ClassVar[ToolEntry | None] = ToolEntry(
        "select_drag", "Shift+V", ToolSection.SELECT, in_bar=False, family="select", short="Box"
    )
    hint = "Drag a box over objects: select them   Shift: add   Ctrl: remove   Click: one object"
    settings: ClassVar[tuple[str, ...]] = ("select",)
    every_view: ClassVar[bool] = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._start: Pointer | None = None
        self._end: Pointer | None = None

    @property
    def busy(self) -> bool:
        """Whether a box is dragged."""
        return self._start is not None

    @property
    def drawn_in(self) -> Slice | None:
        """The slice in which a box is dragged."""
        return self.desk.shown(self._start) if self._start is not None else None

    def press(self, p: Pointer) -> bool:
        """Start the box."""
        if p.right:
            return False
        self._start = self._end = p
        return True

    def move(self, p: Pointer) -> None:
        """Follow with the other corner."""
        if self.busy:
            self._end = p

    def release(self, p: Pointer) -> None:
        """Select what the box holds."""
        start, self._start, self._end = self._start, None, None
        if start is None:
            return
        if max(abs(p.y - start.y), abs(p.x - start.x)) * p.scale < DRAG_PIXELS:
            self.clicked(p)
        else:
            (y0, y1), (x0, x1) = sorted((start.y, p.y)), sorted((start.x, p.x))
            shown = self.desk.shown(p)
            self.boxed(shown.box(int(y0 // 1), int(-(-y1 // 1)), int(x0 // 1), int(-(-x1 // 1))), p)

    def clicked(self, p: Pointer) -> None:
        """Select one object."""
        _click(self.desk, p)

    def boxed(self, box: Box, p: Pointer) -> None:
        """Select the objects in a box."""
        if not self.desk.view.masks.visible:
            self.desk.say(HIDDEN)
            return
        inside = box.clip(self.desk.document.shape)
        if not inside.empty:
            _choose(self.desk, inside, None, p)

    def cancel(self) -> None:
        """Drop the box."""
        self._start = self._end = None

    def shapes(self) -> list[PreviewShape]:
        """Return the box."""
        if self._start is None or self._end is None:
            return []
        a, b = self._start, self._end
        tint = Tint.REMOVE if a.ctrl else Tint.ADD
        return [
            PreviewShape(
                ((a.y, a.x), (a.y, b.x), (b.y, b.x), (b.y, a.x)), closed=True, tint=tint, filled=True
            )
        ]


class LassoSelect(Lasso):
    """Go around objects with the button held."""

    key = "select_lasso"
    title = "Select with a lasso"
    entry = ToolEntry(
        "select_group", "Shift+Q", ToolSection.SELECT, in_bar=False, family="select", short="Lasso"
    )
    hint = "Draw around objects with the button held: select them   Shift: add   Ctrl: remove   Click: one"
    settings = ("select",)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._held = Pointer(0, 0)

    def press(self, p: Pointer) -> bool:
        """Start."""
        self._held = p
        return super().press(p)

    def finish(self) -> None:
        """Select what the line touches or encloses."""
        points, self._points, self._far = self._points, [], False
        if not points:
            return
        if len(points) < 3:
            _click(self.desk, self._held)
            return
        if not self.desk.view.masks.visible:
            self.desk.say(HIDDEN)
            return
        box, mask = drawing.polygon(self.desk.shown(self._held), points)
        inside = box.clip(self.desk.document.shape)
        if not inside.empty:
            _choose(self.desk, inside, mask[inside.inside(box)], self._held)
