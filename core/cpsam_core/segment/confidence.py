"""Does a small model know what it sees? Its own flows tell.

A network that is trained to predict directions by least squares shortens them where it hesitates between several. Over
the pixels that it takes for cells, the mean length of its flows, as a part of a unit vector, followed the average
precision of `cpsam-lite` on annotated images more closely than its probabilities did; the figures stand in
`benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cpsam_core.weights.folders import EMBEDDED

# The network's flows are five times unit vectors.
FLOW_SCALE = 5.0
# Taken for cells, below which nothing can be said.
FEWEST_PIXELS = 100
UNSURE = 0.66
"""Certainty below which a small model is called unsure; chosen on the images that models are chosen with."""

FloatArray = NDArray[np.float32]


def certainty(flows: FloatArray, logits: FloatArray) -> float | None:
    """Return how certain a network is of the directions in the cells that it sees, 0 to about 1.

    Parameters
    ----------
    flows : (2, ...) float32
        The network's flows, 5 times unit vectors.
    logits : (...) float32
        Cell logits of the same pixels.

    Returns
    -------
    float or None
        None where too few pixels belong to cells, or for the flows of a volume, for which nothing was measured.
    """
    if len(flows) != 2:
        return None
    cells = logits > 0
    if int(cells.sum()) < FEWEST_PIXELS:
        return None
    y, x = (part[cells].astype(np.float64) for part in flows)
    return float(np.hypot(y, x).mean() / FLOW_SCALE)


def doubts(name: str, certain: float | None) -> tuple[str, ...]:
    """Return what to tell the user of a small model of this name, nothing where it is certain enough."""
    if certain is None or certain >= UNSURE:
        return ()
    # Whole sentences, because each is translated.
    if name == EMBEDDED:
        return ("cpsam-lite is unsure here: try cpsam_v2, or correct a few and retrain",)
    return ("This model is unsure here: try cpsam_v2, or correct a few and retrain",)
