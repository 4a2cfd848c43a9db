"""Every normalisation option against the reference's results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpsam_core.preprocess.normalize import NormalizeSettings, normalize

GOLDEN = Path(__file__).parent / "normalize.npz"

OPTIONS = {
    "default": NormalizeSettings(),
    "percentile_5_95": NormalizeSettings(percentile=(5, 95)),
    "lowhigh_10_200": NormalizeSettings(lowhigh=(10, 200)),
    "tile_100": NormalizeSettings(tile_norm_blocksize=100),
    "sharpen_4": NormalizeSettings(sharpen_radius=4),
    "smooth_2": NormalizeSettings(smooth_radius=2),
    "invert": NormalizeSettings(invert=True),
}


def test_every_result_has_its_option() -> None:
    with np.load(GOLDEN) as golden:
        assert set(golden) == {"raw", *OPTIONS}


@pytest.mark.parametrize("name", OPTIONS)
def test_option(name: str) -> None:
    with np.load(GOLDEN) as golden:
        raw, expected = golden["raw"], golden[name].astype(np.float32)
    result = normalize(raw, OPTIONS[name])
    assert result.dtype == np.float32
    # the results are stored as float16, which is good to 5e-4 below 1
    np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-3)
