"""Which images are learnt from and which are kept aside to judge, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.data.examples import counted_objects, read_annotation
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import TrainSettings
from cpsam_core.images import write_tiff
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.retrain import describe, plan_retraining, training_sets, unique_name
from cpsam_core.retrain.candidates import Candidate, candidates_in
from cpsam_core.retrain.defaults import dated_name, default_settings
from cpsam_core.retrain.kept_aside import MOVIE
from cpsam_core.weights import check_name, list_models
from tests.core.retrain.scenes import candidates, grid, put


def test_what_is_wrong_with_an_image_is_told_where_others_are_learnt_from(folder: Path) -> None:
    some = candidates(folder, 3)
    wrong = replace(some[0], problem="Masks differ in size.")
    plan = plan_retraining([wrong, *some[1:]], "cpsam-lite")
    assert "c0.tif is left out: Masks differ in size." in plan.warnings
    for known in (replace(wrong, corrected=False), replace(wrong, use="exclude")):
        # Nobody asked for these.
        assert "c0.tif" not in " ".join(plan_retraining([known, *some[1:]], "cpsam-lite").warnings)


def test_one_of_three_images_is_kept_aside(folder: Path) -> None:
    chosen = set()
    for seed in range(8):
        plan = plan_retraining(candidates(folder, 3), "cpsam-lite", seed=seed)
        assert plan.how == "images"
        assert len(plan.training) == 2 and len(plan.aside) == 1
        assert plan.aside[0] not in plan.training
        assert plan.aside[0].image.name in plan.text
        assert plan == plan_retraining(candidates(folder, 3), "cpsam-lite", seed=seed)
        chosen.add(plan.aside[0].image)
    assert len(chosen) > 1


@pytest.mark.parametrize(("count", "aside"), [(3, 1), (8, 2), (20, 4)])
def test_a_fifth_of_the_images_is_kept_aside(folder: Path, count: int, aside: int) -> None:
    plan = plan_retraining(candidates(folder, count), "cpsam-lite")
    assert (len(plan.training), len(plan.aside)) == (count - aside, aside)


def test_new_images_do_not_change_what_is_kept_aside(folder: Path) -> None:
    few, more = (plan_retraining(candidates(folder, n), "cpsam-lite") for n in (8, 9))
    assert len({pair.image for pair in few.aside} & {pair.image for pair in more.aside}) >= 1


def test_what_the_user_says_holds(folder: Path) -> None:
    some = candidates(folder, 4)
    marked = [
        replace(some[0], use="exclude"),
        replace(some[1], use="aside"),
        replace(some[2], use="train"),
        some[3],
    ]
    plan = plan_retraining(marked, "cpsam-lite")
    assert plan.aside == (some[1].pair,)
    assert plan.training == (some[2].pair, some[3].pair)
    untouched = [replace(one, corrected=False) for one in some]
    plan = plan_retraining([*untouched[:3], replace(untouched[3], use="train")], "cpsam-lite")
    assert [pair.image for pair in plan.training] == [some[3].pair.image]


def test_the_plan_names_every_image_that_was_meant_and_is_not_used(folder: Path) -> None:
    some = candidates(folder, 3)
    few = describe(put(folder / "cells", "few", grid(1, 2), noise=9))
    plan = plan_retraining([*some, few, replace(few, use="exclude")], "cpsam-lite")
    assert plan.left_out == (few,)
    assert any("few.tif: left out" in one for one in plan.warnings)
    assert plan_retraining([*some, replace(few, use="train")], "cpsam-lite").left_out == ()
    assert plan_retraining([few], "cpsam-lite").left_out == (), "where no other teaches it takes part"
    folded = plan_retraining([*some, few], "cpsam-lite", thorough=True)
    assert folded.left_out == (few,)


def test_of_fewer_images_a_quarter_is_kept_aside_and_said(folder: Path) -> None:
    plan = plan_retraining(candidates(folder, 2), "cpsam-lite")
    assert plan.how == "crops"
    assert "quarter" in plan.text and "says less" in plan.text
    for pair, part in zip(plan.training, plan.aside, strict=True):
        assert pair.leave_out == part.only is not None
        assert pair.image == part.image
    learnt, judged = training_sets(plan)
    assert judged is not None
    for index in range(2):
        counted, other = learnt.example(index).complete, judged.example(index).complete
        assert counted is not None and other is not None
        assert not (counted & other).any() and (counted | other).all()
        assert other.sum() == 32 * 32


def movie(folder: Path, frames: int) -> list[Candidate]:
    """Return the time points of one movie, all corrected."""
    path = folder / "movies" / "movie.tif"
    path.parent.mkdir()
    rng = np.random.default_rng(3)
    write_tiff(path, rng.integers(0, 255, (frames, 64, 64)).astype(np.uint8), "TYX")
    for time in range(frames):
        project = ProjectFile(grid(3, 3), {1: {"origin": "hand"}}, image=path.name, review="verified")
        write_project_file(path.with_suffix(".cpsam"), project, key=DocumentKey(time=time))
    found = candidates_in(path.parent)
    assert len(found) == frames
    return list(found)


def test_time_points_of_a_movie_never_judge_by_themselves_what_learnt_from_others(folder: Path) -> None:
    """They show the same cells a little later: a frame had judged what learnt from the frames beside it."""
    frames = movie(folder, 4)
    plan = plan_retraining(frames, "cpsam-lite")
    assert plan.how == "crops"
    # The same corner of all of them: the cells there are in none that is learnt from.
    assert len(plan.aside) == 4 and len({pair.only for pair in plan.aside}) == 1
    assert {pair.leave_out for pair in plan.training} == {pair.only for pair in plan.aside}
    assert not any("movie" in words for words in plan.warnings)
    others = candidates(folder, 2)
    for seed in range(4):
        plan = plan_retraining([*frames, *others], "cpsam-lite", seed=seed)
        assert plan.how == "images"
        judged = {pair.image for pair in plan.aside}
        assert len(judged) == 1 and judged.isdisjoint(pair.image for pair in plan.training)
        assert MOVIE not in plan.warnings


def test_a_time_point_that_is_to_judge_what_learns_from_the_movie_is_said_to_flatter(folder: Path) -> None:
    frames = movie(folder, 3)
    plan = plan_retraining([replace(frames[0], use="aside"), *frames[1:]], "cpsam-lite")
    assert plan.aside == (frames[0].pair,)
    assert plan.warnings.count(MOVIE) == 1
    alone = [replace(one, use="aside") for one in frames]
    assert MOVIE not in plan_retraining([*alone, *candidates(folder, 2)], "cpsam-lite").warnings


def test_an_object_on_the_border_that_is_judged_is_not_learnt_from(folder: Path) -> None:
    labels = np.zeros((64, 64), np.uint32)
    labels[20:40, 4:12], labels[26:56, 40:50] = 1, 2  # most of 1 is above row 32, most of 2 below
    pair = put(folder / "cells", "a", labels)
    box = (0, 32, 0, 64)
    learnt = read_annotation(replace(pair, leave_out=box)).complete
    judged = read_annotation(replace(pair, only=box))
    assert learnt is not None
    assert set(np.unique(counted_objects(judged.labels, judged.complete))) == {0, 1}
    assert not learnt[:32].any() and not learnt[labels == 1].any()
    assert learnt[32:][labels[32:] == 2].all() and learnt[32:][labels[32:] == 0].all()


def test_where_all_images_are_wanted_for_training_no_false_reason_is_given(folder: Path) -> None:
    plan = plan_retraining([replace(one, use="train") for one in candidates(folder, 3)], "cpsam-lite")
    assert plan.how == "crops"
    assert "fewer than" not in plan.text and "No whole image can be spared" in plan.text


def test_too_few_objects_to_keep_any_aside(folder: Path) -> None:
    labels = np.zeros((64, 64), np.uint32)
    labels[2:9, 2:9], labels[3:9, 12:20] = 1, 2
    plan = plan_retraining([describe(put(folder / "cells", "a", labels))], "cpsam-lite")
    assert plan.how == "none" and plan.aside == ()
    assert "nothing will show" in plan.text
    assert any("fewer than 10" in text for text in plan.warnings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"corrected": False}, "No image is corrected yet"),
        ({"use": "exclude"}, "Every corrected image is left out"),
        ({"problem": "Masks differ in size."}, r"cannot be used:\n  c0\.tif: Masks differ in size"),
        ({"problem": "Masks differ in size.", "corrected": False}, "No image is corrected yet"),
        ({"use": "aside"}, "none is left to learn from"),
        ({"objects": 0}, "masks of the corrected images are empty"),
        ({"objects": 1}, "One object alone"),
    ],
)
def test_nothing_to_learn_from_is_said_in_words(folder: Path, changes: dict[str, Any], said: str) -> None:
    (one,) = candidates(folder, 1)
    with pytest.raises(TrainingError, match=said):
        plan_retraining([replace(one, **changes)], "cpsam-lite")
    with pytest.raises(TrainingError, match="No image is corrected"):
        plan_retraining([], "cpsam-lite")


def test_images_of_different_channels(folder: Path) -> None:
    some = [describe(put(folder / "cells", f"c{n}", grid(), channels=n)) for n in (1, 2, 5)]
    plan = plan_retraining(some, "cpsam-lite")
    assert plan.channels == 5
    assert any("1, 2, 5" in text and "dark" in text for text in plan.warnings)
    learnt, _ = training_sets(plan)
    assert all(learnt.example(k).pixels.shape == (64, 64, 5) for k in range(len(plan.training)))
    assert plan_retraining(some[:1], "cpsam-lite").channels == 3


def test_names_are_unique_and_possible(folder: Path, tmp_path: Path) -> None:
    some = candidates(folder, 3)
    base = f"cells-{date.today().isoformat()}"
    assert plan_retraining(some, "cpsam-lite").name == base
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{base}.safetensors").write_bytes(b"")
    assert plan_retraining(some, "cpsam-lite").name == f"{base}-2"
    (tmp_path / "models" / f"{base}-2.partial").write_bytes(b"")
    assert plan_retraining(some, "cpsam-lite").name == f"{base}-3"
    assert plan_retraining(some, "cpsam-lite", name=f"{base}-2").name == f"{base}-2"  # to go on with it
    assert [model.name for model in list_models() if model.kind == "own"] == [base]
    (tmp_path / "models" / f"{base}-2.partial").unlink()
    assert plan_retraining(some, "cpsam-lite", taken=[f"{base.upper()}-2"]).name == f"{base}-3"
    with pytest.raises(SettingsError, match="another name"):
        plan_retraining(some, "cpsam-lite", name=base.upper())
    assert plan_retraining(some, "cpsam-lite", name="mine").name == "mine"
    for bad in ("", "a/b:c*", "CON", "...", "cpsam-lite", "x" * 500, "m.pth"):
        assert check_name(unique_name(bad))


def test_names_say_what_was_learnt_and_when(folder: Path) -> None:
    day = date(2026, 11, 26)
    assert dated_name(folder / "nuclei", day) == "nuclei-2026-11-26"
    assert dated_name(folder / "nuclei" / "images", day) == "nuclei-2026-11-26"
    assert dated_name(folder / "nuclei" / "Train" / "images", day) == "nuclei-2026-11-26"
    assert dated_name(Path("/images"), day) == "model-2026-11-26"


def test_defaults_suit_the_start(folder: Path) -> None:
    some = candidates(folder, 3)
    small, large = (plan_retraining(some, start).settings for start in ("cpsam-lite", "cpsam_v2"))
    assert large == TrainSettings(learning_rate=1e-5, epochs=100)
    assert small.learning_rate > large.learning_rate
    assert small.augmentation.diameter == 30
    assert (small.replay, large.replay) == (0.2, None)
    assert (small.forgetting, large.forgetting) == (0.1, 0)
    assert default_settings("cpsam-lite", classes=True).forgetting == 0
    plan = plan_retraining(some, "cpsam-lite")
    assert plan.diameter == pytest.approx(8 * np.sqrt(4 / np.pi), abs=0.06)
    assert plan_retraining([*some[:2], replace(some[2], diameter=40)], "cpsam-lite").diameter == "auto"
    assert plan_retraining(some, "cpsam_v2").diameter is None
    own = TrainSettings(epochs=3)
    assert plan_retraining(some, "cpsam-lite", settings=own, seed=4).settings == replace(own, seed=4)
