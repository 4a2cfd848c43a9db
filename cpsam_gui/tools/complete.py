"""Mark the regions in which every object is drawn, so that training can learn from a part of an image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_gui.state.steps import StepKind
from cpsam_gui.tools.select import BoxSelect

if TYPE_CHECKING:
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.tools.base import Pointer, PreviewShape

# Pixels on a side.
SMALLEST_PIXELS = 8


class CompleteRegion(BoxSelect):
    """Drag a box; inside it everything is drawn, and the rest of the image is left out of training."""

    key = "complete"
    title = "Mark complete regions"
    entry = None
    hint = "Drag a box in which every object is drawn: training uses only such boxes   Click a box: remove it"
    settings = ()
    every_view = False

    def boxed(self, box: Box, p: Pointer) -> None:
        """Add a region."""
        from cpsam_core.images.project_files import Region

        document = self.desk.document
        inside = box.clip(document.shape)
        if inside.empty or min(inside.shape[1:]) < SMALLEST_PIXELS:
            self.desk.say(
                f"Drag a box of at least {SMALLEST_PIXELS} x {SMALLEST_PIXELS} pixels inside the image"
            )
            return
        region = Region.box(inside.y0, inside.y1, inside.x0, inside.x1, inside.z0)
        with document.step("Mark as complete", StepKind.MARK):
            document.set_facts(complete=(*document.facts.complete, region))

    def clicked(self, p: Pointer) -> None:
        """Take the region under the pointer away."""
        document, plane = self.desk.document, self.desk.view.plane
        regions = document.facts.complete
        hit = [region for region in regions if region.plane == plane and _encloses(region.corners, p.x, p.y)]
        if not hit:
            self.desk.say("Drag a box around the region in which every object is drawn")
            return
        with document.step("Unmark as complete", StepKind.MARK):
            document.set_facts(complete=tuple(region for region in regions if region is not hit[-1]))

    def shapes(self) -> list[PreviewShape]:
        """Return the box, without a fill: nothing in it changes."""
        return [replace(shape, filled=False) for shape in super().shapes()]


def complete_plane(document: Document, plane: int) -> str | None:
    """Mark all of one plane of a stack as complete, or take its marks away where it is marked already."""
    from cpsam_core.images.project_files import Region

    _, height, width = document.shape
    whole = Region.box(0, height, 0, width, plane)
    others = tuple(region for region in document.facts.complete if region.plane != plane)
    marked = whole in document.facts.complete
    with document.step("Unmark as complete" if marked else "Mark as complete", StepKind.MARK):
        document.set_facts(complete=others if marked else (*others, whole))
    if marked:
        return f"Plane {plane + 1} is no longer marked as complete"
    return f"Plane {plane + 1} is marked as complete: training uses only the planes that are marked"


def forget_regions(document: Document) -> str | None:
    """Take every mark away: all of the image counts again."""
    if not document.facts.complete:
        return "No region is marked as complete"
    with document.step("Unmark all as complete", StepKind.MARK):
        document.set_facts(complete=())
    return None


def _encloses(corners: tuple[tuple[float, float], ...], x: float, y: float) -> bool:
    """Whether a ring of corners (x, y) goes around a place, by the crossings of a line to the right."""
    inside = False
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            inside = not inside
    return inside
