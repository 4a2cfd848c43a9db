import importlib.util
import json
import shutil

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.formats import (
    FORMATS,
    ObjectSet,
    ReadHints,
    name_for,
    read_objects,
    write_objects,
)
from cpsam_core.images import read_labels, write_tiff
from tests.core.formats.formats_scenes import cells, full_set


def put(path, seed=1, **others):
    """Write objects under a name that says their format; return their labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = cells(seed)
    write_objects(path, full_set(labels, **others))
    return labels


def put_image(path, shape=(60, 80)):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tiff(path, np.arange(np.prod(shape)).reshape(shape).astype(np.uint16), "YX", pixel_size=0.5)


@pytest.mark.parametrize("target", [one for one in FORMATS if one.can_write], ids=lambda one: one.key)
def test_a_file_becomes_any_format_and_comes_back(folder, target):
    labels = put(folder / "a_seg.npy")
    put_image(folder / "a.tif")
    out = folder / "out"
    assert main(["convert", "a_seg.npy", "--to", target.key, "--out", "out"]) == 0
    path = name_for("a.tif", target, out)
    assert path.exists() and list(out.iterdir()) == [path]
    if target.can_read and target.exact:
        shutil.copy(folder / "a.tif", out)
        assert main(["convert", str(path), "--to", "npy", "--out", "back"]) == 0
        assert np.array_equal(read_labels(folder / "back" / "a_masks.npy"), labels)


def test_formats_without_a_size_take_it_from_the_image(folder, capsys):
    labels = put(folder / "rois" / "a_rois.zip")
    assert main(["convert", "rois", "--to", "tif"]) == 1
    assert "give it with --image" in capsys.readouterr().err
    put_image(folder / "images" / "a.tif")
    for image in ("images/a.tif", "images"):
        assert (
            main(
                ["convert", "rois", "--to", "tif", "--image", image, "--out", image[:6] + "x", "--overwrite"]
            )
            == 0
        )
    assert np.array_equal(read_labels(folder / "imagesx" / "a_masks.tif"), labels)
    # The size of a pixel comes from the image too.
    assert read_objects(folder / "imagesx" / "a_masks.tif").pixel_size == 0.5


def test_an_image_of_another_size_is_refused(folder, capsys):
    put(folder / "a.geojson")
    put_image(folder / "other.tif", (9, 9))
    assert main(["convert", "a.geojson", "--to", "tif", "--image", "other.tif"]) == 1
    assert "differ in size" in capsys.readouterr().err


def test_a_folder_is_mirrored_and_what_fails_does_not_stop_the_rest(folder, capsys):
    put(folder / "in" / "a_seg.npy", 1)
    labels = put(folder / "in" / "deep" / "b.geojson", 2)
    (folder / "in" / "c_rois.zip").write_bytes(b"no zip")
    put_image(folder / "in" / "c.tif")
    assert main(["convert", "in", "--to", "tif", "--out", "out"]) == 1
    output = capsys.readouterr()
    assert "c_rois.zip" in output.err and output.err.count("error") == 1
    assert np.array_equal(read_labels(folder / "out" / "deep" / "b_masks.tif"), labels)
    assert sorted(path.name for path in (folder / "out").rglob("*.tif")) == ["a_masks.tif", "b_masks.tif"]
    assert "a_seg.npy: " in output.out


def test_existing_files_stay_unless_they_may_be_replaced(folder, capsys):
    put(folder / "a_seg.npy")
    (folder / "a.geojson").write_text("mine")
    assert main(["convert", "a_seg.npy", "--to", "geojson"]) == 0
    assert "1 skipped" in capsys.readouterr().err
    assert (folder / "a.geojson").read_text() == "mine"
    assert main(["convert", "a_seg.npy", "--to", "geojson", "--overwrite"]) == 0
    assert (folder / "a.geojson").read_text() != "mine"


def test_a_file_is_never_replaced_by_itself(folder, capsys):
    labels = put(folder / "a_masks.tif")
    assert main(["convert", "a_masks.tif", "--to", "tif", "--overwrite"]) == 1
    assert "never replaced by itself" in capsys.readouterr().err
    assert main(["convert", "a_masks.tif", "--to", "tif", "--tiled", "--out", "tiles"]) == 0
    assert np.array_equal(read_labels(folder / "tiles" / "a_masks.tif"), labels)


def test_several_forms_of_the_same_objects_need_a_word(folder, capsys):
    put(folder / "in" / "a_seg.npy")
    put(folder / "in" / "a_masks.tif")
    assert main(["convert", "in", "--to", "csv"]) == 1
    assert "--from says which one" in capsys.readouterr().err
    assert main(["convert", "in", "--to", "csv", "--from", "seg"]) == 0
    # Those of the format that is written are results of earlier runs.
    assert main(["convert", "in", "--to", "tif", "--overwrite"]) == 0


def test_two_inputs_never_share_a_result(folder, capsys):
    put(folder / "x" / "a_seg.npy", 1)
    put(folder / "y" / "a_seg.npy", 2)
    assert main(["convert", "x/a_seg.npy", "y/a_seg.npy", "--to", "tif", "--out", "out", "--overwrite"]) == 1
    assert "from another input already" in capsys.readouterr().err


def test_a_folder_of_masks_without_endings(folder):
    (folder / "set" / "masks").mkdir(parents=True)
    write_objects(folder / "set" / "masks" / "a.png", ObjectSet(cells(1)))
    put_image(folder / "set" / "images" / "a.tif")
    assert main(["convert", "set/masks", "--to", "overlay", "--out", "out"]) == 0
    assert (folder / "out" / "a_overlay.png").exists()


def test_coco_of_several_images_both_ways(folder):
    first = put(folder / "in" / "a_seg.npy", 1)
    second = put(folder / "in" / "b_seg.npy", 2)
    for spelling in ("--one_file", "--one-file"):
        assert main(["convert", "in", "--to", "coco", spelling, "--out", "out", "--overwrite"]) == 0
    data = json.loads((folder / "out" / "coco.json").read_text(encoding="utf-8"))
    assert len(data["images"]) == 2
    # Both images were called alike where they came from: their files tell them apart.
    assert [one["file_name"] for one in data["images"]] == ["größe.tif", "größe.tif"]
    for one, name in zip(data["images"], "ab", strict=True):
        one["file_name"] = f"{name}.png"
    (folder / "out" / "coco.json").write_text(json.dumps(data))
    assert main(["convert", "out/coco.json", "--to", "png", "--out", "back"]) == 0
    assert np.array_equal(read_labels(folder / "back" / "a_masks.png"), first)
    assert np.array_equal(read_labels(folder / "back" / "b_masks.png"), second)


def test_choices_reach_the_files(folder):
    put(folder / "a_seg.npy")
    put_image(folder / "a.tif")
    assert main(["convert", "a_seg.npy", "--to", "geojson", "--annotations", "--pixel-size", "0.25"]) == 0
    assert '"objectType":"annotation"' in (folder / "a.geojson").read_text()
    assert read_objects(folder / "a.geojson").pixel_size == 0.25
    assert (
        main(["convert", "a_seg.npy", "--to", "overlay", "--out", "x", "--show_ids", "--no-scale-bar"]) == 0
    )
    assert main(["convert", "a_seg.npy", "--to", "overlay", "--out", "y"]) == 0
    assert (folder / "x" / "a_overlay.png").read_bytes() != (folder / "y" / "a_overlay.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a_seg.npy", "--to", "geojson", "--one_file"], "only format that holds several"),
        (["a_seg.npy", "--to", "geojson", "--pixel_size", "-1"], "above 0"),
        (["a_seg.npy", "--to", "nonsense"], "invalid choice"),
        (["a_seg.npy"], "--to"),
        (["a_seg.npy", "b_seg.npy", "--to", "tif", "--image", "a.tif"], "give the folder"),
    ],
)
def test_wrong_usage(folder, capsys, arguments, words):
    put(folder / "a_seg.npy")
    put(folder / "b_seg.npy")
    put_image(folder / "a.tif")
    assert main(["convert", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.tif"], "no file"),
        (["empty"], "no files of objects"),
        (["a.jpg"], "no format that holds objects"),
        (["empty", "--from", "seg"], "no Cellpose segmentation"),
    ],
)
def test_nothing_to_convert(folder, capsys, arguments, words):
    (folder / "empty").mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    assert main(["convert", *arguments, "--to", "tif"]) == 1
    assert words in capsys.readouterr().err


def test_a_missing_library_stops_before_anything_is_read(folder, capsys, monkeypatch):
    put(folder / "a_seg.npy")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["convert", "a_seg.npy", "--to", "figure"]) == 1
    assert "cpsam-gui[figures]" in capsys.readouterr().err


def test_help_lists_the_formats(capsys):
    assert main(["convert", "--help"]) == 0
    text = capsys.readouterr().out
    assert all(one.key in text and one.title in text for one in FORMATS)
    assert "--one-file" not in text and "--one_file" in text


def test_what_is_lost_is_said_once(folder, capsys):
    for name in ("a", "b"):
        put(folder / "in" / f"{name}_seg.npy")
    assert main(["convert", "in", "--to", "tif", "--out", "out"]) == 0
    assert capsys.readouterr().err.count("does not keep classes") == 1


def test_hints_are_not_needed_for_files_that_state_their_size(folder):
    labels = put(folder / "a.geojson")
    (folder / "a.tif").write_bytes(b"damaged")
    assert main(["convert", "a.geojson", "--to", "npy"]) == 0
    assert np.array_equal(read_labels(folder / "a_masks.npy"), labels)
    assert ReadHints().shape is None
