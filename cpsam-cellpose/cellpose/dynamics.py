"""Flows to masks, and masks to flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cellpose.settings import settings_of
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.segment.segmenter import NetworkOutput, masks_of

__all__ = ["compute_masks", "labels_to_flows", "masks_to_flows", "resize_and_compute_masks"]


def compute_masks(
    dP: NDArray[Any],
    cellprob: NDArray[Any],
    p: Any = None,
    niter: int | None = 200,
    cellprob_threshold: float = 0.0,
    flow_threshold: float = 0.4,
    do_3D: bool = False,
    min_size: int = 15,
    max_size_fraction: float = 0.4,
    device: Any = None,
) -> NDArray[Any]:
    """Return the masks of flows (2 or 3, ...) and cell logits, uint16 or uint32."""
    settings = settings_of(
        niter=niter,
        cellprob_threshold=cellprob_threshold,
        flow_threshold=flow_threshold,
        min_size=min_size,
        max_size_fraction=max_size_fraction,
    )
    flows, logits = np.asarray(dP, np.float32), np.asarray(cellprob, np.float32)
    labels = masks_of(NetworkOutput(flows, logits), settings).labels
    return labels.astype(np.uint16 if labels.max(initial=0) < 2**16 else np.uint32)


def resize_and_compute_masks(
    dP: NDArray[Any],
    cellprob: NDArray[Any],
    niter: int | None = 200,
    cellprob_threshold: float = 0.0,
    flow_threshold: float = 0.4,
    do_3D: bool = False,
    min_size: int = 15,
    max_size_fraction: float = 0.4,
    resize: Sequence[int] | None = None,
    device: Any = None,
) -> NDArray[Any]:
    """Return the masks of flows and logits, at the size `resize` (y, x) where one is given."""
    masks = compute_masks(
        dP, cellprob, None, niter, cellprob_threshold, flow_threshold, do_3D, min_size, max_size_fraction
    )
    if resize is None or tuple(resize[-2:]) == masks.shape[-2:]:
        return masks
    from cpsam_core.preprocess.resample import resize_labels

    resized = resize_labels(masks.astype(np.uint32), (int(resize[-2]), int(resize[-1])))
    return resized.astype(masks.dtype)


def masks_to_flows(masks: NDArray[Any], device: Any = None, niter: int | None = None) -> NDArray[np.float32]:
    """Return the unit flows of masks, (2, y, x) or (3, z, y, x)."""
    return flows_from_masks(masks, niter=niter)


def labels_to_flows(labels: Sequence[NDArray[Any]], files: Any = None, **_: Any) -> list[NDArray[np.float32]]:
    """Return for each image labels, whether a pixel is in a cell, and flows y and x: (4, y, x)."""
    made = []
    for one in labels:
        plane = np.asarray(one).squeeze()
        made.append(
            np.concatenate([np.stack([plane, plane > 0]).astype(np.float32), flows_from_masks(plane)])
        )
    return made
