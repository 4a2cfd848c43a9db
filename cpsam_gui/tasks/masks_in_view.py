"""The masks of new thresholds in the part of an image that is in view, before those of the whole image. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from cpsam_core.dynamics import CandidateRuns
    from cpsam_core.progress import Progress
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.settings import Settings
    from cpsam_gui.state.steps import Labels

MARGIN_CELLS = 1.5
"""Diameters around the view that are looked at, too, so that cells at its border are whole."""
CELL_PX = 30.0
"""Diameter where nobody knows one."""
LEAST_PX = 1 << 20
"""Pixels of an image from which on the part in view is worth an answer of its own."""
LEAST_KNOWN_PX = 1 << 24
"""The same where only the choice among known candidates is made anew, which takes a third of a second for these."""
MOST_SHARE = 0.5
"""Of the image that may be in view: of more, the masks of the whole come nearly as soon."""


@dataclass(frozen=True, slots=True, eq=False)
class MasksInView:
    """Masks of a part of a plane.

    Attributes
    ----------
    box
        The part.
    labels : (y, x) uint32
        Of the whole plane, 0 outside the part.
    largest
        The highest number in them.
    """

    box: Box
    labels: Labels
    largest: int


def worth_a_look(box: Box, shape: tuple[int, ...], known: bool = False) -> bool:
    """Whether the masks in view are to be found before those of a plane (y, x) as a whole."""
    pixels = shape[0] * shape[1]
    least = LEAST_KNOWN_PX if known else LEAST_PX
    return not box.empty and pixels >= least and box.shape[1] * box.shape[2] <= MOST_SHARE * pixels


def masks_in_view(
    output: NetworkOutput,
    settings: Settings,
    box: Box,
    progress: Progress,
    known: CandidateRuns | None = None,
) -> MasksInView:
    """Return the masks that the thresholds give in a part of a plane.

    They are those of the whole plane, but for objects that reach further out of the view than `MARGIN_CELLS`, and for
    those whose flow error lies next to its threshold: the number of steps of its heat depends on the largest object,
    which may lie elsewhere. Where the candidates of the plane are `known`, only holes that reach so far differ.
    """
    shape = output.logits.shape
    margin = round(MARGIN_CELLS * (output.diameter or CELL_PX))
    part = box.grow(margin).clip((1, *shape))
    if known is None:
        found, count = _found_anew(output, settings, part, progress)
        columns = slice(box.x0 - part.x0, box.x1 - part.x0)
    else:
        choice = known.within(part.slices[1]).choose(
            flow_threshold=settings.flow_threshold, min_size=settings.min_size
        )
        found, count, columns = choice.labels, len(choice.flow_errors), box.slices[2]
    # Pages that nobody writes take no memory.
    labels = np.zeros(shape, np.uint32)
    labels[box.slices[1:]] = found[box.y0 - part.y0 : box.y1 - part.y0, columns]
    return MasksInView(box, labels, count)


def _found_anew(
    output: NetworkOutput, settings: Settings, part: Box, progress: Progress
) -> tuple[Labels, int]:
    """Return the masks of a part of a plane (y, x), and how many there are."""
    from cpsam_core.dynamics import ImageFrame, choose_masks, find_candidates

    rows, columns = part.slices[1:]
    height, width = output.logits.shape
    found = find_candidates(
        output.flows[:, rows, columns],
        output.logits[rows, columns],
        cellprob_threshold=settings.cellprob_threshold,
        niter=settings.steps,
        max_size_fraction=settings.max_size_fraction,
        errors=settings.flow_threshold > 0,
        device=output.device,
        progress=progress,
        frame=ImageFrame((part.y0, part.x0), (height, width)),
    )
    masks = choose_masks(found, flow_threshold=settings.flow_threshold, min_size=settings.min_size)
    return masks.labels, len(masks.flow_errors)
