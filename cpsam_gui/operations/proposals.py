"""Taking over what a model proposes: objects found in a window, joined to those that are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.common import MIN_PIXELS, recolour
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels


@dataclass(frozen=True, slots=True)
class Proposal:
    """Objects that are shown and may be accepted."""

    box: Box
    labels: Labels
    """uint32 (z, y, x): numbers of the proposed objects, from 1."""
    scores: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    """Flow error and probability by number, where known."""


def accept(
    document: Document,
    proposal: Proposal,
    name: str,
    former: Mapping[int, tuple[int, ObjectRecord]] | None = None,
) -> tuple[list[int], str | None]:
    """Write proposed objects as one step; existing objects keep their pixels. Return their ids.

    The model drew them and a person chose them, so they count as touched by hand. Those that were objects before get
    back their id and colour, which `former` names by the numbers of the proposal.
    """
    former = former or {}
    block = document.labels[proposal.box.slices]
    free = np.where(block == 0, proposal.labels, np.uint32(0))
    sizes = np.bincount(free.ravel())
    numbers = [number for number in np.flatnonzero(sizes).tolist() if number and sizes[number] >= MIN_PIXELS]
    if not numbers:
        return [], "There is no free background there"
    table = np.zeros(len(sizes), np.uint32)
    fresh = {number: former[number][0] if number in former else document.new_id() for number in numbers}
    for number, new in fresh.items():
        table[number] = new
    written = table[free]
    with document.step(name, StepKind.FIND):
        document.write(proposal.box, np.where(written > 0, written, block), origin=Origin.MODEL)
        for number, new in fresh.items():
            if number in former:
                document.update([new], colour=former[number][1].colour)
            else:
                recolour(document, new)
            document.update([new], judged=True, **proposal.scores.get(number, {}))
    return list(fresh.values()), None
