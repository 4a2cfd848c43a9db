"""Candidates that the thresholds rejected: where they lie, and which threshold says no. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.drawing import outlines
from cpsam_gui.operations.replacing import mostly
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cpsam_core.dynamics.candidate_runs import CandidateRuns
    from cpsam_core.progress import Progress
    from cpsam_core.segment.mask_memory import MaskMemory
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.settings import Settings
    from cpsam_gui.operations.identities import DroppedObject
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.snapshot import Snapshot

# Pixels; smaller candidates are noise that nobody wants to see.
LEAST_PIXELS = 5
# Candidates, the largest ones.
MOST = 1500
BY_HAND = "deleted or refused by you"


@dataclass(frozen=True, slots=True, eq=False)
class RejectedCandidate:
    """A candidate that is no object: its pixels (1, y, x) in their block, and why."""

    box: Box
    mask: NDArray[np.bool_]
    reason: str
    flow_error: float | None = None
    lines: tuple[NDArray[np.float32], ...] = ()
    """Its closed outlines, (y, x) of each point in pixels of the image."""

    @classmethod
    def of(
        cls, box: Box, mask: NDArray[np.bool_], reason: str, flow_error: float | None
    ) -> RejectedCandidate:
        """Return one with its outlines, which many of them take a second to find: in another thread."""
        lines = (np.array([*line, line[0]], np.float32) for line in outlines(mask[0], box.y0, box.x0))
        return cls(box, mask, reason, flow_error, tuple(lines))

    def holds(self, plane: int, y: int, x: int) -> bool:
        """Whether a pixel belongs to it."""
        box = self.box
        inside = box.z0 <= plane < box.z1 and box.y0 <= y < box.y1 and box.x0 <= x < box.x1
        return inside and bool(self.mask[0, y - box.y0, x - box.x0])


def rejected(
    output: NetworkOutput,
    settings: Settings,
    memory: MaskMemory,
    there: Snapshot,
    dropped: Sequence[DroppedObject],
    deleted: DeletedPlaces | None,
    progress: Progress,
) -> tuple[RejectedCandidate, ...]:
    """Return the candidates of a plane that the thresholds of `settings` reject and that lie under no object.

    Parameters
    ----------
    output
        What the network gave for a plane.
    memory
        Of these flows; where the objects are known already, this is quick.
    there
        Labels (1, y, x) of the objects.
    dropped
        Objects that were there under other thresholds: where no candidate is left of one, it is shown as it was.
    deleted
        Where a person deleted objects: candidates that lie there are shown, too, though the thresholds let them be.
    """
    found = memory.candidates(output.flows, output.logits, settings, progress, output.device)
    small = found.areas < settings.min_size
    unfit = found.rejected(settings.flow_threshold, 0)
    by_hand = _lie_in(found, deleted)
    numbers = np.flatnonzero((small | unfit | by_hand) & (found.areas >= LEAST_PIXELS))
    numbers = numbers[numbers > 0]
    numbers = numbers[np.argsort(-found.areas[numbers], kind="stable")[:MOST]]
    if not len(numbers) and not dropped:
        return ()
    labels = there.array()[0]
    made = []
    for number, place, mask in found.masks(numbers):
        covered = np.count_nonzero(labels[place][mask])
        if mostly(np.array(covered), found.areas[number]):
            continue
        error = float(found.flow_errors[number])
        if unfit[number]:
            reason = f"flow error {error:.2f} > {settings.flow_threshold:.2f}"
        elif small[number]:
            reason = f"{int(found.areas[number])} px < {settings.min_size}"
        else:
            reason = BY_HAND
        rows, columns = place
        box = Box(0, 1, rows.start, rows.stop, columns.start, columns.stop)
        known = error if error == error else None
        made.append(RejectedCandidate.of(box, mask[None], reason, known))
    if dropped:
        taken = labels > 0
        for one in made:
            taken[one.box.slices[1:]] |= one.mask[0]
        made += _left_out(taken, output, settings, dropped[: MOST - len(made)])
    return tuple(made)


def _lie_in(found: CandidateRuns, deleted: DeletedPlaces | None) -> NDArray[np.bool_]:
    """Return which candidates of a plane, by number, lie for the most part where a person deleted objects."""
    if deleted is None:
        return np.zeros(found.areas.shape, np.bool_)
    before = np.concatenate([[0], np.cumsum(deleted.mask().reshape(-1))])
    runs = found.runs
    pixels = before[runs.starts + runs.lengths] - before[runs.starts]
    counts = np.bincount(runs.values, weights=pixels, minlength=len(found.areas)).astype(np.int64)
    return mostly(counts, found.areas)


def _left_out(
    taken: NDArray[np.bool_], output: NetworkOutput, settings: Settings, dropped: Sequence[DroppedObject]
) -> list[RejectedCandidate]:
    """Return the objects of other thresholds of which nothing is left, neither an object nor a candidate."""
    made = []
    for one in dropped:
        box, mask = one.row.box, one.mask[0]
        place = box.slices[1:]
        if mostly(np.array(np.count_nonzero(taken[place][mask])), np.array(one.row.area)):
            continue
        logits, least = output.logits[place][mask], settings.cellprob_threshold
        seen, surest = int(np.count_nonzero(logits > least)), float(logits.max())
        if surest <= least:
            reason = f"cell probability {surest:.2f} < {least:.2f}"
        elif seen < settings.min_size:
            reason = f"{seen} px < {settings.min_size}"
        else:
            reason = f"no object at a cell threshold of {least:.2f}"
        made.append(RejectedCandidate.of(box, one.mask, reason, one.row.flow_error))
        taken[place] |= mask
    return made
