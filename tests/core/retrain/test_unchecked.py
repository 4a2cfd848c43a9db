"""Outlines that nobody accepted or corrected, where they judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.data.pairs import pair_of
from cpsam_core.images import write_tiff
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.retrain import before_after, describe, plan_retraining
from cpsam_core.retrain.candidates import describe_all
from cpsam_core.retrain.plan import RetrainingPlan
from tests.core.retrain.scenes import Finds, grid, put


@pytest.mark.parametrize(
    ("touched", "review", "said"),
    [(2, "corrected", True), (8, "corrected", False), (2, "verified", False)],
)
def test_outlines_that_nobody_checked_are_told_where_they_judge(
    folder: Path, touched: int, review: str, said: bool
) -> None:
    found = []
    for name in ("a", "b", "c"):
        pair = put(folder / "cells", name, grid(), noise=len(found))
        # A mark of doubt is no answer.
        rows = {
            n: {"origin": "model", "verified": n <= touched, "uncertain": n > touched} for n in range(1, 17)
        }
        path = pair.image.with_suffix(".cpsam")
        write_project_file(path, ProjectFile(grid()[None], rows, review=review))
        found.append(describe(replace(pair, masks=path)))
    assert all(one.unchecked == (0 if review == "verified" else 16 - touched) for one in found)
    plan = plan_retraining(found, "cpsam-lite")
    folds = plan_retraining(found, "cpsam-lite", thorough=True)
    assert folds.how == "folds"
    assert (f"{3 * (16 - touched)} of the 48 outlines there" in folds.text) is said
    told = f"{16 - touched} of the 16 outlines there are a model's own, neither accepted nor corrected"
    assert len(plan.aside) == 1
    assert (told in plan.text) is said
    finds: Any = Finds(grid())
    assert before_after(finds, finds, plan.aside).unchecked is said
    assert before_after(finds, finds, folds.folds[0]).unchecked is said


def test_of_a_part_that_judges_only_the_outlines_in_it_are_counted(folder: Path) -> None:
    pair = put(folder / "cells", "a", grid())
    path = pair.image.with_suffix(".cpsam")

    def plan_with(checked: set[int]) -> RetrainingPlan:
        rows = {n: {"origin": "model", "verified": n in checked} for n in range(1, 17)}
        write_project_file(path, ProjectFile(grid()[None], rows, review="corrected"))
        return plan_retraining([describe(replace(pair, masks=path))], "cpsam-lite")

    (part,) = plan_with(set()).aside
    assert part.only is not None
    top, bottom, left, right = part.only
    inside = set(np.unique(grid()[top:bottom, left:right]).tolist()) - {0}
    assert 0 < len(inside) < 8
    others = set(range(1, 17)) - inside
    finds: Any = Finds(grid())
    plan = plan_with(inside)
    assert "outlines there" not in plan.text
    assert before_after(finds, finds, plan.aside).verdict == "not different"
    plan = plan_with(others)
    assert f"{len(inside)} of the {len(inside)} outlines there" in plan.text
    assert before_after(finds, finds, plan.aside).verdict == "not known"


def test_outlines_in_planes_that_nobody_checked_are_counted(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    bodies = np.stack([grid()] * 6)
    write_tiff(folder / "stack.tif", ((bodies > 0) * 150).astype(np.uint8), "ZYX")
    rows = {n: {"origin": "hand" if n == 1 else "model"} for n in range(1, 17)}
    write_project_file(folder / "stack.cpsam", ProjectFile(bodies, rows, review="corrected"))
    planes = describe_all(pair_of(folder / "stack.tif"))
    assert planes and all((one.objects, one.unchecked) == (16, 15) for one in planes)
    text = plan_retraining(planes, "cpsam-lite").text
    judging = sum(one.slab for one in planes)
    assert f"{15 * judging} of the {16 * judging} outlines there are a model's own" in text
