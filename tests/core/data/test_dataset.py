"""Finding annotated images, reading them, and drawing from sets."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from cpsam_core.data import dataset as dataset_module
from cpsam_core.data import pairs as pairs_module
from cpsam_core.data.dataset import (
    DRAWN,
    REPLAYED,
    Pair,
    TrainingSet,
    Turn,
    find_pairs,
    make_example,
    mean_diameter,
)
from cpsam_core.data.example import Example
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.reference import reference_pairs
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import CpsamError, SettingsError, TrainingError


def labels(side: int = 40) -> NDArray[np.uint16]:
    masks = np.zeros((side, side), np.uint16)
    masks[4:14, 4:14] = 1
    masks[20:32, 18:34] = 2
    return masks


def put(path: Path, array: NDArray[Any] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, labels() * 100 if array is None else array, photometric="minisblack")
    return path


def names(pairs: list[Pair], root: Path) -> list[tuple[str, str, str]]:
    return [
        (p.image.relative_to(root).as_posix(), p.masks.relative_to(root).as_posix(), p.set_name)
        for p in pairs
    ]


def test_masks_beside_the_image(tmp_path: Path) -> None:
    root = tmp_path / "cells"
    for name in ("b.tif", "b_masks.tif", "a.tif", "a_cp_masks.tif", "alone.tif", "a_flows.tif"):
        put(root / name)
    assert names(find_pairs(root), root) == [
        ("a.tif", "a_cp_masks.tif", "cells"),
        ("b.tif", "b_masks.tif", "cells"),
    ]


def test_masks_come_before_projects_and_other_files_are_no_masks(tmp_path: Path) -> None:
    for name in ("a.tif", "a_masks.tif", "c.tif"):
        put(tmp_path / name)
    for name in ("a_seg.npy", "a_masks.txt", "a_masks.json", "c_seg.npy", "c_masks.csv"):
        (tmp_path / name).write_bytes(b"")
    assert [(p.image.name, p.masks.name) for p in find_pairs(tmp_path)] == [
        ("a.tif", "a_masks.tif"),
        ("c.tif", "c_seg.npy"),
    ]


def test_folders_of_images_and_masks_are_sets(tmp_path: Path) -> None:
    for name in ("one/images/1.tif", "one/masks/1.tif", "two/x/images/1.tif", "two/x/masks/1_masks.tif"):
        put(tmp_path / name)
    assert names(find_pairs(tmp_path), tmp_path) == [
        ("one/images/1.tif", "one/masks/1.tif", "one"),
        ("two/x/images/1.tif", "two/x/masks/1_masks.tif", "two/x"),
    ]


def test_a_folder_of_masks_elsewhere(tmp_path: Path) -> None:
    for name in (
        "in/s/1.tif",
        "in/t/1.tif",
        "in/2.tif",
        "true/s/1.tif",
        "true/t/1_masks.tif",
        "true/deep/2.tif",
    ):
        put(tmp_path / name)
    (tmp_path / "true/deep/2.txt").write_text("notes, no masks")
    assert names(find_pairs(tmp_path / "in", tmp_path / "true"), tmp_path) == [
        ("in/2.tif", "true/deep/2.tif", "in"),
        ("in/s/1.tif", "true/s/1.tif", "s"),
        ("in/t/1.tif", "true/t/1_masks.tif", "t"),
    ]


def test_masks_that_fit_twice_are_refused(tmp_path: Path) -> None:
    for name in ("in/1.tif", "true/s/1.tif", "true/t/1.tif"):
        put(tmp_path / name)
    with pytest.raises(TrainingError, match=r"several masks fit 1\.tif"):
        find_pairs(tmp_path / "in", tmp_path / "true")


def test_masks_in_a_folder_below_the_images(tmp_path: Path) -> None:
    for name in ("1.tif", "labels/1.tif"):
        put(tmp_path / name)
    found = find_pairs(tmp_path, tmp_path / "labels")
    assert [(p.image, p.masks) for p in found] == [(tmp_path / "1.tif", tmp_path / "labels/1.tif")]


def test_folders_without_pairs(tmp_path: Path) -> None:
    put(tmp_path / "1.tif")
    with pytest.raises(TrainingError, match="no image with masks"):
        find_pairs(tmp_path)
    with pytest.raises(TrainingError, match="there is no folder"):
        find_pairs(tmp_path / "absent")
    with pytest.raises(TrainingError, match="there is no folder"):
        find_pairs(tmp_path, tmp_path / "absent")


def test_the_diameter_is_the_median_of_equal_disks() -> None:
    masks = labels().astype(np.uint32)
    masks[masks == 2] = 4_000_000_000  # ids far apart cost nothing
    areas = np.array([100, 12 * 16])
    assert mean_diameter(masks) == pytest.approx(np.median(2 * np.sqrt(areas / np.pi)))
    assert mean_diameter(np.zeros((5, 5), np.uint32)) == 0
    assert mean_diameter(np.ones((5, 5), np.uint32)) == pytest.approx(2 * np.sqrt(25 / np.pi))


def test_examples_hold_clean_flows() -> None:
    image = np.full((40, 40, 3), 0.5, np.float32)
    image[0, 0] = 1000
    example = make_example(image, labels())
    np.testing.assert_allclose(example.flows / 127, flows_from_masks(labels(), border="clean"), atol=0.005)
    assert example.pixels.dtype == np.float16
    assert example.pixels.max() == 8
    assert example.labels.dtype == np.uint32
    assert make_example(image, np.zeros((40, 40), np.uint32)).diameter == 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, count in (("few", 1), ("many", 4)):
        for k in range(count):
            put(
                tmp_path / name / f"{k}.tif",
                (labels() * 50 + rng.integers(0, 20, (40, 40))).astype(np.uint16),
            )
            put(tmp_path / name / f"{k}_masks.tif", labels())
    return tmp_path


def drawn(data: TrainingSet, count: int = 300) -> list[Example]:
    return [data.of(data.choose(np.random.default_rng(k))) for k in range(count)]


def test_sets_count_by_the_root_of_their_size(folder: Path) -> None:
    data = TrainingSet(find_pairs(folder))
    assert len(data) == 5
    assert data.mixing == pytest.approx({"few": 1 / 3, "many": 2 / 3})
    times = Counter(id(example) for example in drawn(data))
    assert times[id(data.example(0))] == pytest.approx(100, abs=25)
    assert len(times) == 5


def test_a_mixing_of_ones_own(folder: Path) -> None:
    data = TrainingSet(find_pairs(folder), {"many": 3})
    assert data.mixing == {"many": 1}
    assert id(data.example(0)) not in {id(example) for example in drawn(data, 60)}
    with pytest.raises(TrainingError, match="no set lots; the sets are few, many"):
        TrainingSet(find_pairs(folder), {"lots": 1})
    with pytest.raises(TrainingError, match="no set is left"):
        TrainingSet(find_pairs(folder), {"many": 0})


def test_drawn_cells(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_module, "DRAWN_PICTURES", 2)
    monkeypatch.setattr(dataset_module, "DRAWN_SIDE_PX", 64)
    data = TrainingSet(find_pairs(folder), drawn=0.5, seed=3)
    assert data.mixing[DRAWN] == 0.5
    cells = {id(e): e for e in drawn(data, 60) if e.labels.shape == (64, 64)}
    assert len(cells) == 2
    again = TrainingSet(find_pairs(folder), drawn=1.0, seed=3)
    assert any(np.array_equal(e.pixels, first.pixels) for e in drawn(again, 8) for first in cells.values())
    for share in (-0.1, 1.1):
        with pytest.raises(SettingsError, match="share of drawn"):
            TrainingSet(find_pairs(folder), drawn=share)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_of_the_network(folder: Path, channels: int) -> None:
    example = TrainingSet(find_pairs(folder), channels=channels).example(0)
    assert example.pixels.shape == (40, 40, channels)
    assert example.pixels[:, :, 0].astype(np.float32).std() > 0.1
    assert not example.pixels[:, :, 1:].any()


def test_an_image_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = TrainingSet(find_pairs(folder))
    first = data.example(2)
    monkeypatch.setattr(pairs_module, "read_image", None)
    assert data.example(2) is first


def test_what_was_used_last_stays_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = find_pairs(folder)
    size = TrainingSet(pairs).example(0).nbytes
    data = TrainingSet(pairs, memory=2 * size)
    kept = [data.example(index) for index in (0, 1, 0, 2)]
    monkeypatch.setattr(pairs_module, "read_image", None)
    assert data.example(0) is kept[0] and data.example(2) is kept[3]
    with pytest.raises(TypeError):
        data.example(1)


def test_the_size_that_the_user_set_decides_how_large_cells_are_shown(folder: Path) -> None:
    pairs = find_pairs(folder)
    told = [replace(pairs[0], seen=ImageInput(diameter=60.0)), pairs[1]]
    data = TrainingSet(told)
    assert data.example(0).zoom == pytest.approx(0.5) and data.example(1).zoom is None


def test_other_classes_or_complete_parts_make_another_training(folder: Path) -> None:
    pair = find_pairs(folder)[0]
    plain = TrainingSet([pair]).keys
    maps = [put(folder / f"{name}.tif", labels()) for name in ("classes", "complete")]
    with_classes = TrainingSet([replace(pair, classes=maps[0])]).keys
    complete = TrainingSet([replace(pair, complete=maps[1])]).keys
    put(maps[0], labels() * 2)
    others = TrainingSet([replace(pair, classes=maps[0])]).keys
    assert len({plain, with_classes, complete, others}) == 4


def test_hashes_are_of_the_image_files(folder: Path) -> None:
    pairs = find_pairs(folder)
    hashes = TrainingSet(pairs).hashes
    assert hashes[hashlib.sha256(pairs[0].image.read_bytes()).hexdigest()] == "few/0.tif"
    assert len(hashes) == 5


def test_what_cannot_be_trained_on_is_named_before_training(folder: Path) -> None:
    TrainingSet(find_pairs(folder)).check()
    put(folder / "many/1_masks.tif", labels(30))
    (folder / "many/2.tif").write_bytes(b"II*\0 broken")
    stack = np.zeros((4, 40, 40), np.uint16)
    tifffile.imwrite(folder / "many/3.tif", stack, imagej=True, metadata={"axes": "ZYX"})
    with pytest.raises(TrainingError) as caught:
        TrainingSet(find_pairs(folder)).check()
    message = str(caught.value)
    assert all(name in message for name in ("1.tif", "2.tif", "3.tif"))
    assert "0.tif" not in message


def test_masks_without_a_single_object(folder: Path) -> None:
    for path in folder.rglob("*_masks.tif"):
        put(path, np.zeros((40, 40), np.uint16))
    with pytest.raises(TrainingError, match="nothing to learn"):
        TrainingSet(find_pairs(folder)).check()


def test_a_project_of_cellpose(tmp_path: Path) -> None:
    put(tmp_path / "a.tif")
    np.save(tmp_path / "a_seg.npy", {"masks": labels(), "outlines": labels()}, allow_pickle=True)  # type: ignore[arg-type]
    np.testing.assert_array_equal(TrainingSet(find_pairs(tmp_path)).example(0).labels, labels())


def test_a_stack_of_one_plane_is_a_plane(tmp_path: Path) -> None:
    put(tmp_path / "a.tif")
    put(tmp_path / "a_masks.tif", labels()[None])
    assert TrainingSet(find_pairs(tmp_path)).example(0).labels.shape == (40, 40)


def test_a_missing_file_is_an_error_of_the_program(folder: Path) -> None:
    pairs = find_pairs(folder)
    pairs[0].masks.unlink()
    with pytest.raises((CpsamError, OSError)):
        TrainingSet(pairs).example(0)


def test_large_sets_count_by_the_root_of_their_size(tmp_path: Path) -> None:
    for name, count in (("few", 1), ("many", 9)):
        for number in range(count):
            put(tmp_path / name / f"{number}.tif", np.full((20, 20), number, np.uint8))
            put(tmp_path / name / f"{number}_masks.tif", labels(20))
    assert TrainingSet(find_pairs(tmp_path)).mixing == pytest.approx({"few": 0.25, "many": 0.75})


def test_classes_weigh_by_the_inverse_of_their_share(tmp_path: Path) -> None:
    """Not by its square root: the paper takes the inverse."""
    kinds = np.zeros((20, 20), np.uint8)
    kinds[:4], kinds[4:5] = 1, 2  # 300, 80 and 20 pixels
    put(tmp_path / "a.tif", np.arange(400, dtype=np.uint16).reshape(20, 20))
    put(tmp_path / "a_masks.tif", (kinds > 0).astype(np.uint16))
    put(tmp_path / "a_classes.tif", kinds)
    weights = TrainingSet(find_pairs(tmp_path)).class_weights
    assert weights is not None
    assert weights[1] / weights[0] == pytest.approx(300 / 80)
    assert weights[2] / weights[1] == pytest.approx(4)
    assert weights[:3].mean() == pytest.approx(1)
    assert not weights[3:].any()


def test_a_class_without_pixels_weighs_nothing_and_one_with_a_single_pixel_does(tmp_path: Path) -> None:
    kinds = np.zeros((20, 20), np.uint8)
    kinds[:4], kinds[10, 10] = 1, 3
    put(tmp_path / "a.tif", np.arange(400, dtype=np.uint16).reshape(20, 20))
    put(tmp_path / "a_masks.tif", (kinds > 0).astype(np.uint16))
    put(tmp_path / "a_classes.tif", kinds)
    weights = TrainingSet(find_pairs(tmp_path)).class_weights
    assert weights is not None and weights[2] == 0
    assert weights[3] / weights[1] == pytest.approx(80)


def test_one_class_is_enough_and_objects_of_unknown_class_weigh_nothing(tmp_path: Path) -> None:
    kinds = np.zeros((20, 20), np.uint8)
    kinds[:4], kinds[4:6] = 1, 255
    put(tmp_path / "a.tif", np.arange(400, dtype=np.uint16).reshape(20, 20))
    put(tmp_path / "a_masks.tif", (kinds > 0).astype(np.uint16))
    put(tmp_path / "a_classes.tif", kinds)
    data = TrainingSet(find_pairs(tmp_path))
    assert (data.class_pixels.tolist(), data.class_count) == ([280, 80], 2)
    assert data.class_weights is not None and not data.class_weights[2:].any()
    assert data.class_weights[1] / data.class_weights[0] == pytest.approx(280 / 80)
    put(tmp_path / "a_classes.tif", np.where(kinds == 1, 0, kinds).astype(np.uint8))
    unknown = TrainingSet(find_pairs(tmp_path))
    # Without a single known class there is nothing to learn.
    assert (unknown.class_pixels.tolist(), unknown.class_count, unknown.class_weights) == ([], 0, None)


def test_each_image_comes_once_an_epoch(tmp_path: Path) -> None:
    for number in range(5):
        put(
            tmp_path / "set" / f"{number}.tif",
            np.full((20, 20), number, np.uint8) + labels(20).astype(np.uint8),
        )
        put(tmp_path / "set" / f"{number}_masks.tif", labels(20))
    data = TrainingSet(find_pairs(tmp_path))

    def epoch(number: int, count: int = 10) -> list[int]:
        shown = []
        for turn in range(count):
            example = data.of(data.choose(np.random.default_rng((number, turn)), Turn((0, number), turn)))
            shown.append(next(k for k in range(5) if data.example(k) is example))
        return shown

    first = epoch(0)
    assert sorted(first[:5]) == sorted(first[5:]) == list(range(5))
    assert first == epoch(0) and first[:5] != epoch(1)[:5]


def test_a_share_is_replayed_evenly_and_every_image_still_comes(tmp_path: Path) -> None:
    for number in range(4):
        put(
            tmp_path / "set" / f"{number}.tif",
            np.full((20, 20), number, np.uint8) + labels(20).astype(np.uint8),
        )
        put(tmp_path / "set" / f"{number}_masks.tif", labels(20))
    data = TrainingSet(find_pairs(tmp_path), replay=0.2)
    assert data.samples(4) == 5 and data.samples(8) == 10
    assert data.mixing == pytest.approx({"set": 0.8, REPLAYED: 0.2})
    drawn = [data.of(data.choose(np.random.default_rng((3, turn)), Turn((0, 1), turn))) for turn in range(10)]
    own = [data.example(k) for k in range(4)]
    counts = [sum(one is example for one in drawn) for example in own]
    assert counts == [2, 2, 2, 2]
    replayed = [one for one in drawn if not any(one is example for example in own)]
    assert len(replayed) == 2 and all(one.pixels.shape[2] == 3 and one.labels.max() > 0 for one in replayed)
    assert all(one.zoom == pytest.approx(30 / one.diameter) for one in replayed), (
        "in the size as it was learnt"
    )
    assert not set(data.hashes) & {pair.digest for pair in reference_pairs("replay")}
    with pytest.raises(SettingsError, match="replayed"):
        TrainingSet(find_pairs(tmp_path), replay=1.0)


def test_the_images_of_the_program_are_whole() -> None:
    for part, count in (("replay", 15), ("held", 9), ("judge", 11)):
        pairs = reference_pairs(part)  # type: ignore[arg-type]
        assert len(pairs) == count
        data = TrainingSet(pairs)
        data.check()
        assert all(data.objects(k) >= 1 for k in range(count))
        assert max(max(data.example(k).labels.shape) for k in range(count)) <= 256
    parts = [{p.digest for p in reference_pairs(part)} for part in ("replay", "held", "judge")]
    assert len(set().union(*parts)) == sum(map(len, parts)) == 35
    assert {p.set_name for p in reference_pairs("held")} == {p.set_name for p in reference_pairs("replay")}
