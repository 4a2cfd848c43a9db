"""Measure the objects of a label image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cpsam_core.errors import ImageError
from cpsam_core.labels.ids import as_labels
from cpsam_core.labels.runs import Runs, bands, runs_of


@dataclass(frozen=True)
class ObjectTable:
    """What is known of every object, in the order of rising id; `n` objects in `d` dimensions.

    Attributes
    ----------
    ids : (n,) uint32
    areas : (n,) int64
        Pixels, or voxels.
    centroids : (n, d) float64
        Mean position in pixels, (z,) y, x.
    boxes : (n, d, 2) int64
        First pixel and one past the last along each axis.
    flow_errors : (n,) float32
        Mean squared difference between the network's flows and those of the mask; NaN where unknown.
    probabilities : (n,) float32
        Mean over the object of the sigmoid of the network's logit, 0 to 1; NaN where unknown.
    """

    ids: NDArray[np.uint32]
    areas: NDArray[np.int64]
    centroids: NDArray[np.float64]
    boxes: NDArray[np.int64]
    flow_errors: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.ids)


def object_table(
    labels: NDArray[Any],
    logits: NDArray[np.floating[Any]] | None = None,
    flow_errors: NDArray[np.floating[Any]] | None = None,
) -> ObjectTable:
    """Measure every object of a label image.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array
    logits : array of the same shape, optional
        The network's cell logits, for the mean probability.
    flow_errors : (n,) array, optional
        One value per object in the order of rising id, as `dynamics.find_masks` returns them.

    Returns
    -------
    ObjectTable

    Raises
    ------
    ImageError
        If the labels are none, or the other arrays do not fit them.
    """
    labels = as_labels(labels)
    runs = runs_of(labels)
    count = len(runs.objects()[0])
    if logits is not None and logits.shape != labels.shape:
        raise ImageError(f"logits of shape {logits.shape} do not fit labels of shape {labels.shape}")
    if flow_errors is not None and flow_errors.shape != (count,):
        raise ImageError(f"{flow_errors.size} flow errors do not fit {count} objects")
    probabilities = None
    if logits is not None:
        _, probabilities = object_means(labels, lambda band: expit(logits[band]))
    return table_of_runs(runs, flow_errors=flow_errors, probabilities=probabilities)


def table_of_runs(
    runs: Runs,
    flow_errors: NDArray[np.floating[Any]] | None = None,
    probabilities: NDArray[np.floating[Any]] | None = None,
) -> ObjectTable:
    """Measure every object of a label image from its runs; what is known of objects is in the order of rising id."""
    ids, index = runs.objects()
    count = len(ids)
    areas = np.bincount(index, weights=runs.lengths, minlength=count).astype(np.int64)
    unknown = np.full(count, np.nan, np.float32)
    return ObjectTable(
        ids=ids.astype(np.uint32),
        areas=areas,
        centroids=_centroids(runs, index, areas),
        boxes=runs.boxes(index, count),
        flow_errors=unknown if flow_errors is None else flow_errors.astype(np.float32),
        probabilities=unknown if probabilities is None else probabilities.astype(np.float32),
    )


def object_means(
    labels: NDArray[np.uint32], value_of: Callable[[slice], NDArray[np.floating[Any]]]
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return (ids in rising order, mean over each object) of a value that is computed band by band.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) uint32
    value_of : callable
        Gets a slice of the first axis and returns the values of those rows or planes, so that a value derived
        from large arrays never exists as a whole.
    """
    runs = runs_of(labels)
    ids, index = runs.objects()
    sums = np.zeros(len(ids))
    sizes = np.bincount(index, weights=runs.lengths, minlength=len(ids))
    for band in bands(labels.shape):
        plane = labels[0].size
        first, last = np.searchsorted(runs.starts, (band.start * plane, band.stop * plane))
        pixels = np.repeat(index[first:last], runs.lengths[first:last])
        sums += np.bincount(pixels, weights=value_of(band)[labels[band] > 0], minlength=len(ids))
    return ids, (sums / np.maximum(sizes, 1)).astype(np.float32)


def _centroids(runs: Runs, index: NDArray[np.int64], areas: NDArray[np.int64]) -> NDArray[np.float64]:
    centroids = np.zeros((len(areas), len(runs.shape)))
    for axis, (first, last) in enumerate(runs.positions()):
        total = np.bincount(index, weights=runs.lengths * (first + last) / 2, minlength=len(areas))
        centroids[:, axis] = total / np.maximum(areas, 1)
    return centroids
