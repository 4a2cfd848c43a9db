"""Flow targets against the reference's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpsam_core.dynamics.targets import flows_from_masks

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["dynamics_2d_0", "dynamics_2d_1", "dynamics_2d_2", "dynamics_3d"])
def test_flows_of_masks(name: str) -> None:
    with np.load(HERE / f"{name}.npz") as arrays:
        masks, expected = arrays["masks_true"].astype(np.uint32), arrays["flows_true"]
    ours = flows_from_masks(masks, border="reference")
    np.testing.assert_allclose(ours, expected.astype(np.float32), atol=5e-4)  # stored as float16
