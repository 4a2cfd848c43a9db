"""Three orientations and stitching against the reference's results."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cpsam_core.segment.predict import TileNetwork
from cpsam_core.segment.volume import predict_volume, stitch

GOLDEN = Path(__file__).parent


def test_flows_of_three_orientations(stub_network: TileNetwork) -> None:
    with np.load(GOLDEN / "flows_3d_from_slices.npz") as golden:
        volume, expected = golden["vol"], golden["y"].astype(np.float32)
    flows, logits = predict_volume(stub_network, volume, batch_size=4, tile_overlap=0.1)
    np.testing.assert_allclose(np.moveaxis(flows, 0, -1), expected[..., :3], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(logits, expected[..., 3], rtol=1e-3, atol=1e-3)


def test_stitched_planes_are_the_same_objects() -> None:
    with np.load(GOLDEN / "stitch_3d.npz") as golden:
        planes, expected = golden["planes"], golden["stitched"]
    result = stitch(planes, 0.25)
    assert result.dtype == np.uint32
    # equal up to numbering: the pairs of numbers that meet map one to one
    pairs = np.unique(np.stack([result.ravel(), expected.ravel()]), axis=1)
    assert pairs.shape[1] == len(np.unique(result)) == len(np.unique(expected))
    np.testing.assert_array_equal(result > 0, expected > 0)
