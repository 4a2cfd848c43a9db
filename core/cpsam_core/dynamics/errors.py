"""How well masks fit the flows of a network: the flow error, by which objects are rejected."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.dynamics.targets import Vectors, for_each_band
from cpsam_core.labels.runs import all_runs, count_up
from cpsam_core.progress import Progress, silent


def flow_errors(
    labels: NDArray[np.uint32],
    flows: NDArray[np.floating[Any]],
    *,
    niter: int | None = None,
    progress: Progress = silent,
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return (ids in rising order, flow error of each object).

    The flow error is the mean over the object's pixels of the squared difference between the unit flows that
    the mask would have and a fifth of the network's flows (Stringer et al. 2021, "Gradient tracking").

    Parameters
    ----------
    labels : (y, x) or (z, y, x) uint32
    flows : (2, y, x) or (3, z, y, x) float array
        5 x unit flows from the network.
    niter : int, optional
        Steps of the diffusion; by default as many as the largest object needs.

    Notes
    -----
    At the middle of a symmetric object the heat is even, and the direction is rounding alone, in the reference as here.
    That is one pixel: of 605 thin objects, 25 had errors that differ from the reference's by more than 0.01, at most by
    0.09; none crossed the threshold.
    """
    starts, lengths = all_runs((labels,))
    sums = np.zeros(len(starts))
    plane = labels[0].size

    def add_up(band: slice, vectors: Vectors) -> None:
        """Sum the squared differences of each run of the band."""
        total = np.zeros(vectors[0].shape)
        for found, expected in zip(flows, vectors, strict=True):
            off = np.nan_to_num(found[band].astype(np.float32), copy=False, posinf=0, neginf=0)
            off /= 5
            expected -= off
            expected *= expected
            total += expected
        first, last = np.searchsorted(starts, (band.start * plane, band.stop * plane))
        sums[first:last] = np.add.reduceat(total.reshape(-1), starts[first:last] - band.start * plane)

    for_each_band(labels, add_up, niter=niter, progress=progress, exact=False)
    values = labels.reshape(-1)[starts]
    inside = values > 0
    ids, index = count_up(values[inside])
    sizes = np.bincount(index, weights=lengths[inside], minlength=len(ids))
    totals = np.bincount(index, weights=sums[inside], minlength=len(ids))
    return ids, (totals / np.maximum(sizes, 1)).astype(np.float32)
