"""Undo and redo while the review is in view: it goes to what they brought back, so that its card shows that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.session.edits import place_of
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.missed_places import MissedPlaces
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.reviewing import ReviewController
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.steps import Step


class ReviewReturn:
    """Shows the object, or the missed cell, that a step which was taken back or done again was about."""

    def __init__(
        self, open_image: OpenImage, edits: Edits, missed: MissedPlaces, reviewing: ReviewController
    ) -> None:
        self._open_image, self._missed, self._reviewing = open_image, missed, reviewing
        edits.travelled.connect(self._travelled)

    def _travelled(self, step: Step, forward: bool) -> None:
        if not self._reviewing.in_view:
            return
        objects, view = self._open_image.document.objects, self._open_image.view
        place = place_of(step, objects)
        if place is None:
            return
        touched = frozenset(number for number in step.records if number in objects)
        if touched and touched == view.selection:
            # A stroke in the object that is judged: the tool stays in hand.
            return
        if len(touched) == 1:
            self._reviewing.go_on_from(*touched)
            return
        self._reviewing.show_none()
        if touched and step.kind is StepKind.MARK:
            view.selection = touched
        elif not touched and not forward:
            self._show_missed(place)

    def _show_missed(self, box: Box) -> None:
        """Show the missed cell that is there again, once it was looked for and unless somebody went on meanwhile."""
        document, review = self._open_image.document, self._reviewing
        position = document.position

        def found() -> None:
            moved = document is not self._open_image.document or document.position != position
            if moved or review.chosen or review.place is not None:
                return
            for one in self._missed.all:
                if box.z0 <= one.z < box.z1 and box.y0 <= one.y < box.y1 and box.x0 <= one.x < box.x1:
                    review.show_place(one)
                    return

        if self._missed.known and not document.large:
            self._missed.ask(found)
