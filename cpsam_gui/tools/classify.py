"""Give cells a class by clicking them, one after the other."""

from __future__ import annotations

from cpsam_gui import operations
from cpsam_gui.tools.base import HIDDEN, Pointer, Tool, ToolEntry, ToolSection


class ClassStamp(Tool):
    """A click gives the chosen class, or takes it away from an object that has it."""

    key = "class_stamp"
    title = "Give a class"
    entry = ToolEntry("tag_outline", "W", ToolSection.EDIT)
    hint = "Click a cell: assign the class   Click it again: remove it   0-9: choose the class   Drag: pan"
    settings = ("class",)

    def click(self, p: Pointer) -> None:
        """Give the object under the pointer the class."""
        desk, chosen = self.desk, self.desk.options.class_id
        if not desk.view.masks.visible:
            desk.say(HIDDEN)
            return
        number = desk.under(p)
        if number:
            has = desk.document.objects[number].class_id
            desk.tell(operations.set_class(desk.document, [number], 0 if has == chosen else chosen))
