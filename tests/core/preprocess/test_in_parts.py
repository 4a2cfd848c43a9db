"""Parts of a normalised image are the same as in the whole, to the last bit."""

import itertools
import logging

import numpy as np
import pytest

from cpsam_core.preprocess.in_parts import PartNormalizer, measure_limits
from cpsam_core.preprocess.normalize import NormalizeSettings, normalize
from cpsam_core.preprocess.resample import LinearAxis, resize_part, resize_plane

RNG = np.random.default_rng(0)
SETTINGS = [
    NormalizeSettings(),
    NormalizeSettings(normalize=False),
    NormalizeSettings(percentile=(2, 97), invert=True),
    NormalizeSettings(lowhigh=(10, 3000)),
    NormalizeSettings(norm3D=False),
    NormalizeSettings(tile_norm_blocksize=25),
    NormalizeSettings(tile_norm_blocksize=25, norm3D=False, invert=True),
    NormalizeSettings(sharpen_radius=3),
    NormalizeSettings(smooth_radius=2),
    NormalizeSettings(smooth_radius=1, sharpen_radius=4, norm3D=False),
    NormalizeSettings(smooth_radius=1, tile_norm_blocksize=30),
]


def pixels(kind, shape=(3, 90, 130, 2)):
    values = RNG.gamma(2, 400, shape) + np.linspace(0, 900, shape[2])[:, None]
    if kind == "float with holes":
        values = values.astype(np.float32)
        values[0, 3:9, 5] = np.nan
        values[1, 50, 60:70, 1] = np.inf
        return values
    if kind == "huge":
        return values * 1e200
    if kind == "even":
        return np.full(shape, 7, np.uint16)
    return values.astype(kind)


def boxes(shape, step=40):
    starts = itertools.product(range(shape[0]), range(0, shape[1], step), range(0, shape[2], step))
    return [
        (slice(z, z + 1), slice(y, min(y + step, shape[1])), slice(x, min(x + step, shape[2])))
        for z, y, x in starts
    ]


@pytest.mark.parametrize("kind", ["u2", "u1", "i2", "f4", "u4", "float with holes", "huge", "even"])
@pytest.mark.parametrize("settings", SETTINGS)
def test_parts_equal_the_whole(kind, settings, caplog):
    if kind == "huge" and (settings.lowhigh or not settings.normalize):
        pytest.skip("values that float32 does not reach need percentiles")
    image = pixels(kind)
    whole = normalize(image, settings)
    said = [record.getMessage() for record in caplog.records]
    caplog.clear()
    shape = image.shape[:3]
    limits = measure_limits(lambda box: image[box], shape, 2, image.dtype, settings, boxes(shape))
    assert sorted({record.getMessage() for record in caplog.records}) == sorted(set(said))
    parts = PartNormalizer(lambda box: image[box], shape, settings, limits)
    for box in [*boxes(shape, 37), (slice(None),) * 3, (slice(1, 3), slice(80, 90), slice(0, 130))]:
        assert np.array_equal(parts(box), whole[box])


def test_large_images_count_their_values_in_parts():
    image = RNG.normal(0, 1, (1, 700, 800, 1)).astype(np.float32)
    shape = image.shape[:3]
    limits = measure_limits(
        lambda box: image[box], shape, 1, image.dtype, NormalizeSettings(), boxes(shape, 300)
    )
    part = PartNormalizer(lambda box: image[box], shape, NormalizeSettings(), limits)
    box = (slice(0, 1), slice(100, 300), slice(650, 800))
    assert np.array_equal(part(box), normalize(image)[box])
    assert not logging.getLogger("cpsam_core.preprocess.in_parts").handlers


@pytest.mark.parametrize("shape", [(61, 83), (200, 311), (41, 250), (90, 130), (1, 1)])
def test_parts_of_a_resized_plane(shape):
    plane = RNG.normal(0, 1, (90, 130, 2)).astype(np.float32)
    whole = resize_plane(plane, shape)
    axes = (LinearAxis(90, shape[0]), LinearAxis(130, shape[1]))
    for rows, columns in [
        ((0, shape[0]), (0, shape[1])),
        ((shape[0] // 3, shape[0] // 2 + 1), (shape[1] // 4, shape[1])),
    ]:
        part = (slice(*rows), slice(*columns))
        needed = tuple(axis.needed(side) for axis, side in zip(axes, part, strict=True))
        small = plane[needed][..., 1]
        made = resize_part(small, (needed[0].start, needed[1].start), axes, part)
        assert np.array_equal(made, whole[part][..., 1])
