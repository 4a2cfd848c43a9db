"""A part of a plane is predicted as in the whole, and its pixels are followed as in the whole."""

import numpy as np
import pytest

from cpsam_core.dynamics import ImageFrame, follow
from cpsam_core.segment.predict import predict_plane, resize_flows
from cpsam_core.segment.predict_part import predict_part, tiles_of_part
from tests.core.conftest import DiskNetwork

RNG = np.random.default_rng(0)
PARTS = [
    (slice(0, 610), slice(0, 730)),
    (slice(300, 420), slice(250, 511)),
    (slice(590, 610), slice(0, 40)),
    (slice(0, 1), slice(729, 730)),
]


@pytest.mark.parametrize("augment", [False, True])
@pytest.mark.parametrize("scale", [1.0, 0.7, 1.9])
def test_a_part_is_predicted_as_in_the_whole(scale, augment):
    plane = RNG.normal(0.3, 0.5, (610, 730, 2)).astype(np.float32)
    network = DiskNetwork()
    options = {"scale": scale, "augment": augment, "tile_overlap": 0.2, "batch_size": 3}
    whole = resize_flows(predict_plane(network, plane, **options), (610, 730))
    for part in PARTS:
        done = []
        found = predict_part(
            network,
            lambda part: plane[part],
            (610, 730),
            part,
            progress=lambda *args, done=done: done.append(args),
            **options,
        )
        assert np.array_equal(found, whole[(slice(None), *part)])
        assert done[-1][0] == tiles_of_part(
            (610, 730), part, 256, tile_overlap=0.2, augment=augment, scale=scale
        )


@pytest.mark.parametrize("shape", [(301, 407), (1, 500), (80, 70, 60)])
def test_pixels_of_a_part_end_where_they_do_in_the_whole(shape):
    where = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")).astype(np.float32)
    # Flows towards the middles of cells of 20 pixels, with noise.
    flows = (10 - where % 20) * 0.5 + RNG.normal(0, 0.5, where.shape).astype(np.float32)
    inside = RNG.random(shape) < 0.9
    starts, ends = follow(flows, inside, 60)
    whole = np.full(inside.size, -1)
    whole[starts] = ends
    part = tuple(slice(n // 5, max(n // 5 + 1, n * 4 // 5)) for n in shape)
    frame = ImageFrame(tuple(side.start for side in part), shape)
    starts, ends = follow(flows[(slice(None), *part)], inside[part], 60, frame=frame)
    size = inside[part].shape

    def to_whole(flat):
        places = [at + side.start for at, side in zip(np.unravel_index(flat, size), part, strict=True)]
        return np.ravel_multi_index(places, shape)

    # Those whose cell lies completely in the part.
    places = np.unravel_index(to_whole(starts), shape)
    safe = np.ones(len(starts), bool)
    for at, side, length in zip(places, part, shape, strict=True):
        first = at // 20 * 20
        safe &= ((first >= side.start + 1) | (side.start == 0)) & (
            (first + 21 < side.stop) | (side.stop == length)
        )
    assert safe.sum() > 0
    assert np.array_equal(to_whole(ends)[safe], whole[to_whole(starts)][safe])
