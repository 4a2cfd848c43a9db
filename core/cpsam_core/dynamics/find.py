"""From the network's output to masks."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.dynamics.errors import flow_errors
from cpsam_core.dynamics.follow import follow
from cpsam_core.dynamics.gather import drop_numbers, gather
from cpsam_core.dynamics.paths import PathMemory
from cpsam_core.dynamics.step_field import ImageFrame
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.labels import fill_holes
from cpsam_core.labels.runs import runs_of
from cpsam_core.progress import Progress, silent

Labels = NDArray[np.uint32]
Floats = NDArray[np.floating[Any]]

SMOOTH_REACH = 4.0
"""Standard deviations up to which the smoothing of flows looks."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Masks:
    """Objects found in flows.

    Attributes
    ----------
    labels : (y, x) or (z, y, x) uint32
        0 is background, objects are 1, 2, 3, ... in the order in which rows meet them.
    flow_errors : (n,) float32
        Of object 1, 2, ...: mean squared difference between the flows of the mask and the network's, 0 is
        perfect. NaN where it was not asked for.
    """

    labels: Labels
    flow_errors: NDArray[np.float32]


def masks_from_flows(
    flows: Floats,
    logits: Floats,
    *,
    cellprob_threshold: float = 0.0,
    flow_threshold: float = 0.4,
    niter: int = 200,
    min_size: int = 15,
    max_size_fraction: float = 0.4,
    flow3D_smooth: float | Sequence[float] = 0.0,
    progress: Progress = silent,
) -> Labels:
    """Return the labels of the objects in flows; `find_masks` says more and returns flow errors as well."""
    return find_masks(
        flows,
        logits,
        cellprob_threshold=cellprob_threshold,
        flow_threshold=flow_threshold,
        niter=niter,
        min_size=min_size,
        max_size_fraction=max_size_fraction,
        flow3D_smooth=flow3D_smooth,
        errors=False,
        progress=progress,
    ).labels


def find_masks(
    flows: Floats,
    logits: Floats,
    *,
    cellprob_threshold: float = 0.0,
    flow_threshold: float = 0.4,
    niter: int = 200,
    min_size: int = 15,
    max_size_fraction: float = 0.4,
    flow3D_smooth: float | Sequence[float] = 0.0,
    errors: bool = True,
    device: str = "cpu",
    progress: Progress = silent,
) -> Masks:
    """Find the objects in a network's flows and logits.

    Parameters
    ----------
    flows : (2, y, x) or (3, z, y, x) float array
        5 x unit flows in array order (z,) y, x, in pixels.
    logits : (y, x) or (z, y, x) float array
        Cell logits; NaN counts as background.
    cellprob_threshold : float
        Pixels with a logit above it belong to cells.
    flow_threshold : float
        Objects whose flow error is above it are rejected; 0 switches this off. Planes only: volumes are never
        rejected by their flow error, as in the published program.
    niter : int
        Steps along the flows. 200 suffice for cells of 30 pixels; long or large cells need more in
        proportion.
    min_size : int
        Objects of fewer pixels (voxels) are dropped.
    max_size_fraction : float
        Objects that cover more than this fraction of the image are dropped.
    flow3D_smooth : float or (z, y, x) floats
        Standard deviation in voxels of a Gaussian over the flows of a volume.
    errors : bool
        Compute flow errors even where `flow_threshold` does not need them; it takes most of the time.
    device : str
        Where pixels are followed; see `follow`.
    progress : Progress
        Called as the work goes on; may raise `Cancelled`.

    Returns
    -------
    Masks

    Raises
    ------
    ImageError
        If the shapes do not fit.
    SettingsError
        If a setting makes no sense.
    """
    found = find_candidates(
        flows,
        logits,
        cellprob_threshold=cellprob_threshold,
        niter=niter,
        max_size_fraction=max_size_fraction,
        flow3D_smooth=flow3D_smooth,
        errors=errors or (logits.ndim == 2 and flow_threshold > 0),
        device=device,
        progress=progress,
    )
    return choose_masks(found, flow_threshold=flow_threshold, min_size=min_size)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Objects before those that are small or do not fit the flows are rejected.

    Attributes
    ----------
    labels : (y, x) or (z, y, x) uint32
        Any numbers.
    areas : (n,) int64
        Pixels by number.
    flow_errors : (n,) float32
        By number; NaN where it was not asked for.
    """

    labels: Labels
    areas: NDArray[np.int64]
    flow_errors: NDArray[np.float32]


def find_candidates(
    flows: Floats,
    logits: Floats,
    *,
    cellprob_threshold: float = 0.0,
    niter: int = 200,
    max_size_fraction: float = 0.4,
    flow3D_smooth: float | Sequence[float] = 0.0,
    errors: bool = True,
    device: str = "cpu",
    progress: Progress = silent,
    frame: ImageFrame | None = None,
    paths: PathMemory | None = None,
) -> Candidates:
    """Find the objects that `choose_masks` chooses from; nearly all the time of `find_masks`, which says more.

    With a `frame` the arrays are a part of an image, and objects that lie well inside are those of the whole image.
    `paths` serves these flows alone: what it remembers of them need not be followed again.
    """
    _check(flows, logits, niter, max_size_fraction)
    with np.errstate(invalid="ignore"):
        inside = logits > cellprob_threshold
    if not inside.any():
        return Candidates(np.zeros(logits.shape, np.uint32), np.zeros(1, np.int64), np.zeros(1, np.float32))
    flows = smooth_flows(flows, flow3D_smooth)
    if paths is None or frame is not None:
        starts, ends = follow(flows, inside, niter, progress=progress, frame=frame, device=device)
    else:
        starts, ends = paths.follow(flows, inside, niter, progress=progress, device=device)
    del inside
    labels = gather(starts, ends, logits.shape)
    del starts, ends
    ids, sizes = runs_of(labels).areas()
    areas = np.zeros(int(ids.max(initial=0)) + 1, np.int64)
    areas[ids] = sizes
    whole = labels.size if frame is None else math.prod(frame.shape)
    labels = drop_numbers(labels, areas > max_size_fraction * whole)
    fit = np.full(len(areas), np.nan, np.float32)
    if errors:
        ids, values = flow_errors(labels, flows, progress=progress)
        fit[ids] = values
    return Candidates(labels, areas, fit)


def choose_masks(found: Candidates, *, flow_threshold: float = 0.4, min_size: int = 15) -> Masks:
    """Reject objects that are small, and those of a plane whose flow error is above the threshold; fill holes."""
    bad = found.areas < min_size
    if found.labels.ndim == 2 and flow_threshold > 0:
        bad |= found.flow_errors > flow_threshold
    return _numbered(fill_holes(drop_numbers(found.labels, bad)), found.flow_errors)


def clean_masks(labels: Labels, flow_errors: NDArray[np.float32], *, min_size: int) -> Masks:
    """Drop small objects, fill holes and number the rest in the order of rows.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) uint32
        Numbered from 1 without gaps, as `stitch` leaves them.
    flow_errors : (n,) float32
        Of object 1, 2, ...
    min_size : int
        Objects of fewer pixels (voxels) are dropped.
    """
    areas = np.bincount(labels.ravel(), minlength=len(flow_errors) + 1)
    fit = np.concatenate([np.full(1, np.nan, np.float32), flow_errors])
    return _numbered(fill_holes(drop_numbers(labels, areas < min_size)), fit)


def _numbered(labels: Labels, fit: NDArray[np.float32]) -> Masks:
    """Renumber objects in the order of rows; `fit` is indexed by the old number."""
    labels, numbers = fastremap.renumber(labels, preserve_zero=True)
    old = np.array([number for number in numbers if number != 0], np.int64)
    new = np.array([numbers[number] for number in old.tolist()], np.int64)
    ordered = np.empty(len(old), np.float32)
    ordered[new - 1] = fit[old]
    return Masks(labels.astype(np.uint32, copy=False), ordered)


def _check(flows: Floats, logits: Floats, niter: int, max_size_fraction: float) -> None:
    if logits.ndim not in (2, 3) or 0 in logits.shape:
        raise ImageError(f"logits must be a plane (y, x) or a volume (z, y, x), not of shape {logits.shape}")
    if flows.shape != (logits.ndim, *logits.shape):
        raise ImageError(
            f"flows of shape {flows.shape} do not fit logits of shape {logits.shape}: "
            f"expected {(logits.ndim, *logits.shape)}"
        )
    if flows.dtype.kind not in "fiu" or logits.dtype.kind not in "fiu":
        raise ImageError(f"flows and logits must be numbers, not {flows.dtype} and {logits.dtype}")
    if niter < 0:
        raise SettingsError(f"niter must not be negative, but is {niter}")
    if not max_size_fraction > 0:
        raise SettingsError(f"max_size_fraction must be above 0, not {max_size_fraction}")


def smooth_flows(flows: Floats, sigma: float | Sequence[float]) -> Floats:
    """Return the flows of a volume smoothed along z, y and x; those of a plane as they are."""
    per_axis = smoothing_of(sigma)
    if len(flows) == 2 or not any(per_axis):
        return flows
    smooth = np.empty(flows.shape, np.float32)
    for axis in range(3):
        ndimage.gaussian_filter(
            flows[axis].astype(np.float32), per_axis, output=smooth[axis], truncate=SMOOTH_REACH
        )
    return smooth


def smoothing_of(sigma: float | Sequence[float]) -> list[float]:
    """Return the smoothing along z, y and x that one number or three stand for.

    Raises
    ------
    SettingsError
        They are negative, or of another number.
    """
    per_axis = [float(sigma)] * 3 if np.isscalar(sigma) else [float(s) for s in np.atleast_1d(sigma)]  # type: ignore[arg-type]
    if len(per_axis) == 1:
        per_axis *= 3
    if len(per_axis) != 3 or not all(s >= 0 for s in per_axis):
        raise SettingsError(f"flow3D_smooth must be one or three numbers (z, y, x), not negative: {sigma}")
    return per_axis
