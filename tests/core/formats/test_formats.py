import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_core.errors import ImageError
from cpsam_core.formats import (
    FORMATS,
    ObjectSet,
    ReadHints,
    WriteOptions,
    find_format,
    format_of,
    left_out,
    name_for,
    read_objects,
    write_objects,
)
from cpsam_core.images import arrange, read_labels
from tests.core.formats.formats_scenes import cells, full_set, scattered

BOTH_WAYS = [one for one in FORMATS if one.can_read and one.can_write]
EXACT = [one for one in BOTH_WAYS if one.exact]
by_key = pytest.mark.parametrize("chosen", EXACT, ids=lambda one: one.key)


def check_equal(chosen, objects: ObjectSet, back: ObjectSet) -> None:
    """Whatever a format says that it holds has come back."""
    assert back.labels.dtype == np.uint32 and np.array_equal(back.labels, objects.labels)
    assert back.notes == ()
    if chosen.classes:
        assert back.classes == objects.classes
    if chosen.classes and chosen.key not in ("rois", "seg"):  # these two hold numbers of classes only
        used = set(objects.classes.values())
        assert {k: v for k, v in back.class_names.items() if k in used} == {
            k: v for k, v in objects.class_names.items() if k in used
        }
    if chosen.measurements:
        assert list(back.columns) == list(objects.columns) or set(back.columns) == set(objects.columns)
        for name, column in objects.columns.items():
            if column.dtype.kind == "f":
                np.testing.assert_array_equal(back.columns[name], column)
            else:
                assert back.columns[name].tolist() == column.tolist()
    if chosen.key in ("tif", "geojson", "zarr"):
        assert (back.pixel_size, back.z_step) == (objects.pixel_size, objects.z_step)


@by_key
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), values=st.integers(2, 6), stack=st.booleans())
def test_what_a_format_holds_comes_back_equal(tmp_path_factory, chosen, seed, values, stack):
    labels = scattered(seed, (3, 8, 9) if stack and chosen.stacks else (17, 23), values)
    objects = full_set(labels)
    path = name_for("a.tif", chosen, tmp_path_factory.mktemp("formats"))
    write_objects(path, objects)
    assert format_of(path) == chosen
    check_equal(chosen, objects, read_objects(path, None, ReadHints(labels.shape)))


@by_key
def test_an_image_without_objects_comes_back(tmp_path, chosen):
    path = name_for("a.tif", chosen, tmp_path)
    empty = ObjectSet(np.zeros((5, 7), np.uint32), image_name="a.tif")
    write_objects(path, empty)
    back = read_objects(path, None, ReadHints((5, 7)))
    assert back.labels.shape == (5, 7) and not back.labels.any() and back.columns == {}


@pytest.mark.parametrize("chosen", [one for one in FORMATS if one.can_write], ids=lambda one: one.key)
def test_a_failure_leaves_what_was_there(tmp_path, chosen):
    folder = tmp_path / "missing"
    objects = full_set(cells(1), image=arrange(np.zeros((60, 80), np.uint8)))
    with pytest.raises(ImageError, match="missing"):
        write_objects(name_for("a.tif", chosen, folder), objects, chosen)
    path = name_for("a.tif", chosen, tmp_path)
    (path.mkdir if not chosen.is_folder else path.touch)()
    with pytest.raises(ImageError, match=r"folder of that name|something is there"):
        write_objects(path, objects, chosen)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("chosen", [one for one in BOTH_WAYS if not one.is_folder], ids=lambda one: one.key)
def test_cut_files_are_refused_in_words(tmp_path, chosen):
    path = name_for("a.tif", chosen, tmp_path)
    write_objects(path, full_set(cells(1)))
    data = path.read_bytes()
    for length in {0, 1, len(data) // 3, len(data) // 2, len(data) - 30}:
        path.write_bytes(data[:length])
        if chosen.key == "outlines":  # a shorter text is a text
            continue
        with pytest.raises(ImageError):
            read_objects(path, chosen, ReadHints((60, 80)))


def test_outlines_keep_roundish_objects_in_order(tmp_path):
    labels = cells(2)
    write_objects(tmp_path / "a_outlines.txt", ObjectSet(labels))
    back = read_objects(tmp_path / "a_outlines.txt", None, ReadHints(labels.shape)).labels
    assert np.array_equal(np.unique(labels)[back], labels)


def test_many_numbers_fit_no_png_and_every_tif(tmp_path):
    labels = np.array([[0, 65535], [65536, 4_000_000_000]], np.uint32)
    with pytest.raises(ImageError, match="65,535"):
        write_objects(tmp_path / "a.png", ObjectSet(labels))
    for options in (WriteOptions(), WriteOptions(tiled=True), WriteOptions(compression=None)):
        write_objects(tmp_path / "a.tif", ObjectSet(labels), None, options)
        assert np.array_equal(read_labels(tmp_path / "a.tif"), labels)


def test_pandas_reads_the_table(tmp_path):
    objects = full_set(cells(3))
    write_objects(tmp_path / "a.csv", objects)
    table = pandas.read_csv(tmp_path / "a.csv")
    assert table["id"].tolist() == objects.ids.tolist()
    assert table["area µm²"].tolist() == pytest.approx(objects.columns["area µm²"].tolist())
    assert table["DAPI mean"].isna().tolist() == np.isnan(objects.columns["DAPI mean"]).tolist()
    named = {1: "tumour: größe", 2: "stroma"}
    assert table["class"].fillna("").tolist() == [named.get(n % 3, "") for n in objects.ids.tolist()]


def test_what_is_lost_is_said():
    objects = full_set(scattered(1), flows=np.zeros((2, 17, 23), np.float32))
    assert left_out(find_format("geojson"), objects) == ("GeoJSON (QuPath) does not keep flows.",)
    lost = " ".join(left_out(find_format("outlines"), objects))
    assert all(word in lost for word in ("classes", "measurements", "holes", "flows"))
    assert left_out(find_format("csv"), objects) == ()


def test_formats_refuse_what_they_cannot_hold(tmp_path):
    stack = ObjectSet(np.ones((2, 3, 4), np.uint32))
    for key in ("png", "outlines", "coco"):
        with pytest.raises(ImageError, match="one plane"):
            write_objects(tmp_path / "a", stack, find_format(key))
    with pytest.raises(ImageError, match="not at hand"):
        write_objects(tmp_path / "a", ObjectSet(cells(1)), find_format("overlay"))
    with pytest.raises(ImageError, match="fits no format"):
        write_objects(tmp_path / "a.xyz", stack)
    with pytest.raises(ImageError, match="only be written"):
        (tmp_path / "a.csv").write_text("x")
        read_objects(tmp_path / "a.csv", find_format("csv"))
    with pytest.raises(ImageError, match="no format 'x'"):
        find_format("x")


def test_files_are_known_by_name_and_content(tmp_path):
    assert format_of("x/A_SEG.NPY").key == "seg"
    assert format_of("a.npy").key == "npy"
    assert format_of("a.ome.zarr").key == "zarr"
    assert format_of("a.jpg") is None
    assert format_of("a.json", writing=True).key == "coco"
    (tmp_path / "a.json").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    assert format_of(tmp_path / "a.json").key == "geojson"
    (tmp_path / "a.json").write_text(json.dumps({"info": {}, "annotations": []}))
    assert format_of(tmp_path / "a.json").key == "coco"


@pytest.mark.parametrize(
    ("name", "words"), [("a.tif", "no file"), ("a.xyz", "no file"), ("a.zarr", "no folder")]
)
def test_missing_files(tmp_path, name, words):
    with pytest.raises(ImageError, match=words):
        read_objects(tmp_path / name)


def test_the_size_of_the_image_is_asked_for_only_where_it_is_needed(tmp_path):
    labels = cells(4)
    write_objects(tmp_path / "a.geojson", ObjectSet(labels))
    write_objects(tmp_path / "a_rois.zip", ObjectSet(labels))
    asked = []

    def look() -> tuple[int, ...]:
        asked.append(1)
        return labels.shape

    read_objects(tmp_path / "a.geojson", None, ReadHints(look=look))
    assert asked == []
    assert np.array_equal(read_objects(tmp_path / "a_rois.zip", None, ReadHints(look=look)).labels, labels)
    assert asked == [1]
    with pytest.raises(ImageError, match="the image is needed"):
        read_objects(tmp_path / "a_rois.zip")


def test_a_missing_library_is_named_with_what_installs_it(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    image = arrange(np.zeros(cells(1).shape, np.uint8))
    with pytest.raises(ImageError, match=r"cpsam-gui\[figures\]"):
        write_objects(tmp_path / "a_figure.pdf", ObjectSet(cells(1), image=image))


def test_columns_have_to_fit():
    with pytest.raises(ImageError, match="2 values for 1 objects"):
        ObjectSet(np.ones((2, 2), np.uint32), columns={"a": np.array([1, 2])})


def test_nothing_heavy_is_imported_for_the_list_of_formats():
    import subprocess

    code = "import sys, cpsam_core.formats; sys.exit(any(n in sys.modules for n in ('torch', 'zarr', 'reportlab')))"
    root = Path(__file__).parents[3] / "core"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
