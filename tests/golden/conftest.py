"""What several golden tests share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

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


@pytest.fixture
def stub_network() -> StubNetwork:
    return StubNetwork()
