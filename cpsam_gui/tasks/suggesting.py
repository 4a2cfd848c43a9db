"""Which image is best corrected next: the one whose masks are most doubtful. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import CpsamError
from cpsam_core.progress import silent
from cpsam_gui.files import project_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cpsam_core.progress import Progress
    from cpsam_core.retrain import Doubt


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The image whose correction teaches most, and why."""

    image: Path
    text: str


def suggest(images: Iterable[Path], progress: Progress = silent) -> Suggestion | None:
    """Return the segmented image with the most doubtful masks that nobody has corrected yet."""
    from cpsam_core.images.project_files import is_corrected
    from cpsam_core.retrain import suggest_next

    doubts: dict[Path, Doubt] = {}
    listed = tuple(images)
    for number, image in enumerate(listed):
        progress(number, len(listed), image.name)
        project = project_path(image)
        if project.is_file() and not is_corrected(project):
            doubt = doubt_in(project)
            if doubt is not None:
                doubts[image] = doubt
    order = suggest_next(doubts)
    return Suggestion(order[0], doubts[order[0]].text) if order else None


def doubt_in(project: Path) -> Doubt | None:
    """Return how doubtful the saved objects of an image are, by their flow errors and probabilities."""
    from cpsam_core.images.project_files import read_project_file
    from cpsam_core.retrain import Doubt
    from cpsam_core.retrain.doubt import object_doubts

    try:
        rows = list(read_project_file(project, maps=()).objects.values())
    except CpsamError:
        return None
    errors, probabilities = (
        np.array([row.get(name) if row.get(name) is not None else np.nan for row in rows], np.float32)
        for name in ("flow_error", "probability")
    )
    each = object_doubts(errors, probabilities)
    doubtful = int((each > 0.5).sum())
    text = f"{doubtful} of {len(rows)} objects are doubtful" if rows else "nothing found"
    return Doubt(float(each.mean()) if rows else 0.0, len(rows), doubtful, 0.0, text)
