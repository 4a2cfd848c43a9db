"""Measurements against scikit-image, against numbers worked out by hand, and changes against measuring anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.labels import drop_small
from cpsam_core.measure import ObjectFacts, ObjectMeasurements, measure, remeasure
from cpsam_core.progress import Cancelled

regionprops_table = pytest.importorskip("skimage.measure").regionprops_table


def blobs(
    seed: int, shape: tuple[int, ...] = (150, 170), sigma: float = 3.0, gaps: bool = True
) -> NDArray[Any]:
    """Return ragged objects of all sizes, some with holes, some beside each other, some at the border."""
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.normal(size=shape), sigma)
    labels, count = ndimage.label(noise > np.quantile(noise, 0.45 if len(shape) == 2 else 0.75))
    parts = ndimage.gaussian_filter(rng.normal(size=shape), sigma) > 0
    labels = np.where((labels > 0) & parts, labels + count, labels).astype(np.uint32)
    return labels * np.uint32(7) if gaps else labels


def picture(seed: int, shape: tuple[int, ...], channels: int, dtype: Any) -> NDArray[Any]:
    values = np.random.default_rng(seed).normal(0, 90, (*shape, channels))
    if np.dtype(dtype).kind == "u":
        values = np.abs(values)
    return values.astype(dtype)


SHAPES_2D = {
    "area": "area",
    "perimeter": "perimeter",
    "equivalent_diameter_area": "equivalent_diameter",
    "axis_major_length": "major_axis",
    "axis_minor_length": "minor_axis",
    "eccentricity": "eccentricity",
    "solidity": "solidity",
    "centroid-0": "centroid_y",
    "centroid-1": "centroid_x",
}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_shapes_of_planes_are_those_of_scikit_image(seed: int) -> None:
    labels = blobs(seed, sigma=2.0 + seed)
    theirs = regionprops_table(labels, properties=("label", *(k.split("-")[0] for k in SHAPES_2D)))
    ours = measure(labels)
    np.testing.assert_array_equal(ours.ids, theirs["label"])
    for name, own in SHAPES_2D.items():
        np.testing.assert_allclose(ours[own], theirs[name], rtol=1e-9, atol=1e-7, err_msg=own)


def test_shapes_of_single_pixels_and_lines() -> None:
    labels = np.zeros((6, 9), np.uint8)
    labels[0, 0], labels[2, 1:5], labels[1:6, 7] = 1, 2, 3
    theirs = regionprops_table(
        labels, properties=("perimeter", "solidity", "eccentricity", "axis_major_length")
    )
    ours = measure(labels)
    for name, own in (
        ("perimeter",) * 2,
        ("solidity",) * 2,
        ("eccentricity",) * 2,
        ("axis_major_length", "major_axis"),
    ):
        np.testing.assert_allclose(ours[own], theirs[name], atol=1e-9, err_msg=own)
    assert ours["eccentricity"].tolist() == [0, 1, 1]


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.5, 1.0, 1.0)])
def test_shapes_of_volumes_are_those_of_scikit_image(spacing: tuple[float, ...]) -> None:
    labels = drop_small(blobs(5, (12, 40, 44), 2.5), 40)  # scikit-image has no hull of a few voxels
    names = {"equivalent_diameter_area": "equivalent_diameter", "axis_major_length": "major_axis"}
    theirs = regionprops_table(
        labels,
        spacing=spacing,
        properties=("label", "centroid", "inertia_tensor_eigvals", "solidity", *names),
    )
    ours = measure(labels, pixel_size=1.0, z_step=spacing[0])
    np.testing.assert_array_equal(ours.ids, theirs["label"])
    for name, own in names.items():
        np.testing.assert_allclose(ours[own], theirs[name], rtol=1e-6, atol=1e-6, err_msg=own)
    np.testing.assert_allclose(ours["solidity"], theirs["solidity"], rtol=1e-3)
    for axis, letter in enumerate("zyx"):
        np.testing.assert_allclose(ours[f"centroid_{letter}_um"], theirs[f"centroid-{axis}"])
    moments = np.stack([theirs[f"inertia_tensor_eigvals-{k}"] for k in range(3)], axis=1)
    variances = moments.sum(1, keepdims=True) / 2 - moments  # smallest first, as the moments fall
    expected = np.sqrt(1 - np.clip(variances[:, 0], 0, None) / np.maximum(variances[:, 2], 1e-12))
    large = ours["volume"] > 1
    np.testing.assert_allclose(ours["eccentricity"][large], expected[large], atol=1e-6)


@pytest.mark.parametrize("spacing", [1.0, 3.0])
def test_the_surface_of_a_ball(spacing: float) -> None:
    z, y, x = np.mgrid[-12:13, -12:13, -12:13]
    labels = ((z * spacing) ** 2 + y**2 + x**2 <= 11.5**2).astype(np.uint8)
    ours = measure(labels, pixel_size=1.0, z_step=spacing)
    assert ours["surface"][0] == pytest.approx(4 * np.pi * 11.5**2, rel=0.05)
    assert ours["surface_um2"][0] == ours["surface"][0]
    assert ours["solidity"][0] > 0.88


@pytest.mark.parametrize(
    "dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64, np.uint64]
)
def test_brightness_is_that_of_numpy(dtype: Any) -> None:
    labels = blobs(3, (70, 80))
    image = picture(4, (1, 70, 80), 2, dtype)
    ours = measure(labels, image, channels=["DAPI", "actin-488 (2)"])
    for channel, name in enumerate(("DAPI", "actin_488_2")):
        for place, label in enumerate(ours.ids):
            values = image[0, ..., channel][labels == label].astype(float)
            for statistic, function in (
                ("mean", np.mean),
                ("median", np.median),
                ("std", np.std),
                ("min", np.min),
                ("max", np.max),
            ):
                assert ours[f"{statistic}_{name}"][place] == pytest.approx(
                    function(values), rel=1e-6, abs=1e-6
                )


def test_brightness_of_a_volume_in_any_order_of_axes() -> None:
    labels = blobs(3, (6, 30, 32))
    image = picture(4, (6, 30, 32), 2, np.uint16)
    turned = np.moveaxis(np.ascontiguousarray(np.moveaxis(image, -1, 0)), 0, -1)
    ours, again = measure(labels, image), measure(labels, turned)
    expected = ndimage.mean(image[..., 1], labels, ours.ids)
    np.testing.assert_allclose(ours["mean_channel_2"], expected)
    np.testing.assert_array_equal(ours["median_channel_2"], again["median_channel_2"])


def test_an_object_with_nan_has_no_brightness_and_infinity_does_no_harm() -> None:
    labels = np.repeat([[1, 1, 2, 2, 3, 3]], 2, axis=0)
    image = np.arange(12, dtype=np.float32).reshape(1, 2, 6, 1)
    image[0, 0, 0], image[0, 0, 2] = np.nan, np.inf
    ours = measure(labels, image)
    for statistic in ("mean", "median", "std", "min", "max"):
        values = ours[f"{statistic}_channel_1"]
        assert np.isnan(values[0]) and np.isfinite(values[2])
    assert ours["max_channel_1"][1] == np.inf


def test_neighbours_touch_or_are_near() -> None:
    labels = np.zeros((10, 30), np.uint16)
    labels[0:5, 0:5], labels[5:10, 5:10], labels[0:5, 12:16], labels[6:8, 12:16] = 1, 2, 3, 4
    assert measure(labels)["neighbours"].tolist() == [1, 1, 0, 0]
    assert measure(labels, near=2)["neighbours"].tolist() == [1, 1, 1, 1]
    assert measure(labels, near=3)["neighbours"].tolist() == [1, 2, 1, 2]
    assert measure(labels, near=0)["neighbours"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("shape", "near"), [((60, 70), 1.5), ((60, 70), 4.0), ((6, 25, 25), 1.75)])
def test_neighbours_are_all_pairs_within_reach(shape: tuple[int, ...], near: float) -> None:
    labels = blobs(8, shape, 2.0)
    ours = measure(labels, near=near)
    for place, label in enumerate(ours.ids):
        away = ndimage.distance_transform_edt(labels != label)
        others = np.unique(labels[(away <= near) & (labels > 0) & (labels != label)])
        assert ours["neighbours"][place] == len(others)


def test_border_of_planes_and_stacks() -> None:
    labels = np.zeros((3, 20, 20), np.uint8)
    labels[0:3, 5:8, 5:8], labels[1, 0:3, 12:15], labels[1, 15:18, 17:20] = 1, 2, 3
    assert measure(labels)["touches_border"].tolist() == [False, True, True]
    assert measure(labels[1])["touches_border"].tolist() == [False, True, True]


def test_physical_units() -> None:
    labels = np.zeros((20, 20), np.uint8)
    labels[5:9, 4:10] = 1
    flat = measure(labels, pixel_size=0.5)
    assert (flat["area"][0], flat["area_um2"][0]) == (24, 6)
    assert flat["perimeter_um"][0] == flat["perimeter"][0] / 2
    assert (flat["centroid_y_um"][0], flat["centroid_x_um"][0]) == (3.25, 3.25)
    assert "area_um2" not in measure(labels).columns
    stack = measure(np.repeat(labels[np.newaxis], 3, axis=0), pixel_size=0.5, z_step=2.0)
    assert (stack["volume"][0], stack["volume_um3"][0]) == (72, 36)
    assert stack["equivalent_diameter"][0] == pytest.approx(np.cbrt(6 / np.pi * 72 * 4))
    assert stack["equivalent_diameter_um"][0] == pytest.approx(np.cbrt(6 / np.pi * 36))


def test_a_plane_of_a_document_is_a_plane() -> None:
    labels = blobs(1, (30, 40))
    image = picture(1, (1, 30, 40), 1, np.uint8)
    ours = measure(labels[np.newaxis], image)
    assert ours.shape == (30, 40) and "area" in ours.columns


def test_facts_are_put_beside_the_ids() -> None:
    labels = np.repeat([[5, 0, 9, 0, 70_000]], 2, axis=0)
    facts = ObjectFacts(
        [9, 5, 8],
        classes=[2, 1, 3],
        flow_errors=[0.3, None, 0.1],
        origins=["hand", "model", "model"],
        locked=[True, False, False],
    )
    ours = measure(labels, facts=facts)
    assert ours.ids.tolist() == [5, 9, 70_000]
    assert ours["class"].tolist() == [1, 2, 0]
    assert ours["origin"].tolist() == ["model", "hand", ""]
    assert ours["locked"].tolist() == [False, True, False]
    np.testing.assert_allclose(ours["flow_error"], [np.nan, 0.3, np.nan], rtol=1e-6)
    assert "probability" not in ours.columns
    assert list(ours.columns)[:3] == ["id", "class", "area"]
    with pytest.raises(ImageError, match="origin"):
        measure(labels, facts=ObjectFacts([1, 2], origins=["hand"]))


def test_facts_change_without_measuring_again() -> None:
    labels = np.repeat([[5, 0, 9]], 2, axis=0)
    first = measure(labels, facts=ObjectFacts([5, 9], locked=[False, False]))
    again = first.with_facts(
        ObjectFacts([5, 9], classes=[1, 3], class_names={3: "round"}, locked=[True, False])
    )
    assert list(again.columns)[:4] == ["id", "class", "class_name", "area"]
    assert again["class_name"].tolist() == ["", "round"]
    assert again["locked"].tolist() == [True, False] and list(again.columns)[-1] == "locked"
    assert "locked" not in again.with_facts(ObjectFacts(())).columns


def test_only_some_objects() -> None:
    labels, image = blobs(2), picture(2, (1, 150, 170), 1, np.uint8)
    whole = measure(labels, image)
    wanted = whole.ids[3::4]
    assert_same(measure(labels, image, only=wanted), whole.of(wanted))


def test_nothing_to_measure() -> None:
    ours = measure(np.zeros((5, 6), np.uint8), picture(0, (1, 5, 6), 2, np.uint8), pixel_size=1.0)
    assert len(ours) == 0
    assert list(ours.columns) == list(
        measure(np.ones((5, 6), np.uint8), np.zeros((1, 5, 6, 2)), pixel_size=1.0).columns
    )
    assert len(measure(np.zeros((3, 5, 6), np.uint8))) == 0


def test_what_does_not_fit_is_refused() -> None:
    labels = np.ones((5, 6), np.uint8)
    with pytest.raises(ImageError, match="does not fit"):
        measure(labels, np.zeros((1, 6, 5, 1)))
    with pytest.raises(ImageError, match="names of channels"):
        measure(labels, np.zeros((1, 5, 6, 2)), channels=["DAPI"])
    with pytest.raises(SettingsError, match="neighbours"):
        measure(labels, near=-1)
    with pytest.raises(SettingsError, match="above 0"):
        measure(labels, pixel_size=0)


def test_measuring_reports_and_is_cancelled() -> None:
    seen: list[tuple[int, int]] = []
    measure(blobs(1), picture(0, (1, 150, 170), 1, np.uint8), progress=lambda d, t, n="": seen.append((d, t)))
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]

    def stop(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        measure(blobs(1), progress=stop)


def assert_same(one: ObjectMeasurements, other: ObjectMeasurements) -> None:
    assert list(one.columns) == list(other.columns)
    assert (one.shape, one.near, one.channels) == (other.shape, other.near, other.channels)
    np.testing.assert_array_equal(one.boxes, other.boxes)
    for name, column in one.columns.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(column, other[name], rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            np.testing.assert_array_equal(column, other[name], err_msg=name)


@pytest.mark.parametrize("with_boxes", [True, False])
@pytest.mark.parametrize("shape", [(150, 170), (6, 50, 54)])
def test_changed_objects_alone_give_the_table_of_all(shape: tuple[int, ...], with_boxes: bool) -> None:
    labels = blobs(4, shape) if len(shape) == 2 else blobs(4, shape, 1.5)
    full = (1, *shape) if len(shape) == 2 else shape
    image = picture(3, full, 2, np.uint16)
    sizes: dict[str, Any] = {"pixel_size": 0.5, "z_step": 1.0, "near": 3.0}
    before = measure(labels, image, **sizes)
    changed = labels.copy()
    deleted, grown, shrunk, joined = (int(before.ids[k]) for k in (2, 5, 8, 11))
    beside = int(before.ids[12])
    changed[changed == deleted] = 0
    wider = ndimage.binary_dilation(changed == grown, iterations=2)
    changed[wider & (changed == 0)] = grown
    changed[ndimage.binary_erosion(changed == shrunk)] = 0
    changed[changed == beside] = joined
    new = int(before.ids[-1]) + 3
    changed[..., -4:, -9:] = new
    stale = [
        i for i in np.unique(np.append(before.ids, new)) if not np.array_equal(labels == i, changed == i)
    ]
    stale = [int(i) for i in stale]
    found = measure(changed)
    boxes = {int(i): box for i, box in zip(found.ids, found.boxes, strict=True) if i in stale}
    again = remeasure(before, changed, image, stale=stale, boxes=boxes if with_boxes else None)
    assert_same(again, measure(changed, image, **sizes))


def test_all_deleted() -> None:
    labels = np.repeat([[1, 1, 0, 2, 2]], 3, axis=0)
    before = measure(labels)
    for boxes in ({}, None):
        assert len(remeasure(before, np.zeros_like(labels), stale=[1, 2], boxes=boxes)) == 0


def test_another_image_is_no_change() -> None:
    before = measure(np.ones((4, 4), np.uint8))
    with pytest.raises(ImageError, match="do not fit"):
        remeasure(before, np.ones((4, 5), np.uint8), stale=[1])
    with pytest.raises(ImageError, match="different"):
        before.updated([1], measure(np.ones((4, 4), np.uint8), pixel_size=1.0))
