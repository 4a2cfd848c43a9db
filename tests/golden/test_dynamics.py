"""Masks from flows against the reference's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core import dynamics

HERE = Path(__file__).parent
SETTINGS: dict[str, dict[str, Any]] = {
    "masks_default": {},
    "masks_no_qc": {"flow_threshold": 0.0},
    "masks_qc_0_2_prob_2": {"flow_threshold": 0.2, "cellprob_threshold": 2.0},
    "masks_niter_50_min_size_100": {"niter": 50, "min_size": 100},
}


def agreement(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Return the fraction of pixels on which two label images are equal up to numbering."""
    pairs, counts = np.unique(
        np.stack([ours.ravel(), theirs.ravel()]).astype(np.int64), axis=1, return_counts=True
    )
    partner: dict[int, int] = {}
    for k in np.argsort(-counts):
        a, b = int(pairs[0, k]), int(pairs[1, k])
        if (a == 0) == (b == 0) and b not in partner.values():
            partner.setdefault(a, b)
    return float(sum(c for (a, b), c in zip(pairs.T, counts, strict=True) if partner.get(a) == b) / ours.size)


def load(name: str) -> dict[str, NDArray[Any]]:
    with np.load(HERE / f"{name}.npz") as arrays:
        return {key: arrays[key] for key in arrays.files}


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("name", SETTINGS)
def test_masks_of_planes(number: int, name: str) -> None:
    arrays = load(f"dynamics_2d_{number}")
    flows, logits = arrays["flows_net"].astype(np.float32), arrays["cellprob"].astype(np.float32)
    ours = dynamics.masks_from_flows(flows, logits, **SETTINGS[name])
    theirs = arrays[name]
    assert abs(int(ours.max()) - int(theirs.max())) <= 0.01 * theirs.max()
    assert agreement(ours, theirs) >= 0.999


@pytest.mark.parametrize("number", range(3))
def test_flow_errors_of_planes(number: int) -> None:
    arrays = load(f"dynamics_2d_{number}")
    labels = arrays["masks_no_qc"].astype(np.uint32)
    ids, errors = dynamics.flow_errors(labels, arrays["flows_net"].astype(np.float32))
    np.testing.assert_array_equal(ids, np.arange(1, labels.max() + 1))
    np.testing.assert_allclose(errors, arrays["flow_error_no_qc"], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("masks_default", {"min_size": 200}),
        ("masks_smooth2_niter1000_min1000", {"flow3D_smooth": 2, "niter": 1000, "min_size": 1000}),
    ],
)
def test_masks_of_volumes(name: str, settings: dict[str, Any]) -> None:
    arrays = load("dynamics_3d")
    flows, logits = arrays["flows_net"].astype(np.float32), arrays["cellprob"].astype(np.float32)
    ours = dynamics.masks_from_flows(flows, logits, **settings)
    theirs = arrays[name]
    assert abs(int(ours.max()) - int(theirs.max())) <= 0.01 * theirs.max()
    assert agreement(ours, theirs) >= 0.999
