"""Tiling, augmentation and rescaling against the reference's results with a stub network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.predict import predict_plane

GOLDEN = Path(__file__).parent / "tiling.npz"
FloatArray = NDArray[np.float32]


class StubNetwork:
    """The network of golden/README.md: its output depends on the place in the tile."""

    tile = 256
    in_channels = 3
    out_channels = 3

    def __call__(self, tiles: FloatArray) -> FloatArray:
        r = np.linspace(-1, 1, 256, dtype=np.float32)
        row, column = r[:, None], r[None, :]
        flow_y = tiles[:, 0] * (1 + row / 2)
        flow_x = tiles[:, 1] * (1 - column / 2)
        return np.stack([flow_y, flow_x, tiles.mean(axis=1) + row * column], axis=1)


@pytest.mark.parametrize(
    ("name", "options"), [("plain", {}), ("augment", {"augment": True}), ("rescale_0_7", {"scale": 0.7})]
)
def test_tiling(name: str, options: dict[str, Any]) -> None:
    with np.load(GOLDEN) as golden:
        image, expected = golden["img"], golden[name].astype(np.float32)
    result = predict_plane(StubNetwork(), image, batch_size=4, tile_overlap=0.1, **options)
    assert result.dtype == np.float32
    np.testing.assert_allclose(np.moveaxis(result, 0, -1), expected, rtol=1e-3, atol=1e-3)
