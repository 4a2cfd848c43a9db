"""Let the model help where it missed: a cell at a click, the cells of a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui import operations
from cpsam_gui.state.box import Box
from cpsam_gui.tools.base import HIDDEN, Desk, Pointer, PreviewShape, Tool, ToolEntry, ToolSection
from cpsam_gui.tools.marks import region
from cpsam_gui.tools.select import BoxSelect

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.dynamics import LocalMask
    from cpsam_gui.drawing.shapes import Mask
    from cpsam_gui.state.slice import Slice
    from cpsam_gui.state.steps import Labels

# Change of the cell logit for one turn of the wheel.
STEP = 0.5
# Pixels; a box below that is a slip of the hand.
SMALLEST_PIXELS = 8
# Outlines.
SHOWN = 500
TAKEN = "The masks there have changed meanwhile; look again"


class Find(Tool):
    """One click on a missed cell proposes its mask from the flows of the last run.

    Where edits reach through the planes of a stack and the run was one on the volume, a body is proposed.
    """

    key = "find"
    title = "Click to find"
    entry = ToolEntry("target", "C", ToolSection.MODEL)
    hint = (
        "Click a missed cell: its mask is proposed   Wheel or [ ]: wider, narrower   Enter or click: accept"
    )
    settings = ("threshold", "accept")
    every_view = True
    for_judging = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: tuple[int, int, int] | None = None
        """The voxel that was clicked."""
        self._found: LocalMask | None = None
        self._box = Box(0, 0, 0, 0, 0, 0)
        self._mask: Mask = np.zeros((0, 0, 0), bool)
        self._threshold: float | None = None
        self._request = 0

    @property
    def busy(self) -> bool:
        """Whether a proposal is shown or sought."""
        return self._at is not None

    @property
    def takes_wheel(self) -> bool:
        """The wheel widens or narrows the proposal."""
        return self.busy

    def press(self, p: Pointer) -> bool:
        """Propose a mask; a press on the proposal accepts it, one beside it proposes another."""
        desk = self.desk
        if p.right:
            return False
        if not desk.view.masks.visible:
            desk.say(HIDDEN)
            return True
        if self._covers(p):
            self.finish()
            return True
        self.cancel()
        if desk.maps() is None:
            desk.say("Segment first (Ctrl+Return): a cell is found in the flows of a run")
        elif not desk.inside(p):
            return False
        elif desk.under(p):
            desk.say("There is already an object here; click a cell that was missed")
        else:
            self._at, self._threshold = desk.at(p), None
            # A click in an orthogonal view is in a plane that the canvas may not show.
            desk.view.plane = self._at[0]
            self._seek()
        return True

    def _covers(self, p: Pointer) -> bool:
        if self._found is None or not self.desk.inside(p):
            return False
        box, (z, y, x) = self._box, self.desk.at(p)
        z, y, x = z - box.z0, y - box.y0, x - box.x0
        inside = all(0 <= at < side for at, side in zip((z, y, x), self._mask.shape, strict=True))
        return inside and bool(self._mask[z, y, x])

    def _seek(self) -> None:
        """Follow the flows around the click, off the thread of the window."""
        from cpsam_core.dynamics import find_at

        desk, at, maps = self.desk, self._at, self.desk.maps()
        if at is None or maps is None:
            return
        flows, logits = maps.flows, maps.logits
        taken: Labels = desk.document.labels
        place: tuple[int, ...] = at
        if logits.ndim == 3 and not (desk.whole and len(flows) == 3):
            flows, logits = flows[-2:, at[0]], logits[at[0]]
        if logits.ndim == 2:
            taken, place = taken[at[0]], place[1:]
        if logits.shape != taken.shape:
            desk.say("The flows are those of another image; segment first")
            self.cancel()
            return
        self._request += 1
        request, threshold = self._request, self._threshold
        diameter = maps.diameter

        def take(found: LocalMask | None) -> None:
            if request == self._request:
                self._show(found)

        desk.later(
            lambda: find_at(flows, logits, place, threshold=threshold, taken=taken, diameter=diameter), take
        )

    def _show(self, found: LocalMask | None) -> None:
        if found is None:
            if self._found is None:
                self.desk.say("The run saw no cell here; draw it by hand")
                self.cancel()
            else:
                self._threshold = self._found.threshold
                self.desk.say("The outline cannot get any narrower")
            return
        if self._at is None:
            return
        self._found, self._threshold = found, found.threshold
        flat = found.mask.ndim == 2
        self._mask = found.mask[None] if flat else found.mask
        z, y, x = (self._at[0], *found.corner) if flat else found.corner
        depth, height, width = self._mask.shape
        self._box = Box(z, z + depth, y, y + height, x, x + width)

    def adjust(self, turns: float) -> str | None:
        """Widen the proposal (turns above 0) or narrow it."""
        if self._found is None or self._threshold is None:
            return None
        self._threshold = float(np.clip(self._threshold - STEP * turns, -12, 12))
        self._seek()
        return f"Cell probability threshold {self._threshold:.1f}"

    def masks_replaced(self) -> None:
        """Let the proposal stand where no object came into its place."""
        if self._at is None:
            return
        labels = self.desk.document.labels
        covered = self._found is not None and labels[self._box.slices][self._mask].any()
        if covered or labels[self._at]:
            self.desk.say(TAKEN)
            self.cancel()

    def finish(self) -> None:
        """Make the proposal an object."""
        found, box, mask, desk = self._found, self._box, self._mask, self.desk
        if found is None:
            return
        self.cancel()
        if not box.z0 <= desk.view.plane < box.z1:
            desk.say("The proposal was for another plane")
            return
        proposal = operations.Proposal(box, mask.astype(np.uint32), {1: {"probability": found.probability}})
        made, why = operations.accept(desk.document, proposal, "Find cell")
        desk.tell(why)
        if made:
            desk.view.select(*made)

    def cancel(self) -> None:
        """Drop the proposal."""
        self._at, self._found, self._threshold = None, None, None
        self._request += 1

    def proposed(self, shown: Slice) -> list[PreviewShape]:
        """Return the proposal."""
        if self._found is not None:
            box, mask = shown.cut(self._box, self._mask)
            top, _, left, _ = shown.area(box)
            return region(shown.flatten(mask), top, left) if mask.size else []
        if self._at is None or self._at[shown.across] != shown.index:
            return []
        z, y, x = (at + 0.5 for at in self._at)
        return [PreviewShape((shown.place((z, y, x)),), handles=True)]


class SegmentBox(BoxSelect):
    """Drag a box; the model looks at just that region, at the scale of what is in it.

    Where edits reach through the planes of a stack, or the box is dragged in an orthogonal view, the region is as deep
    as it is wide.
    """

    key = "segment_box"
    title = "Segment a box"
    entry = ToolEntry("auto_fix", "Shift+C", ToolSection.MODEL)
    hint = "Drag a box: the model segments just that region   Enter or click inside: accept   Esc: cancel"
    settings = ("accept",)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._box: Box | None = None
        self._proposal: operations.Proposal | None = None
        self._shapes: dict[Slice, list[PreviewShape]] = {}
        """Of the proposal, by slice; made when a slice is shown."""
        self._request = 0
        self._stop: Callable[[], None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a box is dragged, looked at, or answered."""
        return super().busy or self._box is not None

    def press(self, p: Pointer) -> bool:
        """Start a box; a click into an answered one accepts."""
        if p.right:
            return False
        return super().press(p)

    def clicked(self, p: Pointer) -> None:
        """Accept a proposal by a click into its box."""
        box, (z, y, x) = self._box, self.desk.at(p)
        if box is not None and box.z0 <= z < box.z1 and box.y0 <= y < box.y1 and box.x0 <= x < box.x1:
            self.finish()
        else:
            self.desk.say("Drag a box around the cells to find")

    def boxed(self, box: Box, p: Pointer) -> None:
        """Ask the model."""
        desk = self.desk
        self._drop()
        shown = desk.shown(p)
        inside = desk.behind(box.clip(desk.document.shape), shown)
        if not desk.view.masks.visible:
            desk.say(HIDDEN)
            return
        if inside.empty or min(inside.shape[1:]) < SMALLEST_PIXELS:
            desk.say(f"Drag a box of at least {SMALLEST_PIXELS} x {SMALLEST_PIXELS} pixels")
            return
        self._box = inside
        if not inside.z0 <= desk.view.plane < inside.z1:
            # Dragged in an orthogonal view: the canvas shows the middle of what is proposed.
            desk.view.plane = (inside.z0 + inside.z1) // 2
        request = self._request

        def take(proposal: operations.Proposal | None) -> None:
            if request == self._request:
                self._show(proposal)

        self._stop = desk.segment(inside, take)

    def _show(self, proposal: operations.Proposal | None) -> None:
        self._stop = None
        if proposal is None or not proposal.labels.any():
            if proposal is not None:
                self.desk.say("The model found no more cells in the box")
            self._drop()
            return
        self._proposal = proposal
        many = len(np.unique(proposal.labels)) - 1
        self.desk.say(f"{many} cell{'' if many == 1 else 's'} proposed   Enter: accept   Esc: cancel")

    def masks_replaced(self) -> None:
        """Let the proposal stand where no object came into its place; what is still sought is cut to what is free."""
        proposal = self._proposal
        if proposal is not None and self.desk.document.labels[proposal.box.slices][proposal.labels > 0].any():
            self.desk.say(TAKEN)
            self.cancel()

    def finish(self) -> None:
        """Take the proposed objects over."""
        proposal, desk = self._proposal, self.desk
        if proposal is None:
            return
        self._drop()
        if not proposal.box.z0 <= desk.view.plane < proposal.box.z1:
            desk.say("The proposal was for another plane")
            return
        made, why = operations.accept(desk.document, proposal, "Segment box")
        desk.tell(why)
        if made:
            desk.view.select(*made)

    def cancel(self) -> None:
        """Drop box and proposal; a search that still runs ends."""
        super().cancel()
        stop, self._stop = self._stop, None
        self._drop()
        if stop is not None:
            stop()

    def _drop(self) -> None:
        self._box, self._proposal, self._shapes = None, None, {}
        self._request += 1

    def _outlines(self, shown: Slice) -> list[PreviewShape]:
        """Return what the proposal has in a slice."""
        proposal = self._proposal
        if proposal is None or not shown.meets(proposal.box):
            return []
        if shown not in self._shapes:
            self._shapes[shown] = made = []
            box, block = shown.cut(proposal.box, proposal.labels)
            (first_row, _, first_column, _), labels = shown.area(box), shown.flatten(block)
            numbers = np.unique(labels)
            for number in numbers[numbers > 0][:SHOWN].tolist():
                rows, columns = np.nonzero(labels == number)
                top, left = int(rows.min()), int(columns.min())
                part = labels[top : rows.max() + 1, left : columns.max() + 1] == number
                made += region(part, first_row + top, first_column + left)
        return self._shapes[shown]

    def proposed(self, shown: Slice) -> list[PreviewShape]:
        """Return the box and what was found in it."""
        if self._box is None or not shown.meets(self._box):
            return []
        top, bottom, left, right = (float(side) for side in shown.area(self._box))
        corners = (top, left), (top, right), (bottom, right), (bottom, left)
        return [PreviewShape(corners, closed=True, dashed=True), *self._outlines(shown)]
