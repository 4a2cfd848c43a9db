"""Label images: numbers, holes, outlines and measurements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core import labels as lb
from cpsam_core.errors import ImageError, SettingsError


def square(shape: tuple[int, ...], *boxes: tuple[slice, ...]) -> NDArray[np.uint32]:
    labels = np.zeros(shape, np.uint32)
    for number, box in enumerate(boxes, 1):
        labels[box] = number
    return labels


def random_labels(shape: tuple[int, ...], seed: int = 0, step: int = 1) -> NDArray[np.uint32]:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2)
    labels, _ = ndimage.label(noise > noise.std())
    return (labels * step).astype(np.uint32)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(5, int),
        np.zeros((2, 2, 2, 2), int),
        np.array([[0.5, 1]]),
        np.array([[np.nan, 1]]),
        np.array([[np.inf, 1]]),
        np.array([[-1, 0]]),
        np.array([[2**32, 0]]),
        np.array([["a", "b"]]),
    ],
)
def test_what_is_no_label_image(array: NDArray[Any]) -> None:
    with pytest.raises(ImageError):
        lb.as_labels(array)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.float32])
def test_types_of_labels(dtype: type) -> None:
    labels = lb.as_labels(np.array([[0, 1], [1, 0]], dtype))
    assert labels.dtype == np.uint32
    assert labels.tolist() == [[0, 1], [1, 0]]


def test_relabel_numbers_in_order_of_rows() -> None:
    labels = np.array([[0, 7, 7], [4_000_000_000, 0, 2]])
    assert lb.relabel(labels).tolist() == [[0, 1, 1], [2, 0, 3]]
    assert lb.relabel(labels).dtype == np.uint32


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 3, 3)])
def test_images_without_pixels(shape: tuple[int, ...]) -> None:
    empty = np.zeros(shape, np.uint32)
    for function in (lb.relabel, lb.fill_holes, lb.clear_border, lb.outlines):
        assert function(empty).shape == shape
    assert len(lb.object_table(empty)) == 0


def test_dropping_by_size_and_place() -> None:
    labels = square((20, 20), np.s_[2:4, 2:4], np.s_[5:15, 5:15], np.s_[18:20, 3:9])
    assert set(np.unique(lb.drop_small(labels, 5))) == {0, 2, 3}
    assert set(np.unique(lb.drop_small(labels, 4))) == {0, 1, 2, 3}
    assert set(np.unique(lb.drop_large(labels, 0.2))) == {0, 1, 3}
    assert set(np.unique(lb.clear_border(labels))) == {0, 1, 2}
    assert set(np.unique(lb.keep_ids(labels, np.array([2, 99])))) == {0, 2}
    with pytest.raises(SettingsError):
        lb.drop_large(labels, 0)


def test_border_of_a_volume_is_that_of_its_planes() -> None:
    labels = square((4, 9, 9), np.s_[0:4, 3:5, 3:5], np.s_[1:2, 0:2, 6:8])
    assert set(np.unique(lb.clear_border(labels))) == {0, 1}


def test_input_is_never_changed() -> None:
    labels = square((9, 9), np.s_[1:8, 1:8])
    labels[4, 4] = 0
    before = labels.copy()
    for function in (lb.relabel, lb.fill_holes, lb.clear_border, lb.outlines, lb.object_table, lb.polygons):
        function(labels)
    lb.drop_small(labels, 100)[:] = 5
    np.testing.assert_array_equal(labels, before)


def ring(size: int = 15) -> NDArray[np.uint32]:
    labels = np.zeros((size, size), np.uint32)
    labels[2:-2, 2:-2] = 1
    labels[4:-4, 4:-4] = 0
    return labels


def test_hole_is_filled() -> None:
    assert (lb.fill_holes(ring())[2:-2, 2:-2] == 1).all()


def test_hole_that_is_open_stays() -> None:
    labels = ring()
    labels[7, 2:4] = 0
    np.testing.assert_array_equal(lb.fill_holes(labels), labels)


def test_hole_that_is_open_across_a_corner_only_is_filled() -> None:
    labels = square((7, 7), np.s_[1:6, 1:6])
    labels[3, 3] = labels[2, 2] = labels[1, 1] = 0
    assert (lb.fill_holes(labels)[[2, 3], [2, 3]] == 1).all()
    assert lb.fill_holes(labels)[1, 1] == 0


def test_pocket_at_the_edge_of_the_image_stays() -> None:
    labels = square((7, 7), np.s_[0:5, 1:6])
    labels[0:2, 3] = 0
    np.testing.assert_array_equal(lb.fill_holes(labels), labels)


def test_object_in_a_ring_is_kept_and_the_gap_filled() -> None:
    labels = ring()
    labels[6:8, 6:8] = 2
    filled = lb.fill_holes(labels)
    assert (filled == 2).sum() == 4
    assert (filled == 1).sum() == 11 * 11 - 4


def test_rings_in_rings() -> None:
    labels = np.zeros((25, 25), np.uint32)
    for number, inset in enumerate((1, 5, 9), 1):
        labels[inset : 25 - inset, inset : 25 - inset] = number
        labels[inset + 2 : 23 - inset, inset + 2 : 23 - inset] = 0
    filled = lb.fill_holes(labels)
    assert [filled[12, k] for k in (3, 7, 12)] == [1, 2, 3]


def test_gap_between_objects_is_no_hole() -> None:
    labels = square((9, 9), np.s_[1:4, 1:8], np.s_[4:8, 1:4], np.s_[4:8, 5:8], np.s_[6:8, 4:5])
    filled = lb.fill_holes(labels)
    np.testing.assert_array_equal(filled, labels)
    assert labels[4, 4] == labels[5, 4] == 0


def test_holes_of_a_volume() -> None:
    labels = square((7, 9, 9), np.s_[1:6, 1:8, 1:8])
    labels[3, 3:6, 3:6] = 0
    labels[3, 4, 4] = 2
    filled = lb.fill_holes(labels)
    assert (filled == 1).sum() == 5 * 7 * 7 - 1
    labels[3:, 3, 3] = 0  # a shaft to the outside
    np.testing.assert_array_equal(lb.fill_holes(labels), labels)


@pytest.mark.parametrize("shape", [(80, 90), (12, 40, 40)])
def test_holes_agree_with_filling_object_by_object(shape: tuple[int, ...]) -> None:
    labels = random_labels(shape)
    rng = np.random.default_rng(1)
    labels[rng.random(shape) < 0.1] = 0
    expected = labels.copy()
    for label in np.unique(labels)[1:]:
        whole = ndimage.binary_fill_holes(labels == label)
        expected[whole & (labels == 0)] = label
    alone = [label for label in np.unique(labels)[1:] if (expected == label).any()]
    assert len(alone) > 1
    np.testing.assert_array_equal(lb.fill_holes(labels), expected)


def test_outlines_of_touching_objects() -> None:
    labels = square((6, 8), np.s_[1:5, 1:4], np.s_[1:5, 4:7])
    assert lb.outlines(labels).sum() == 2 * (4 * 3 - 2)
    assert not lb.outlines(labels)[2, 2]


def test_outlines_at_the_edge_of_the_image() -> None:
    assert lb.outlines(np.ones((5, 5), int)).sum() == 16
    assert lb.outlines(np.ones((2, 5, 5), int)).sum() == 32


def test_polygons_enclose_their_objects() -> None:
    labels = random_labels((60, 70), step=1_000_003)
    edge = lb.outlines(labels)
    found = lb.polygons(labels)
    assert sorted(found) == np.unique(labels)[1:].tolist()
    for label, points in found.items():
        assert (labels[points[:, 1], points[:, 0]] == label).all()
        assert edge[points[:, 1], points[:, 0]].all()
    with pytest.raises(ImageError):
        lb.polygons(np.zeros((2, 3, 3), int))


@pytest.mark.parametrize("shape", [(70, 50), (10, 30, 30)])
@pytest.mark.parametrize("step", [1, 1_000_003])
def test_table_agrees_with_measuring_one_by_one(shape: tuple[int, ...], step: int) -> None:
    labels = random_labels(shape, step=step)
    logits = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    ids = np.unique(labels)[1:]
    errors = np.arange(len(ids)) / 7
    table = lb.object_table(labels, logits, errors)
    np.testing.assert_array_equal(table.ids, ids)
    np.testing.assert_allclose(table.flow_errors, errors, rtol=1e-6)
    for k, label in enumerate(ids):
        inside = np.argwhere(labels == label)
        assert table.areas[k] == len(inside)
        np.testing.assert_allclose(table.centroids[k], inside.mean(axis=0))
        np.testing.assert_array_equal(table.boxes[k], np.stack([inside.min(0), inside.max(0) + 1], axis=1))
        assert table.probabilities[k] == pytest.approx(
            (1 / (1 + np.exp(-logits[labels == label]))).mean(), rel=1e-5
        )


def test_table_says_what_it_does_not_know() -> None:
    table = lb.object_table(np.eye(3, dtype=int))
    assert len(table) == 1
    assert np.isnan(table.flow_errors).all()
    assert np.isnan(table.probabilities).all()


def test_table_refuses_what_does_not_fit() -> None:
    with pytest.raises(ImageError, match="logits"):
        lb.object_table(np.eye(3, dtype=int), np.zeros((3, 4)))
    with pytest.raises(ImageError, match="flow errors"):
        lb.object_table(np.eye(3, dtype=int), flow_errors=np.zeros(2))


def test_more_objects_than_16_bits_count() -> None:
    labels = np.zeros((540, 540), np.uint32)
    labels[::2, ::2] = np.arange(1, 270 * 270 + 1).reshape(270, 270)
    assert len(lb.object_table(labels)) == 72_900
    assert lb.relabel(labels * 3).max() == 72_900
    np.testing.assert_array_equal(lb.fill_holes(labels), labels)
    assert lb.drop_small(labels, 2).max() == 0
