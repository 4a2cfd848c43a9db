"""No export writes over an image, or over work that it does not hold."""

from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.cli.outputs import Target, check_possible
from cpsam_core.errors import ImageError
from cpsam_core.formats import ObjectSet, find_format, write_objects
from cpsam_core.images import read_image, write_labels, write_picture, write_tiff
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.images.replaceable import check_replaceable
from cpsam_core.system.file_content import Content
from tests.core.formats.formats_scenes import cells

LABELS = cells(1)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "a.tif"
    write_tiff(path, np.arange(LABELS.size).reshape(LABELS.shape).astype(np.uint16), "YX")
    write_picture(tmp_path / "b.png", np.zeros((*LABELS.shape, 3), np.uint8))
    return path


def put_project(path, key=None, **more):
    project = ProjectFile(LABELS[None], {1: {"class_id": 2, "origin": "hand"}}, **more)
    write_project_file(path, project, **({} if key is None else {"key": key}))
    return path


@pytest.mark.parametrize("key", ["tif", "png", "overlay", "npy", "seg", "zarr", "csv", "project"])
@pytest.mark.parametrize("name", ["a.tif", "b.png"])
def test_an_image_is_never_replaced(image, key, name):
    path = image.with_name(name)
    before = path.read_bytes()
    objects = ObjectSet(LABELS, image=read_image(image))
    with pytest.raises(ImageError):
        write_objects(path, objects, find_format(key))
    assert path.read_bytes() == before


def test_the_image_itself_is_never_replaced_whatever_it_is_called(image):
    own = image.rename(image.with_name("a_masks.tif"))
    with pytest.raises(ImageError, match="is an image"):
        write_objects(own, ObjectSet(LABELS, image_path=own))
    link = image.with_name("link.tif")
    link.symlink_to(own)
    with pytest.raises(ImageError, match="is an image"):
        write_objects(link, ObjectSet(LABELS, image_path=own))


def test_results_are_replaced_by_results(image):
    objects = ObjectSet(LABELS, image=read_image(image))
    for name in ("a_masks.tif", "labels.png", "a_masks.npy", "a_seg.npy", "a_objects.csv", "a_rois.zip"):
        for _ in range(2):
            write_objects(image.with_name(name), objects)
    for _ in range(2):
        write_objects(image.with_name("picture.png"), objects, find_format("overlay"))
    # Of another program.
    write_picture(image.with_name("a_cp_masks.png"), LABELS.astype(np.uint16))
    write_objects(image.with_name("a_cp_masks.png"), objects, find_format("png"))


@pytest.mark.parametrize("mine", [True, False])
def test_a_picture_does_not_replace_masks(image, mine):
    path = image.with_name("a_masks.png")
    if mine:
        write_labels(path, LABELS, companion=True)
    else:
        write_picture(path, LABELS.astype(np.uint16))
    with pytest.raises(ImageError, match="holds masks"):
        write_objects(path, ObjectSet(LABELS, image=read_image(image)), find_format("overlay"))
    for name in ("c_seg.npy", "c_masks.npy"):
        image.with_name(name).write_bytes(b"numbers")
        with pytest.raises(ImageError, match="holds masks"):
            check_replaceable(image.with_name(name), Content.VIEW)


@pytest.mark.parametrize(
    "more",
    [
        {"review": "corrected"},
        {"settings": {"diameter": 30}},
        {"extra": {"deleted": {"runs": "x"}}},
        {"fingerprint": "x"},
        {"maps": {"flows": np.zeros((2, *LABELS.shape), np.float32)}},
        {"key": DocumentKey(time=3)},
        {"objects": {1: {"origin": "edited"}}},
        {"objects": {1: {"locked": True}}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_project_that_knows_more_is_not_replaced_by_objects(tmp_path, more):
    path = tmp_path / "a.cpsam"
    if "objects" in more:
        write_project_file(path, ProjectFile(LABELS[None], **more))
    else:
        put_project(path, **more)
    before = path.read_bytes()
    with pytest.raises(ImageError, match="holds more"):
        write_objects(path, ObjectSet(LABELS))
    assert path.read_bytes() == before


def test_a_project_of_objects_alone_is_replaced_by_another(tmp_path):
    path = tmp_path / "a.cpsam"
    for _ in range(2):
        write_objects(path, ObjectSet(LABELS, classes={1: 1}, class_names={1: "round"}))
    with pytest.raises(ImageError, match="holds more"):
        check_replaceable(path, Content.VIEW)


def test_a_whole_project_replaces_any_but_that_of_an_image_beside_it(image):
    apart = put_project(image.with_name("c.cpsam"), review="corrected")
    check_replaceable(apart, Content.PROJECT)
    own = put_project(image.with_name("a.cpsam"))
    with pytest.raises(ImageError, match=r"the work on a\.tif itself"):
        check_replaceable(own, Content.PROJECT)


def test_a_damaged_project_stays(tmp_path):
    path = tmp_path / "a.cpsam"
    path.write_bytes(b"no zip")
    with pytest.raises(ImageError, match="holds more"):
        write_objects(path, ObjectSet(LABELS))


def test_commands_replace_neither_with_overwrite(image, capsys, monkeypatch):
    monkeypatch.chdir(image.parent)
    write_labels(image.with_name("a_masks.tif"), LABELS)
    own = put_project(image.with_name("a.cpsam"), review="corrected")
    before = own.read_bytes()
    assert main(["convert", "a_masks.tif", "--to", "project", "--overwrite"]) == 1
    assert "holds more than would be written" in capsys.readouterr().err
    assert own.read_bytes() == before
    images = image.read_bytes()
    assert main(["train", ".", "--out", "a.tif", "--epochs", "1"]) == 1
    assert "is an image" in capsys.readouterr().err
    assert image.read_bytes() == images


def test_a_run_with_a_suffix_refuses_an_image_before_it_begins(image):
    write_tiff(image.with_name("a1.tif"), np.zeros((9, 9), np.uint8), "YX")
    with pytest.raises(ImageError, match=r"a1\.tif is an image"):
        check_possible(Target(image, {"tif": image.with_name("a1.tif")}), read_image(image))
