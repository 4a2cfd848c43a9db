from __future__ import annotations

import numpy as np

from cpsam_core.preprocess.resample import resize_depth, resize_maps, resize_plane, resize_volume


def ramp(shape: tuple[int, ...], axis: int) -> np.ndarray:
    lengths = [1] * len(shape)
    lengths[axis] = shape[axis]
    positions = (np.arange(shape[axis], dtype=np.float32) + 0.5) / shape[axis]
    return np.broadcast_to(positions.reshape(lengths), shape).copy()


def test_a_ramp_stays_a_ramp_along_every_axis() -> None:
    for axis in range(3):
        small = resize_volume(ramp((20, 30, 40, 2), axis), (10, 45, 60))
        expected = ramp((10, 45, 60, 2), axis)
        inner = (slice(2, -2),) * 3
        np.testing.assert_allclose(small[inner], expected[inner], atol=1e-5)


def test_the_same_size_is_the_same_array() -> None:
    maps = np.ones((3, 4, 5), np.float32)
    assert resize_maps(maps, (4, 5)) is maps
    assert resize_depth(maps, 3) is maps
    assert resize_plane(maps, (3, 4)) is maps


def test_many_channels_and_long_planes() -> None:
    # OpenCV resizes neither 600 channels at once nor, in other operations, more than 32,767 pixels
    assert resize_plane(np.ones((6, 8, 600), np.uint16), (3, 4)).shape == (3, 4, 600)
    long = resize_maps(ramp((1, 3, 40000), 2), (2, 50000))
    np.testing.assert_allclose(long[0, :, 100:-100], ramp((2, 50000), 1)[:, 100:-100], atol=1e-5)


def test_depth_of_one() -> None:
    stack = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    np.testing.assert_array_equal(resize_depth(stack, 4), np.repeat(stack, 4, axis=0))
