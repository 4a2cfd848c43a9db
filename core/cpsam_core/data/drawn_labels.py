"""The label image of a training image: numbered objects, also where one number stands for all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.pairs import Pair
from cpsam_core.images.label_files import read_labels, with_pieces
from cpsam_core.labels.parts import parts_of
from cpsam_core.system.file_identity import FileIdentity

__all__ = ["drawn_labels"]

_told: set[tuple[Path, FileIdentity]] = set()
"""Files of which it was said that their pieces are objects: a training reads them again and again."""


def drawn_labels(pair: Pair) -> tuple[NDArray[np.uint32], str]:
    """Read the label image of a pair.

    Returns
    -------
    labels : (y, x) or (z, y, x) uint32
    parts : str
        In words, such as "1 value, 9 separate parts", where nobody said that these parts are objects and they were
        taken for some: one number for all would teach that cells far apart are one. Else empty.
    """
    stored, state = read_labels(pair.masks), (pair.masks, pair.masks_state)
    labels = with_pieces(stored, pair.masks, pair.pieces, tell=state not in _told)
    if labels is stored:
        return labels, ""
    _told.add(state)
    return labels, parts_of(stored).words() if pair.pieces == "auto" else ""
