"""Select, delete and merge by clicks; drags pan."""

from __future__ import annotations

from cpsam_gui import operations

from .base import Pointer
from .outline import HoverOutline


class Select(HoverOutline):
    """Click selects, Ctrl+click deletes, Alt+click merges; Shift+click or right click starts an outline."""

    key = "select"
    hint = "Click: select   Ctrl+click: delete   Alt+click: merge with selected   Right click: draw outline"
    cursor = "arrow"
    starts_on_left = False

    def press(self, p: Pointer) -> bool:
        """Take the press only while an outline is drawn or to start one."""
        if self.busy or p.right or p.shift:
            return super().press(p)
        return False

    def click(self, p: Pointer) -> None:
        """Select, delete or merge the object under the pointer."""
        desk = self.desk
        number = desk.under(p)
        if p.ctrl and number:
            desk.tell(operations.delete(desk.document, [number]))
        elif p.alt and number and desk.view.selection:
            desk.tell(operations.merge(desk.document, [*desk.view.selection, number]))
            desk.view.selection = frozenset(n for n in desk.view.selection if n in desk.document.objects)
        elif not p.ctrl and not p.alt:
            desk.view.select(number)
