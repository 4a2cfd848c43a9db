"""Volumes as training data: planes and sections, what counts of them, what is kept aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from cpsam_core.data.examples import read_annotation, read_example
from cpsam_core.data.pairs import Pair, find_pairs
from cpsam_core.data.planes import planes_of, with_planes
from cpsam_core.data.sections import Section
from cpsam_core.errors import ImageError
from cpsam_core.images import arrange
from cpsam_core.images.project_files import ProjectFile, Region, write_project_file
from cpsam_core.retrain import TrainOptions, Uses, candidates_in, plan_retraining
from cpsam_core.retrain.requests import candidates_of, read_request, request_path, write_request
from tests.zarr_files import write_zarr

DEPTH, SIDE, SPACING = 30, 60, 2.0


def balls() -> np.ndarray:
    """Balls of radius 6 pixels on a grid; planes two pixels apart."""
    z, y, x = np.ogrid[:DEPTH, :SIDE, :SIDE]
    labels = np.zeros((DEPTH, SIDE, SIDE), np.uint32)
    number = 0
    for cz in (5, 15, 25):
        for cy in (15, 45):
            for cx in (15, 45):
                number += 1
                inside = ((z - cz) * SPACING) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 <= 36
                labels[inside] = number
    return labels


def write_volume(folder: Path, name: str = "stack", *, masks: bool = True) -> Path:
    labels = balls()
    noise = np.random.default_rng(1).normal(0, 5, labels.shape)
    pixels = np.clip(np.where(labels > 0, 150, 30) + noise, 0, 255).astype(np.uint8)
    path = folder / f"{name}.tif"
    metadata = {"axes": "ZYX", "spacing": 0.4, "unit": "um"}
    tifffile.imwrite(path, pixels, imagej=True, resolution=(5.0, 5.0), metadata=metadata)
    if masks:
        tifffile.imwrite(folder / f"{name}_masks.tif", labels.astype(np.uint16))
    return path


def only_pair(folder: Path) -> Pair:
    (pair,) = find_pairs(folder, uncorrected=True)
    return pair


def test_sections_are_resized_to_square_pixels() -> None:
    labels = balls()
    image = arrange((labels > 0).astype(np.float32), "ZYX", pixel_size=0.2, z_step=0.4)
    for axis in (1, 2):
        section = Section(axis, 15, image.anisotropy or 0)
        flat, plane = section.of_image(image), section.of_labels(labels)
        assert flat.pixels.shape == (1, 60, 60, 1)
        assert not flat.is_stack
        assert plane.shape == (60, 60)
        rows, columns = np.nonzero(plane == 1)
        assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2), "a ball is round in every view"
        np.testing.assert_array_equal(flat.pixels[0, ..., 0] > 0.5, plane > 0)
    assert Section(1, 0, 2.0, (4, 9)).of_labels(labels).shape == (10, 60)
    with pytest.raises(ImageError, match="no plane 31"):
        Section(0, 30).of_image(image)


@pytest.mark.parametrize(
    "section", [Section(0, 15), Section(1, 15, SPACING), Section(2, 15, SPACING, (10, 20))]
)
def test_a_place_of_a_section_is_one_of_the_volume(section: Section) -> None:
    labels = balls()
    plane = section.of_labels(labels)
    row, column = (int(axis[0]) for axis in np.nonzero(plane))
    z, y, x = (int(v) for v in section.voxel(row, column))
    assert labels[z, y, x] == plane[row, column]


def test_a_volume_with_masks_gives_planes_and_sections(tmp_path: Path) -> None:
    write_volume(tmp_path)
    pair = only_pair(tmp_path)
    uses = planes_of(pair, pair.read_image())
    by_axis = {axis: [u for u in uses if u.pair.section and u.pair.section.axis == axis] for axis in range(3)}
    learnt = [u.pair.section.index for u in by_axis[0] if u.pair.section and not u.judges]
    judged = [u.pair.section.index for u in by_axis[0] if u.pair.section and u.judges]
    assert judged
    assert min(judged) - max(learnt) >= 6, "an object is seven planes deep"
    assert 0 < len(by_axis[1]) <= 10
    assert 0 < len(by_axis[2]) <= 10
    for use in (*by_axis[1], *by_axis[2]):
        assert use.pair.section is not None
        assert use.pair.section.planes is not None
        assert use.pair.section.planes[1] <= min(judged), "no section reaches into the slab"
    assert len({use.pair.digest for use in uses}) == len(uses)


def test_the_planes_that_were_corrected_count_alone(tmp_path: Path) -> None:
    path = write_volume(tmp_path, masks=False)
    labels = balls()
    rows = {int(n): {"origin": "edited" if n == 1 else "model"} for n in np.unique(labels) if n}
    project = ProjectFile(labels, rows, image=path.name, review="corrected")
    write_project_file(path.with_suffix(".cpsam"), project)
    pair = only_pair(tmp_path)

    def planes() -> list[tuple[int, int]]:
        uses = planes_of(pair, pair.read_image())
        return sorted((u.pair.section.axis, u.pair.section.index) for u in uses if u.pair.section)

    assert {axis for axis, _ in planes()} == {0}
    assert {index for _, index in planes()} <= set(range(2, 9)), "those of the object that was corrected"
    marked = replace(project, complete=(Region.box(0, 60, 0, 30, 4), Region.box(0, 60, 0, 60, 16)))
    write_project_file(path.with_suffix(".cpsam"), marked)
    assert planes() == [(0, 4), (0, 16)]
    (first, _) = planes_of(pair, pair.read_image())
    annotation = read_annotation(first.pair)
    assert annotation.complete is not None
    assert annotation.complete[:, :30].all()
    assert not annotation.complete[:, 30:].any()
    write_project_file(path.with_suffix(".cpsam"), replace(project, review="verified"))
    assert {axis for axis, _ in planes()} == {0, 1, 2}
    untouched = replace(project, objects={n: {"origin": "model"} for n in rows}, review="segmented")
    write_project_file(path.with_suffix(".cpsam"), untouched)
    assert not planes()


@pytest.mark.parametrize("mark", ["verified", "locked", "judged", "uncertain"])
def test_planes_of_objects_that_somebody_answers_for_count_as_corrected(tmp_path: Path, mark: str) -> None:
    """In a stack as in a flat image: not only what was drawn over. Who marks doubt does not answer for it."""
    path = write_volume(tmp_path, masks=False)
    labels = balls()
    rows: dict[int, dict[str, object]] = {int(n): {"origin": "model"} for n in np.unique(labels) if n}
    rows[1][mark] = True
    write_project_file(
        path.with_suffix(".cpsam"), ProjectFile(labels, rows, image=path.name, review="corrected")
    )
    pair = only_pair(tmp_path)
    uses = planes_of(pair, pair.read_image())
    shown = {u.pair.section.index for u in uses if u.pair.section and u.pair.section.axis == 0}
    assert bool(shown) is (mark != "uncertain") and shown <= set(range(2, 9))


def test_classes_come_with_the_plane(tmp_path: Path) -> None:
    path = write_volume(tmp_path, masks=False)
    labels = balls()
    rows = {int(n): {"origin": "hand", "class_id": 1 + int(n) % 2} for n in np.unique(labels) if n}
    write_project_file(path.with_suffix(".cpsam"), ProjectFile(labels, rows, review="verified"))
    pair = replace(only_pair(tmp_path), section=Section(1, 15, SPACING))
    example = read_example(pair, 3)
    assert example.classes is not None
    assert example.classes.shape == example.labels.shape == (60, 60)
    assert set(np.unique(example.classes[example.labels == 1])) == {2}


def test_training_takes_the_planes_of_a_stack(tmp_path: Path) -> None:
    write_volume(tmp_path)
    pairs = with_planes(find_pairs(tmp_path))
    assert len(pairs) > 20
    example = read_example(pairs[0], 3)
    assert example.labels.ndim == 2
    assert example.labels.any()


def test_one_click_keeps_a_slab_aside(tmp_path: Path) -> None:
    write_volume(tmp_path)
    candidates = candidates_in(tmp_path)
    assert not any(one.problem for one in candidates)
    plan = plan_retraining(candidates, "cpsam-lite", name="volumes-test")
    assert plan.how == "images"
    learnt = {pair.section.index for pair in plan.training if pair.section and pair.section.axis == 0}
    judged = {pair.section.index for pair in plan.aside if pair.section}
    assert judged
    assert max(learnt) < min(judged)
    assert "plane" in plan.text
    path = tmp_path / "stack.tif"
    left = candidates_in(tmp_path, {(path, ""): "exclude"})
    assert not any(one.wanted for one in left)


def write_corrected(folder: Path, planes: tuple[int, ...]) -> Path:
    """Write a stack of which somebody drew the cells of some planes, and marked them as complete."""
    path = write_volume(folder, masks=False)
    drawn = np.zeros_like(balls())
    for number, z in enumerate(planes):
        drawn[z] = np.where(balls()[z] > 0, balls()[z] + 100 * number, 0)
    rows = {int(n): {"origin": "hand"} for n in np.unique(drawn) if n}
    complete = tuple(Region.box(0, SIDE, 0, SIDE, z) for z in planes)
    project = ProjectFile(drawn, rows, image=path.name, review="corrected", complete=complete)
    write_project_file(path.with_suffix(".cpsam"), project)
    return path


@pytest.mark.parametrize(("planes", "flatters"), [((4, 15, 25), False), ((14, 15, 16), True)])
def test_the_last_of_a_few_planes_judges_and_is_far_or_it_is_said(
    tmp_path: Path, planes: tuple[int, ...], flatters: bool
) -> None:
    """A plane that judges shows other cells than those learnt from, or the verdict says that it flatters."""
    write_corrected(tmp_path, planes)
    plan = plan_retraining(candidates_in(tmp_path), "cpsam-lite", name="volumes-test")
    assert plan.how == "images"
    assert [pair.section.index for pair in plan.aside if pair.section] == [planes[-1]]
    assert any("same cells" in words for words in plan.warnings) == flatters


def test_one_or_two_planes_leave_the_same_corner_out(tmp_path: Path) -> None:
    write_corrected(tmp_path, (14, 15))
    plan = plan_retraining(candidates_in(tmp_path), "cpsam-lite", name="volumes-test")
    assert plan.how == "crops"
    assert len({pair.leave_out for pair in plan.training}) == 1
    assert {pair.leave_out for pair in plan.training} == {pair.only for pair in plan.aside}


def test_planes_of_one_stack_are_one_image_when_whole_ones_are_kept_aside(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name).mkdir()
        path = write_corrected(tmp_path / name, (14, 16))
        for file in (path, path.with_suffix(".cpsam")):
            file.rename(tmp_path / f"{name}{file.suffix}")
    plan = plan_retraining(candidates_in(tmp_path), "cpsam-lite", name="volumes-test")
    assert len(plan.aside) == 2
    (judged,) = {pair.image for pair in plan.aside}
    assert judged not in {pair.image for pair in plan.training}


def test_single_planes_are_ticked_and_a_training_that_goes_on_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path / "models"))
    path = write_corrected(tmp_path, (4, 15, 25))
    uses: Uses = {(path, Section(0, 15).ending): "exclude", (path, Section(0, 25).ending): "train"}
    candidates = candidates_in(tmp_path, uses)
    assert [(one.wanted, one.aside) for one in candidates] == [(True, False), (False, False), (True, False)]
    note = request_path("later")
    write_request(note, candidates, TrainOptions("cpsam-lite", "later"))
    request = read_request(note)
    assert request is not None
    assert [one.use for one in candidates_of(request)] == ["auto", "exclude", "train"]
    whole = candidates_in(tmp_path, {(path, ""): "aside", (path, Section(0, 4).ending): "train"})
    assert [one.use for one in whole] == ["train", "aside", "aside"]


def test_masks_of_another_volume_are_said(tmp_path: Path) -> None:
    path = write_volume(tmp_path)
    tifffile.imwrite(path.with_name("stack_masks.tif"), balls()[:-3].astype(np.uint16))
    (one,) = candidates_in(tmp_path)
    assert "differ in size" in one.problem


@pytest.mark.parametrize(("said", "expected"), [(3.0, 3.0), (0, 2.0), (True, 2.0), (5000.0, 2.0), ("3", 2.0)])
def test_sections_take_the_distance_of_planes_that_was_set(
    tmp_path: Path, said: object, expected: float
) -> None:
    """What a person set in the window for a stack is how its sections are seen, whatever the file says."""
    path, labels = write_volume(tmp_path, masks=False), balls()
    project = ProjectFile(labels, {}, settings={"anisotropy": said}, image=path.name, review="verified")
    write_project_file(path.with_suffix(".cpsam"), project)
    pair = only_pair(tmp_path)
    image = replace(pair.read_image(), pixel_size=1.0, z_step=2.0)
    assert image.anisotropy == 2.0
    sections = [use.pair.section for use in planes_of(pair, image) if use.pair.section.axis]
    assert sections
    assert {one.spacing for one in sections} == {expected}


def marked_volume(folder: Path, *regions: Region) -> Pair:
    """Return a volume whose masks are the model's, with regions that are marked as complete."""
    path = write_volume(folder, masks=False)
    labels = balls()
    rows = {int(n): {"origin": "model"} for n in np.unique(labels) if n}
    project = ProjectFile(labels, rows, image=path.name, review="corrected", complete=regions)
    write_project_file(path.with_suffix(".cpsam"), project)
    return only_pair(folder)


def test_sections_that_are_marked_as_complete_are_learnt_from(tmp_path: Path) -> None:
    regions = (Region.box(0, 30, 0, 40, 15, across=1), Region.box(0, 60, 0, 30, 45, across=2))
    pair = marked_volume(tmp_path, *regions)
    uses = planes_of(pair, pair.read_image())
    assert [use.pair.section for use in uses] == [Section(1, 15, SPACING), Section(2, 45, SPACING)]
    for use, counted in zip(uses, ((slice(None), slice(40)), (slice(None), slice(None))), strict=True):
        annotation = read_annotation(use.pair)
        assert annotation.labels.shape == (60, 60), "of square pixels"
        complete = annotation.complete
        if counted[1] == slice(40):
            assert complete is not None
            assert complete[counted].all()
            assert not complete[:, 40:45].any()
            assert not complete[:, 46:].any(), "but for the line where the other section crosses"
        else:
            assert complete is None or complete.all()


def test_sections_that_are_marked_keep_out_of_the_slab_that_judges(tmp_path: Path) -> None:
    planes = tuple(Region.box(0, 60, 0, 60, z) for z in (2, 4, 6, 8, 25))
    pair = marked_volume(tmp_path, *planes, Region.box(0, 30, 0, 60, 15, across=1))
    uses = planes_of(pair, pair.read_image())
    assert [use.pair.section.index for use in uses if use.pair.section and use.judges] == [25]
    (section,) = (use.pair.section for use in uses if use.pair.section and use.pair.section.axis == 1)
    assert section.planes is not None
    assert section.planes[0] == 0
    assert 9 <= section.planes[1] <= 25 - 6, "an object is seven planes deep"
    assert not any(use.near for use in uses)


def test_of_sections_alone_the_last_ones_judge(tmp_path: Path) -> None:
    pair = marked_volume(tmp_path, *(Region.box(0, 30, 0, 60, y, across=1) for y in (8, 12, 16, 20, 45)))
    uses = planes_of(pair, pair.read_image())
    assert {use.pair.section.axis for use in uses if use.pair.section} == {1}
    assert [use.pair.section.index for use in uses if use.pair.section and use.judges] == [45]
    assert not any(use.near for use in uses), "a ball is 13 pixels wide"
    both = marked_volume(
        tmp_path,
        *(Region.box(0, 30, 0, 60, y, across=1) for y in (8, 12, 16, 45)),
        Region.box(0, 60, 0, 60, 15),
    )
    judging = [use for use in planes_of(both, both.read_image()) if use.judges]
    assert judging
    assert all(use.near for use in judging), "the plane reaches into what judges"


def test_sections_that_cross_are_said_to_show_the_same_cells(tmp_path: Path) -> None:
    marked_volume(tmp_path, Region.box(0, 30, 0, 60, 15, across=1), Region.box(0, 60, 0, 30, 15, across=2))
    plan = plan_retraining(list(candidates_in(tmp_path)), "cpsam-lite", name="new")
    assert plan.how == "crops"
    assert {pair.section.axis for pair in plan.aside if pair.section is not None} == {1, 2}
    assert any("the same cells are in both" in said for said in plan.warnings)


@pytest.mark.parametrize("kind", ["both", "masks"])
def test_volumes_and_masks_in_ome_zarr_are_learnt_from(tmp_path: Path, kind: str) -> None:
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    write_stack(tmp_path / "masks" / "stack.ome.zarr", balls().astype(np.uint16))
    if kind == "both":
        write_stack(tmp_path / "images" / "stack.ome.zarr", np.where(balls() > 0, 150, 30).astype(np.uint8))
    else:
        write_volume(tmp_path / "images", masks=False)
    found = candidates_in(tmp_path)
    assert {one.problem for one in found} == {""}
    assert {one.pair.section.axis for one in found if one.pair.section is not None} == {0, 1, 2}
    assert all(len(one.digest) > 64 for one in found)


def write_stack(path: Path, volume: np.ndarray) -> None:
    """Write a volume as another program does, planes two pixels apart."""
    write_zarr(path, [volume], axes="zyx", channels=(), side=60, scale=(0.4, 0.2, 0.2))
