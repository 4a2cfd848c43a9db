import csv

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images import (
    arrange,
    object_colours,
    object_columns,
    overlay_picture,
    picture_of,
    write_object_table,
)
from cpsam_core.labels import object_table

LABELS = np.zeros((20, 30), np.uint32)
LABELS[2:8, 3:9] = 1
LABELS[10:15, 10:20] = 70000
GRAY = np.random.default_rng(0).integers(100, 4000, (20, 30)).astype(np.uint16)


def test_outlines_have_the_colour_of_their_object_and_the_rest_is_gray():
    picture = overlay_picture(GRAY, LABELS)
    assert picture.shape == (20, 30, 3) and picture.dtype == np.uint8
    first, second = object_colours(np.array([1, 70000]))
    assert (picture[2, 3:9] == first).all() and (picture[10:15, 19] == second).all()
    outside = picture[LABELS == 0]
    assert (outside == outside[:, :1]).all()
    assert len(np.unique(outside)) > 50
    plain = overlay_picture(GRAY, LABELS, opacity=0, outlines=False)
    assert np.array_equal(plain, picture_of(arrange(GRAY)))


def test_the_image_is_not_changed():
    rgb = np.full((20, 30, 3), 200, np.uint8)
    overlay_picture(arrange(rgb, "YXS"), LABELS)
    assert (rgb == 200).all()


def test_colour_pictures_stay_and_stretch_only_when_deeper():
    rgb = np.random.default_rng(1).integers(0, 255, (8, 9, 3)).astype(np.uint8)
    assert np.array_equal(picture_of(arrange(rgb, "YXS")), rgb)
    deep = picture_of(arrange(rgb.astype(np.uint16) * 200, "YXS"))
    assert deep.max() == 255 and np.abs(deep.astype(int) - rgb).mean() < 6


@pytest.mark.parametrize("count", [2, 3, 5, 30])
def test_channels_are_added_in_colours(count):
    channels = np.random.default_rng(2).random((count, 8, 9)).astype(np.float32)
    picture = picture_of(arrange(channels, "CYX"))
    assert picture.shape == (8, 9, 3) and picture.max() > 150


@pytest.mark.parametrize("value", [0, 7, np.nan, np.inf, 1e38])
def test_flat_and_senseless_values_make_a_picture(value):
    image = np.full((6, 7), value, np.float32)
    assert picture_of(arrange(image)).shape == (6, 7, 3)
    image[3, 3] = 1
    assert picture_of(arrange(image)).dtype == np.uint8


def test_the_plane_with_most_objects_is_shown():
    stack = np.stack([GRAY, GRAY // 2, GRAY])
    labels = np.stack([LABELS * 0, LABELS, LABELS * 0])
    assert np.array_equal(
        overlay_picture(arrange(stack, "ZYX"), labels)[2, 3], object_colours(np.array([1]))[0]
    )
    with pytest.raises(ImageError, match="no plane 3"):
        overlay_picture(arrange(stack, "ZYX"), labels, plane=3)
    with pytest.raises(ImageError, match="differ in size"):
        overlay_picture(GRAY, LABELS[1:])


def test_colours_are_stable_lively_and_unlike_those_beside():
    ids = np.arange(1, 2001)
    colours = object_colours(ids).astype(int)
    assert np.array_equal(object_colours(ids[::-1])[::-1], colours)
    assert colours.max(axis=1).min() > 200
    for step in (1, 2, 3, 5):
        assert np.abs(colours[step:] - colours[:-step]).sum(axis=1).min() > 40
    assert object_colours(np.zeros(0, int)).shape == (0, 3)


def test_the_table_reads_back(tmp_path):
    logits = np.where(LABELS == 1, 2.0, -1.0)
    table = object_table(LABELS, logits)
    write_object_table(tmp_path / "a.csv", table, pixel_size=0.5, classes=["größe, rund", "b"])
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["id"] == "1" and second["id"] == "70000"
    assert first["class"] == "größe, rund"
    assert (first["area"], float(first["area_um2"])) == ("36", 9.0)
    assert (float(first["centroid_y"]), float(first["centroid_x"])) == (4.5, 5.5)
    assert [second[f"box_{name}"] for name in ("y_min", "y_max", "x_min", "x_max")] == [
        "10",
        "14",
        "10",
        "19",
    ]
    assert first["flow_error"] == ""
    assert float(first["probability"]) == pytest.approx(1 / (1 + np.exp(-2)), rel=1e-5)


def test_the_table_of_a_stack():
    table = object_table(np.stack([LABELS, LABELS]))
    columns = object_columns(table, pixel_size=0.5, z_step=2.0)
    assert columns["volume"].tolist() == [72, 100]
    assert columns["volume_um3"].tolist() == [36.0, 50.0]
    assert columns["centroid_z"].tolist() == [0.5, 0.5]
    with pytest.raises(ImageError, match="1 classes for 2 objects"):
        object_columns(table, classes=[1])
