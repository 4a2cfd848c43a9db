"""Crops made by torch on the training's device are those that the processor makes, each operation for itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cpsam_core.data import intensities as processor
from cpsam_core.data.augment import crop_of
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.crops import inverted, windows
from cpsam_core.data.degrade import KINDS, Degradation, degrade, draw_degradation
from cpsam_core.data.device_degrade import degraded, gaussian
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.data.device_intensities import intensities, rescaled
from cpsam_core.data.device_maps import maps_of
from cpsam_core.data.example import UNKNOWN_CLASS, Example, Sample
from cpsam_core.data.loader import Helpers, batches
from cpsam_core.data.maker import Batch
from cpsam_core.data.plan import CropPlan, plan_crop
from tests.core.data.example_set import ExampleSet, picture, sections

CPU = torch.device("cpu")
SIDE = 64


def held(*examples: Example, limit: int = 2**30) -> DeviceImages:
    return DeviceImages(ExampleSet(*examples), CPU, limit)  # type: ignore[arg-type]


def planned(example: Example, settings: Augmentation, count: int, first: int = 0) -> list[CropPlan]:
    return [plan_crop(example, settings, np.random.default_rng(first + k)) for k in range(count)]


def both(examples: list[Example], plans: list[CropPlan], side: int = SIDE) -> tuple[list[Sample], Any]:
    """Return the crops of the processor without noise, and the maps of the device."""
    images = held(*examples)
    ours = [crop_of(one, plan, side, None) for one, plan in zip(examples, plans, strict=True)]  # type: ignore[arg-type]
    return ours, maps_of(images, images.places([("", k) for k in range(len(plans))]), plans, side)


@pytest.mark.parametrize("scale", [0.07, 0.3, 0.5, 0.74, 0.76, 1.0, 1.6, 3.0])
def test_pixels_cells_and_flows_are_those_of_the_processor(scale: float) -> None:
    settings = Augmentation(crop=SIDE, scale=(scale, scale), on_cells=0.5)
    example = picture(0)
    plans = planned(example, settings, 6)
    ours, maps = both([example] * 6, plans)
    for sample, pixels, target in zip(ours, maps.pixels.numpy(), maps.targets.numpy(), strict=True):
        # OpenCV rounds where it looks to a 32nd of a pixel.
        assert np.abs(pixels - sample.tile).max() < 0.03
        assert np.abs(pixels - sample.tile).mean() < 2e-3
        # Beside a border, or where a flow is about to turn, a point may be rounded to the other side.
        assert (target[0] == sample.target[0]).mean() > 0.995
        same = np.abs(target[1:] - sample.target[1:]).max(axis=0) < 0.1
        assert same.mean() > 0.98
    assert (maps.weights == 1).all() and maps.classes is None


def test_images_of_many_sizes_share_a_batch() -> None:
    sizes = [(40, 300), (300, 40), (1, 1), (3, 200), (150, 150), (64, 64)]
    examples = [picture(number, size) for number, size in enumerate(sizes)]
    settings = Augmentation(crop=SIDE, scale=(0.2, 3.0))
    for first in range(4):
        plans = [planned(one, settings, 1, first)[0] for one in examples]
        ours, maps = both(examples, plans)
        for sample, pixels, target in zip(ours, maps.pixels.numpy(), maps.targets.numpy(), strict=True):
            assert np.abs(pixels - sample.tile).max() < 0.05
            assert (target[0] == sample.target[0]).mean() > 0.99


def test_a_crop_beside_its_image_is_empty() -> None:
    example = picture(0)
    for scale in (0.5, 1.5):
        plan = planned(example, Augmentation(crop=SIDE, scale=(scale, scale)), 1)[0]
        beside = replace(plan, matrix=plan.matrix + np.array([[0, 0, 1e4], [0, 0, 0]]))
        maps = both([example], [beside])[1]
        assert not maps.pixels.any() and not maps.targets.any()


def test_classes_and_what_counts_move_along() -> None:
    example = picture(1)
    classes = np.where(example.labels % 2 == 1, 1, 2).astype(np.uint8) * (example.labels > 0)
    complete = np.zeros(example.labels.shape, bool)
    complete[:, :80] = True
    marked = replace(example, classes=classes.astype(np.uint8), complete=complete)
    plans = planned(marked, Augmentation(crop=SIDE), 1) + planned(example, Augmentation(crop=SIDE), 1, 9)
    ours, maps = both([marked, example], plans)
    assert ours[0].classes is not None and maps.classes is not None
    assert (maps.classes[0].numpy() == ours[0].classes).mean() > 0.995
    assert (maps.weights[0].numpy() == ours[0].weight).mean() > 0.995
    assert 0 < maps.weights[0].mean() < 1
    assert (maps.classes[1] == UNKNOWN_CLASS).all() and (maps.weights[1] == 1).all()


def soft(channels: int = 3, count: int = 1) -> NDArray[np.float32]:
    """Pixels (n, c, y, x) of soft structures."""
    return np.stack(
        [picture(number, (SIDE, SIDE), channels).pixels.transpose(2, 0, 1) for number in range(count)]
    ).astype(np.float32)


def quiet(how: Degradation) -> Degradation:
    return replace(how, photons=None)


@pytest.mark.parametrize("diameter", [12.0, 30.0, 90.0])
@pytest.mark.parametrize("kind", KINDS)
def test_degradations_without_noise_are_those_of_the_processor(kind: str, diameter: float) -> None:
    how = [quiet(draw_degradation(kind, diameter, np.random.default_rng(seed))) for seed in range(5)]
    planes = soft(count=5)
    rng = np.random.default_rng(0)
    expected = [
        degrade(np.ascontiguousarray(one.transpose(1, 2, 0)), way, rng).transpose(2, 0, 1)
        for one, way in zip(planes, how, strict=True)
    ]
    found = degraded(torch.from_numpy(planes.copy()), how, torch.Generator())
    np.testing.assert_allclose(found.numpy(), np.stack(expected), atol=2e-4)


def test_a_blur_far_wider_than_the_crop_is_mirrored_again_and_again() -> None:
    shares = gaussian(np.arange(16)[None], np.array([40.0]), CPU)
    np.testing.assert_allclose(shares.sum(dim=2).numpy(), 1, rtol=1e-4)
    line = np.linspace(0, 1, 16, dtype=np.float32)
    picture_ = np.repeat(line[None, :, None], 16, axis=0)
    expected = degrade(picture_, Degradation((0, 40.0)), np.random.default_rng(0))[0, :, 0]
    np.testing.assert_allclose(shares[0].numpy() @ line, expected, atol=1e-4)


@pytest.mark.parametrize("photons", [3.0, 120.0])
def test_noise_has_the_mean_and_the_spread_of_the_photons(photons: float) -> None:
    planes = torch.full((2, 1, 128, 128), 0.6)
    found = degraded(planes, [Degradation(photons=photons)] * 2, torch.Generator().manual_seed(1))
    assert float(found.mean()) == pytest.approx(0.6, abs=0.02)
    assert float(found.std()) == pytest.approx((0.6 / photons) ** 0.5, rel=0.05)
    assert not torch.equal(found[0], found[1])


SETTINGS = {
    "nothing": {},
    "gray": {"gray": 1.0},
    "single": {"permute": True},
    "stain": {"stain": 0.3},
    "gamma": {"gamma": 0.5},
    "invert": {"invert": 1.0},
    "drop": {"drop_channel": 1.0},
    "contrast": {"contrast": 3.0, "brightness": 0.3},
    "all": {
        "gray": 0.2,
        "permute": True,
        "stain": 0.2,
        "gamma": 0.4,
        "invert": 0.3,
        "contrast": 2.0,
        "brightness": 0.2,
    },
}


@pytest.mark.parametrize("kind", ["coloured", "gray", "two", "empty"])
@pytest.mark.parametrize("name", SETTINGS)
def test_colours_and_contrast_are_those_of_the_processor(name: str, kind: str) -> None:
    planes = soft(count=8)
    if kind == "gray":
        planes[:] = planes[:, :1]
    if kind in ("two", "empty"):
        planes[:, 2 if kind == "two" else 1 :] = 0
    plans = planned(picture(0), replace(Augmentation(crop=SIDE), **SETTINGS[name]), 8)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    expected = [processor.intensities(one.copy(), plan, rng) for one, plan in zip(planes, plans, strict=True)]
    found = intensities(torch.from_numpy(planes.copy()), plans, torch.Generator())
    np.testing.assert_allclose(found.numpy(), np.stack(expected), atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_any_number_of_channels(channels: int) -> None:
    planes = soft(channels, 6)
    settings = Augmentation.whole(crop=SIDE, degraded=0.0)
    plans = planned(picture(0, channels=channels), settings, 6)
    rng = np.random.default_rng(0)
    expected = [processor.intensities(one.copy(), plan, rng) for one, plan in zip(planes, plans, strict=True)]
    found = intensities(torch.from_numpy(planes.copy()), plans, torch.Generator())
    np.testing.assert_allclose(found.numpy(), np.stack(expected), atol=2e-3, rtol=1e-3)


def test_percentiles_become_black_and_white_as_on_the_processor() -> None:
    planes = np.random.default_rng(0).normal(0, 3, (2, 3, 50, 50)).astype(np.float32)
    planes[0, 1] = 0.4
    expected = np.stack([processor._rescale(one) for one in planes])
    np.testing.assert_allclose(rescaled(torch.from_numpy(planes)).numpy(), expected, atol=1e-4)


def test_a_section_gets_the_colours_of_another_as_on_the_processor() -> None:
    one, other = sections()
    plan = plan_crop(one, Augmentation(crop=SIDE), np.random.default_rng(1), other)
    assert plan.recoloured is not None
    plain, rng = replace(plan, recoloured=None), np.random.default_rng(0)
    planes = crop_of(one, plain, SIDE, rng).tile
    expected = processor.intensities(planes.copy(), plan, rng)
    found = intensities(torch.from_numpy(planes[None].copy()), [plan], torch.Generator())[0].numpy()
    np.testing.assert_allclose(found, expected, atol=5e-3)
    assert np.abs(expected - planes).max() > 0.2


WHOLE = Augmentation.whole(crop=32, scale=(0.4, 2.0), stain_transfer=0.3)


def made(
    examples: ExampleSet, images: DeviceImages | None, seed: int = 0, size: int = 16, count: int = 3
) -> list[Batch]:
    return list(batches(examples, WHOLE, size, count, (seed, 1), Helpers(2), images=images))  # type: ignore[arg-type]


def test_the_same_sample_of_the_same_seed_shows_the_same_place() -> None:
    examples = ExampleSet(picture(0), picture(1, (90, 60)))
    images = DeviceImages(examples, CPU, 2**30)  # type: ignore[arg-type]
    for ours, theirs in zip(made(examples, None), made(examples, images), strict=True):
        found, expected = np.asarray(theirs.targets), np.asarray(ours.targets)
        assert (found[:, 0] == expected[:, 0]).mean() > 0.99
        assert np.asarray(theirs.tiles).shape == np.asarray(ours.tiles).shape


def test_the_same_seed_gives_the_same_batches_and_another_one_others() -> None:
    examples = ExampleSet(picture(0), picture(1))
    one, two, other = (made(examples, held(*examples.examples), seed) for seed in (0, 0, 1))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(np.asarray(a.tiles), np.asarray(b.tiles))
    assert not np.array_equal(np.asarray(one[0].tiles), np.asarray(other[0].tiles))


@pytest.mark.parametrize("classes", [False, True])
def test_what_does_not_fit_is_made_by_the_processor_in_its_place(classes: bool) -> None:
    first, second = picture(0), picture(1)
    if classes:
        second = replace(second, classes=(second.labels > 0).astype(np.uint8))
    examples = ExampleSet(first, second)
    room = first.labels.size * (9 + classes)
    some = DeviceImages(examples, CPU, room)  # type: ignore[arg-type]
    assert len(some) == 1 and some.wanted == 2 and some.nbytes <= room
    for ours, theirs in zip(made(examples, None), made(examples, some), strict=True):
        assert (np.asarray(theirs.targets)[:, 0] == np.asarray(ours.targets)[:, 0]).mean() > 0.99
        assert (theirs.classes is None) == (ours.classes is None)
        if ours.classes is not None:
            assert (np.asarray(theirs.classes) == np.asarray(ours.classes)).mean() > 0.99
    none = DeviceImages(examples, CPU, 10)  # type: ignore[arg-type]
    assert len(none) == 0
    for ours, theirs in zip(made(examples, None), made(examples, none), strict=True):
        np.testing.assert_array_equal(theirs.tiles, ours.tiles)


def test_many_crops_have_the_statistics_of_those_of_the_processor() -> None:
    examples = ExampleSet(picture(0), picture(1), picture(2))
    images = held(*examples.examples)
    figures = []
    for given in (None, images):
        tiles = np.concatenate([np.asarray(batch.tiles) for batch in made(examples, given, 0, 40, 6)])
        steps = np.abs(np.diff(tiles, axis=3)).mean(axis=(1, 2, 3))
        each = np.stack((tiles.mean(axis=(1, 2, 3)), tiles.std(axis=(1, 2, 3)), steps))
        figures.append(np.percentile(each, (10, 25, 50, 75, 90), axis=1))
    np.testing.assert_allclose(figures[1], figures[0], atol=0.02, rtol=0.05)


def test_windows_hold_all_that_a_crop_sees() -> None:
    settings = Augmentation(crop=SIDE, scale=(0.3, 2.0))
    plans = planned(picture(0), settings, 50)
    inverses = inverted(np.stack([plan.matrix for plan in plans]))
    scales = np.array([plan.scale for plan in plans])
    low, high = windows(inverses, scales, SIDE, np.tile((150, 190), (50, 1)))
    points = np.stack([one.ravel() for one in np.indices((SIDE, SIDE))[::-1]])
    seen = inverses[:, :, :2] @ points + inverses[:, :, 2:]
    inside = (seen >= 0) & (seen <= np.array([[189], [149]]))
    whole = inside.all(axis=1, keepdims=True)
    beyond = ((seen < low[:, :, None]) | (seen > high[:, :, None] - 1)) & whole
    assert not beyond.any()
