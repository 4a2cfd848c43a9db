"""Where a person left nothing of an object: what new thresholds and the review must not bring back. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from cpsam_gui.state.steps import Labels, Step


def deleted_by_hand(
    labels: Labels, steps: Sequence[Step], tick: Callable[[], object] = lambda: None
) -> NDArray[np.bool_] | None:
    """Return the pixels that a person emptied since the last result, and that nothing was put in since.

    Pixels count, not objects: one may have been merged, split or erased bit by bit before it was gone.

    Parameters
    ----------
    labels
        (z, y, x) uint32 as they are now.
    steps
        The steps that led there, oldest first.
    tick
        Called for each step; may raise to stop.

    Returns
    -------
    array or None
        (z, y, x) bool; None where nothing was emptied.
    """
    since = _since_the_result(steps)
    if not were_edited(steps):
        return None
    now = ArrayLabels(labels.copy())
    emptied, filled = np.zeros(labels.shape, np.bool_), np.zeros(labels.shape, np.bool_)
    for step in reversed(since):
        tick()
        if step.swap is not None:
            # New thresholds: what they put into a place does not count.
            now = ArrayLabels(np.array(step.swap.labels.view))
            continue
        for edit in step.edits:
            place = edit.box.slices
            after = now.array[place] > 0
            edit.apply(now)
            before = now.array[place] > 0
            if step.kind is StepKind.EDIT:
                emptied[place] |= before & ~after & ~filled[place]
            filled[place] |= after & ~before
    return emptied if emptied.any() else None


def were_edited(steps: Sequence[Step]) -> bool:
    """Whether a person changed pixels since the last result, so that something may have been emptied."""
    return any(step.kind is StepKind.EDIT and step.edits for step in _since_the_result(steps))


def _since_the_result(steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps after the last one that replaced everything; other thresholds do not begin anew."""
    for count, step in enumerate(reversed(steps)):
        if step.swap is not None and step.kind is not StepKind.THRESHOLDS:
            return steps[len(steps) - count :]
    return steps
