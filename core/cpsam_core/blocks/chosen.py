"""Objects of a block that fit the flows, between the steps of the second stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ChosenPart"]


@dataclass(frozen=True, eq=False)
class ChosenPart:
    """Objects of a block and around it that fit the flows.

    Attributes
    ----------
    labels
        uint32, numbered in the order in which rows meet them.
    logits
        Cell logits inside the objects.
    window
        Where both lie, along the axes of the objects.
    flow_errors
        Of object 1, 2, ...
    first
        Flat position of the first pixel of each, by which objects are numbered, where its masks were made.
    touches
        Which of them touch the border of the image there.
    votes
        How many pixels of each have each class, (n, classes); None without classes.
    """

    labels: NDArray[np.uint32]
    logits: NDArray[np.float32]
    window: tuple[slice, ...]
    flow_errors: NDArray[np.float32]
    first: NDArray[np.int64]
    touches: NDArray[np.bool_]
    votes: NDArray[np.int64] | None
