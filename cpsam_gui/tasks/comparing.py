"""Comparing the masks of the open image with others: object by object, and the agreement of several people. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.labels import runs_of
from cpsam_core.metrics.compare import Comparison, MatchState, compare
from cpsam_core.progress import silent
from cpsam_gui.state.box import Box
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.tasks.exporting import read_any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.metrics.agreement import Agreement
    from cpsam_core.progress import Progress
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Labels, Step
    from cpsam_gui.tasks.wanted import WantedMasks

COLOURS = {
    MatchState.MATCHED: (92, 200, 245),
    MatchState.GAINED: (88, 214, 141),
    MatchState.LOST: (255, 92, 92),
    MatchState.SPLIT: (240, 180, 80),
    MatchState.MERGED: (190, 120, 255),
}
"""Red, green and blue of what became of an object."""
# Bytes of label images that are held for a comparison of people.
HELD_BYTES = 2_000_000_000


@dataclass(frozen=True, eq=False)
class ComparisonResult:
    """Two sets of masks of the open image. The other set comes first: it counts as the truth in the scores.

    Attributes
    ----------
    name
        What the other set is, in words.
    other, present
        Labels (z, y, x); of an image larger than memory what is indexed to read them.
    comparison
        With `other` as the first side.
    other_boxes, present_boxes
        Where the objects of either side are, (n, 3, 2), in the order of their ids.
    """

    name: str
    other: Labels
    present: Labels
    comparison: Comparison
    other_boxes: NDArray[np.int64]
    present_boxes: NDArray[np.int64]
    let_go: Callable[[], object] = lambda: None
    """Called once nobody looks at it any more."""

    def box(self, number: int, *, present: bool) -> Box:
        """Return where an object of one side is."""
        one = self.comparison
        ids, boxes = (one.second_ids, self.present_boxes) if present else (one.first_ids, self.other_boxes)
        (z0, z1), (y0, y1), (x0, x1) = boxes[int(np.searchsorted(ids, number))].tolist()
        return Box(z0, z1, y0, y1, x0, x1)

    def of_state(self, state: MatchState, *, present: bool) -> list[int]:
        """Return the objects of one side that have a state, in rising order."""
        one = self.comparison
        ids, states = (one.second_ids, one.second_states) if present else (one.first_ids, one.first_states)
        found: list[int] = ids[states == state].tolist()
        return found


def compare_with(
    name: str, other: Callable[[Progress], Labels], still: Snapshot, threshold: float, progress: Progress
) -> ComparisonResult:
    """Compare the present masks with others, which `other` reads or makes."""
    truth = other(progress)
    progress(1, 3, "")
    present = still.array()
    one = len(truth) == 1
    found = compare(truth[0] if one else truth, present[0] if one else present, threshold)
    progress(2, 3, "")
    return ComparisonResult(name, truth, present, found, _boxes(truth), _boxes(present))


def labels_of_file(path: Path, wanted: WantedMasks, progress: Progress) -> Labels:
    """Read masks in any format."""
    return read_any(path, wanted, progress).found.labels


def labels_before(still: Snapshot, steps: Sequence[Step], progress: Progress) -> Labels:
    """Return the labels as they were before `steps`, which are applied, oldest first."""
    labels = ArrayLabels(still.array())
    for step in reversed(steps):
        if step.swap is not None:
            labels = ArrayLabels(np.array(step.swap.labels.view))
        else:
            for edit in step.edits:
                edit.apply(labels)
    return labels.array


def agreement_of(
    paths: Sequence[Path], wanted: WantedMasks, threshold: float, progress: Progress
) -> Agreement:
    """Return how well the masks of several people agree on the open image."""
    from cpsam_core.errors import ImageError
    from cpsam_core.metrics.agreement import agreement

    if 4 * int(np.prod(wanted.shape)) * len(paths) > HELD_BYTES:
        raise ImageError("These are too many masks of so large an image to be compared at a time.")
    masks = []
    for number, path in enumerate(paths):
        progress(number, len(paths) + 1, path.name)
        masks.append(labels_of_file(path, wanted, silent))
    return agreement(masks, [path.stem for path in paths], threshold)


def _boxes(labels: Labels) -> NDArray[np.int64]:
    runs = runs_of(labels)
    ids, index = runs.objects()
    return runs.boxes(index, len(ids)).reshape(-1, 3, 2)
