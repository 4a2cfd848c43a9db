"""Measures beside size and shape, each against an independent definition, and the recipes that name them."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.labels import relabel
from cpsam_core.measure import CATALOGUE, GROUPS, Recipe, entry_of, measure, recipe_of

regionprops = pytest.importorskip("skimage.measure").regionprops
feature = pytest.importorskip("skimage.feature")
skimage_measure = pytest.importorskip("skimage.measure")

EVERYTHING = Recipe(GROUPS)


def blobs(seed: int = 0, shape: tuple[int, ...] = (96, 120)) -> NDArray[np.uint32]:
    """Return irregular objects, with gaps in their numbers."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 3)
    found = ndimage.label(noise > 0.5 * noise.std())[0].astype(np.uint32)
    return relabel(found) * np.uint32(3)


def picture(shape: tuple[int, ...], channels: int = 2, seed: int = 1) -> NDArray[np.uint16]:
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.standard_normal((channels, *shape)), (0.4, *(1,) * len(shape)))
    scaled = (smooth - smooth.min()) / (smooth.max() - smooth.min()) * 4000
    return np.moveaxis(scaled, 0, -1).astype(np.uint16)


@pytest.mark.parametrize("seed", range(3))
def test_outlines_are_those_of_scikit_image(seed: int) -> None:
    labels = blobs(seed)
    table = measure(labels, recipe=Recipe(("outline",)))
    props = regionprops(labels.astype(np.int32))
    for row, one in enumerate(props):
        # scikit-image goes round the pixels of the hull, not round the hull itself.
        assert -1e-9 <= one.feret_diameter_max - table["feret_max"][row] <= 0.75
        assert table["convex_area"][row] == one.area_convex
        assert table["extent"][row] == pytest.approx(one.extent)
        if one.axis_minor_length > 0:
            ratio = one.axis_minor_length / one.axis_major_length
            assert table["aspect_ratio"][row] == pytest.approx(1 / ratio)
            assert table["elongation"][row] == pytest.approx(1 - ratio)
        if one.perimeter > 0:
            assert table["circularity"][row] == pytest.approx(4 * np.pi * one.area / one.perimeter**2)


def test_convex_volumes_are_those_of_scikit_image() -> None:
    labels = blobs(3, (12, 40, 44))
    table = measure(labels, recipe=Recipe(("outline",)))
    solid = [one for one in regionprops(labels.astype(np.int32)) if min(one.image.shape) > 1]
    assert len(solid) > 2
    for one in solid:
        row = list(table.ids).index(one.label)
        assert table["convex_volume"][row] == one.area_convex
        assert table["extent"][row] == pytest.approx(one.extent)


def test_widths_and_angles_of_hulls_turned_through_all_angles() -> None:
    """The least width of a polygon and the direction of its diameter, tried by turning it step by step."""
    labels = blobs(4)
    table = measure(labels, recipe=Recipe(("outline",)))
    steps = np.array([[-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5]])
    for row, number in enumerate(table.ids):
        points = (np.argwhere(labels == number)[:, None] + steps).reshape(-1, 2)
        corners = points[ConvexHull(points).vertices]
        angles = np.radians(np.arange(0, 180, 0.02))
        across = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ corners.T
        widths = across.max(axis=1) - across.min(axis=1)
        assert table["feret_max"][row] == pytest.approx(pdist(corners).max())
        assert table["feret_min"][row] == pytest.approx(widths.min(), abs=0.01)
        turned = np.radians(table["feret_angle"][row])
        along = corners @ np.array([-np.sin(turned), np.cos(turned)])
        assert along.max() - along.min() == pytest.approx(table["feret_max"][row])


def test_an_upright_line_and_a_disc() -> None:
    labels = np.zeros((80, 80), np.uint32)
    labels[10:30, 5] = 1
    yy, xx = np.mgrid[:80, :80]
    labels[(yy - 50) ** 2 + (xx - 50) ** 2 <= 20**2] = 2
    table = measure(labels, recipe=Recipe(("outline",)), pixel_size=0.5)
    assert table["feret_angle"][0] == pytest.approx(90, abs=3)
    assert table["feret_max"][0] == pytest.approx(20, abs=0.1)
    assert table["feret_min_um"][0] == pytest.approx(0.5, abs=0.25)
    assert table["circularity"][1] == pytest.approx(1, abs=0.1)
    assert table["elongation"][1] == pytest.approx(0, abs=0.01)


def test_pixels_that_are_not_square() -> None:
    labels = np.zeros((40, 40), np.uint32)
    labels[10:20, 5:35] = 1
    table = measure(labels, recipe=Recipe(("outline",)), pixel_size=0.5, pixel_height=2.0)
    assert table["feret_min_um"][0] == pytest.approx(15, rel=0.1)
    assert table["feret_max_um"][0] == pytest.approx(np.hypot(20, 15), rel=0.1)


def test_a_ball_is_round() -> None:
    z, y, x = np.mgrid[-12:13, -12:13, -12:13]
    labels = (z**2 + y**2 + x**2 <= 10**2).astype(np.uint32)
    table = measure(labels, recipe=Recipe(("outline",)))
    assert table["sphericity"][0] == pytest.approx(1, abs=0.03)
    assert table["convex_volume"][0] >= table["volume"][0]


def test_sums_and_backgrounds_by_plain_means() -> None:
    labels, pixels = blobs(2), picture((96, 120))
    table = measure(labels, pixels[None], channels=["DAPI", "GFP"], recipe=Recipe(("background",)))
    distance, nearest = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    owner = labels[tuple(nearest)]
    outside = np.median(pixels[..., 1][labels == 0])
    for row, number in enumerate(table.ids):
        values = pixels[..., 1][labels == number].astype(float)
        ring = pixels[..., 1][(owner == number) & (distance > 1) & (distance <= 6)]
        assert table["sum_GFP"][row] == pytest.approx(values.sum())
        if not ring.size:
            assert np.isnan(table["background_GFP"][row])
            continue
        assert table["ring_mean_GFP"][row] == pytest.approx(ring.mean())
        assert table["background_GFP"][row] == np.median(ring)
        assert table["global_background_GFP"][row] == outside
        assert table["mean_minus_background_GFP"][row] == pytest.approx(values.mean() - np.median(ring))
        assert table["sum_minus_background_GFP"][row] == pytest.approx((values - np.median(ring)).sum())
        assert table["sum_minus_global_background_GFP"][row] == pytest.approx((values - outside).sum())


@pytest.mark.parametrize(("levels", "step"), [(32, 1), (8, 2)])
def test_texture_is_that_of_scikit_image(levels: int, step: int) -> None:
    labels, pixels = blobs(3, (48, 64)), picture((48, 64), 1)
    table = measure(
        labels, pixels[None], channels=["C"], recipe=Recipe(("texture",), levels=levels, step=step)
    )
    low, high = int(pixels.min()), int(pixels.max())
    grey = np.minimum((pixels[..., 0].astype(float) - low) * levels / (high - low), levels - 1).astype(
        np.uint8
    )
    for row, number in enumerate(table.ids):
        # Level 0 stands for what lies outside; its pairs are taken out afterwards.
        inside = np.where(labels == number, grey + 1, 0).astype(np.uint8)
        # scikit-image rounds steps across to whole pixels from an angle, so that directions are given one by one.
        matrices = []
        for dy, dx in ((0, step), (step, 0), (step, step), (-step, step)):
            length, angle = np.hypot(dy, dx), np.arctan2(dy, dx)
            made = feature.graycomatrix(inside, [length], [angle], levels + 1, symmetric=True)[1:, 1:, 0, 0]
            matrices.append(made.astype(float))
        if any(one.sum() == 0 for one in matrices):
            assert np.isnan(table["texture_contrast_C"][row])
            continue
        stacked = np.stack([one / one.sum() for one in matrices], axis=-1)[:, :, None]
        for name in ("contrast", "homogeneity", "correlation", "energy"):
            expected = feature.graycoprops(stacked, name).mean()
            assert table[f"texture_{name}_C"][row] == pytest.approx(expected), name
        shares = np.moveaxis(stacked[:, :, 0], -1, 0)
        entropy = np.mean([-(p[p > 0] * np.log(p[p > 0])).sum() for p in shares])
        assert table["texture_entropy_C"][row] == pytest.approx(entropy)


def test_distances_by_every_pair() -> None:
    labels = blobs(5)
    regions = np.zeros(labels.shape, bool)
    regions[:20, :50] = True
    table = measure(labels, recipe=Recipe(("distances",)), regions=regions, pixel_size=0.25)
    points = np.stack([table["centroid_y"], table["centroid_x"]], axis=1)
    apart = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)
    np.testing.assert_allclose(table["nearest_distance"], apart[:, 1])
    np.testing.assert_allclose(table["second_nearest_distance_um"], apart[:, 2] * 0.25)
    places = np.argwhere(regions)
    for row, number in enumerate(table.ids):
        mine = np.argwhere(labels == number)
        expected = min(np.linalg.norm(places - point, axis=1).min() for point in mine)
        assert table["region_distance"][row] == pytest.approx(expected)
        assert table["part_in_region"][row] == pytest.approx(regions[labels == number].mean())


def test_colocalisation_is_that_of_scikit_image_and_cellprofiler() -> None:
    labels, pixels = blobs(6), picture((96, 120), 3)
    table = measure(labels, pixels[None], channels=["a", "b", "c"], recipe=Recipe(("colocalisation",)))
    for (i, one), (j, other) in combinations(enumerate("abc"), 2):
        for row, number in enumerate(table.ids):
            mask = labels == number
            x, y = pixels[..., i].astype(float), pixels[..., j].astype(float)
            in_x, in_y = (mask & (v >= 0.15 * v[mask].max()) for v in (x, y))
            if mask.sum() > 2:
                r = skimage_measure.pearson_corr_coeff(x, y, mask)[0]
                assert table[f"pearson_{one}_{other}"][row] == pytest.approx(r)
            first = skimage_measure.manders_coloc_coeff(x, in_y, in_x)
            second = skimage_measure.manders_coloc_coeff(y, in_x, in_y)
            overlap = skimage_measure.manders_overlap_coeff(x, y, in_x & in_y)
            assert table[f"manders_{one}_in_{other}"][row] == pytest.approx(first)
            assert table[f"manders_{other}_in_{one}"][row] == pytest.approx(second)
            assert table[f"overlap_{one}_{other}"][row] == pytest.approx(overlap)


@pytest.mark.parametrize("shape", [(64, 80), (10, 40, 48)])
def test_everything_is_in_the_catalogue_and_finite_for_proper_objects(shape: tuple[int, ...]) -> None:
    labels, pixels = blobs(7, shape), picture(shape)
    given: dict[str, Any] = {"pixel_size": 0.5, "z_step": 1.0, "channels": ["DAPI", "my GFP"]}
    volume = pixels if len(shape) == 3 else pixels[None]
    table = measure(labels, volume, recipe=EVERYTHING, regions=labels > 20, **given)
    named = {name: entry_of(name) for name in table.columns}
    assert not [name for name, entry in named.items() if entry is None]
    only_planes = {"area", "perimeter", "convex_area", "circularity", "feret_max", "feret_min", "feret_angle"}
    only_stacks = {"volume", "surface", "convex_volume", "sphericity"}
    expected = {one.name for one in CATALOGUE} - (only_stacks if len(shape) == 2 else only_planes)
    assert {entry.name for entry in named.values() if entry} == expected
    assert named["sum_minus_background_DAPI"] == next(
        m for m in CATALOGUE if m.name == "sum_minus_background_C"
    )
    size = table[table.size_name]
    for name, column in table.columns.items():
        if column.dtype.kind == "f" and "background" not in name and "ring" not in name:
            assert np.isfinite(column[size > 30]).all(), name


def test_part_of_the_objects_has_the_values_of_all() -> None:
    labels, pixels = blobs(8), picture((96, 120))
    whole = measure(labels, pixels[None], recipe=EVERYTHING)
    some = whole.ids[1::2]
    part = measure(labels, pixels[None], recipe=EVERYTHING, only=some)
    for name, column in part.columns.items():
        if "nearest" not in name:  # among the objects that are measured
            np.testing.assert_allclose(column, whole.of(some)[name], rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "labels", [np.zeros((20, 20), np.uint32), np.ones((20, 20), np.uint32), np.eye(3, dtype=np.uint32)]
)
def test_nothing_everything_and_single_pixels(labels: NDArray[np.float64]) -> None:
    labels = labels.astype(np.uint32)
    pixels = np.ones((1, *labels.shape, 2), np.uint8)
    table = measure(labels, pixels, recipe=EVERYTHING)
    assert len(table) == labels.max()


def test_recipes_by_name_and_from_files(tmp_path: Path) -> None:
    assert recipe_of("standard") == Recipe()
    assert recipe_of("morphology, texture").groups == ("outline", "texture")
    assert recipe_of(["everything"]) == EVERYTHING
    (tmp_path / "mine.json").write_text(json.dumps({"groups": ["expression"], "ring_width": 3, "levels": 16}))
    assert recipe_of(str(tmp_path / "mine.json")) == Recipe(("background",), ring_width=3, levels=16)


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"groups": 3}', '{"wings": 2}', '{"levels": "many"}', '{"levels": 1}', "{"]
)
def test_bad_recipe_files_say_what_is_wrong(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(SettingsError):
        recipe_of(str(tmp_path / "bad.json"))


def test_what_cannot_be() -> None:
    with pytest.raises(SettingsError, match="smell"):
        recipe_of("smell")
    with pytest.raises(SettingsError, match="ring_width"):
        Recipe(ring_width=0)
    with pytest.raises(ImageError, match="Regions"):
        measure(np.ones((5, 5), np.uint32), recipe=EVERYTHING, regions=np.ones((4, 4), bool))
