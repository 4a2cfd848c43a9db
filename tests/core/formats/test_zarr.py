import json
import shutil

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_core.errors import ImageError
from cpsam_core.formats import ObjectSet, WriteOptions, find_format, read_objects, write_objects
from cpsam_core.images import arrange, read_image
from tests.core.formats.formats_scenes import full_set, scattered

ZARR = find_format("zarr")
LABELS = np.zeros((3, 20, 700), np.uint32)
LABELS[0, 3:9, 4:600] = 7
LABELS[1:, 9, 690] = 70_000

old_zarr = int(zarr.__version__.split(".")[0]) < 3
VERSIONS = ("0.4",) if old_zarr else ("0.4", "0.5")
every_version = pytest.mark.parametrize("ngff", VERSIONS)


def written(tmp_path, labels=LABELS, ngff="0.4", **others):
    path = tmp_path / "a.ome.zarr"
    write_objects(path, full_set(labels, **others), None, WriteOptions(ngff=ngff))
    return path


def ome(group, ngff):
    attributes = group.attrs.asdict()
    return attributes if ngff == "0.4" else attributes["ome"]


@every_version
@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_objects_come_back(tmp_path_factory, ngff, seed, stack):
    labels = scattered(seed, (3, 8, 9) if stack else (17, 23))
    back = read_objects(written(tmp_path_factory.mktemp("zarr"), labels, ngff))
    assert np.array_equal(back.labels, labels)
    assert back.classes == full_set(labels).classes


@every_version
def test_other_programs_find_the_labels_where_the_format_says(tmp_path, ngff):
    image = arrange(
        np.arange(3 * 2 * 20 * 700, dtype=np.uint16).reshape(3, 2, 20, 700), "ZCYX", pixel_size=0.325
    )
    path = written(tmp_path, ngff=ngff, image=image)
    root = zarr.open_group(str(path), mode="r")
    (multiscale,) = ome(root, ngff)["multiscales"]
    assert [axis["name"] for axis in multiscale["axes"]] == ["c", "z", "y", "x"]
    assert np.array_equal(root["0"][:], np.moveaxis(image.pixels, -1, 0))
    assert ome(root["labels"], ngff)["labels"] == ["cells"]
    label = root["labels/cells"]
    metadata = ome(label, ngff)
    assert metadata["image-label"]["source"] == {"image": "../../"}
    assert [one["label-value"] for one in metadata["image-label"]["colors"]] == [7, 70_000]
    assert metadata["image-label"]["colors"][0]["rgba"] == [200, 10, 0, 255]
    assert metadata["image-label"]["properties"][0]["class"] == "tumour: größe"
    (multiscale,) = metadata["multiscales"]
    scales = [one["coordinateTransformations"][0]["scale"] for one in multiscale["datasets"]]
    assert scales == [[1.5, 0.325, 0.325], [1.5, 0.65, 0.65]]
    assert {axis["unit"] for axis in multiscale["axes"]} == {"micrometer"}
    assert np.array_equal(label["0"][:], LABELS) and label["0"].chunks == (1, 20, 512)
    assert np.array_equal(label["1"][:], LABELS[:, ::2, ::2])
    assert (ngff == "0.4") == (path / "labels/cells/0/0/0/0").is_file()


def test_a_label_image_alone_and_one_of_several(tmp_path):
    path = written(tmp_path)
    assert np.array_equal(read_objects(path / "labels" / "cells", ZARR).labels, LABELS)
    shutil.copytree(path / "labels" / "cells", path / "labels" / "nuclei")
    (path / "labels" / ".zattrs").write_text(json.dumps({"labels": ["nuclei", "cells"]}))
    found = read_objects(path)
    assert "nuclei were read, and there are others (cells)" in found.notes[0]


def test_axes_of_length_one_go_and_others_stay(tmp_path):
    path = tmp_path / "a.zarr"
    group = zarr.open_group(str(path), mode="w", **({} if old_zarr else {"zarr_format": 2}))
    group.create_group("labels").attrs.update({"labels": ["x"]})
    label = group["labels"].create_group("x")
    label.attrs.update({"multiscales": [{"datasets": [{"path": "s0"}]}], "image-label": {}})
    made = zarr.open_array(str(path / "labels/x/s0"), mode="w", shape=(1, 1, 2, 4, 5), dtype="i8")
    made[...] = 3
    found = read_objects(path)
    assert found.labels.shape == (2, 4, 5) and found.ids.tolist() == [3]
    assert found.pixel_size is None


def test_a_folder_of_someone_else_is_never_replaced(tmp_path):
    path = written(tmp_path)
    write_objects(path, full_set(LABELS))  # our own is
    (path / ".zattrs").write_text("{}")
    with pytest.raises(ImageError, match="did not write"):
        write_objects(path, full_set(LABELS))
    assert np.array_equal(read_objects(path).labels, LABELS)
    assert [one.name for one in tmp_path.iterdir()] == ["a.ome.zarr"]


class Bomb:
    def __reduce__(self):
        return (open, ("/tmp/never", "w"))


@pytest.mark.parametrize("where", ["filters", "compressor"])
def test_a_codec_that_unpickles_is_refused_before_anything_is_unpacked(tmp_path, where, monkeypatch):
    path = written(tmp_path)
    described = path / "labels/cells/0/.zarray"
    data = json.loads(described.read_text())
    data[where] = [{"id": "pickle"}] if where == "filters" else {"id": "pickle"}
    described.write_text(json.dumps(data))
    monkeypatch.setattr(zarr, "open_array", lambda *args, **kwargs: pytest.fail("opened"))
    with pytest.raises(ImageError, match="packed with pickle"):
        read_objects(path)


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("labels/cells/.zattrs", {"multiscales": [{"datasets": [{"path": "../../../x"}]}]}, "refers to"),
        ("labels/cells/.zattrs", {"multiscales": [{"datasets": [{"path": "/etc"}]}]}, "refers to"),
        ("labels/cells/.zattrs", {"multiscales": 5}, "refers to nothing"),
        ("labels/cells/.zattrs", {"multiscales": [{"datasets": [{"path": "9"}]}]}, "missing"),
        ("labels/.zattrs", {"labels": ["../.."]}, "refers to"),
        ("labels/.zattrs", {"labels": []}, "no OME-Zarr with labels"),
        ("labels/.zattrs", {"labels": "cells"}, "no OME-Zarr with labels"),
        ("labels/cells/0/.zarray", {"shape": [10**7, 10**7, 10**7]}, "made to fill the memory"),
        ("labels/cells/0/.zarray", {"dtype": "<f4"}, "whole numbers"),
        ("labels/cells/0/.zarray", {"shape": [3, 20]}, "damaged"),
        ("labels/cells/0/.zarray", {"compressor": {"id": "zlib"}}, "damaged"),
        ("labels/cells/0/.zarray", {"dtype": "nonsense"}, "damaged"),
    ],
)
def test_senseless_metadata(tmp_path, file, change, words):
    path = written(tmp_path)
    data = json.loads((path / file).read_text())
    (path / file).write_text(json.dumps(data | change))
    with pytest.raises(ImageError, match=words):
        read_objects(path)


@pytest.mark.parametrize(
    "label",
    [
        5,
        {"properties": 5},
        {"properties": [5, {"label-value": "x"}, {"label-value": 7, "class": 5, "a": [1], "b": None}]},
    ],
)
def test_properties_of_wrong_types_do_no_harm(tmp_path, label):
    path = written(tmp_path)
    file = path / "labels/cells/.zattrs"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"image-label": label}))
    assert read_objects(path).classes == {}


def test_no_zarr_at_all(tmp_path):
    (tmp_path / "a.zarr").mkdir()
    with pytest.raises(ImageError, match="no OME-Zarr with labels"):
        read_objects(tmp_path / "a.zarr")
    (tmp_path / "b.zarr").write_text("x")
    with pytest.raises(ImageError, match="no folder"):
        read_objects(tmp_path / "b.zarr")


def test_damaged_chunks(tmp_path):
    path = written(tmp_path)
    for chunk in (path / "labels/cells/0/0/0").iterdir():
        chunk.write_bytes(b"\xff" * 40)
    with pytest.raises(ImageError, match="damaged"):
        read_objects(path)


def test_colours_without_properties(tmp_path):
    write_objects(tmp_path / "a.zarr", ObjectSet(LABELS))
    label = json.loads((tmp_path / "a.zarr/labels/cells/.zattrs").read_text())["image-label"]
    assert set(label) == {"version", "colors"}


@pytest.mark.parametrize("ngff", ["0.4", "0.5"])
@pytest.mark.parametrize("kind", ["labels alone", "gray", "colours", "stack of channels"])
def test_what_is_written_is_valid_and_opens_as_an_image(tmp_path, ngff, kind):
    yaozarrs = pytest.importorskip("yaozarrs")
    if ngff == "0.5" and old_zarr:
        pytest.skip("of zarr 3")
    shape = {"stack of channels": (3, 60, 70)}.get(kind, (60, 70))
    labels = np.zeros(shape, np.uint32)
    labels[..., 5:20, 5:20] = 1
    arrays = {
        "gray": (shape, "YX"),
        "colours": ((*shape, 3), "YXS"),
        "stack of channels": ((2, *shape), "CZYX"),
    }
    image = None
    if kind in arrays:
        pixels = np.random.default_rng(0).integers(0, 255, arrays[kind][0]).astype(np.uint8)
        image = arrange(pixels, arrays[kind][1], pixel_size=0.5, z_step=2.0)
    path = tmp_path / "a.ome.zarr"
    write_objects(path, ObjectSet(labels, image=image, pixel_size=0.5), None, WriteOptions(ngff=ngff))
    yaozarrs.validate_zarr_store(str(path))
    yaozarrs.validate_zarr_store(str(path / "labels" / "cells"))
    found = read_image(path)
    if image is None:
        assert np.array_equal(np.squeeze(found.pixels), labels)
    else:
        assert np.array_equal(found.pixels, image.pixels)
        assert found.channel_names == image.channel_names
        assert (found.pixel_size, found.z_step) == (0.5, 2.0 if image.is_stack else None)
    assert np.array_equal(read_objects(path).labels, labels)
