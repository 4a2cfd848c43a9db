"""What is known of an image as a whole beside its masks: how far the work is, notes, names of the classes. No Qt.

Facts are part of the history: a step that changes them can be undone like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.images.project_files import Region
    from cpsam_gui.state.deleted import DeletedPlaces


class ReviewState(str, Enum):
    """How far the work on an image is; the values stand in project files."""

    NOT_STARTED = ""
    SEGMENTED = "segmented"
    CORRECTED = "corrected"
    VERIFIED = "verified"

    @property
    def words(self) -> str:
        """What it is called, in English."""
        return self.value or "not started"


@dataclass(frozen=True, slots=True)
class ClassName:
    """What the user calls the objects of a class, and the colour that they have."""

    number: int
    """From 1; 0 means no class."""
    name: str
    colour: str = ""
    """As ``#rrggbb``; empty for the one that the palette gives."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of one image.

    Attributes
    ----------
    review
        How far the work is.
    notes
        Free text of the user.
    classes
        Names of the classes, by ascending number.
    complete
        Regions in which every object is drawn; empty where nothing was said.
    pixel_size
        Micrometres, as a person said; None for what the file says.
    deleted
        Where a person deleted objects, or said that there is no cell; runs and new thresholds bring nothing back
        there. None where nowhere.
    """

    review: ReviewState = ReviewState.NOT_STARTED
    notes: str = ""
    classes: tuple[ClassName, ...] = ()
    complete: tuple[Region, ...] = ()
    pixel_size: float | None = None
    deleted: DeletedPlaces | None = None

    def changed(self, **fields: Any) -> ImageFacts:
        """Return a copy with `fields` changed."""
        return replace(self, **fields)


def read_state(project: Path) -> ReviewState:
    """Return how far the work on a project file is, without reading its masks.

    A file that cannot be read, or that says nothing of its objects, holds some work all the same: it counts as
    segmented. Where all was undone again nothing is left of the work.
    """
    from cpsam_core.errors import ImageError
    from cpsam_core.images.project_summary import has_objects, read_review

    try:
        state = ReviewState(read_review(project))
    except (ImageError, ValueError):
        return ReviewState.SEGMENTED
    if state is not ReviewState.NOT_STARTED:
        return state
    return ReviewState.SEGMENTED if project.is_dir() or has_objects(project) else ReviewState.NOT_STARTED
