"""Project files: everything comes back, unknown things too, and hostile ones are refused in words."""

from __future__ import annotations

import errno
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cpsam_core.errors import ImageError, OtherMasksError
from cpsam_core.images import project_archive, project_files
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.fingerprint import fingerprint
from cpsam_core.images.project_files import ProjectFile, Region, read_project_file, write_project_file
from cpsam_core.images.project_summary import holds_work, is_corrected, project_keys, read_review
from cpsam_core.images.project_table import VERSION


def labels() -> np.ndarray:
    masks = np.zeros((1, 20, 30), np.uint32)
    masks[0, 2:8, 3:9] = 1
    masks[0, 10:18, 12:28] = 70_000
    return masks


def tiff(array: np.ndarray) -> bytes:
    pixels = io.BytesIO()
    tifffile.imwrite(pixels, array, photometric="minisblack")
    return pixels.getvalue()


def written(path: Path, table: Any, masks: bytes | None = None, **how: Any) -> Path:
    with zipfile.ZipFile(path, "w", **how) as archive:
        archive.writestr("project.json", table if isinstance(table, (bytes, str)) else json.dumps(table))
        archive.writestr("masks.tif", tiff(labels()) if masks is None else masks)
    return path


def test_everything_comes_back(tmp_path: Path) -> None:
    project = ProjectFile(
        labels(),
        {1: {"class_id": 2, "origin": "hand", "later": [1, 2]}, 70_000: {"class_id": 1}},
        {"flow_threshold": 0.4},
        "a.tif",
        "corrected",
        (Region.box(0, 10, 0, 10), Region(((0.5, 0.0), (9.0, 0.0), (9.0, 9.0)))),
        {1: "tumour", 2: "stroma"},
        {"notes": "look again", "nested": {"a": None}},
        {"flows": np.arange(1200, dtype=np.float32).reshape(1, 2, 20, 30), "complete": labels() > 0},
    )
    write_project_file(tmp_path / "a.cpsam", project)
    found = read_project_file(tmp_path / "a.cpsam", maps=("flows", "complete", "absent"))
    np.testing.assert_array_equal(found.labels, project.labels)
    for name in ("objects", "settings", "image", "review", "complete", "class_names", "extra"):
        assert getattr(found, name) == getattr(project, name)
    np.testing.assert_array_equal(found.maps["flows"].reshape(1, 2, 20, 30), project.maps["flows"])
    np.testing.assert_array_equal(found.maps["complete"].reshape(1, 20, 30) > 0, labels() > 0)
    assert set(found.maps) == {"flows", "complete"}


def test_keys_of_later_minor_versions_are_handed_on(tmp_path: Path) -> None:
    path = written(tmp_path / "a.cpsam", {"version": f"{VERSION}.7", "objects": {}, "mood": "good"})
    found = read_project_file(path)
    assert found.extra == {"mood": "good"}
    write_project_file(path, found)
    assert read_project_file(path).extra == {"mood": "good"}


def test_classes_of_objects_become_a_map(tmp_path: Path) -> None:
    project = ProjectFile(labels(), {1: {"class_id": 2}, 70_000: {"class_id": 0}})
    classes = project.classes()
    assert classes is not None
    np.testing.assert_array_equal(classes, np.where(labels() == 1, 2, 0))
    assert ProjectFile(labels(), {1: {"class_id": 0}, 70_000: {}}).classes() is None
    # An object without a row, and rows without an object, have no class and do no harm.
    few = ProjectFile(labels(), {1: {"class_id": 3}, 5: {"class_id": 9}}).classes()
    assert few is not None
    assert set(np.unique(few)) == {0, 3}


def test_complete_regions_become_a_map() -> None:
    assert ProjectFile(labels()).complete_map() is None
    inside = ProjectFile(
        labels(), complete=(Region.box(0, 4, 5, 9), Region.box(0, 1, 0, 1, index=7))
    ).complete_map()
    assert inside is not None
    expected = np.zeros((1, 20, 30), bool)
    expected[0, :4, 5:9] = True
    np.testing.assert_array_equal(inside, expected)
    both = ProjectFile(
        labels(), complete=(Region.box(0, 4, 5, 9),), maps={"complete": labels() > 0}
    ).complete_map()
    np.testing.assert_array_equal(both, expected | (labels() > 0))


def test_regions_of_sections_become_a_map_of_the_volume(tmp_path: Path) -> None:
    volume = np.zeros((4, 5, 6), np.uint32)
    regions = (
        Region.box(1, 2, 0, 5, 2),
        Region.box(0, 3, 2, 6, 4, across=1),
        Region.box(0, 2, 1, 4, 5, across=2),
        Region.box(0, 2, 1, 4, 6, across=2),
    )
    write_project_file(tmp_path / "a.cpsam", ProjectFile(volume, complete=regions))
    found = read_project_file(tmp_path / "a.cpsam")
    assert found.complete == regions
    expected = np.zeros(volume.shape, bool)
    expected[2, 1:2, 0:5] = True
    expected[0:3, 4, 2:6] = True
    expected[1:4, 0:2, 5] = True
    inside = found.complete_map()
    assert inside is not None
    np.testing.assert_array_equal(inside, expected)


HUGE = {"version": 1, "objects": {}, "complete": [{"corners": [[0, 0]] * 1000}] * 1001}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"version": VERSION + 1, "objects": {}}, "newer version"),
        ({"version": f"{VERSION + 1}.0"}, "newer version"),
        ({"objects": {}}, "damaged"),
        ([1, 2], "damaged"),
        ("{not json", "damaged"),
        (b"\xff\xfe\xfa", "damaged"),
        ({"version": 1, "objects": {"one": {}}}, "damaged"),
        ({"version": 1, "objects": [1]}, "damaged"),
        ({"version": 1, "objects": {}, "complete": [{"corners": [[0, float("nan")]]}]}, "nowhere"),
        ({"version": 1, "objects": {}, "complete": [{"corners": 3}]}, "damaged"),
        ({"version": 1, "objects": {}, "complete": [{"corners": [[0, 0]], "across": 3}]}, "no axis"),
        (HUGE, "too many"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_bad_tables_are_refused_in_words(tmp_path: Path, table: Any, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        read_project_file(written(tmp_path / "a.cpsam", table, compression=zipfile.ZIP_DEFLATED))


GOOD = {"version": 1, "objects": {}}


@pytest.mark.parametrize(
    "masks", [b"", b"II*\0broken", tiff(np.full((3, 4), 0.5)), tiff(np.full((3, 4), -1))]
)
def test_bad_masks_are_refused_in_words(tmp_path: Path, masks: bytes) -> None:
    with pytest.raises(ImageError):
        read_project_file(written(tmp_path / "a.cpsam", GOOD, masks))


def test_archives_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.cpsam", b'{"a": "' + b" " * 10_000_000 + b'"}', compression=zipfile.ZIP_BZIP2
    )
    with pytest.raises(ImageError, match="does not use"):
        read_project_file(path)
    small = io.BytesIO()
    tifffile.imwrite(small, np.zeros((40_000, 40_000), np.uint8), compression="zlib", rowsperstrip=40_000)
    with pytest.raises(ImageError):
        read_project_file(written(path, GOOD, small.getvalue()[:2000]))
    # A member that states less than it unpacks to, and one that states more than deflate can do.
    for stated in (5, 2**31 - 1):
        content = bytearray(written(path, GOOD, compression=zipfile.ZIP_DEFLATED).read_bytes())
        at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"project.json"))
        content[at + 24 : at + 28] = stated.to_bytes(4, "little")
        path.write_bytes(content)
        with pytest.raises(ImageError, match="damaged"):
            read_project_file(path)


@pytest.mark.parametrize(
    "change", [lambda c: c[:100], lambda c: c[: len(c) // 2], lambda c: c[:-5], lambda c: b"no"]
)
def test_cut_files_are_refused(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a.cpsam"
    write_project_file(path, ProjectFile(labels()))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ImageError, match=r"a\.cpsam"):
        read_project_file(path)


def test_a_map_of_another_size_is_refused(tmp_path: Path) -> None:
    write_project_file(tmp_path / "a.cpsam", ProjectFile(labels(), maps={"complete": np.ones((3, 3), bool)}))
    with pytest.raises(ImageError, match="another size"):
        read_project_file(tmp_path / "a.cpsam")
    assert read_project_file(tmp_path / "a.cpsam", maps=()).maps == {}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"no file .*absent\.cpsam"):
        read_project_file(tmp_path / "absent.cpsam")


def test_the_state_is_read_without_the_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.cpsam"
    tricky = {"notes": 'a text with ",\n "objects": {" in it'}
    write_project_file(path, ProjectFile(labels(), {1: {}}, image="a.tif", review="verified", extra=tricky))
    with monkeypatch.context() as only_the_head:
        only_the_head.setattr(project_archive, "member", None)
        assert read_review(path) == "verified"
    assert read_project_file(path).extra == tricky
    for table in (
        {"version": 1, "objects": {}, "review": "corrected"},
        {"review": "corrected", "version": 1},
    ):
        assert read_review(written(path, table)) == "corrected"
    for content in (b"no", b""):
        path.write_bytes(content)
        with pytest.raises(ImageError):
            read_review(path)


def test_only_work_by_hand_counts_as_corrected(tmp_path: Path) -> None:
    for review, expected in (("", False), ("segmented", False), ("corrected", True), ("verified", True)):
        write_project_file(
            tmp_path / "a.cpsam", ProjectFile(labels(), {1: {"origin": "model"}}, review=review)
        )
        assert is_corrected(tmp_path / "a.cpsam") is expected


def test_a_mark_of_doubt_is_work_but_no_correction(tmp_path: Path) -> None:
    path = tmp_path / "a.cpsam"
    for flag, expected in (("uncertain", False), ("judged", True), ("locked", True)):
        row = {"origin": "model", flag: True}
        write_project_file(path, ProjectFile(labels(), {1: row}, review="segmented"))
        assert is_corrected(path) is expected and holds_work(path)


def test_further_arrays_are_taken_over_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.cpsam"
    flows = np.random.default_rng(0).normal(size=(2, 1, 20, 30)).astype(np.float16)
    write_project_file(path, ProjectFile(labels(), maps={"flows": flows, "own": flows}))
    write_project_file(path, ProjectFile(labels() * 2), keep=("flows", "absent"))
    found = read_project_file(path, maps=("flows", "own"))
    assert set(found.maps) == {"flows"}
    np.testing.assert_array_equal(found.maps["flows"].reshape(flows.shape), flows)
    assert found.labels.max() == 140_000
    path.write_bytes(b"damaged")
    write_project_file(path, ProjectFile(labels()), keep=("flows",))
    assert read_project_file(path, maps=("flows",)).maps == {}


def test_a_project_that_cannot_be_read_for_a_moment_keeps_its_other_time_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One slip of the network at the wrong moment left one time point of a whole movie."""
    path = tmp_path / "movie.cpsam"
    for time in range(3):
        write_project_file(path, ProjectFile(labels()), key=DocumentKey(time=time))
    before = path.read_bytes()

    def gone(*args: object, **options: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(project_files, "open_archive", gone)
        with pytest.raises(
            OtherMasksError, match=r"scenes in movie\.cpsam cannot be read .* would lose them"
        ):
            write_project_file(path, ProjectFile(labels()), key=DocumentKey(time=3))
    assert path.read_bytes() == before
    write_project_file(path, ProjectFile(labels()), key=DocumentKey(time=3))
    assert len(project_keys(path)) == 4


def test_a_full_disk_is_told_with_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.cpsam"
    write_project_file(path, ProjectFile(labels()))
    before = path.read_bytes()

    def full(*args: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(
        ImageError, match=r"disk is full.* takes [\d.]+ (kB|bytes), and .* (GB|MB|kB|bytes) are free"
    ):
        write_project_file(path, ProjectFile(labels()))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.cpsam"]


def test_one_project_holds_the_masks_of_several_time_points(tmp_path: Path) -> None:
    path = tmp_path / "movie.cpsam"
    second = DocumentKey(time=2)
    flows = {"flows": np.ones((1, 2, 20, 30), np.float32)}
    write_project_file(
        path, ProjectFile(labels(), image="movie.tif", review="verified", maps=flows), key=second
    )
    write_project_file(
        path, ProjectFile(labels() * 0, image="movie.tif", review="segmented"), key=DocumentKey(time=0)
    )
    assert project_keys(path) == (DocumentKey(time=0), second)
    found = read_project_file(path, ("flows",), second)
    np.testing.assert_array_equal(found.labels, labels())
    assert found.maps["flows"].size == 1200
    assert not read_project_file(path, key=DocumentKey(time=0)).labels.any()
    assert read_review(path) == "corrected", "not all is verified, and somebody worked on it"
    assert read_review(path, DocumentKey(time=0)) == "segmented"
    assert is_corrected(path, second) and is_corrected(path)
    with pytest.raises(ImageError, match="no masks of the whole image; it has masks of t000, t002"):
        read_project_file(path)
    assert json.loads(zipfile.ZipFile(path).read("project.json"))["version"] == 2, (
        "older programs must refuse it"
    )


def test_masks_of_the_whole_image_stay_beside_those_of_time_points(tmp_path: Path) -> None:
    path = tmp_path / "movie.cpsam"
    write_project_file(path, ProjectFile(labels(), {1: {"origin": "hand"}}))
    write_project_file(path, ProjectFile(labels() * 0), key=DocumentKey(time=5))
    write_project_file(path, ProjectFile(labels() * 0), key=DocumentKey(time=5), keep=("flows",))
    found = read_project_file(path)
    np.testing.assert_array_equal(found.labels, labels())
    assert found.objects == {1: {"origin": "hand"}}


def test_folders_that_are_no_documents_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.cpsam"
    write_project_file(path, ProjectFile(labels()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../t003/masks.tif", b"outside")
        archive.writestr("t9/masks.tif", b"no key")
    assert project_keys(path) == (WHOLE,)
    write_project_file(path, ProjectFile(labels()), key=DocumentKey(time=1))
    assert sorted(zipfile.ZipFile(path).namelist()) == [
        "masks.tif",
        "project.json",
        "t001/masks.tif",
        "t001/project.json",
    ]


def test_images_are_recognised_by_their_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 60_000, (1, 400, 300, 2)).astype(np.uint16)
    assert fingerprint(pixels) == fingerprint(pixels.astype(">u2"))
    assert fingerprint(pixels) != fingerprint(pixels + 1)
    assert fingerprint(pixels) != fingerprint(pixels[:, :, ::-1])
    assert fingerprint(pixels) != fingerprint(pixels.reshape(1, 300, 400, 2))
    assert fingerprint(pixels[:, :1, :1]) != fingerprint(pixels[:, 1:2, :1])
