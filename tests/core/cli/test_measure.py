"""`cpsam measure`: which masks belong to which image, and what stands in the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.cli import main
from cpsam_core.data.pairs import find_pairs, pair_of
from cpsam_core.errors import ImageError
from cpsam_core.images import SegFile, write_labels, write_picture, write_seg, write_tiff
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.measure.folder import FileOptions, measure_pair, read_masks

pandas = pytest.importorskip("pandas")


def squares(*sides: int) -> NDArray[np.uint16]:
    labels = np.zeros((12, 12 * len(sides)), np.uint16)
    for place, side in enumerate(sides):
        labels[2 : 2 + side, 12 * place + 2 : 12 * place + 2 + side] = place + 1
    return labels


def put_image(name: str, labels: NDArray[Any], pixel_size: float | None = None) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = (labels * 100 + 7).astype(np.uint16)
    write_tiff(path, pixels, "YX", pixel_size=pixel_size)
    return path


def put(name: str, labels: NDArray[Any]) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    write_labels(name, labels)


@pytest.fixture
def images(folder: Path) -> None:
    put_image("images/a.tif", squares(4, 6), pixel_size=0.5)
    put("images/a_masks.tif", squares(4, 6))
    put_image("images/x/b.tif", squares(8))
    put("images/x/b_masks.tif", squares(8))


def test_one_table_and_one_of_the_images(images: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "images", "--out", "out/all.csv"]) == 0
    table = pandas.read_csv("out/all.csv")
    assert table["image"].tolist() == ["a.tif", "a.tif", "x/b.tif"]
    assert table["id"].tolist() == [1, 2, 1]
    assert table["area"].tolist() == [16, 36, 64]
    assert table["mean_channel_1"].tolist() == [107, 207, 107]
    np.testing.assert_allclose(table["area_um2"], [4, 9, np.nan])
    rows = pandas.read_csv("out/all_images.csv")
    assert rows["image"].tolist() == ["a.tif", "x/b.tif"]
    assert rows["objects"].tolist() == [2, 1]
    assert rows["area_mean"].tolist() == [26, 64]
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["a.tif: 2 objects", "x/b.tif: 1 object"]


def test_a_folder_gets_a_table_of_each_image(images: None) -> None:
    assert main(["measure", "images", "--out", "out", "--format", "parquet"]) == 0
    assert sorted(path.relative_to("out").as_posix() for path in Path("out").rglob("*.*")) == [
        "a_objects.parquet",
        "images.parquet",
        "x/b_objects.parquet",
    ]
    assert pandas.read_parquet("out/a_objects.parquet")["area"].tolist() == [16, 36]


@pytest.mark.parametrize("option", ["--pixel-size", "--pixel_size"])
def test_the_size_of_a_pixel_can_be_given(option: str, images: None) -> None:
    assert main(["measure", "images", "--out", "t.csv", option, "2"]) == 0
    assert pandas.read_csv("t.csv")["area_um2"].tolist() == [64, 144, 256]


def test_an_expression_chooses_objects(images: None) -> None:
    assert (
        main(["measure", "images", "--out", "t.parquet", "--where", "area > 20 and not touches_border"]) == 0
    )
    assert pandas.read_parquet("t.parquet")["area"].tolist() == [36, 64]
    assert pandas.read_parquet("t_images.parquet")["objects"].tolist() == [1, 1]


def test_masks_of_another_folder_and_single_files(images: None) -> None:
    put("elsewhere/a.png", squares(2, 2))
    assert main(["measure", "images/a.tif", "--masks", "elsewhere", "--out", "t.csv"]) == 0
    assert pandas.read_csv("t.csv")["area"].tolist() == [4, 4]
    put("other_name.tif", squares(3, 3))
    assert main(["measure", "images/a.tif", "--masks", "other_name.tif", "--out", "t.csv"]) == 0
    assert pandas.read_csv("t.csv")["area"].tolist() == [9, 9]
    assert main(["measure", "images/a.tif", "images/x/b.tif", "--out", "t.csv"]) == 0
    assert pandas.read_csv("t.csv")["image"].tolist() == ["a.tif", "a.tif", "b.tif"]


def test_masks_named_beside_their_images_are_no_images(images: None) -> None:
    for pattern in (["images/*.tif"], ["images/a.tif", "images/a_masks.tif"]):
        assert main(["measure", *pattern, "--out", "t.csv"]) == 0
        assert pandas.read_csv("t.csv")["area"].tolist() == [16, 36]


def test_one_failure_does_not_stop_the_others(images: None, capsys: pytest.CaptureFixture[str]) -> None:
    put("images/x/b_masks.tif", squares(8, 8))
    put_image("images/lonely.png.tif", squares(3))
    assert main(["measure", "images", "images/lonely.png.tif", "--out", "t.csv"]) == 1
    assert pandas.read_csv("t.csv")["area"].tolist() == [16, 36]
    error = capsys.readouterr().err
    assert "b_masks.tif" in error and "no masks of lonely.png.tif" in error


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--out", "t.xlsx"], "csv, .parquet or .h5ad"),
        (["--out", "t.csv", "--where", "area >"], "not understood"),
        (["--out", "t.csv", "--where", ""], "empty"),
        (["--out", "t.csv", "--near", "50"], "near"),
        (["--out", "t.csv", "--pixel_size", "-1"], "pixel_size"),
        (["--out", "t.csv", "--axes", "YYX"], "Axes"),
        (["--out", "t.csv", "--masks", "images/a_masks.tif"], "one image"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(
    arguments: list[str], word: str, images: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", "images", *arguments]) == 2
    assert word in capsys.readouterr().err
    assert not Path("t.csv").exists()


def test_an_unknown_column_is_named(images: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "images", "--out", "t.csv", "--where", "aera > 2"]) == 1
    assert "Did you mean 'area'" in capsys.readouterr().err
    assert not Path("t.csv").exists()


def test_nothing_to_measure_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert main(["measure", "empty", "nowhere.tif", "--out", "t.csv"]) == 1
    error = capsys.readouterr().err
    assert "empty" in error and "nowhere.tif" in error


def test_a_project_says_class_origin_and_lock(folder: Path) -> None:
    objects = {
        1: {"class_id": 2, "origin": "hand", "locked": True, "flow_error": None},
        2: {"class_id": 0, "origin": "model", "locked": False, "flow_error": 0.25, "probability": 0.9},
    }
    labels = squares(4, 6)[np.newaxis].astype(np.uint32)
    put_image("a.tif", squares(4, 6))
    write_project_file("a.cpsam", ProjectFile(labels, objects, class_names={2: "nucleus"}))
    table = measure_pair(pair_of(Path("a.tif")))
    assert table["class"].tolist() == [2, 0] and table["class_name"].tolist() == ["nucleus", ""]
    assert table["origin"].tolist() == ["hand", "model"] and table["locked"].tolist() == [True, False]
    np.testing.assert_allclose(table["flow_error"], [np.nan, 0.25])
    np.testing.assert_allclose(table["probability"], [np.nan, 0.9], rtol=1e-6)
    assert [pair.masks.name for pair in find_pairs(Path(), uncorrected=True)] == ["a.cpsam"]


def test_a_seg_file_says_flow_error_and_probability(folder: Path) -> None:
    labels = squares(4, 6).astype(np.uint32)
    flows = np.zeros((2, *labels.shape), np.float32)
    logits = np.where(labels == 1, 2, -2).astype(np.float32)
    seg = SegFile(masks=labels, flows=flows, logits=logits, ismanual=np.array([True, False]))
    write_seg("a_seg.npy", seg)
    read, facts = read_masks(Path("a_seg.npy"))
    np.testing.assert_array_equal(read, labels)
    columns = facts.columns(np.array([1, 2], np.uint32))
    assert columns["origin"].tolist() == ["hand", "model"]
    np.testing.assert_allclose(columns["probability"], [0.881, 0.119], atol=0.01)
    assert (columns["flow_error"] > 0.5).all()  # flows of zero are wrong everywhere
    assert "flow_error" not in read_masks(Path("a_seg.npy"), network=False)[1].columns(read[read > 0][:1])


def test_a_map_of_classes_gives_the_class_of_most_pixels(folder: Path) -> None:
    labels, classes = squares(4, 6), (squares(4, 6) > 0).astype(np.uint8)
    classes[2:4, 14:20] = 3
    classes[4:8, 14:20] = 2
    put_image("images/a.tif", labels)
    put("masks/a.tif", labels)
    Path("classes").mkdir()
    write_picture("classes/a.png", classes)
    (pair,) = find_pairs(Path("images"))
    assert measure_pair(pair, FileOptions(near=0))["class"].tolist() == [1, 2]


def test_stacks_are_measured_as_bodies(folder: Path) -> None:
    labels = np.repeat(squares(4)[np.newaxis], 5, axis=0)
    write_tiff("s.tif", labels, "ZYX", pixel_size=0.5, z_step=2.0)
    put("s_masks.tif", labels)
    assert main(["measure", "s.tif", "--out", "t.csv"]) == 0
    table = pandas.read_csv("t.csv")
    assert (table["volume"][0], table["volume_um3"][0], table["centroid_z"][0]) == (80, 40, 2)


def test_pair_of_names_what_is_missing(folder: Path) -> None:
    with pytest.raises(ImageError, match=r"no image a\.tif"):
        pair_of(Path("a.tif"))
    put_image("a.tif", squares(4))
    with pytest.raises(ImageError, match=r"no masks of a\.tif"):
        pair_of(Path("a.tif"))


def test_a_recipe_adds_measures(images: None) -> None:
    assert main(["measure", "images/a.tif", "--out", "more.csv", "--recipe", "morphology,background"]) == 0
    table = pandas.read_csv("more.csv")
    assert table["feret_max"].tolist() == pytest.approx([np.hypot(4, 3), np.hypot(6, 5)])
    assert table["sum_channel_1"].tolist() == [107 * 16, 207 * 36]
    assert table["background_channel_1"].tolist() == [7, 7]


def test_distances_to_regions_beside_the_image(images: None, capsys: pytest.CaptureFixture[str]) -> None:
    regions = np.zeros((12, 24), np.uint16)
    regions[:, 16:] = 1
    put("images/a_regions.tif", regions)
    assert main(["measure", "images/a.tif", "--out", "far.csv", "--regions", "_regions"]) == 0
    table = pandas.read_csv("far.csv")
    assert table["region_distance"].tolist() == [11, 0]
    np.testing.assert_allclose(table["part_in_region"], [0, 4 / 6])
    assert main(["measure", "images/x/b.tif", "--out", "far.csv", "--regions", "_regions"]) == 1
    assert "b_regions.tif" in capsys.readouterr().err


def test_regions_are_called_as_masks_are_where_two_images_have_one_stem(images: None) -> None:
    regions = np.zeros((12, 24), np.uint16)
    put_image("images/a.tiff", squares(4, 6))
    put("images/a_regions.tif", regions + 1)
    regions[:, 16:] = 1
    put("images/a_tif_regions.tif", regions)
    put("images/a_tif_masks.tif", squares(4, 6))
    assert main(["measure", "images/a.tif", "--out", "far.csv", "--regions", "_regions"]) == 0
    np.testing.assert_allclose(pandas.read_csv("far.csv")["part_in_region"], [0, 4 / 6])


def test_every_measure_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "--list"]) == 0
    shown = capsys.readouterr().out
    assert "circularity (0 to about 1): 4 pi A / P^2" in shown
    assert main(["measure", "images", "--out", "x.csv", "--recipe", "smell"]) == 2
    assert main(["measure"]) == 2
