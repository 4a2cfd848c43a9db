"""What is known of an image before it is learnt from, and whether its masks are a correction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile

from cpsam_core.data.pairs import find_pairs
from cpsam_core.errors import TrainingError
from cpsam_core.images import write_labels, write_tiff
from cpsam_core.images.project_files import ProjectFile, Region, write_project_file
from cpsam_core.images.result_mark import mark_read, with_mark
from cpsam_core.retrain import describe, plan_retraining
from tests.core.retrain.scenes import candidates, grid, put


def test_describing_an_image(folder: Path) -> None:
    (one,) = candidates(folder, 1)
    assert (one.objects, one.shape, one.channels, one.corrected, one.problem) == (16, (64, 64), 1, True, "")
    assert one.wanted and not one.partial and one.classes == ()
    other = describe(put(folder / "cells", "other", grid(), channels=4))
    assert other.channels == 4


def test_describing_a_project(folder: Path) -> None:
    pair = put(folder / "cells", "a", grid())
    rows = {number: {"origin": "model", "class_id": 1 + number % 2} for number in range(1, 17)}
    path = pair.image.with_suffix(".cpsam")
    write_project_file(path, ProjectFile(grid()[None], rows, class_names={2: "round"}))
    told = describe(replace(pair, masks=path))
    assert not told.corrected and not told.wanted
    assert (told.classes, dict(told.class_names)) == ((1, 2), {2: "round"})
    write_project_file(
        path, ProjectFile(grid()[None], rows, review="corrected", complete=(Region.box(0, 32, 0, 64),))
    )
    told = describe(replace(pair, masks=path))
    assert told.corrected and told.partial and told.objects == 8


def test_masks_of_another_image_are_told(folder: Path) -> None:
    pair = put(folder / "cells", "a", grid())
    write_labels(pair.masks, grid(side=80))
    told = describe(pair)
    assert "differ in size" in told.problem and not told.wanted
    with pytest.raises(TrainingError, match="differ in size"):
        plan_retraining([replace(told, use="train")], "cpsam-lite")


@pytest.mark.parametrize("name", ["cells_masks.tif", "cells_masks.png"])
def test_older_masks_of_a_run_are_no_correction_of_a_project_that_went_on(tmp_path: Path, name: str) -> None:
    labels = np.zeros((1, 48, 48), np.uint32)
    labels[0, 4:14, 4:14], labels[0, 20:40, 20:40] = 1, 2
    write_tiff(tmp_path / "cells.tif", np.where(labels[0] > 0, 200, 10).astype(np.uint8), "YX")
    write_labels(tmp_path / name, labels[0], companion=True)
    # A threshold was moved since: the project holds one object less.
    rows = {2: {"origin": "model"}}
    now = ProjectFile(np.where(labels == 2, labels, 0), image="cells.tif", objects=rows, review="segmented")
    write_project_file(tmp_path / "cells.cpsam", now)

    def seen() -> tuple[str, bool]:
        (pair,) = find_pairs(tmp_path, uncorrected=True)
        return pair.masks.name, describe(pair).corrected

    assert seen() == ("cells.cpsam", False)
    # Another program corrects it, and keeps what it does not understand.
    drawn = labels[0].astype(np.uint16)
    drawn[30:36, 4:10] = 3
    if name.endswith("png"):
        with_mark_kept = with_mark(imagecodecs.png_encode(drawn), mark_read(tmp_path / name))
        (tmp_path / name).write_bytes(with_mark_kept)
    else:
        with tifffile.TiffFile(tmp_path / name) as file:
            description = file.pages[0].description
        tifffile.imwrite(tmp_path / name, drawn, description=description, metadata=None)
    assert mark_read(tmp_path / name)
    assert seen() == (name, True)


@pytest.mark.parametrize("changed", [False, True])
def test_what_a_run_wrote_beside_its_project_is_no_correction(tmp_path: Path, changed: bool) -> None:
    labels = np.zeros((1, 48, 48), np.uint32)
    labels[0, 4:14, 4:14], labels[0, 20:40, 20:40] = 1, 2
    write_tiff(tmp_path / "cells.tif", np.where(labels[0] > 0, 200, 10).astype(np.uint8), "YX")
    rows = {n: {"origin": "model"} for n in (1, 2)}
    project = tmp_path / "cells.cpsam"
    write_project_file(project, ProjectFile(labels, image="cells.tif", objects=rows, review="segmented"))
    # In other numbers.
    written = labels[0] * 3
    if changed:
        written[20, 20] = 0
    write_labels(tmp_path / "cells_masks.tif", written)
    (pair,) = find_pairs(tmp_path, uncorrected=True)
    one = describe(pair)
    assert one.corrected is changed and one.wanted is changed
    assert one.pair.masks.name == ("cells_masks.tif" if changed else "cells.cpsam")
    assert one.unchecked == (0 if changed else 2)
