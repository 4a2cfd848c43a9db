"""Crops whose image, labels and flows stay together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.data.augment import augment
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.crops import CropView, warp_pixels
from cpsam_core.data.dataset import make_example
from cpsam_core.data.degrade import KINDS
from cpsam_core.data.example import Example
from cpsam_core.data.intensities import LARGEST
from cpsam_core.data.plan import degradation, transform
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import SettingsError

PLAIN = Augmentation(crop=64, scale=(1.0, 1.0))


def picture(
    side: int = 120, channels: int = 3, radius: int = 11
) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """Return disks as bright as 1, each its own object, and their labels."""
    labels = np.zeros((side, side + 20), np.uint32)
    for number, (y, x) in enumerate(np.ndindex(side // 30, side // 30), 1):
        cv2.circle(labels.view(np.int32), (15 + 30 * x, 15 + 30 * y), radius - (x + y) % 4, number, -1)
    image = np.repeat((labels > 0)[:, :, None].astype(np.float32), channels, axis=2)
    return image * np.linspace(1, 0.6, channels, dtype=np.float32), labels


@pytest.fixture(scope="module")
def example() -> Example:
    return make_example(*picture())


def drawn(example: Example, settings: Augmentation, seed: int) -> Any:
    return augment(example, settings, np.random.default_rng(seed))


@pytest.mark.parametrize("settings", [PLAIN, Augmentation.finetune(), Augmentation.whole(crop=96)])
def test_shapes_types_and_repeatability(example: Example, settings: Augmentation) -> None:
    for seed in range(6):
        one, two = drawn(example, settings, seed), drawn(example, settings, seed)
        side = settings.crop
        assert one.tile.shape == one.target.shape == (3, side, side)
        assert one.tile.dtype == one.target.dtype == one.weight.dtype == np.float32
        assert one.weight.shape == (side, side)
        assert np.isfinite(one.tile).all()
        np.testing.assert_array_equal(one.tile, two.tile)
        np.testing.assert_array_equal(one.target, two.target)
    assert not np.array_equal(drawn(example, settings, 1).tile, drawn(example, settings, 2).tile)


@pytest.mark.parametrize(
    ("scale", "moments"),
    [
        (0.4, (0.0789, 0.0373, 0.0979, -0.0027, 0.0014)),
        (0.8, (0.0932, 0.0580, 0.1160, -0.0068, 0.0056)),
        (1.0, (0.1004, 0.0664, 0.1260, -0.0057, 0.0131)),
        (1.7, (0.0936, 0.1086, 0.1175, -0.0017, 0.0010)),
    ],
)
def test_the_same_seed_gives_the_same_crop_in_every_version(
    example: Example, scale: float, moments: tuple[float, ...]
) -> None:
    sample = drawn(example, replace(PLAIN, scale=(scale, scale), on_cells=0.5), 7)
    along = np.arange(64) / 64
    shown = (sample.tile[1], sample.tile[1].T, sample.target[0], sample.target[1], sample.target[2].T)
    assert [float((one * along).mean()) for one in shown] == pytest.approx(moments, abs=3e-4)


@pytest.mark.parametrize("scale", [0.4, 0.7, 1.0, 1.6, 2.5])
def test_image_and_labels_move_together(example: Example, scale: float) -> None:
    settings = replace(PLAIN, scale=(scale, scale))
    for seed in range(5):
        sample = drawn(example, settings, seed)
        bright = sample.tile[0] > 0.5
        assert (bright == (sample.target[0] > 0)).mean() > 0.97


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.6, 2.5])
def test_flows_are_those_of_the_moved_labels(example: Example, scale: float) -> None:
    settings = replace(PLAIN, crop=128, scale=(scale, scale))
    for seed in range(4):
        sample = drawn(example, settings, seed)
        mask, flows = sample.target[0] > 0, sample.target[1:]
        _, parts = cv2.connectedComponents(mask.astype(np.uint8))
        expected = flows_from_masks(parts)
        whole = np.isin(parts, np.setdiff1d(parts, np.r_[parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
        moving = whole & (np.abs(flows).sum(axis=0) > 0)
        assert moving.sum() > 100
        agreement = (flows * expected).sum(axis=0)[moving]
        assert np.median(agreement) > 0.98
        assert agreement.mean() > 0.93


def test_flows_are_unit_vectors_inside_and_zero_outside(example: Example) -> None:
    for seed in range(4):
        sample = drawn(example, Augmentation.whole(crop=96), seed)
        length = np.sqrt((sample.target[1:] ** 2).sum(axis=0))
        assert (length[sample.target[0] == 0] == 0).all()
        inside = length[sample.target[0] == 1]
        assert ((np.abs(inside - 1) < 1e-5) | (inside == 0)).all()


def test_sizes_are_drawn_from_the_whole_range() -> None:
    image, labels = picture()
    example = make_example(image, np.where(labels == 6, labels, 0))  # one cell of known size
    settings = Augmentation(crop=128, scale=(0.5, 2.0), log_scale=True, diameter=30.0, on_cells=1.0)
    sizes = []
    for seed in range(60):
        sample = drawn(example, settings, seed)
        mask = sample.target[0] > 0
        if mask.any() and not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()):
            sizes.append(2 * np.sqrt(mask.sum() / np.pi))
    assert 14 < min(sizes) < 19
    assert 50 < max(sizes) < 62
    assert 25 < np.median(sizes) < 36


def test_crops_centred_on_cells_hold_cells() -> None:
    image, labels = picture(240)
    example = make_example(image, np.where(labels == 10, labels, 0))
    anywhere, centred = (replace(PLAIN, crop=32, on_cells=share) for share in (0.0, 1.0))
    hits = [
        sum(bool(drawn(example, settings, seed).target[0].any()) for seed in range(60))
        for settings in (anywhere, centred)
    ]
    assert hits[1] > hits[0] + 5


def test_crops_lie_within_a_large_image_up_to_its_borders_and_half_are_mirrored(example: Example) -> None:
    height, width = example.labels.shape
    middles, mirrored = [], []
    for seed in range(300):
        matrix, scale = transform(example, PLAIN, np.random.default_rng(seed))
        linear, shift = matrix[:, :2], matrix[:, 2]
        assert scale == 1 and abs(np.linalg.det(linear)) == pytest.approx(1)
        middles.append(np.linalg.solve(linear, np.full(2, 31.5) - shift))
        mirrored.append(np.linalg.det(linear) < 0)
    low, high = np.min(middles, axis=0), np.max(middles, axis=0)
    # Half a crop from each side, unless it is turned; and the whole of that.
    assert (low >= 32 - 1e-6).all() and (low < 34).all()
    assert (high <= np.array([width, height]) - 32 + 1e-6).all()
    assert (high > np.array([width, height]) - 34).all()
    assert 0.4 < np.mean(mirrored) < 0.6


def test_a_small_image_lies_somewhere_in_the_crop() -> None:
    image, labels = picture(60)
    sample = drawn(make_example(image[:40, :50], labels[:40, :50]), replace(PLAIN, crop=256), 0)
    assert 300 < (sample.tile[0] > 0.5).sum() < 1800
    assert (sample.tile[0] == 0).mean() > 0.9
    assert (sample.weight == 1).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (3, 2)])
def test_tiny_images(shape: tuple[int, int]) -> None:
    example = make_example(np.ones((*shape, 3), np.float32), np.ones(shape, np.uint32))
    for seed in range(10):
        sample = drawn(example, Augmentation.whole(crop=32), seed)
        assert np.isfinite(sample.tile).all()
        assert np.isfinite(sample.target).all()


def test_where_the_crop_lies_in_a_large_image_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    block = rng.random((64, 64, 3), np.float32)
    image = np.tile(block, (4, 4, 1))
    example = make_example(image, (image[:, :, 0] > 0.5).astype(np.uint32))
    sample = drawn(example, PLAIN, 3)
    assert sample.tile.std() > 0.1
    assert 0.2 < sample.target[0].mean() < 0.8


@pytest.mark.parametrize("blocks", [(8, 2), (2, 8)])
def test_a_crop_shows_the_far_end_of_a_tall_and_of_a_wide_image(blocks: tuple[int, int]) -> None:
    image = np.tile(np.random.default_rng(0).random((64, 64, 3), np.float32), (*blocks, 1))
    example = make_example(image, (image[:, :, 0] > 0.5).astype(np.uint32))
    for seed in range(20):
        assert drawn(example, PLAIN, seed).tile.std() > 0.1


def test_classes_and_incomplete_annotation_move_along(example: Example) -> None:
    classes = np.where(example.labels % 2 == 1, 1, 2).astype(np.uint8) * (example.labels > 0)
    complete = np.zeros(example.labels.shape, bool)
    complete[:, :70] = True
    marked = replace(example, classes=classes.astype(np.uint8), complete=complete)
    sample = drawn(marked, replace(PLAIN, crop=128), 5)
    assert sample.classes is not None
    assert sample.classes.dtype == np.int64
    np.testing.assert_array_equal(sample.classes > 0, sample.target[0] > 0)
    assert set(np.unique(sample.weight)) == {0, 1}  # beyond the image nothing is known either
    _, parts = cv2.connectedComponents((sample.target[0] > 0).astype(np.uint8))
    for number in range(1, parts.max() + 1):
        assert len(np.unique(sample.classes[parts == number])) == 1


def test_finetuning_leaves_intensities_alone(example: Example) -> None:
    sample = drawn(example, Augmentation.finetune(crop=64, scale=(1.0, 1.0)), 0)
    for channel, level in enumerate((1, 0.8, 0.6)):
        assert sample.tile[channel].max() == pytest.approx(level, abs=1e-3)
        assert sample.tile[channel].min() == pytest.approx(0, abs=1e-3)


def test_inverting_and_permuting(example: Example) -> None:
    inverted = drawn(example, replace(PLAIN, invert=1.0), 4)
    inside = inverted.target[0] > 0
    assert inverted.tile[0][inside].mean() < 0.2 < 0.8 < inverted.tile[0][~inside].mean()
    levels = {
        tuple(np.round(drawn(example, replace(PLAIN, permute=True), s).tile.max((1, 2)), 1))
        for s in range(20)
    }
    assert len(levels) == 6


def test_empty_channels_stay_empty(example: Example) -> None:
    pixels = example.pixels.copy()
    pixels[:, :, 1:] = 0
    settings = Augmentation.whole(crop=64, permute=False, gray=0.0)
    for seed in range(8):
        assert not drawn(replace(example, pixels=pixels), settings, seed).tile[1:].any()


def test_grey_images_come_as_one_channel_or_as_three(example: Example) -> None:
    pixels = np.repeat(example.pixels[:, :, :1], 3, axis=2)
    used = {
        int(drawn(replace(example, pixels=pixels), replace(PLAIN, permute=True), seed).tile.any((1, 2)).sum())
        for seed in range(20)
    }
    assert used == {1, 3}


@pytest.mark.parametrize(
    ("levels", "grey"),
    [
        ((0.8, 0.0, 0.0), 0.8),
        ((0.0, 0.8, 0.0), 0.8),
        ((0.8, 0.4, 0.0), 0.8),  # cells with nuclei beside them: the nuclei are left out
        ((0.0, 0.8, 0.4), 0.8),
        ((0.9, 0.6, 0.3), 0.6),  # a stained section: the mean
        ((0.9, 0.6, 0.3, 0.0, 0.0), 0.6),
    ],
)
def test_grey_leaves_empty_channels_out(levels: tuple[float, ...], grey: float) -> None:
    image, labels = picture(channels=len(levels))
    lit = (image > 0) * np.array(levels, np.float32)
    sample = drawn(make_example(lit, labels), replace(PLAIN, gray=1.0), 0)
    assert sample.tile.max(axis=(1, 2)) == pytest.approx([grey] * len(levels), abs=1e-3)


def test_nuclei_beside_cells_are_never_left_out_as_if_the_image_were_grey() -> None:
    image, labels = picture()
    lit = (image > 0) * np.array((0.8, 0.4, 0.0), np.float32)
    example = make_example(lit, labels)
    for seed in range(12):
        sample = drawn(example, replace(PLAIN, permute=True), seed)
        assert np.count_nonzero(sample.tile.any(axis=(1, 2))) == 2


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_a_crop_beside_the_image_is_dark(channels: int) -> None:
    nothing = CropView((slice(0, 0), slice(0, 0)), np.eye(2, 3), 32)
    tile = warp_pixels(np.ones((40, 40, channels), np.float16), nothing, 1.0)
    assert tile.shape == (channels, 32, 32) and not tile.any()


def test_lots_deal_out_the_kinds_of_degradation_evenly() -> None:
    dealt = [degradation(lot / 40, 0.5) for lot in range(40)]
    assert dealt[20:] == [None] * 20
    assert [dealt.count(kind) for kind in KINDS] == [4] * len(KINDS)
    assert degradation(0.0, 0.0) is None and degradation(np.nextafter(0.3, 0), 0.3) == KINDS[-1]


def test_dropping_the_third_channel(example: Example) -> None:
    sample = drawn(example, replace(PLAIN, drop_channel=1.0), 0)
    assert not sample.tile[2].any()
    assert sample.tile[:2].any()


@pytest.mark.parametrize("channels", [1, 2, 5, 9])
def test_any_number_of_channels(channels: int) -> None:
    example = make_example(*picture(channels=channels))
    for seed in range(8):
        assert drawn(example, Augmentation.whole(crop=48), seed).tile.shape == (channels, 48, 48)


def test_the_example_is_not_changed(example: Example) -> None:
    before = example.pixels.copy(), example.labels.copy(), example.flows.copy()
    for seed in range(10):
        drawn(example, Augmentation.whole(crop=64), seed)
    for kept, now in zip(before, (example.pixels, example.labels, example.flows), strict=True):
        np.testing.assert_array_equal(kept, now)


@pytest.mark.parametrize(
    "values", [{"scale": (0.0, 1.0)}, {"scale": (2.0, 1.0)}, {"crop": 8}, {"invert": 1.5}]
)
def test_settings_that_make_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Augmentation(**values)


def test_a_dead_channel_is_not_inverted(example: Example) -> None:
    """A channel without signal stays dark: the network reads a channel of ones as signal."""
    pixels = example.pixels.copy()
    pixels[:, :, 2] = 0
    sample = drawn(replace(example, pixels=pixels), replace(PLAIN, invert=1.0), 4)
    assert not sample.tile[2].any()
    assert sample.tile[0][sample.target[0] == 0].mean() > 0.8


def test_contrast_spans_the_square_root_of_its_factor_both_ways() -> None:
    """ "Between -2 and 2" is read as half to double: both ends are reached, and nothing lies beyond."""
    rng = np.random.default_rng(0)
    noise = make_example(rng.normal(0.5, 0.1, (96, 96, 3)).astype(np.float32), np.zeros((96, 96), np.uint32))
    plain = [drawn(noise, PLAIN, seed).tile.std((1, 2)) for seed in range(40)]
    changed = [drawn(noise, replace(PLAIN, contrast=2.0), seed).tile.std((1, 2)) for seed in range(40)]
    factors = np.concatenate(changed) / np.concatenate(plain)
    assert 0.49 < factors.min() < 0.6 and 1.7 < factors.max() < 2.03
    assert 0.4 < (factors > 1).mean() < 0.6


def test_brightness_moves_and_does_not_stretch(example: Example) -> None:
    for seed in range(4):
        before = drawn(example, PLAIN, seed).tile
        after = drawn(example, replace(PLAIN, brightness=0.2), seed).tile
        shift = after - before
        assert np.ptp(shift, axis=(1, 2)).max() < 1e-5
    assert np.abs(shift).max() > 1e-3


def test_a_few_bright_pixels_on_dark_ground_stay_within_bounds() -> None:
    """Stretched to their percentiles and raised to a gamma they reach 1e9 and more, and Poisson noise refuses them."""
    pixels = np.zeros((96, 96, 3), np.float32)
    pixels[::17, ::17] = (1.0, 3.0, 8.0)
    masks = np.zeros((96, 96), np.uint32)
    masks[30:60, 30:60] = 1
    given = make_example(pixels, masks)
    settings = Augmentation.whole(crop=64, gamma=1.5, gray=0, degraded=0.5)
    for seed in range(40):
        tile = augment(given, settings, np.random.default_rng(seed)).tile
        assert np.isfinite(tile).all() and np.abs(tile).max() <= LARGEST
