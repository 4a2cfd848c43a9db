"""Which image is best corrected next: the one whose masks are most doubtful. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import CpsamError
from cpsam_core.progress import silent
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import project_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cpsam_core.progress import Progress
    from cpsam_core.retrain import ImageToCorrect

DECIDED = ("locked", "verified", "uncertain")
"""Marks of objects that somebody looked at."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The image whose correction teaches most, and why."""

    image: Path
    text: str


def suggest(images: Iterable[Path], progress: Progress = silent) -> Suggestion | None:
    """Return the segmented image with the most doubtful masks that nobody has corrected yet.

    Where all are corrected, it is one that is not verified.
    """
    from cpsam_core.images.project_summary import is_corrected

    found = [(image, project_path(image)) for image in images]
    there = [(image, project) for image, project in found if project.is_file()]
    begun = {image: is_corrected(project) for image, project in there}
    open_ones = [(image, project) for image, project in there if begun[image] and not _is_verified(project)]
    untouched = [(image, project) for image, project in there if not begun[image]]
    return _worst(untouched, progress) or _worst(open_ones, progress)


def _is_verified(project: Path) -> bool:
    """Whether nothing is left to do; a project that cannot be read is none to suggest."""
    from cpsam_core.images.project_summary import read_review

    try:
        return read_review(project) == ReviewState.VERIFIED.value
    except CpsamError:
        return True


def _worst(listed: Sequence[tuple[Path, Path]], progress: Progress) -> Suggestion | None:
    """Return the image with the most doubtful objects of these, each with its project."""
    from cpsam_core.retrain import suggest_next

    doubts: dict[Path, ImageToCorrect] = {}
    for number, (image, project) in enumerate(listed):
        progress(number, len(listed), image.name)
        doubt = doubt_in(project)
        if doubt is not None:
            doubts[image] = doubt
    order = suggest_next(doubts)
    return Suggestion(order[0], doubts[order[0]].text) if order else None


def doubt_in(project: Path) -> ImageToCorrect | None:
    """Return how doubtful the saved objects are that nobody decided on, by their flow errors and probabilities."""
    from cpsam_core.images.project_files import read_project_file
    from cpsam_core.retrain import ImageToCorrect
    from cpsam_core.review.doubt import DOUBTFUL, object_doubt

    try:
        every = list(read_project_file(project, maps=()).objects.values())
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
