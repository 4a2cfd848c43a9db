"""Which image, or time point or scene of one, is best corrected next: that with the most doubtful masks. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import CpsamError
from cpsam_core.progress import silent
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import project_path
from cpsam_gui.tasks.axes_reading import reading_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import ImageToCorrect
    from cpsam_gui.tasks.axes_reading import AxesReading

DECIDED = ("locked", "verified", "uncertain")
"""Marks of objects that somebody looked at."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The image whose correction teaches most, and why.

    Attributes
    ----------
    image
        Its file.
    text
        Why, in a few words.
    name
        What it is called: the file, with time point and scene where only these are meant.
    reading
        How that time point or scene is opened; None where the image is meant as a whole.
    """

    image: Path
    text: str
    name: str
    reading: AxesReading | None = None


@dataclass(frozen=True, slots=True)
class SavedWork:
    """Saved masks: of which document of which image, and in which project."""

    image: Path
    project: Path
    key: DocumentKey

    @property
    def suggestion(self) -> tuple[str, AxesReading | None]:
        """Return how it is called and opened."""
        if not self.key.ending:
            return self.image.name, None
        return f"{self.image.name} ({self.key.text})", reading_of(self.image, self.key)


def suggest(images: Iterable[Path], progress: Progress = silent) -> Suggestion | None:
    """Return the segmented image with the most doubtful masks that nobody has corrected yet.

    Where all are corrected, it is one that is not verified.
    """
    from cpsam_core.images.project_summary import is_corrected

    there = [work for image in images for work in _works(image)]
    begun = {work: is_corrected(work.project, work.key) for work in there}
    open_ones = [work for work in there if begun[work] and not _is_verified(work)]
    untouched = [work for work in there if not begun[work]]
    return _worst(untouched, progress) or _worst(open_ones, progress)


def _works(image: Path) -> list[SavedWork]:
    """Return the saved masks of an image: as a whole, or of its time points and scenes."""
    from cpsam_core.images.document_key import WHOLE
    from cpsam_core.images.project_summary import project_keys

    project = project_path(image)
    keys = (project_keys(project) or (WHOLE,)) if project.is_file() else ()
    return [SavedWork(image, project, key) for key in keys]


def _is_verified(work: SavedWork) -> bool:
    """Whether nothing is left to do; a project that cannot be read is none to suggest."""
    from cpsam_core.images.project_summary import read_review

    try:
        return read_review(work.project, work.key) == ReviewState.VERIFIED.value
    except CpsamError:
        return True


def _worst(listed: Sequence[SavedWork], progress: Progress) -> Suggestion | None:
    """Return the image with the most doubtful objects of these."""
    from cpsam_core.retrain import suggest_next

    doubts: dict[SavedWork, ImageToCorrect] = {}
    for number, work in enumerate(listed):
        progress(number, len(listed), work.image.name)
        doubt = doubt_in(work)
        if doubt is not None:
            doubts[work] = doubt
    order = suggest_next(doubts)
    if not order:
        return None
    name, reading = order[0].suggestion
    return Suggestion(order[0].image, doubts[order[0]].text, name, reading)


def doubt_in(work: SavedWork) -> ImageToCorrect | None:
    """Return how doubtful the saved objects are that nobody decided on, by their flow errors and probabilities."""
    from cpsam_core.images.project_files import read_project_file
    from cpsam_core.retrain import ImageToCorrect
    from cpsam_core.review.doubt import DOUBTFUL, object_doubt

    try:
        every = list(read_project_file(work.project, maps=(), key=work.key).objects.values())
    except CpsamError:
        return None
    rows = [row for row in every if not any(row.get(name) for name in DECIDED)]
    errors, probabilities = (
        np.array([row.get(name) if row.get(name) is not None else np.nan for row in rows], np.float32)
        for name in ("flow_error", "probability")
    )
    ids = np.arange(len(rows))
    each = object_doubt({"id": ids, "flow_error": errors, "probability": probabilities}).scores
    doubtful = int((each >= DOUBTFUL).sum())
    text = f"{doubtful} of {len(every)} objects are doubtful" if every else "nothing found"
    return ImageToCorrect(float(each.mean()) if rows else 0.0, len(rows), doubtful, 0.0, text)
