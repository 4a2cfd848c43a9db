"""Tiling, augmentation and rescaling against the reference's results with a stub network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.segment.predict import TileNetwork, predict_plane

GOLDEN = Path(__file__).parent / "tiling.npz"


@pytest.mark.parametrize(
    ("name", "options"), [("plain", {}), ("augment", {"augment": True}), ("rescale_0_7", {"scale": 0.7})]
)
def test_tiling(stub_network: TileNetwork, name: str, options: dict[str, Any]) -> None:
    with np.load(GOLDEN) as golden:
        image, expected = golden["img"], golden[name].astype(np.float32)
    result = predict_plane(stub_network, image, batch_size=4, tile_overlap=0.1, **options)
    assert result.dtype == np.float32
    np.testing.assert_allclose(np.moveaxis(result, 0, -1), expected, rtol=1e-3, atol=1e-3)
