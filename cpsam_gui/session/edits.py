"""Edits of the open image that are asked for by menu or key: undo, redo, copying, operations on what is selected."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from psygnal import Signal

from cpsam_gui import operations
from cpsam_gui.operations import bodies
from cpsam_gui.operations.next_plane import follow_planes, guide_by_flows
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import counted
from cpsam_gui.state.box import Box
from cpsam_gui.state.deleted import differing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpsam_gui.operations.scope import Reach
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Step

MODE_WORDS = {
    operations.WriteMode.KEEP: "Keep others: drawing writes background only",
    operations.WriteMode.OVERWRITE: "Overwrite: drawing takes pixels from other objects",
    operations.WriteMode.REPLACE: "Replace: what you draw replaces the object that it touches",
}


def place_of(step: Step, objects: Mapping[int, ObjectRecord]) -> Box | None:
    """Return where a step changed something; None where it changed all, or nothing that has a place."""
    if step.swap is not None:
        return None
    boxes = [edit.box for edit in step.edits]
    boxes = boxes or [objects[number].box for number in step.records if number in objects]
    if not boxes and step.facts is not None:
        before, after = step.facts
        return differing(before.deleted, after.deleted)
    return reduce(Box.union, boxes) if boxes else None


class Edits:
    """Changes the document, and says why where nothing was done."""

    travelled = Signal(object, bool)
    """A step of the history was met: the `Step` that was taken back or, where True, done again."""

    def __init__(self, open_image: OpenImage, notices: Notices, gestures: Gestures) -> None:
        self._open_image, self._notices, self._gestures = open_image, notices, gestures

    @property
    def selected(self) -> list[int]:
        """Ids of the selected objects, in ascending order."""
        return sorted(self._open_image.view.selection)

    @property
    def reach(self) -> Reach:
        """Where edits of whole objects take effect: the plane shown, or all planes."""
        return self._gestures.desk.reach

    def undo(self) -> None:
        """Take back the last step, or the gesture under way."""
        if self._gestures.tool.busy:
            self._gestures.tool.cancel()
            self._gestures.redraw.emit()
        else:
            self._travel(self._open_image.document.position - 1)

    def redo(self) -> None:
        """Do the next step again."""
        self._travel(self._open_image.document.position + 1)

    def go_to(self, position: int) -> None:
        """Go to a place in the history."""
        self._gestures.end_stroke()
        self._travel(position)

    def _travel(self, position: int) -> None:
        document = self._open_image.document
        before, leaving = document.position, document.applied(max(position, 0))
        document.go_to(position)
        now, steps = document.position, document.steps
        if now == before:
            return
        self._gestures.masks_replaced()
        # The step that was met last.
        step = leaving[now - max(position, 0)] if now < before else document.applied(now - 1)[0]
        words = translate("Undone: {}") if now < before else translate("Redone: {}")
        self._notices.message.emit(
            words.format(translate_said(steps[now if now < before else now - 1])) + self._follow(step)
        )
        self.travelled.emit(step, now > before)

    def _follow(self, step: Step) -> str:
        """Show where a step changed something, unless it is in view, and name the plane where it is another one."""
        view = self._open_image.view
        place = place_of(step, self._open_image.document.objects)
        if place is not None:
            view.show_box(place.y0, place.y1, place.x0, place.x1)
        plane = step.nearest_plane(view.plane)
        if place is not None and not step.edits and not place.z0 <= plane < place.z1:
            plane = place.z0
        if plane == view.plane:
            return ""
        view.plane = plane
        return "  " + translate("(now in plane {})").format(plane + 1)

    def change(self, operation: Callable[[Document], str | None]) -> None:
        """Run an edit of the document; a returned string says why nothing was done."""
        if self._open_image.image is None or self._open_image.document.writing:
            return
        why = operation(self._open_image.document)
        if why:
            self._notices.message.emit(translate_said(why))

    def interpolate(self) -> None:
        """Draw the selected objects in the planes between those in which they are drawn."""
        chosen = self.selected
        self.change(lambda document: bodies.interpolate(document, chosen))

    def copy_to_plane(self, by: int) -> None:
        """Draw the selected objects in a plane beside this one and go there; the flows of a run say their shape."""
        view, document = self._open_image.view, self._open_image.document
        plane, target, chosen = view.plane, view.plane + by, sorted(view.selection)
        maps, guide = self._gestures.desk.maps(), None
        if maps is not None and maps.logits.shape == document.shape and 0 <= target < document.shape[0]:
            guide = guide_by_flows(
                maps.flows[-2:, target], maps.logits[target], document.labels[target], maps.diameter
            )
        position = document.position
        self.change(lambda document: bodies.copy_to_plane(document, chosen, plane, target, guide))
        if document.position > position:
            view.plane = target

    def follow_planes(self) -> None:
        """Draw the selected objects in all planes in which the flows of the last run go on with them."""
        view, maps = self._open_image.view, self._gestures.desk.maps()
        plane, chosen = view.plane, sorted(view.selection)
        if maps is None:
            self._notices.message.emit(
                translate("Segment first (Ctrl+Return): objects are followed by the flows of a run")
            )
            return
        self.change(
            lambda document: follow_planes(document, chosen, plane, maps.flows, maps.logits, maps.diameter)
        )

    def delete_beyond(self, above: bool | None) -> None:
        """Delete what the selected objects have above this plane, below it, or in it (None)."""
        view = self._open_image.view
        plane, chosen = view.plane, sorted(view.selection)
        if above is None:
            self.change(lambda document: bodies.delete_in_plane(document, chosen, plane))
        else:
            self.change(lambda document: bodies.delete_beyond(document, chosen, plane, above=above))

    def next_mode(self) -> None:
        """Go to the next write mode."""
        self._gestures.options.next_mode()
        self._notices.message.emit(translate(MODE_WORDS[self._gestures.options.mode]))

    def set_mode(self, mode: operations.WriteMode) -> None:
        """Draw in this write mode from now on."""
        self._gestures.options.mode = mode
        self._notices.message.emit(translate(MODE_WORDS[mode]))

    def copy(self) -> None:
        """Copy what the selected objects have in the plane shown."""
        copied = self._copied()
        if copied is None:
            self._notices.message.emit(translate("The selected objects have nothing in this plane"))
            return
        self._gestures.options.clipboard = copied
        many = len(copied.pieces)
        words = counted(many, translate("1 object copied"), translate("{:,} objects copied"))
        self._notices.message.emit(words)
        self._gestures.tool_changed.emit()

    def _copied(self) -> operations.CopiedObjects | None:
        view = self._open_image.view
        return operations.copy(self._open_image.document, sorted(view.selection), view.slice)

    def paste(self) -> None:
        """Take the copy into the hand; a click puts it down."""
        self._gestures.use("paste")

    def duplicate(self) -> None:
        """Take a copy of the selected objects into the hand."""
        self._gestures.options.carried = self._copied()
        if self._gestures.options.carried is not None:
            self._gestures.use("paste")

    def paste_in_place(self) -> None:
        """Put the copy down where it was taken, in the plane shown."""
        document, view, options = self._open_image.document, self._open_image.view, self._gestures.options
        copied = options.clipboard
        if copied is None or self._open_image.image is None or document.writing:
            return
        made, why = operations.paste(document, copied, view.slice, copied.y, copied.x, options.mode)
        if made:
            view.select(*made)
        if why:
            self._notices.message.emit(translate_said(why))
