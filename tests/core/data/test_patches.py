"""Training from images larger than memory: which squares, what they hold, and that nothing is read whole."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import hash_file
from cpsam_core.cli.train_images import refuse_learnt
from cpsam_core.cli.train_options import RANDOM
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.examples import read_annotation, read_example
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import Pair, find_pairs, pair_of
from cpsam_core.data.patch_choice import SIDE_PX
from cpsam_core.data.patches import Patch
from cpsam_core.data.planes import patches_of, with_planes
from cpsam_core.errors import ImageError, TrainingError
from cpsam_core.images import sources, write_labels
from cpsam_core.images.document_key import WHOLE
from cpsam_core.images.project_content import Region
from cpsam_core.images.project_folders import open_document
from cpsam_core.images.project_summary import is_corrected
from cpsam_core.preprocess.normalize import NormalizeSettings, normalize
from cpsam_core.retrain import candidates_in, plan_retraining
from cpsam_core.retrain.candidates import Known, describe_all
from cpsam_core.system.file_identity import FileIdentity, identity_with_content
from tests.core.large_projects import RADIUS, STEP, disk_labels, write_large_project, write_slide

SIDE = 3 * SIDE_PX
A_ROW = len(range(STEP // 2, SIDE, STEP))


@pytest.fixture
def slide(tmp_path: Path) -> Path:
    return write_slide(tmp_path / "slide.zarr", disk_labels(SIDE))


def large_pair(slide: Path) -> Pair:
    (pair,) = find_pairs(slide.parent, large=True, uncorrected=True)
    return pair


def squares(slide: Path, *, slab: bool = False) -> dict[tuple[int, int], bool]:
    """Return the squares by row and column on the grid, and whether each judges."""
    found = {}
    for one in patches_of(large_pair(slide), slab=slab):
        assert isinstance(one.pair.section, Patch)
        top, _, left, _ = one.pair.section.counted
        found[top // SIDE_PX, left // SIDE_PX] = one.judges
    return found


def at(row: int, column: int) -> int:
    """Return the number of the disk whose middle is there."""
    return row * A_ROW + column + 1


def test_squares_with_corrected_objects_are_learnt_from(slide: Path) -> None:
    write_large_project(
        slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0), at(1, 1), at(7, 12)]
    )
    assert is_corrected(slide.with_suffix(".cpsam"))
    assert squares(slide) == {(0, 0): False, (1, 2): False}
    first, second = with_planes([large_pair(slide)])
    assert first.name == "slide.zarr part at y 0, x 0"
    assert second.ending == "_z0000_y000512_x001024"
    image, annotation = second.read_image(), read_annotation(second)
    assert image.pixels.shape[1:3] == annotation.labels.shape == (768, 640), (
        "128 pixels around, cut by the image"
    )
    assert annotation.complete is not None
    np.testing.assert_array_equal(annotation.labels, disk_labels(SIDE)[0, 384:1152, 896:1536])


def test_each_object_belongs_to_one_square(slide: Path) -> None:
    labels = disk_labels(SIDE)
    write_large_project(slide.with_suffix(".cpsam"), labels, review="verified")
    seen = [read_annotation(pair) for pair in with_planes([large_pair(slide)])]
    assert len(seen) == 9
    counted = np.concatenate(
        [np.unique(one.labels[one.complete]) for one in seen if one.complete is not None]
    )
    ids, times = np.unique(counted[counted > 0], return_counts=True)
    assert ids.tolist() == list(range(1, A_ROW**2 + 1))
    assert times.max() == 1


def test_complete_regions_count_alone(slide: Path) -> None:
    region = Region.box(100, 300, 600, 900)
    sliver = Region.box(1020, 1030, 0, 30)
    write_large_project(
        slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(12, 12)], complete=[region, sliver]
    )
    (pair,) = with_planes([large_pair(slide)])
    annotation = read_annotation(pair)
    assert annotation.complete is not None
    rows, columns = np.nonzero(annotation.complete)
    assert isinstance(pair.section, Patch)
    top, _, left, _ = pair.section.box
    assert (rows.min() + top, rows.max() + top) == (100, 299)
    assert (columns.min() + left, columns.max() + left) == (600, 899)


def test_a_region_smaller_than_the_least_counts_where_there_is_no_other(slide: Path) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), complete=[Region.box(10, 60, 10, 60)])
    assert squares(slide) == {(0, 0): False}


def test_a_square_is_as_bright_as_in_the_whole_image(slide: Path) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    whole = normalize(sources.open_source(slide).read_all().pixels)
    for pair in with_planes([large_pair(slide)])[2:4]:
        assert isinstance(pair.section, Patch)
        top, bottom, left, right = pair.section.box
        part = whole[:, top:bottom, left:right]
        np.testing.assert_allclose(pair.read_image().pixels, part, atol=1e-5)
        assert pair.shown.normalize == NormalizeSettings(normalize=False)
        example = read_example(pair, 3)
        np.testing.assert_allclose(example.pixels[..., 0], part[0, ..., 0], atol=2e-3)
        assert example.diameter == pytest.approx(2 * RADIUS, abs=2)


def test_settings_of_the_project_say_how_it_is_seen(slide: Path) -> None:
    settings = {"normalize": {"percentile": [5.0, 90.0]}, "diameter": 40.0, "channels": [0]}
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), settings=settings, review="verified")
    pair = large_pair(slide)
    assert pair.seen == ImageInput(
        channels=(0,), normalize=NormalizeSettings(percentile=(5.0, 90.0)), diameter=40.0
    )
    patch = with_planes([pair])[0]
    low, high = np.percentile(sources.open_source(slide).read_all().pixels, (5, 90))
    raw = sources.open_source(slide).read((slice(0, 1), slice(0, 640), slice(0, 640)))
    np.testing.assert_allclose(patch.read_image().pixels, (raw - low) / (high - low), atol=1e-4)


def test_nothing_is_read_whole(slide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0)])
    monkeypatch.setattr("cpsam_core.data.patches.MEASURED_PX", 256)
    monkeypatch.setattr("cpsam_core.data.patches.MOST_MEASURED", 4)
    largest = 0
    read = sources.Source.read

    def watched(source: sources.Source, box: sources.Box, level: int = 0) -> np.ndarray:
        nonlocal largest
        part = read(source, box, level)
        largest = max(largest, part.size)
        return part

    monkeypatch.setattr(sources.Source, "read", watched)
    candidates = candidates_in(slide.parent)
    data = TrainingSet([one.pair for one in candidates])
    data.check()
    assert largest <= 640 * 640
    assert data.objects(0) == 25


def test_classes_come_from_the_table(slide: Path) -> None:
    write_large_project(
        slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0)], classes={at(0, 0): 1}
    )
    (pair,) = with_planes([large_pair(slide)])
    annotation = read_annotation(pair)
    assert annotation.classes is not None
    assert annotation.class_names == {1: "round"}
    assert set(np.unique(annotation.classes[annotation.labels == at(0, 0)])) == {1}
    assert set(np.unique(annotation.classes[annotation.labels == at(0, 1)])) == {255}


def test_a_fifth_judges_and_stays_whatever_is_added(slide: Path) -> None:
    labels = disk_labels(SIDE)
    project = slide.with_suffix(".cpsam")
    every = [at(row, column) for row in (2, 7, 12) for column in (2, 7, 12)]
    write_large_project(project, labels, corrected=every)
    all_nine = squares(slide, slab=True)
    judges = {place for place, judging in all_nine.items() if judging}
    assert 1 <= len(judges) <= 4
    assert len(all_nine) == 9
    candidates = candidates_in(slide.parent)
    assert [one.aside for one in candidates] == [one.slab for one in candidates]
    plan = plan_retraining(candidates, "cpsam", name="new")
    assert {pair.ending for pair in plan.aside} == {one.pair.ending for one in candidates if one.slab}
    assert len(plan.training) == 9 - len(judges)
    assert plan.how == "images"
    # One that was learnt from is taken away, as it had not been there before the others.
    fewer = [
        at(*(number * 5 + 2 for number in place))
        for place in all_nine
        if place != min(set(all_nine) - judges)
    ]
    write_large_project(project, labels, corrected=fewer)
    assert {place for place, judging in squares(slide, slab=True).items() if judging} == judges


def test_a_square_of_its_own_is_judged_by_its_corner(slide: Path) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0), at(7, 7)])
    plan = plan_retraining(candidates_in(slide.parent), "cpsam", name="new")
    assert plan.how == "crops"
    assert len(plan.aside) == 2
    assert not any("planes" in words for words in plan.warnings)
    for aside, training in zip(plan.aside, plan.training, strict=True):
        kept, learnt = read_annotation(aside), read_annotation(training)
        assert kept.complete is not None
        assert learnt.complete is not None
        assert not (kept.complete & learnt.complete).any()
        assert 4 <= len(np.unique(kept.labels[kept.complete])) - 1 <= 9, "a quarter of 25"


def test_an_example_is_made_anew_where_its_square_changed_alone(slide: Path) -> None:
    labels, project = disk_labels(SIDE), slide.with_suffix(".cpsam")
    write_large_project(project, labels, review="verified")
    pairs = with_planes([large_pair(slide)])
    before = TrainingSet(pairs).keys
    labels[0, 60:80, 60:80] = 0
    document = json.loads((project / "whole" / "document.json").read_text())
    import zarr

    array = zarr.open_array(str(project / "whole" / document["labels"] / "labels.ome.zarr/labels/cells/0"))
    array[...] = labels
    after = TrainingSet(pairs).keys
    assert [one != other for one, other in zip(before, after, strict=True)] == [True] + [False] * 8


def test_what_nobody_corrected_is_no_candidate_to_learn_from(slide: Path) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="segmented")
    (candidate,) = candidates_in(slide.parent)
    assert not candidate.wanted
    assert candidate.problem.startswith("no part of it is corrected")
    with pytest.raises(TrainingError, match="1 project whose masks nobody corrected"):
        find_pairs(slide.parent, large=True)


def test_masks_of_another_size_are_told(slide: Path) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE_PX), review="verified")
    with pytest.raises(ImageError, match="masks of 1 x 512 x 512 pixels, and the image has 1 x 1536 x 1536"):
        patches_of(large_pair(slide))
    (candidate,) = candidates_in(slide.parent)
    assert "masks of" in candidate.problem


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"version": 9}', b'{"version": 1, "labels": "../other"}'])
def test_a_damaged_project_is_one_line(slide: Path, damage: bytes) -> None:
    project = write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    (project / "whole" / "document.json").write_bytes(damage)
    (candidate,) = candidates_in(slide.parent)
    assert candidate.problem
    assert "\n" not in candidate.problem


def test_nobody_is_told_to_delete_the_table_of_a_project(slide: Path) -> None:
    project = write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    (project / "whole" / "1a2b" / "rows.blk").write_bytes(b"torn")
    with pytest.raises(ImageError, match=r"rows\.blk is damaged \([^)]*\)\.$"):
        open_document(project, WHOLE)


def test_a_complete_region_without_corners_holds_nothing(slide: Path) -> None:
    write_large_project(
        slide.with_suffix(".cpsam"), disk_labels(SIDE), complete=[Region(()), Region.box(0, 512, 0, 512)]
    )
    (pair,) = with_planes([large_pair(slide)])
    annotation = read_annotation(pair)
    assert annotation.complete is not None
    assert annotation.complete[:512, :512].mean() > 0.9


def test_maps_beside_the_image_are_left_to_masks_of_the_whole(
    slide: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0)])
    write_labels(slide.with_name("slide_classes.tif"), disk_labels(SIDE)[0] > 0)
    write_labels(slide.with_name("slide_complete.tif"), disk_labels(SIDE)[0] > 0)
    (candidate,) = candidates_in(slide.parent)
    assert not candidate.problem
    assert candidate.objects == 25
    assert "slide_classes.tif, slide_complete.tif: not read" in caplog.text


def test_the_image_is_read_once_for_its_digest(slide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    pairs = with_planes([large_pair(slide)])
    read: list[Path] = []

    def counted(path: Path, *told: Any) -> str:
        read.append(path)
        return hash_file(path, *told)

    for module in ("pairs", "dataset"):
        monkeypatch.setattr(f"cpsam_core.data.{module}.hash_file", counted, raising=False)
    digests = {pair.digest for pair in pairs}
    assert len(digests) == len(pairs)
    for part in (pairs[:4], pairs[4:]):
        assert TrainingSet(part).keys
    assert read == [slide]


def test_a_project_without_a_square_to_learn_from_is_told(
    slide: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody only deleted objects, say."""
    other = write_slide(slide.with_name("other.zarr"), disk_labels(SIDE_PX))
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE))
    with pytest.raises(TrainingError, match=r"slide\.zarr: no part of it is corrected"):
        with_planes([large_pair(slide)])
    write_large_project(other.with_suffix(".cpsam"), disk_labels(SIDE_PX), review="verified")
    (square,) = with_planes(find_pairs(slide.parent, large=True))
    assert square.image == other
    assert "left out: slide.zarr: no part of it is corrected" in caplog.text


def test_documents_of_one_image_are_not_looked_at_again(slide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0)])
    shutil.copytree(project / "whole", project / "layer-nuclei")
    known: Known = {}
    first = candidates_in(slide.parent, known=known)
    assert [one.pair.key.layer for one in first] == ["", "nuclei"]
    monkeypatch.setattr("cpsam_core.retrain.candidates.describe_all", lambda *_: pytest.fail("again"))
    assert candidates_in(slide.parent, known=known) == first


def test_an_image_that_validates_is_hashed_once_for_all_its_squares(
    slide: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_slide(tmp_path_factory.mktemp("aside") / "other.zarr", disk_labels(SIDE), seed=1)
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    write_large_project(other.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    read: list[Path] = []

    def counted(path: Path, *told: Any) -> str:
        read.append(path)
        return hash_file(path, *told)

    monkeypatch.setattr("cpsam_core.data.pairs.hash_file", counted)
    monkeypatch.setattr("cpsam_core.checkpoints.cards.hash_file", counted)
    refuse_learnt(with_planes([large_pair(slide)]), with_planes([large_pair(other)]), RANDOM)
    assert len([path for path in read if path in (slide, other)]) <= 2


def test_all_squares_of_an_image_take_one_look_at_its_chunks(
    slide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slide in OME-Zarr has tens of thousands of files, and up to seventy squares."""
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), review="verified")
    looks: list[Path] = []

    def counted(path: Path) -> FileIdentity:
        looks.append(path)
        return identity_with_content(path)

    monkeypatch.setattr("cpsam_core.data.pairs.identity_with_content", counted)
    found = describe_all(large_pair(slide))
    assert len(found) > 2 and looks == [slide]
    monkeypatch.undo()
    assert [one.digest for one in found] == [one.pair.digest for one in found]


def test_an_interrupted_training_finds_the_squares_again(slide: Path) -> None:
    write_large_project(slide.with_suffix(".cpsam"), disk_labels(SIDE), corrected=[at(0, 0)])
    pair = pair_of(slide, large=True)
    assert pair.is_large
    assert pair == replace(large_pair(slide), set_name=pair.set_name)
