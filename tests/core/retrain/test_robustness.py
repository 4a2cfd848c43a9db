"""What changes of the images cost a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cpsam_core.data.pairs import Pair, find_pairs
from cpsam_core.errors import TrainingError
from cpsam_core.images import read_image, read_labels, write_labels, write_tiff
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.progress import Cancelled
from cpsam_core.retrain.robustness import (
    CONDITIONS,
    LARGEST_SIDE_PX,
    ImageCondition,
    measure_robustness,
    resized,
)
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings


@pytest.fixture
def pairs(write_disks: Callable[..., Path], folder: Path) -> list[Pair]:
    write_disks("one.png")
    labels = np.zeros((64, 160), np.uint32)
    for number in range(3):
        disk = np.zeros(labels.shape, np.uint8)
        cv2.circle(disk, (30 + 45 * number, 32), 10, 1, -1)
        labels[disk > 0] = number + 1
    write_labels(folder / "one_masks.tif", labels)
    return list(find_pairs(folder))


def chosen(*changes: str) -> list[ImageCondition]:
    return [one for one in CONDITIONS if one.change in changes]


def test_the_conditions_are_those_of_the_paper() -> None:
    degrees: dict[str, list[str]] = {}
    for one in CONDITIONS:
        degrees.setdefault(one.change, []).append(one.degree)
    assert degrees == {
        "as it is": [""],
        "channel order": ["BRG", "GBR", "random"],
        "size": ["10 px", "15 px", "30 px", "60 px", "90 px"],
        "noise": ["5 photons", "2.5 photons", "0.5 photons"],
        "blur": ["2 px", "4 px", "8 px"],
        "pixel size": ["2 times", "5 times", "10 times"],
        "anisotropic": ["2 times", "6 times", "12 times"],
    }


def test_the_image_is_changed_before_it_is_segmented(disk_model: Any, pairs: list[Pair]) -> None:
    rows = measure_robustness(
        Segmenter(disk_model), pairs, conditions=chosen("as it is", "channel order", "noise")
    )
    found = {(row.change, row.degree): row for row in rows}
    assert found["as it is", ""].ap_50 == 1
    assert found["as it is", ""].images == 1
    # The stand-in looks at the first channel only, and a gray image has nothing in the others.
    assert found["channel order", "BRG"].ap_50 == 0
    assert found["channel order", "GBR"].ap_50 == 0
    assert found["noise", "0.5 photons"].ap_75 < 1


def test_the_same_images_give_the_same_scores(disk_model: Any, pairs: list[Pair]) -> None:
    one, two = (
        measure_robustness(Segmenter(disk_model), pairs, conditions=chosen("channel order", "noise"))
        for _ in range(2)
    )
    assert one == two


def test_cells_are_brought_to_a_size(disk_model: Any, pairs: list[Pair]) -> None:
    sizes: list[tuple[int, ...]] = []

    class Watching:
        network = disk_model

        def segment(self, image: Any, settings: Settings | None) -> Any:
            sizes.append(image.pixels.shape)
            return Segmenter(disk_model).segment(image, settings)

    measure_robustness(Watching(), pairs, conditions=chosen("size"))  # type: ignore[arg-type]
    widths = [shape[2] for shape in sizes]
    # Disks of radius 10 cover the area of a disk of 20 pixels and a little.
    assert widths == [pytest.approx(160 * n / 20.3, rel=0.05) for n in (10, 15, 30, 60, 90)]


def test_large_images_are_cut_before_they_are_enlarged() -> None:
    pixels, labels = np.zeros((2000, 3000, 3), np.float32), np.zeros((2000, 3000), np.uint32)
    labels[995:1005, 1495:1505] = 70_001
    bigger, marked = resized(pixels, labels, 4.0)
    assert bigger.shape[:2] == marked.shape
    assert max(marked.shape) <= LARGEST_SIDE_PX + 12
    assert np.unique(marked).tolist() == [0, 70_001]
    assert (marked > 0).sum() == 1600


def test_of_a_movie_the_time_point_of_the_masks_is_measured(
    disk_model: Any, folder: Path, pairs: list[Pair]
) -> None:
    plane, labels = read_image(pairs[0].image).pixels[0, :, :, 0], read_labels(pairs[0].masks)
    movie = folder / "movies" / "movie.tif"
    movie.parent.mkdir()
    write_tiff(movie, np.stack((plane * 0, plane)), "TYX")
    project = ProjectFile(labels, {1: {"origin": "hand"}}, image=movie.name, review="verified")
    write_project_file(movie.with_suffix(".cpsam"), project, key=DocumentKey(time=1))
    (row,) = measure_robustness(
        Segmenter(disk_model), find_pairs(movie.parent), conditions=chosen("as it is")
    )
    assert row.ap_75 == 1


def test_images_without_objects_are_no_measure(disk_model: Any, folder: Path, pairs: list[Pair]) -> None:
    write_labels(folder / "one_masks.tif", np.zeros((64, 160), np.uint32))
    with pytest.raises(TrainingError, match="no image has a single object"):
        measure_robustness(Segmenter(disk_model), pairs, conditions=chosen("as it is"))


def test_a_model_of_other_channels_is_refused(disk_model: Any, pairs: list[Pair]) -> None:
    disk_model.in_channels = 4
    with pytest.raises(TrainingError, match="three channels; this one takes 4"):
        measure_robustness(Segmenter(disk_model), pairs)


def test_cancel(disk_model: Any, pairs: list[Pair]) -> None:
    def cancel(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        measure_robustness(Segmenter(disk_model), pairs, progress=cancel)
