"""Image to labels, with a stand-in network that finds bright disks (see conftest)."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core import Segmentation, Segmenter, Settings
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.images import arrange
from cpsam_core.progress import Cancelled
from cpsam_core.segment.segmenter import NetworkOutput, masks_of


def disks(
    radius: int = 10, rows: int = 2, columns: int = 3, dark: int = 20, bright: int = 200
) -> NDArray[np.uint8]:
    """Return disks (y, x) on dark ground, and dark ground around them."""
    step = 4 * radius
    image = np.full((rows * step, columns * step), dark, np.uint8)
    for row, column in np.ndindex(rows, columns):
        cv2.circle(image, (step // 2 + step * column, step // 2 + step * row), radius, bright, -1)
    return image


@pytest.fixture
def segmenter(disk_model: Any) -> Segmenter:
    return Segmenter.load("any")


def check(result: Segmentation, count: int) -> None:
    assert result.labels.dtype == np.uint32
    assert result.labels.max() == count
    assert len(result.objects.ids) == count
    assert np.array_equal(np.unique(result.labels), np.arange(count + 1))
    assert result.logits.shape == result.labels.shape
    assert result.flows.shape[1:] == result.labels.shape
    assert result.flows.dtype == result.logits.dtype == np.float32


def test_gray(segmenter: Segmenter) -> None:
    image = disks()
    result = segmenter.segment(image)
    check(result, 6)
    assert ((result.labels > 0) == (image > 100)).mean() > 0.98
    assert result.diameter == 30
    assert result.output.class_logits is None
    np.testing.assert_array_equal(result.objects.areas, np.bincount(result.labels.ravel())[1:])
    assert (result.objects.flow_errors < 0.4).all()
    assert (result.objects.probabilities > 0.6).all()


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16, np.int32, np.uint32, np.float16, np.float64])
def test_any_number_type(segmenter: Segmenter, dtype: Any) -> None:
    image = (disks(dark=0, bright=1) if dtype is bool else disks()).astype(dtype)
    check(segmenter.segment(image), 6)


def test_colour_and_many_channels(segmenter: Segmenter) -> None:
    gray = disks()
    colour = np.stack([gray, 255 - gray, gray // 2], axis=-1)
    check(segmenter.segment(colour), 6)
    five = np.stack([255 - gray, gray // 3, gray, gray // 2, gray // 4])
    result = segmenter.segment(five, Settings(axes="CYX", channels=(2,)))
    check(result, 6)
    # With the channel of bright ground first, the dark disks are no cells any more.
    assert segmenter.segment(five, Settings(axes="CYX")).labels.max() != 6


def test_channels_by_name(segmenter: Segmenter) -> None:
    gray = disks()
    image = replace(arrange(np.stack([255 - gray, gray]), "CYX"), channel_names=("phase", "DAPI"))
    check(segmenter.segment(image, Settings(channels=("DAPI",))), 6)
    with pytest.raises((SettingsError, ImageError), match="GFP"):
        segmenter.segment(image, Settings(channels=("GFP",)))


def test_planes_of_a_stack_are_numbered_in_one_sequence(segmenter: Segmenter) -> None:
    stack = np.stack([disks(), disks(), 0 * disks()])
    result = segmenter.segment(stack, Settings(axes="ZYX"))
    check(result, 12)
    assert result.flows.shape == (2, *stack.shape)
    assert set(np.unique(result.labels[1])) == {0, *range(7, 13)}
    assert not result.labels[2].any()
    alone = segmenter.segment(stack[0])
    np.testing.assert_array_equal(result.labels[0], alone.labels)


def test_planes_stitched_together(segmenter: Segmenter) -> None:
    stack = np.stack([disks(), disks(), disks()])
    result = segmenter.segment(stack, Settings(axes="ZYX", stitch_threshold=0.25))
    check(result, 6)
    np.testing.assert_array_equal(result.labels[0], result.labels[2])
    assert np.isfinite(result.objects.flow_errors).all()


def spheres() -> NDArray[np.uint8]:
    z, y, x = np.mgrid[:36, :40, :80]
    inside = np.zeros(z.shape, bool)
    for centre in (20, 60):
        inside |= (z - 18) ** 2 + (y - 20) ** 2 + (x - centre) ** 2 < 11**2
    return np.where(inside, 200, 10).astype(np.uint8)


def test_volumes(segmenter: Segmenter) -> None:
    volume = spheres()
    result = segmenter.segment(volume, Settings(axes="ZYX", do_3D=True))
    check(result, 2)
    assert result.flows.shape == (3, *volume.shape)
    assert ((result.labels > 0) == (volume > 100)).mean() > 0.95
    thin = segmenter.segment(volume[::2], Settings(axes="ZYX", do_3D=True, anisotropy=2.0))
    assert thin.labels.max() == 2
    assert thin.labels.shape == (18, 40, 80)


def test_anisotropy_of_the_file_is_used(segmenter: Segmenter) -> None:
    image = replace(arrange(spheres()[::2], "ZYX"), pixel_size=0.5, z_step=1.0)
    given = segmenter.segment(image, Settings(do_3D=True))
    told = segmenter.segment(spheres()[::2], Settings(axes="ZYX", do_3D=True, anisotropy=2.0))
    np.testing.assert_array_equal(given.labels, told.labels)


def test_a_single_plane_is_no_volume(segmenter: Segmenter) -> None:
    with pytest.raises(SettingsError, match="one plane only"):
        segmenter.segment(disks(), Settings(do_3D=True))


@pytest.mark.parametrize("radius", [5, 30])
def test_the_diameter_resizes_the_image(segmenter: Segmenter, radius: int) -> None:
    image = disks(radius)
    result = segmenter.segment(image, Settings(diameter=2 * radius))
    check(result, 6)
    assert result.labels.shape == image.shape
    assert result.diameter == 2 * radius
    assert ((result.labels > 0) == (image > 100)).mean() > 0.95


@pytest.mark.parametrize("stack", [False, True])
def test_masks_made_at_the_size_of_the_network(segmenter: Segmenter, stack: bool) -> None:
    image = disks(radius=40)
    given, axes = (np.stack([image, image]), "ZYX") if stack else (image, "YX")
    full = segmenter.segment(given, Settings(diameter=80, axes=axes))
    small = segmenter.segment(given, Settings(diameter=80, axes=axes, resample=False))
    check(small, 12 if stack else 6)
    np.testing.assert_array_equal(small.flows, full.flows)
    overlap = ((small.labels > 0) & (full.labels > 0)).sum() / ((small.labels > 0) | (full.labels > 0)).sum()
    assert overlap > 0.9
    np.testing.assert_array_equal(small.objects.areas, np.bincount(small.labels.ravel())[1:])


def test_the_diameter_is_estimated(segmenter: Segmenter, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "cpsam_core"):
        result = segmenter.segment(disks(30), Settings(diameter="auto"))
    assert result.labels.max() == 6
    assert 40 < result.diameter < 80
    assert "cells measure about" in caplog.text


def test_objects_at_the_edge(segmenter: Segmenter) -> None:
    image = disks()[:, 20:]
    assert segmenter.segment(image).labels.max() == 6
    result = segmenter.segment(image, Settings(exclude_on_edges=True))
    check(result, 4)
    assert not result.labels[:, 0].any()
    # Each of the four that are left keeps its own flow error.
    whole = segmenter.segment(image)
    kept = np.unique(whole.labels[result.labels > 0])
    np.testing.assert_array_equal(result.objects.flow_errors, whole.objects.flow_errors[kept - 1])
    assert segmenter.segment(disks()[:20], Settings(exclude_on_edges=True)).labels.max() == 0


def test_test_time_augmentation(segmenter: Segmenter) -> None:
    check(segmenter.segment(disks(), Settings(augment=True)), 6)


def test_the_same_settings_give_the_same_masks(segmenter: Segmenter) -> None:
    one, two = (segmenter.segment(disks(), Settings(diameter=25)) for _ in range(2))
    np.testing.assert_array_equal(one.labels, two.labels)
    np.testing.assert_array_equal(one.flows, two.flows)


@pytest.mark.parametrize(
    "changes",
    [
        {"cellprob_threshold": 2.0},
        {"flow_threshold": 0.001},
        {"flow_threshold": 0.0},
        {"min_size": 320},
        {"niter": 5},
        {"exclude_on_edges": True},
        {"max_size_fraction": 0.01},
    ],
)
@pytest.mark.parametrize("stack", [False, True])
def test_other_thresholds_without_the_network_equal_a_new_run(
    segmenter: Segmenter, changes: dict[str, Any], stack: bool
) -> None:
    image = disks()[:, 10:]
    first = Settings(diameter=24, axes="ZYX" if stack else None)
    image = np.stack([image, image[::-1]]) if stack else image
    found, second = segmenter.segment(image, first), replace(first, **changes)
    again, new = masks_of(found.output, second), segmenter.segment(image, second)
    np.testing.assert_array_equal(again.labels, new.labels)
    np.testing.assert_array_equal(again.objects.flow_errors, new.objects.flow_errors)
    assert again.diameter == new.diameter == 24


@pytest.mark.parametrize("value", [0, 7, 255])
@pytest.mark.parametrize("shape", [(60, 70), (1, 1), (1, 200), (2, 3)])
def test_constant_images_hold_no_cells(segmenter: Segmenter, value: int, shape: tuple[int, int]) -> None:
    check(segmenter.segment(np.full(shape, value, np.uint8)), 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_some_values_that_are_no_numbers(segmenter: Segmenter, bad: float) -> None:
    image = disks().astype(np.float32)
    image[:2, :2] = bad
    check(segmenter.segment(image), 6)


def test_nothing_but_values_that_are_no_numbers(segmenter: Segmenter) -> None:
    with pytest.raises(ImageError):
        segmenter.segment(np.full((20, 20), np.nan, np.float32))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("where", ["limits", "subnormal"])
def test_numbers_near_the_limits_of_their_type(segmenter: Segmenter, kind: Any, where: str) -> None:
    span = np.finfo(kind)
    # The numbers 0 to 1 become -max to max, or subnormal ones of which a few hundred differ.
    plain = disks(dark=0, bright=1).astype(kind)
    image = (2 * plain - 1) * span.max if where == "limits" else plain * span.smallest_subnormal * 300
    check(segmenter.segment(image.astype(kind)), 6)


def test_a_second_channel_without_a_number(segmenter: Segmenter, caplog: pytest.LogCaptureFixture) -> None:
    image = np.stack([disks().astype(np.float32), np.full((80, 120), np.nan, np.float32)])
    check(segmenter.segment(image, Settings(axes="CYX")), 6)
    assert "channel 1 is left empty" in caplog.text


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0,), (5,), (2, 2, 2, 2, 2, 2)])
def test_what_is_no_image(segmenter: Segmenter, shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError):
        segmenter.segment(np.zeros(shape, np.uint8))


def test_progress_and_cancel(segmenter: Segmenter) -> None:
    notes: set[str] = set()
    segmenter.segment(disks(), progress=lambda done, total, note="": notes.add(note))
    assert "tiles" in notes and "cell size" not in notes
    segmenter.segment(
        disks(), Settings(diameter="auto"), progress=lambda done, total, note="": notes.add(note)
    )
    assert "cell size" in notes, "the bar of the run is another one"

    def cancel(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        segmenter.segment(disks(), progress=cancel)


def test_class_maps_are_part_of_the_result(disk_model: Any) -> None:
    class Classes:
        tile, in_channels, out_channels = 256, 3, 5

        def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.concatenate((-tiles[:, :2], disk_model(tiles)), axis=1)

    result = Segmenter(Classes()).segment(disks())
    check(result, 6)
    assert result.output.class_logits is not None
    assert result.output.class_logits.shape == (2, *result.labels.shape)
    assert result.output.class_logits[0].min() < -0.5
    assert result.classes is not None
    assert result.classes.tolist() == [1] * 6


def test_objects_take_the_majority_of_their_pixels_classes_and_background_objects_go() -> None:
    labels = np.zeros((24, 72), np.uint32)
    for number, left in enumerate((4, 28, 52), 1):
        labels[4:20, left : left + 16] = number
    flows = 5 * flows_from_masks(labels)
    logits = np.where(labels > 0, 6, -6).astype(np.float32)
    maps = np.zeros((3, *labels.shape), np.float32)
    maps[0] = 1  # background everywhere, but
    maps[2, 4:20, 4:20] = 2  # the first object is of class 2,
    maps[1, 4:16, 52:68] = 2  # and most of the third of class 1
    found = masks_of(NetworkOutput(flows, logits, class_logits=maps), Settings())
    assert found.classes is not None
    assert found.classes.tolist() == [2, 1]
    assert sorted(np.unique(found.labels)) == [0, 1, 2]
    assert not found.labels[10, 36]
    assert found.labels[10, 10] == 1 and found.labels[10, 60] == 2
    assert len(found.objects) == 2


def test_a_diameter_left_open_is_what_the_model_wants(disk_model: Any) -> None:
    class Wants:
        tile, in_channels, out_channels = 256, 3, 3
        diameter: float | str | None = 15.0

        def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
            result: NDArray[np.float32] = disk_model(tiles)
            return result

    segmenter = Segmenter(Wants())
    assert segmenter.segment(disks()).diameter == 15
    assert segmenter.segment(disks(), Settings(diameter=30)).diameter == 30
    Wants.diameter = "auto"
    measured = segmenter.segment(disks(), Settings(diameter="auto")).diameter
    assert segmenter.segment(disks()).diameter == measured != 30
    Wants.diameter = None
    assert segmenter.segment(disks()).diameter == 30


def test_a_memory_of_objects_gives_the_same_masks() -> None:
    from cpsam_core.dynamics.targets import flows_from_masks
    from cpsam_core.segment.mask_memory import MaskMemory

    labels = np.zeros((60, 80), np.uint32)
    labels[5:20, 5:20], labels[5:20, 20:40], labels[30:55, 40:70], labels[30:34, 10:14] = 1, 2, 3, 4
    noise = np.random.default_rng(0).normal(0, 1.5, (2, 60, 80))
    flows = (5 * flows_from_masks(labels) + noise).astype(np.float32)
    logits = np.where(labels > 0, 2.0, -2.0).astype(np.float32)
    memory, counts = MaskMemory(), set()
    for values in ((0.4, 0.0, 15), (0.1, 0.0, 15), (0.0, 0.0, 40), (0.4, 1.0, 15), (0.4, 0.0, 15)):
        settings = Settings(flow_threshold=values[0], cellprob_threshold=values[1], min_size=values[2])
        output = NetworkOutput(flows, logits)
        plain, known = masks_of(output, settings), masks_of(output, settings, memory=memory)
        np.testing.assert_array_equal(known.labels, plain.labels)
        np.testing.assert_array_equal(known.objects.flow_errors, plain.objects.flow_errors)
        counts.add(int(plain.labels.max()))
    assert len(counts) > 1
