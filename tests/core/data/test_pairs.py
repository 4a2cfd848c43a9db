"""Which files belong together, beyond masks: projects, maps of classes and of what is complete."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import hash_file
from cpsam_core.data.label_folders import class_map_beside, find_labels
from cpsam_core.data.pairs import digest_of, find_pairs
from cpsam_core.errors import TrainingError
from cpsam_core.images import write_labels
from cpsam_core.images.project_files import ProjectFile, write_project_file


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    masks = np.zeros((20, 20), np.uint16)
    masks[3:9, 3:9] = 1
    write_labels(path, masks)
    return path


def project(path: Path, origin: str = "hand", review: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    masks = np.zeros((1, 20, 20), np.uint32)
    masks[0, 3:9, 3:9] = 1
    write_project_file(path, ProjectFile(masks, {1: {"origin": origin}}, review=review))
    return path


def found(folder: Path) -> dict[str, str]:
    return {pair.image.name: pair.masks.name for pair in find_pairs(folder)}


def test_corrected_projects_come_first_and_untouched_ones_do_not_count(tmp_path: Path) -> None:
    for name in "abcd":
        put(tmp_path / f"{name}.tif")
    put(tmp_path / "a_masks.tif")
    given = np.zeros((20, 20), np.uint16)
    given[3:9, 3:10] = 1
    write_labels(tmp_path / "b_masks.tif", given)
    project(tmp_path / "a.cpsam")
    project(tmp_path / "b.cpsam", "model")
    project(tmp_path / "c.cpsam", "model")
    # What a run wrote beside its project.
    put(tmp_path / "c_masks.tif")
    project(tmp_path / "d.cpsam", "model", "verified")
    assert found(tmp_path) == {"a.tif": "a.cpsam", "b.tif": "b_masks.tif", "d.tif": "d.cpsam"}
    assert {key[1]: path.name for key, path in find_labels(tmp_path).items()} == {
        "a": "a.cpsam",
        "b": "b_masks.tif",
        "c": "c_masks.tif",
        "d": "d.cpsam",
    }


def test_only_untouched_projects_is_said(tmp_path: Path) -> None:
    put(tmp_path / "a.tif")
    project(tmp_path / "a.cpsam", "model")
    with pytest.raises(TrainingError, match="1 project whose masks nobody corrected"):
        find_pairs(tmp_path)


def test_a_damaged_project_is_kept_so_that_reading_it_says_why(tmp_path: Path) -> None:
    put(tmp_path / "a.tif")
    (tmp_path / "a.cpsam").write_bytes(b"damaged")
    assert found(tmp_path) == {"a.tif": "a.cpsam"}


def test_maps_beside_images(tmp_path: Path) -> None:
    for name in ("a.tif", "a_masks.tif", "a_classes.png", "a_complete.tif", "b.tif", "b_masks.tif"):
        put(tmp_path / name)
    put(tmp_path / "my_classes.tif")  # no image `my`: an image of that name
    put(tmp_path / "my_classes_masks.tif")
    a, b, mine = find_pairs(tmp_path)
    assert a.classes == tmp_path / "a_classes.png" and a.complete == tmp_path / "a_complete.tif"
    assert b.classes is None and b.complete is None
    assert mine.image.name == "my_classes.tif"


@pytest.mark.parametrize("below", [True, False])
def test_maps_in_folders_beside_the_images(tmp_path: Path, below: bool) -> None:
    for kind in ("images", "masks", "classes", "complete"):
        put(tmp_path / "set" / kind / "1.tif")
    put(tmp_path / "set/images/2.tif")
    put(tmp_path / "set/masks/2.tif")
    one, two = find_pairs(tmp_path if below else tmp_path / "set/images")
    assert one.masks == tmp_path / "set/masks/1.tif"
    assert one.classes == tmp_path / "set/classes/1.tif"
    assert one.complete == tmp_path / "set/complete/1.tif"
    assert one.set_name == ("set" if below else "images")
    assert two.classes is None


def test_the_map_of_classes_of_a_label_file(tmp_path: Path) -> None:
    assert class_map_beside(put(tmp_path / "a_masks.tif")) is None
    beside = put(tmp_path / "a_classes.png")
    assert class_map_beside(tmp_path / "a_masks.tif") == beside
    masks = put(tmp_path / "set/masks/1.tif")
    other = put(tmp_path / "set/classes/1.png")
    assert class_map_beside(masks) == other


def test_hidden_files_and_jpeg_masks_are_left_out(tmp_path: Path) -> None:
    put(tmp_path / "a.tif")
    put(tmp_path / ".a_masks.tif")
    (tmp_path / "a_masks.jpg").write_bytes(b"lossy")
    with pytest.raises(TrainingError, match="no image with masks"):
        find_pairs(tmp_path)


def test_projects_of_images_larger_than_memory_are_named_where_they_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path / "slide.tif")
    (tmp_path / "slide.cpsam" / "whole").mkdir(parents=True)
    with pytest.raises(TrainingError, match="left out: 1 project of images larger than memory"):
        find_pairs(tmp_path)
    put(tmp_path / "a.tif")
    put(tmp_path / "a_masks.tif")
    assert found(tmp_path) == {"a.tif": "a_masks.tif"}
    assert "larger than memory" in caplog.text


def test_a_project_larger_than_memory_is_not_missed_where_a_file_holds_the_masks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path / "slide.tif")
    put(tmp_path / "slide_masks.tif")
    (tmp_path / "slide.cpsam" / "whole").mkdir(parents=True)
    assert found(tmp_path) == {"slide.tif": "slide_masks.tif"}
    assert "larger than memory" not in caplog.text


def test_a_chunk_that_was_written_over_is_noticed(tmp_path: Path) -> None:
    """The folders of an OME-Zarr stay as they are then, with their times."""
    store = tmp_path / "slide.zarr"
    (store / "0").mkdir(parents=True)
    chunk = store / "0" / "0.0"
    chunk.write_bytes(b"cells")
    read: list[tuple[int, int]] = []
    first = digest_of(store, lambda done, total: read.append((done, total)))
    assert first == digest_of(store, lambda *_: pytest.fail("it was read again"))
    assert read == [(5, 5)]
    times = [(folder, folder.stat()) for folder in (store, store / "0")]
    chunk.write_bytes(b"calls")
    for folder, before in times:
        os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digest_of(store) == hash_file(store) != first
