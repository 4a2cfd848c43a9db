import contextlib
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from cpsam_core.errors import ImageError
from cpsam_core.formats import ObjectSet, ReadHints, find_format, read_each, read_objects, write_objects
from cpsam_core.formats.coco import write_coco_dataset
from cpsam_core.formats.rle import counts_of_text, labels_to_counts, texts_of_counts

# COCO's own program uses parts of numpy that are on their way out.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
RLE, POLYGONS = find_format("coco"), find_format("coco_polygons")


def scattered(seed: int, shape=(13, 17), values=4) -> np.ndarray:
    return (np.random.default_rng(seed).integers(0, values, shape) * 5).astype(np.uint32)


def opened(path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(1, 20), st.integers(2, 6))
def test_run_length_codes_are_those_of_coco(seed, height, width, values):
    labels = scattered(seed, (height, width), values)
    ids, counts = labels_to_counts(labels)
    assert ids.tolist() == np.unique(labels[labels > 0]).tolist()
    for number, own, text in zip(ids, counts, texts_of_counts(counts), strict=True):
        expected = coco_mask.encode(np.asfortranarray(labels == number).astype(np.uint8))["counts"].decode()
        assert text == expected
        assert np.array_equal(counts_of_text(text), own)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=12))
def test_any_length_survives_its_text(counts):
    (text,) = texts_of_counts([np.array(counts)])
    assert counts_of_text(text).tolist() == counts


@pytest.mark.parametrize("chosen", [RLE, POLYGONS], ids=lambda one: one.key)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), values=st.integers(2, 6))
def test_objects_come_back_and_cocos_own_program_sees_the_same_pixels(tmp_path_factory, chosen, seed, values):
    path = tmp_path_factory.mktemp("coco") / "a_coco.json"
    labels = scattered(seed, values=values)
    labels[0, 0] = 4_000_000_000
    objects = ObjectSet(
        labels, classes={5: 2, 4_000_000_000: 7}, class_names={2: "größe", 7: "b"}, image_name="a.tif"
    )
    write_objects(path, objects, chosen)
    back = read_objects(path)
    assert np.array_equal(back.labels, labels)
    assert back.classes == {k: v for k, v in objects.classes.items() if k in objects.ids}
    assert back.class_names == objects.class_names
    assert (back.image_name, back.notes) == ("a.tif", ())
    coco = opened(path)
    for annotation in coco.anns.values():
        assert np.array_equal(coco.annToMask(annotation) > 0, labels == annotation["object"])
        assert annotation["area"] == (labels == annotation["object"]).sum()
        rle = coco.annToRLE(annotation)
        assert coco_mask.toBbox(rle).tolist() == annotation["bbox"]


def test_several_images_in_one_file(tmp_path):
    first, second = scattered(1), scattered(2, (9, 30))
    images = [
        ObjectSet(first, classes={5: 1}, class_names={1: "x"}, image_name="a.tif"),
        ObjectSet(second, image_name="b.png"),
    ]
    write_coco_dataset(tmp_path / "all.json", images)
    assert len(opened(tmp_path / "all.json").imgs) == 2
    one, two = read_each(tmp_path / "all.json")
    assert np.array_equal(one.labels, first) and np.array_equal(two.labels, second)
    assert (one.classes, two.classes) == ({5: 1}, {})
    for name in ("b.png", "b"):
        assert np.array_equal(
            read_objects(tmp_path / "all.json", None, ReadHints(image_name=name)).labels, second
        )
    with pytest.raises(ImageError, match="several images"):
        read_objects(tmp_path / "all.json")
    with pytest.raises(ImageError, match="no image named c"):
        read_objects(tmp_path / "all.json", None, ReadHints(image_name="c"))


def test_files_of_other_programs(tmp_path):
    square = {"id": 3, "image_id": "x", "category_id": 0, "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]}
    listed = {"id": 4, "image_id": "x", "category_id": 9, "segmentation": {"size": [5, 6], "counts": [25, 5]}}
    beyond = {"id": 5, "image_id": "x", "category_id": 9, "segmentation": [[3.5, 2, 90, 2, 90, 4, 3.5, 4]]}
    boxed = {"id": 6, "image_id": "x", "category_id": 9, "bbox": [0, 0, 2, 2]}
    data = {
        "images": [{"id": "x", "file_name": "C:\\d\\a.png", "height": 5, "width": 6}],
        "annotations": [square, listed, beyond, boxed, {"id": 7, "image_id": "y"}, None],
        "categories": [{"id": 0, "name": "cell"}, {"id": 9}, "?"],
    }
    (tmp_path / "a.json").write_text(json.dumps(data), encoding="utf-8")
    found = read_objects(tmp_path / "a.json")
    expected = np.zeros((5, 6), np.uint32)
    expected[1:3, 1:4] = 1
    expected[:, 5] = 2
    expected[2:4, 3:] = 3
    assert np.array_equal(found.labels, expected)
    assert found.classes == {1: 1, 2: 2, 3: 2}
    assert found.class_names == {1: "cell", 2: "class 9"}
    assert found.image_name == "a.png"
    assert len(found.notes) == 3 and "boxes only" in found.notes[0] and "overlapped" in found.notes[2]


GOOD = {"images": [{"id": 1, "height": 4, "width": 4}], "annotations": []}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"annotations": 3}, "no list of annotations"),
        ({"images": []}, "list of images"),
        ({"images": [{"id": 1}, {"id": 1}]}, "same id"),
        ({"images": [{"id": 1}]}, "image is needed"),
        ({"images": [{"id": 1, "height": 10**6, "width": 10**6}]}, "made to fill the memory"),
        ({"annotations": [{"image_id": 1, "segmentation": [["a"] * 6]}]}, "makes no sense"),
        ({"annotations": [{"image_id": 1, "segmentation": [[1, 2, 3, 4, 5, 1e300]]}]}, "beyond any image"),
        ({"annotations": [{"image_id": 1, "segmentation": [[1, 2, 3, 4, 5, None]]}]}, "makes no sense"),
        ({"annotations": [{"image_id": 1, "segmentation": {"size": [9, 9], "counts": "1"}}]}, "another size"),
        ({"annotations": [{"image_id": 1, "segmentation": {"size": [4, 4], "counts": [-1, 4]}}]}, "damaged"),
        (
            {"annotations": [{"image_id": 1, "segmentation": {"size": [4, 4], "counts": [9, 9]}}]},
            "another size",
        ),
        ({"annotations": [{"image_id": 1, "segmentation": {"size": [4, 4], "counts": ["x"]}}]}, "damaged"),
        (
            {
                "annotations": [
                    {"image_id": 1, "segmentation": {"size": [4, 4], "counts": "oooooooooooooooooooo1"}}
                ]
            },
            "damaged",
        ),
        (
            {"annotations": [{"image_id": 1, "segmentation": {"size": [4, 4], "counts": "é"}}]},
            "makes no sense",
        ),
    ],
)
def test_senseless_files(tmp_path, change, words):
    (tmp_path / "a.json").write_text(json.dumps(GOOD | change))
    with pytest.raises(ImageError, match=words):
        list(read_each(tmp_path / "a.json", RLE))


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "nul", "[" * 100_000, '{"annotations": ' + "9" * 5000 + "}"]
)
def test_no_coco_at_all(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ImageError):
        list(read_each(tmp_path / "a.json", RLE))


def test_a_stack_is_refused(tmp_path):
    with pytest.raises(ImageError, match="one plane"):
        write_objects(tmp_path / "a.json", ObjectSet(np.ones((2, 3, 4), np.uint32)), RLE)
    assert list(tmp_path.iterdir()) == []
