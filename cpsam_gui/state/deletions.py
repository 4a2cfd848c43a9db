"""What a step means for the places where a person deleted objects. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.deleted import changed
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.steps import Step


def after(deleted: DeletedPlaces | None, step: Step, store: LabelStore) -> DeletedPlaces | None:
    """Return the places once a step was made that led to the labels in `store`.

    What was emptied by hand is deleted until something is put there, by hand or by a run on a region. Masks in the
    place of all change nothing where they keep what a person did, as runs and new thresholds do unless they are to
    replace it; others, such as from a file, begin anew.
    """
    if step.swap is not None:
        return deleted if step.keeps else None
    blocks = []
    for edit in step.edits:
        now = store.read(edit.box)
        there, was = now > 0, now != edit.difference
        emptied = (was & ~there) if step.kind is StepKind.EDIT else np.zeros(there.shape, np.bool_)
        if emptied.any() or (deleted is not None and (there & ~was).any()):
            blocks.append((edit.box, emptied, there))
    return changed(deleted, store.shape, blocks) if blocks else deleted
