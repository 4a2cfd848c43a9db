"""Three orientations and stitching against the reference's results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpsam_core.segment.predict import TileNetwork
from cpsam_core.segment.segmenter import NetworkOutput, masks_of
from cpsam_core.segment.settings import Settings
from cpsam_core.segment.volume import predict_volume_maps, stitch

GOLDEN = Path(__file__).parent


def test_flows_of_three_orientations(stub_network: TileNetwork) -> None:
    with np.load(GOLDEN / "flows_3d_from_slices.npz") as golden:
        volume, expected = golden["vol"], golden["y"].astype(np.float32)
    maps = predict_volume_maps(stub_network, volume, batch_size=4, tile_overlap=0.1)
    flows, logits = maps[-4:-1], maps[-1]
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


@pytest.mark.parametrize(("threshold", "min_size"), [(0.25, 200), (0.25, 15), (0.5, 60)])
def test_small_bodies_are_dropped_from_the_joined_volume(threshold: float, min_size: int) -> None:
    """A section of a body may be smaller than the least size; the body as a whole is what counts."""
    with np.load(GOLDEN / "stitch_runs.npz") as golden:
        flows, logits = golden["flows"].astype(np.float32), golden["logits"].astype(np.float32)
        expected = golden[f"masks_{threshold}_{min_size}"]
    settings = Settings(stitch_threshold=threshold, min_size=min_size, diameter=30.0)
    found = masks_of(NetworkOutput(flows, logits), settings)
    pairs = np.unique(np.stack([found.labels.ravel(), expected.ravel()]), axis=1)
    assert pairs.shape[1] == len(np.unique(found.labels)) == len(np.unique(expected))
    assert len(found.objects.flow_errors) == found.labels.max()
    assert np.isfinite(found.objects.flow_errors).all()
