"""Which files belong to an image: one rule for the window and for all commands."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from cpsam_core.cli.inputs import Input, gather
from cpsam_core.cli.outputs import plan
from cpsam_core.data.pairs import find_pairs, pair_of
from cpsam_core.formats import FORMATS, ObjectSet, WriteOptions, write_objects
from cpsam_core.formats.label_pyramids import LabelSizes, write_label_tiff
from cpsam_core.images import read_image, read_labels, result_mark, write_labels, write_picture
from cpsam_core.images.companion_names import Endings
from cpsam_core.images.companions import companions, images_in
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.label_arrays import LabelsInMemory
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.images.readers import can_read
from cpsam_core.images.result_mark import is_result
from cpsam_gui.storage.companions import earlier_work
from cpsam_gui.storage.companions import images_in as images_of_window


def put(root: Path, *names: str) -> Path:
    """Write small masks under each name; return the first."""
    masks = np.zeros((32, 32), np.uint16)
    masks[4:12, 4:12] = 1
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".npy":
            np.save(path, masks)
        elif path.suffix == ".cpsam":
            write_project_file(path, ProjectFile(masks[None].astype(np.uint32), {1: {"origin": "hand"}}))
        elif path.suffix == ".png":
            path.write_bytes(b"png")
        else:
            tifffile.imwrite(path, masks)
    return root / names[0]


@pytest.mark.parametrize(
    "names",
    [
        ("a.tif", "a_masks.tif"),
        ("a.tif", "a_masks.tiff"),
        ("a.tif", "a_masks.npy"),
        ("a.tif", "a_mask.tif"),
        ("a.tif", "a_cp_masks.tif"),
        ("a.tif", "a_masks.png", "a_cp_masks.tif"),
        ("a.tif", "a_masks.tif", "a_masks.png"),
        ("images/a.tif", "masks/a.tif"),
        ("images/a.tif", "masks/a_masks.tif"),
        ("images/a.tif", "labels/a.tif"),
        ("images/deeper/a.tif", "masks/deeper/a.tif"),
        ("a.tif", "masks/a.tif"),
        ("a.tif", "a.cpsam", "a_masks.tif"),
        ("a.png", "a_png_masks.tif", "a.tif", "a_tif_masks.tif"),
    ],
)
def test_window_and_commands_take_the_same_masks(tmp_path: Path, names: tuple[str, ...]) -> None:
    image = put(tmp_path, *names)
    wanted = tmp_path / names[1]
    assert companions(image).masks[0] == wanted
    assert earlier_work(image) == wanted
    assert pair_of(image).masks == wanted
    pairs = {pair.image: pair.masks for pair in find_pairs(tmp_path, uncorrected=True)}
    assert pairs[image] == wanted


def test_results_are_no_images_for_window_and_command(tmp_path: Path) -> None:
    made = (
        "a_objects.tif",
        "a_cp_output.tif",
        "a_classes.tif",
        "a_masks.tif",
        "a_mask.tif",
        "a_t003_masks.tif",
    )
    put(tmp_path, "a.tif", *made, "a_t003_overlay.tif", "alone_objects.tif", "alone_mask.tif")
    images = ["a.tif", "alone_mask.tif", "alone_objects.tif"]
    assert [path.name for path in images_in(tmp_path)] == images
    assert [path.name for path in images_of_window(tmp_path)] == images
    assert [one.path.name for one in gather([str(tmp_path)]).images] == images
    assert [path.name for path in companions(tmp_path / "a.tif").results] == [
        "a_objects.tif",
        "a_cp_output.tif",
        "a_classes.tif",
    ]


def test_maps_belong_to_their_image(tmp_path: Path) -> None:
    image = put(tmp_path, "s/images/a.tif", "s/classes/a.tif", "s/images/a_complete.tif")
    own = companions(image)
    assert own.classes == tmp_path / "s/classes/a.tif"
    assert own.complete == tmp_path / "s/images/a_complete.tif"


def test_images_of_one_stem_have_companions_of_their_own(tmp_path: Path) -> None:
    tif = put(tmp_path, "cells.tif", "cells.png")
    own = companions(tmp_path / "cells.png")
    assert own.project.name == "cells.png.cpsam"
    assert own.label_image.name == "cells_png_masks.tif"
    assert companions(tif).project.name == "cells.tif.cpsam"
    # Also where only one of them is named: the second run must not find the results of the first.
    names = [plan([Input(path)], tmp_path / "out", ["tif"])[0].files["tif"].name for path in (tif, own.image)]
    assert names == ["cells_tif_masks.tif", "cells_png_masks.tif"]


def test_the_image_that_a_project_names_keeps_the_plain_names(tmp_path: Path) -> None:
    tif = put(tmp_path, "cells.tif", "cells_masks.tif")
    empty = np.zeros((1, 32, 32), np.uint32)
    write_project_file(tmp_path / "cells.cpsam", ProjectFile(empty, image="cells.tif", review="verified"))
    before = companions(tif)
    put(tmp_path, "cells.png")
    assert companions(tif) == before
    other = companions(tmp_path / "cells.png")
    assert other.masks == other.doubtful == ()
    assert other.project.name == "cells.png.cpsam"


def test_masks_that_fit_two_images_are_doubtful(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tif = put(tmp_path, "cells.tif", "cells.png", "cells_masks.tif")
    for image in (tif, tmp_path / "cells.png"):
        own = companions(image)
        assert own.masks == () and [path.name for path in own.doubtful] == ["cells_masks.tif"]
    with caplog.at_level(logging.WARNING):
        pairs = find_pairs(tmp_path)
    assert [pair.image for pair in pairs] == [tif]
    assert "cells_masks.tif fits cells.tif as well as cells.png" in caplog.text


def test_results_of_a_time_point_carry_it_in_their_names(tmp_path: Path) -> None:
    movie = put(tmp_path, "movie.tif", "movie_masks.tif", "movie_t003_masks.tif")
    third = companions(movie, DocumentKey(time=3))
    assert [path.name for path in third.masks] == ["movie_t003_masks.tif"]
    assert third.result("_rois.zip").name == "movie_t003_rois.zip"
    assert (
        companions(movie, DocumentKey(scene=1, time=4, layer="nuclei 2")).stem
        == "movie_s01_t004_layer-nuclei-2"
    )


@pytest.mark.parametrize(
    "key", [WHOLE, DocumentKey(time=3), DocumentKey(2, 1234), DocumentKey(0), DocumentKey(layer="nuclei")]
)
def test_keys_come_back_from_names(key: DocumentKey) -> None:
    assert DocumentKey.from_ending(key.ending) == key
    assert DocumentKey.from_ending("_masks") is None


def test_other_endings_by_choice(tmp_path: Path) -> None:
    put(tmp_path, "a_img.tif", "a_label.tif", "a_masks.tif", "b_img.tif", "b_img_label.tif", "notes.tif")
    endings = Endings.chosen("_label", "_img")
    pairs = find_pairs(tmp_path, endings=endings)
    assert [(pair.image.name, pair.masks.name) for pair in pairs] == [
        ("a_img.tif", "a_label.tif"),
        ("b_img.tif", "b_img_label.tif"),
    ]
    images = gather([str(tmp_path)], endings=endings).images
    assert [one.path.name for one in images] == ["a_img.tif", "b_img.tif"]


def test_masks_in_ome_files_are_found_by_the_name_of_the_image(tmp_path: Path) -> None:
    for name in (
        "a.tif",
        "a_masks.ome.tif",
        "b.ome.tif",
        "b_masks.ome.tif",
        "c.tif",
        "c.ome.tif",
        "c_masks.tif",
    ):
        put(tmp_path, name)
    folder = tmp_path / "masks"
    folder.mkdir()
    (folder / "d.ome.zarr").mkdir()
    put(tmp_path, "d.tif")
    shown = {path.name for path in images_in(tmp_path)}
    assert shown == {"a.tif", "b.ome.tif", "c.ome.tif", "c.tif", "d.tif"}
    for image, masks in (
        ("a.tif", "a_masks.ome.tif"),
        ("b.ome.tif", "b_masks.ome.tif"),
        ("c.tif", "c_masks.tif"),
        ("d.tif", "d.ome.zarr"),
    ):
        assert [path.name for path in companions(tmp_path / image).masks] == [masks]
    assert companions(tmp_path / "c.ome.tif").masks == (), "they are those of the image that is called so"
    put(tmp_path, "a.ome.cpsam")
    assert companions(tmp_path / "a.tif").project.name == "a.cpsam"


def exported(folder: Path, image: Path) -> dict[str, Path]:
    """Export masks in every format that may be taken for an image, under names that nobody foresees."""
    pixels = read_image(image)
    labels = np.zeros(pixels.spatial_shape, np.uint32)
    labels[4:9, 4:9] = 70_000
    objects = ObjectSet(labels, image_name=image.name, image=pixels)
    made = {}
    for one in FORMATS:
        name = "mine" + Path("x" + one.ending).suffix
        if one.can_write and (can_read(folder / name) or one.is_folder) and one.key not in ("npy", "seg"):
            path = folder / f"{one.key}-{name}"
            small = replace(objects, labels=np.minimum(labels, 1)) if one.key == "png" else objects
            write_objects(path, small, one, WriteOptions(tiled=True))
            made[one.key] = path
    return made


def test_what_was_exported_under_any_name_is_no_image(tmp_path: Path) -> None:
    image = put(tmp_path, "a.tif", "own.tif", "own_v2.png")
    made = exported(tmp_path, image)
    assert set(made) == {"tif", "png", "zarr", "overlay"}
    assert all(can_read(path) for path in made.values())
    for listed in (images_in, images_of_window):
        assert [path.name for path in listed(tmp_path)] == ["a.tif", "own.tif", "own_v2.png"]
    assert {one.path.name for one in gather([str(tmp_path)]).images} == {"a.tif", "own.tif", "own_v2.png"}
    # It is opened like any file where it is all there is, or where somebody names it.
    for path in (image, tmp_path / "own.tif", tmp_path / "own_v2.png"):
        path.unlink()
    assert {path.name for path in images_in(tmp_path)} == {path.name for path in made.values()}
    # Written anew by another program, it is an image.
    put(tmp_path, made["tif"].name)
    assert [path.name for path in images_in(tmp_path)] == [made["tif"].name]


def test_many_files_are_looked_into_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a network drive, each look waits for an answer."""
    together = threading.Barrier(8, timeout=20)

    def wait(path: Path, size: int) -> bytes:
        together.wait()
        return b""

    monkeypatch.setattr(result_mark, "head_of", wait)
    names = [f"{number:02}.tif" for number in range(16)]
    put(tmp_path, *names)
    assert [path.name for path in images_in(tmp_path)] == names


def test_the_mark_is_found_in_large_files_of_many_tiles(tmp_path: Path) -> None:
    labels = np.zeros((9000, 4100), np.uint32)
    labels[:2, :2] = 70_000
    write_labels(tmp_path / "tiled.tif", labels, tiled=True)
    write_labels(tmp_path / "plain.tif", np.minimum(labels, 3), compression=None, pixel_size=0.3)
    source = LabelsInMemory(labels[None, :3000])
    write_label_tiff(tmp_path / "pyramid.tif", [source], 70_000, LabelSizes("", 0.3, None, 0.3))
    assert all(is_result(tmp_path / name) for name in ("tiled.tif", "plain.tif", "pyramid.tif"))
    assert (read_labels(tmp_path / "tiled.tif") == labels).all()


def test_only_a_picture_with_objects_on_it_is_marked(tmp_path: Path) -> None:
    for made in (False, True):
        write_picture(tmp_path / f"{made}.png", np.zeros((8, 8, 3), np.uint8), is_result=made)
        assert is_result(tmp_path / f"{made}.png") is made
    assert [path.name for path in images_in(tmp_path)] == ["False.png"]


def test_an_image_that_is_called_like_masks_is_listed_where_nothing_belongs_to_it(tmp_path: Path) -> None:
    put(tmp_path, "a.tif", "a_masks.tif", "face_masks.tif", "a_t003_cp_masks.png", "b_seg.npy")
    write_labels(tmp_path / "gone_masks.tif", np.ones((8, 8), np.uint16))
    assert [path.name for path in images_of_window(tmp_path)] == ["a.tif", "face_masks.tif"]
