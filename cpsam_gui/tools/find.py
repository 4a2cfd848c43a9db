"""Let the model help where it missed: a cell at a click, the cells of a box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    from cpsam_gui.state.steps import Labels

# Change of the cell logit for one turn of the wheel.
STEP = 0.5
# Pixels; a box below that is a slip of the hand.
SMALLEST_PIXELS = 8
# Outlines.
SHOWN = 500


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

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: Pointer | None = None
        self._plane = 0
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
            self._at, self._plane, self._threshold = p, desk.view.plane, None
            self._seek()
        return True

    def _covers(self, p: Pointer) -> bool:
        if self._found is None or not self.desk.inside(p):
            return False
        mask, y, x = self._section(), int(p.y // 1) - self._box.y0, int(p.x // 1) - self._box.x0
        return 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and bool(mask[y, x])

    def _section(self) -> Mask:
        """Return what the proposal has in the plane shown (y, x); nothing where it is in others only."""
        at = self.desk.view.plane - self._box.z0
        inside = 0 <= at < len(self._mask)
        return self._mask[at] if inside else np.zeros(self._mask.shape[1:], bool)

    def _seek(self) -> None:
        """Follow the flows around the click, off the thread of the window."""
        from cpsam_core.dynamics import find_at

        desk, p, maps, plane = self.desk, self._at, self.desk.maps(), self._plane
        if p is None or maps is None:
            return
        flows, logits = maps.flows, maps.logits
        taken: Labels = desk.document.labels
        place: tuple[int, ...] = (plane, int(p.y // 1), int(p.x // 1))
        if logits.ndim == 3 and not (desk.whole and len(flows) == 3):
            flows, logits = flows[-2:, plane], logits[plane]
        if logits.ndim == 2:
            taken, place = taken[plane], place[1:]
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
        self._found, self._threshold = found, found.threshold
        flat = found.mask.ndim == 2
        self._mask = found.mask[None] if flat else found.mask
        z, y, x = (self._plane, *found.corner) if flat else found.corner
        depth, height, width = self._mask.shape
        self._box = Box(z, z + depth, y, y + height, x, x + width)

    def adjust(self, turns: float) -> str | None:
        """Widen the proposal (turns above 0) or narrow it."""
        if self._found is None or self._threshold is None:
            return None
        self._threshold = float(np.clip(self._threshold - STEP * turns, -12, 12))
        self._seek()
        return f"Cell probability threshold {self._threshold:.1f}"

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

    def shapes(self) -> list[PreviewShape]:
        """Return the proposal."""
        if self._found is not None:
            return region(self._section(), self._box.y0, self._box.x0)
        return [PreviewShape(((self._at.y, self._at.x),), handles=True)] if self._at is not None else []


class SegmentBox(BoxSelect):
    """Drag a box; the model looks at just that region, at the scale of what is in it.

    Where edits reach through the planes of a stack, the region goes through as many planes as it is wide.
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
        self._shapes: dict[int, list[PreviewShape]] = {}
        """Of the proposal, by plane; made when a plane is shown."""
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
        box = self._box
        if box is not None and box.y0 <= p.y < box.y1 and box.x0 <= p.x < box.x1:
            self.finish()
        else:
            self.desk.say("Drag a box around the cells to find")

    def boxed(self, box: Box, p: Pointer) -> None:
        """Ask the model."""
        desk = self.desk
        self._drop()
        inside = desk.through_planes(box.clip(desk.document.shape))
        if not desk.view.masks.visible:
            desk.say(HIDDEN)
            return
        if min(inside.shape) < 1 or min(inside.shape[1:]) < SMALLEST_PIXELS:
            desk.say(f"Drag a box of at least {SMALLEST_PIXELS} x {SMALLEST_PIXELS} pixels")
            return
        self._box = inside
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

    def _outlines(self) -> list[PreviewShape]:
        """Return what the proposal has in the plane shown."""
        proposal, plane = self._proposal, self.desk.view.plane
        if proposal is None or not proposal.box.z0 <= plane < proposal.box.z1:
            return []
        if plane not in self._shapes:
            labels = proposal.labels[plane - proposal.box.z0]
            self._shapes[plane] = []
            numbers = np.unique(labels)
            for number in numbers[numbers > 0][:SHOWN].tolist():
                rows, columns = np.nonzero(labels == number)
                top, left = int(rows.min()), int(columns.min())
                part = labels[top : rows.max() + 1, left : columns.max() + 1] == number
                self._shapes[plane] += region(part, proposal.box.y0 + top, proposal.box.x0 + left)
        return self._shapes[plane]

    def shapes(self) -> list[PreviewShape]:
        """Return the box and what was found in it."""
        box = self._box
        frame: list[PreviewShape] = []
        if box is not None:
            line: Any = ((box.y0, box.x0), (box.y0, box.x1), (box.y1, box.x1), (box.y1, box.x0))
            frame = [PreviewShape(tuple((float(y), float(x)) for y, x in line), closed=True, dashed=True)]
        return [*frame, *self._outlines(), *super().shapes()]
