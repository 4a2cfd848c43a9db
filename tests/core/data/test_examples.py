"""From files to examples: classes, complete regions, parts kept aside, channels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.data.augment import augment
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.example import UNKNOWN_CLASS
from cpsam_core.data.examples import counted_objects, make_example, read_annotation, read_example
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import CpsamError, ImageError, TrainingError
from cpsam_core.images import write_labels, write_tiff
from cpsam_core.images.project_files import ProjectFile, Region, write_project_file

SIDE = 48


def masks() -> np.ndarray:
    labels = np.zeros((SIDE, SIDE), np.uint32)
    labels[4:14, 4:14], labels[20:32, 18:34], labels[36:44, 4:12] = 1, 2, 3
    return labels


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    pixels = np.random.default_rng(0).integers(0, 200, (SIDE, SIDE)).astype(np.uint16)
    write_tiff(tmp_path / "a.tif", pixels, "YX")
    write_labels(tmp_path / "a_masks.tif", masks())
    return Pair(tmp_path / "a.tif", tmp_path / "a_masks.tif", "cells")


def with_classes(pair: Pair, *kinds: int) -> Pair:
    path = pair.image.with_name("a_classes.png")
    write_labels(path, np.array([0, *kinds])[masks()])
    return replace(pair, classes=path)


def test_a_map_of_classes(pair: Pair) -> None:
    annotation = read_annotation(with_classes(pair, 1, 2, 0))
    assert annotation.classes is not None
    np.testing.assert_array_equal(annotation.classes, np.array([0, 1, 2, UNKNOWN_CLASS])[masks()])
    assert read_annotation(pair).classes is None


def test_a_map_that_holds_no_classes_is_refused(pair: Pair) -> None:
    path = pair.image.with_name("a_classes.tif")
    write_labels(path, masks() * 70)
    with pytest.raises(ImageError, match="holds numbers up to 210"):
        read_annotation(replace(pair, classes=path))
    write_labels(path, masks()[:40])
    with pytest.raises(ImageError, match="differ in size"):
        read_annotation(replace(pair, classes=path))


def test_a_project_says_it_all(pair: Pair) -> None:
    path = pair.image.with_suffix(".cpsam")
    rows = {1: {"class_id": 2}, 2: {"class_id": 0}, 3: {"class_id": 1}}
    region = Region.box(0, 24, 0, SIDE)
    write_project_file(path, ProjectFile(masks()[None], rows, complete=(region,), class_names={1: "round"}))
    annotation = read_annotation(replace(pair, masks=path))
    np.testing.assert_array_equal(annotation.labels, masks())
    assert annotation.classes is not None and annotation.complete is not None
    np.testing.assert_array_equal(annotation.classes, np.array([0, 2, UNKNOWN_CLASS, 1])[masks()])
    assert annotation.complete[:24].all() and not annotation.complete[24:].any()
    assert annotation.class_names == {1: "round"}
    data = TrainingSet([replace(pair, masks=path)])
    assert data.class_names == {1: "round"} and data.class_count == 3


def test_a_map_of_what_is_complete(pair: Pair) -> None:
    path = pair.image.with_name("a_complete.png")
    write_labels(path, (masks() == 2).astype(np.uint8) * 255)
    complete = read_annotation(replace(pair, complete=path)).complete
    assert complete is not None
    np.testing.assert_array_equal(complete, masks() == 2)
    part = read_annotation(replace(pair, complete=path, leave_out=(0, 26, 0, SIDE))).complete
    assert part is not None
    assert not part[:26].any() and part[26:32, 18:34].all()


def test_objects_count_where_most_of_them_is_complete() -> None:
    complete = np.zeros((SIDE, SIDE), bool)
    complete[:25] = True  # all of 1, 5 of 12 rows of 2, nothing of 3
    assert set(np.unique(counted_objects(masks(), complete))) == {0, 1}
    complete[:27] = True
    assert set(np.unique(counted_objects(masks(), complete))) == {0, 1, 2}
    assert counted_objects(masks(), None) is not None


def test_class_weights_are_inverse_frequencies(pair: Pair) -> None:
    data = TrainingSet([with_classes(pair, 1, 3, 0)])
    areas = np.array([(masks() == 0).sum(), 100, 0, 192])
    np.testing.assert_array_equal(data.class_pixels, areas)
    weights = data.class_weights
    assert weights is not None and weights.shape == (256,)
    assert weights[[0, 1, 3]] * areas[[0, 1, 3]] == pytest.approx(np.full(3, weights[1] * 100))
    assert weights[[0, 1, 3]].mean() == pytest.approx(1)
    assert not weights[2] and not weights[UNKNOWN_CLASS]
    assert data.class_count == 4
    data.check_classes(0)
    data.check_classes(4)
    with pytest.raises(TrainingError, match="3 classes, but the network was made for 2"):
        data.check_classes(3)
    plain = TrainingSet([pair])
    assert plain.class_weights is None and plain.class_count == 0


def test_what_is_not_complete_does_not_weigh(pair: Pair) -> None:
    data = TrainingSet([replace(with_classes(pair, 1, 2, 1), only=(0, 16, 0, SIDE))])
    np.testing.assert_array_equal(data.class_pixels, [16 * SIDE - 100, 100])


@pytest.mark.parametrize(("count", "channels"), [(1, 3), (2, 5), (4, 4), (4, 3), (5, 3)])
def test_no_channel_is_lost_in_silence(pair: Pair, count: int, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(1, 200, (count, SIDE, SIDE)).astype(np.uint16)
    write_tiff(pair.image, pixels, "CYX")
    if count <= channels:
        example = read_example(pair, channels)
        assert example.pixels.shape[2] == channels
        assert example.pixels[..., :count].astype(float).std(axis=(0, 1)).min() > 0.1
        assert not example.pixels[..., count:].any()
        return
    with pytest.raises(
        TrainingError, match=f"{count} channels and the network takes {channels}: choose those"
    ):
        read_example(pair, channels)
    with pytest.raises(TrainingError, match=r"a\.tif: it has"):
        TrainingSet([pair], channels=channels).check()
    pixels[channels:] = 0
    write_tiff(pair.image, pixels, "CYX")
    assert read_example(pair, channels).pixels.shape[2] == channels


def test_crops_show_what_counts() -> None:
    complete = np.zeros((400, 400), bool)
    complete[380:384, 10:13] = True
    labels = np.zeros((400, 400), np.uint32)
    labels[370:390, 5:20] = 1
    example = make_example(np.zeros((400, 400, 1), np.float32), labels, None, complete)
    for settings in (Augmentation(crop=32), Augmentation(crop=48, scale=(1.0, 4.0), on_cells=1.0)):
        for seed in range(30):
            sample = augment(example, settings, np.random.default_rng(seed))
            assert sample.weight.any() and not sample.weight.all()
            assert set(np.unique(sample.weight)) <= {0, 1}


def test_nothing_complete_is_no_error() -> None:
    example = make_example(
        np.zeros((64, 64, 1), np.float32), np.zeros((64, 64), np.uint32), None, np.zeros((64, 64), bool)
    )
    assert not augment(example, Augmentation(crop=32), np.random.default_rng(0)).weight.any()


def test_planes_of_a_stack_are_no_image(pair: Pair) -> None:
    write_labels(pair.masks, np.stack([masks(), masks()]))
    with pytest.raises(CpsamError, match="planes"):
        read_example(pair, 3)
