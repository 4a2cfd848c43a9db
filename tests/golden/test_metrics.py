"""Scores against the reference's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpsam_core import metrics

HERE = Path(__file__).parent


@pytest.mark.parametrize("number", range(3))
def test_average_precision(number: int) -> None:
    with np.load(HERE / f"dynamics_2d_{number}.npz") as arrays:
        ap, tp, fp, fn = metrics.average_precision(arrays["masks_true"], arrays["masks_default"])
        np.testing.assert_array_equal(tp, arrays["tp"])
        np.testing.assert_array_equal(fp, arrays["fp"])
        np.testing.assert_array_equal(fn, arrays["fn"])
        np.testing.assert_array_equal(ap, arrays["ap"])


@pytest.mark.parametrize("number", range(3))
def test_aggregated_jaccard(number: int) -> None:
    with np.load(HERE / f"dynamics_2d_{number}.npz") as arrays:
        ours = metrics.aggregated_jaccard(arrays["masks_true"], arrays["masks_default"])
        assert ours == pytest.approx(float(arrays["aji"]), rel=1e-12)
