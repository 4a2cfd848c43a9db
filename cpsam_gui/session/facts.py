"""What a person says of the open image: how far the work on it is, notes, complete regions, the size of a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_gui.program.i18n import translate
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage


class Facts:
    """Changes what is known of the open image, in steps that can be undone."""

    def __init__(self, open_image: OpenImage, notices: Notices) -> None:
        self._open_image, self._notices = open_image, notices

    @property
    def state(self) -> ReviewState:
        """How far the work on the open image is."""
        return self._open_image.document.facts.review

    def set_state(self, state: ReviewState) -> None:
        """Say how far the work is, as a step that can be undone."""
        words = {
            ReviewState.NOT_STARTED: translate("Mark as not started"),
            ReviewState.SEGMENTED: translate("Mark as segmented"),
            ReviewState.CORRECTED: translate("Mark as corrected"),
            ReviewState.VERIFIED: translate("Mark as verified"),
        }
        self.change(words[state], review=state)

    def toggle_verified(self) -> None:
        """Mark the image as verified, or take that back."""
        verified = self.state is ReviewState.VERIFIED
        self.set_state(ReviewState.CORRECTED if verified else ReviewState.VERIFIED)
        self._notices.message.emit(translate("Not verified") if verified else translate("Verified"))

    def change(self, name: str, **fields: Any) -> None:
        """Change what is known of the image (notes, names of classes, complete regions) as one step."""
        document = self._open_image.document
        if self._open_image.image is None or document.writing:
            return
        with document.step(name, StepKind.MARK):
            document.set_facts(**fields)
