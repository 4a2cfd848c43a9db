"""Mark the regions in which every object is drawn, so that training can learn from a part of an image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_gui.state.steps import StepKind
from cpsam_gui.tools.select import BoxSelect

if TYPE_CHECKING:
    from cpsam_core.images.project_content import Region
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Slice
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

    def boxed(self, box: Box, p: Pointer) -> None:
        """Add a region."""
        from cpsam_core.images.project_files import Region

        document = self.desk.document
        shown, inside = self.desk.shown(p), box.clip(document.shape)
        top, bottom, left, right = shown.area(inside)
        # A stack may have fewer planes.
        least = min(SMALLEST_PIXELS, *shown.sides(document.shape))
        if inside.empty or min(bottom - top, right - left) < least:
            self.desk.say(f"Drag a box of at least {least} x {least} pixels inside the image")
            return
        region = Region.box(top, bottom, left, right, shown.index, shown.across)
        with document.step("Mark as complete", StepKind.MARK):
            document.set_facts(complete=(*document.facts.complete, region))

    def clicked(self, p: Pointer) -> None:
        """Take the region under the pointer away."""
        document, shown = self.desk.document, self.desk.shown(p)
        regions = document.facts.complete
        hit = [region for region in regions if lies_in(region, shown) and _encloses(region.corners, p.x, p.y)]
        if not hit:
            self.desk.say("Drag a box around the region in which every object is drawn")
            return
        with document.step("Unmark as complete", StepKind.MARK):
            document.set_facts(complete=tuple(region for region in regions if region is not hit[-1]))

    def shapes(self) -> list[PreviewShape]:
        """Return the box, without a fill: nothing in it changes."""
        return [replace(shape, filled=False) for shape in super().shapes()]


def lies_in(region: Region, shown: Slice) -> bool:
    """Whether a region is one of a slice."""
    return region.place == (shown.across, shown.index)


def complete_plane(document: Document, shown: Slice) -> str | None:
    """Mark all of one plane or section of a stack as complete, or take its marks away where it is marked already."""
    from cpsam_core.images.project_files import Region

    height, width = shown.sides(document.shape)
    whole = Region.box(0, height, 0, width, shown.index, shown.across)
    others = tuple(region for region in document.facts.complete if not lies_in(region, shown))
    marked = whole in document.facts.complete
    with document.step("Unmark as complete" if marked else "Mark as complete", StepKind.MARK):
        document.set_facts(complete=others if marked else (*others, whole))
    across, number = shown.across, shown.index + 1
    # Whole sentences, which the files of the languages hold.
    if marked:
        return (
            f"{'Plane' if across == 0 else 'Section y' if across == 1 else 'Section x'} {number} "
            "is no longer marked as complete"
        )
    return (
        f"{'Plane' if across == 0 else 'Section y' if across == 1 else 'Section x'} {number} "
        "is marked as complete: training uses only the planes that are marked"
    )


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
