"""One-click retraining without a window: what is chosen, what is trained, and what is said of the result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.examples import counted_objects, read_annotation
from cpsam_core.data.pairs import Pair, find_pairs, pair_of
from cpsam_core.errors import SettingsError, TrainingError, WeightsError
from cpsam_core.finetune import TrainSettings
from cpsam_core.images import write_labels, write_tiff
from cpsam_core.images.project_files import ProjectFile, Region, write_project_file
from cpsam_core.images.result_mark import mark_read, with_mark
from cpsam_core.labels import object_table
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import (
    Candidate,
    ImageToCorrect,
    before_after,
    describe,
    doubt_of,
    plan_retraining,
    retrain,
    scorer,
    suggest_next,
    training_sets,
    unique_name,
)
from cpsam_core.retrain.candidates import describe_all
from cpsam_core.retrain.defaults import dated_name, default_settings
from cpsam_core.retrain.plan import RetrainingPlan
from cpsam_core.segment.segmenter import NetworkOutput, Segmentation
from cpsam_core.weights import list_models

Labels = NDArray[np.uint32]


def grid(rows: int = 4, columns: int = 4, side: int = 64) -> Labels:
    """Return labels with squares in a grid."""
    labels = np.zeros((side, side), np.uint32)
    step = side // max(rows, columns)
    for number in range(rows * columns):
        y, x = divmod(number, columns)
        labels[y * step + 3 : y * step + 11, x * step + 3 : x * step + 11] = number + 1
    return labels


def put(folder: Path, name: str, labels: Labels, channels: int = 1, noise: int = 0) -> Pair:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(noise)
    pixels = ((labels > 0) * 150 + rng.integers(0, 40, labels.shape)).astype(np.uint8)
    if channels == 1:
        write_tiff(folder / f"{name}.tif", pixels, "YX")
    else:
        write_tiff(folder / f"{name}.tif", np.stack([pixels] * channels), "CYX")
    write_labels(folder / f"{name}_masks.tif", labels)
    return Pair(folder / f"{name}.tif", folder / f"{name}_masks.tif", folder.name)


def candidates(folder: Path, count: int = 4) -> list[Candidate]:
    return [describe(put(folder / "cells", f"c{k}", grid(), noise=k)) for k in range(count)]


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
        rows = {n: {"origin": "model", "verified": n <= touched} for n in range(1, 17)}
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


def test_masks_of_another_image_are_told(folder: Path) -> None:
    pair = put(folder / "cells", "a", grid())
    write_labels(pair.masks, grid(side=80))
    told = describe(pair)
    assert "differ in size" in told.problem and not told.wanted
    with pytest.raises(TrainingError, match="differ in size"):
        plan_retraining([replace(told, use="train")], "cpsam-lite")


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


def test_reading_the_images_can_be_cancelled(folder: Path, tiny_model: Path) -> None:
    plan = plan_retraining(candidates(folder, 3), str(tiny_model), settings=QUICK)

    def cancel(done: int, total: int, note: str = "") -> None:
        if note == "Reading the images":
            raise Cancelled

    with pytest.raises(Cancelled):
        retrain(plan, folder / "new.pth", progress=cancel)
    assert not (folder / "new.pth").exists()


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
        assert unique_name(bad)


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


QUICK = TrainSettings(
    epochs=2, samples=2, learning_rate=1e-3, memory="plenty", augmentation=Augmentation(crop=32), threads=1
)


def test_training_as_planned(folder: Path, tiny_model: Path) -> None:
    plan = plan_retraining(candidates(folder, 3), str(tiny_model), settings=QUICK)
    measure = scorer(plan, "cpu", "float32")
    assert measure is not None
    done = retrain(plan, Path("out/new.safetensors"), device="cpu", precision="float32", score=measure)
    assert done.result.reports[-1].average_precision is not None
    model, card = load_model(done.path)
    assert card == read_card(done.path)
    assert card is not None
    assert (card.name, card.parent, card.notes) == (plan.name, "tiny", plan.text)
    assert list(card.aside) == [plan.aside[0].digest] and not set(card.aside) & set(card.images)
    assert card.channels == ("channel 1",)
    assert len(card.images) == 2 and len(card.losses) == len(card.validation_losses) == 2
    assert model.config.in_channels == 3
    assert not Path("out/new.partial").exists()


def test_channels_and_classes_extend_the_network(folder: Path, tiny_model: Path) -> None:
    pair = put(folder / "cells", "a", grid(), channels=4)
    kinds = np.where(grid() > 0, 1 + grid() % 2, 0)
    write_labels(folder / "cells/a_classes.png", kinds)
    (found,) = find_pairs(folder / "cells")
    assert found.classes is not None and found.image == pair.image
    plan = plan_retraining([describe(found)], str(tiny_model), settings=QUICK)
    assert plan.classes == ("background", "class 1", "class 2")
    done = retrain(plan, Path("new.safetensors"), device="cpu", precision="float32")
    model, card = load_model(done.path)
    assert (model.config.in_channels, model.config.classes) == (4, 3)
    assert card is not None and card.classes == plan.classes
    plain = plan_retraining([describe(found)], str(tiny_model), settings=QUICK, classes=False)
    assert plain.classes == ()
    cells = retrain(plain, Path("cells.safetensors"), device="cpu", precision="float32")
    assert load_model(cells.path)[0].config.classes == 0, "their classes are left alone"
    with pytest.raises(TrainingError, match="no object has a class"):
        plan_retraining(candidates(folder, 1), "cpsam-lite", classes=True)


def test_a_start_of_another_kind_is_refused(folder: Path) -> None:
    Path("other.pth").write_bytes(b"no weights at all")
    plan = plan_retraining(candidates(folder, 3), "other.pth", settings=QUICK)
    with pytest.raises(WeightsError, match=r"other\.pth"):
        retrain(plan, Path("new.pth"))
    with pytest.raises(WeightsError, match="no model named"):
        retrain(replace(plan, start="unheard of"), Path("new.pth"))


@dataclass
class Finds:
    """Stands in for a segmenter that always finds the same."""

    labels: Labels

    def segment(self, image: object, settings: object = None) -> Segmentation:
        flows = np.zeros((2, *self.labels.shape), np.float32)
        table = object_table(self.labels, flows[0], np.zeros(len(np.unique(self.labels)) - 1, np.float32))
        return Segmentation(self.labels, NetworkOutput(flows, flows[0], 30.0), table)


def without(labels: Labels, *ids: int) -> Labels:
    return np.where(np.isin(labels, ids), 0, labels).astype(np.uint32)


def judged(pair: Pair, old: Labels, new: Labels) -> Any:
    return before_after(Finds(old), Finds(new), [pair])  # type: ignore[arg-type]


def test_objects_gained_and_lost(folder: Path) -> None:
    true = grid()
    pair = put(folder, "a", true)
    wrong = true.copy()
    wrong[60:64, 0:64] = 99
    result = judged(pair, without(wrong, 1, 2, 3), without(true, 7))
    (image,) = result.images
    assert [spot.id for spot in image.gained] == [1, 2, 3]
    assert [spot.id for spot in image.lost] == [7]
    assert [spot.id for spot in image.false_gone] == [99]
    assert image.false_new == ()
    assert (image.gained[1].y, image.gained[1].x, image.gained[1].z) == (6.5, 22.5, 0)
    assert result.difference.before == pytest.approx(13 / 17) and result.difference.after == pytest.approx(
        15 / 16
    )
    assert result.verdict == "not different" and "4 better, 1 worse" in result.text
    assert result.difference.low < 0 < result.difference.change < result.difference.high
    assert result.difference.objects == 16 and result.difference.more > 0


def test_the_three_words(folder: Path) -> None:
    true = grid()
    pair = put(folder, "a", true)
    many = without(true, *range(1, 9))
    better, worse, same = judged(pair, many, true), judged(pair, true, many), judged(pair, true, true)
    assert (better.verdict, worse.verdict, same.verdict) == ("better", "worse", "not different")
    assert "is better" in better.text and "Keep the old one" in worse.text
    assert f"({better.difference.interval})" in better.text and better.difference.low > 0
    assert better.difference.change == -worse.difference.change == 0.5
    assert judged(pair, true, without(true, 1)).verdict == "not different"
    few = grid(2, 2)
    told = judged(put(folder, "b", few), without(few, 1, 2, 3), few)
    assert told.verdict == "not different" and "too few objects to tell" in told.text
    assert "more cell" in told.text
    empty = np.zeros((64, 64), np.uint32)
    nothing = judged(put(folder, "c", empty), empty, empty)
    assert nothing.verdict == "not different" and np.isnan(nothing.difference.before)
    assert "no objects to judge on" in nothing.text
    with pytest.raises(TrainingError, match="kept aside"):
        before_after(Finds(true), Finds(true), [])  # type: ignore[arg-type]


def test_each_segmented_image_is_a_step_of_the_judging(folder: Path) -> None:
    pairs = [put(folder, name, grid()) for name in ("a", "b")]
    told: list[tuple[int, int, str]] = []
    before_after(
        Finds(grid()),  # type: ignore[arg-type]
        Finds(grid()),  # type: ignore[arg-type]
        pairs,
        progress=lambda done, total, note="": told.append((done, total, note)),
    )
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert {done for done, _, _ in told} >= {1, 2, 3, 4} and {total for _, total, _ in told} == {4}


def test_the_precision_told_is_that_of_the_verdict(folder: Path) -> None:
    """An image of four cells weighs less than one of 64: the mean over the two falls where the verdict rises."""
    many, few = grid(8, 8), grid(2, 2)
    pairs = [put(folder, "many", many), put(folder, "few", few)]

    class OfSize:
        def __init__(self, *found: Labels) -> None:
            self.found = found

        def segment(self, image: Any, settings: object = None) -> Segmentation:
            return Finds(self.found[Path(image.path).name == "few.tif"]).segment(image)

    old, new = OfSize(without(many, *range(1, 21)), few), OfSize(many, without(few, 1, 2))
    result = before_after(old, new, pairs)  # type: ignore[arg-type]
    assert result.difference.change == pytest.approx(18 / 68)
    assert (result.difference.before, result.difference.after) == (
        pytest.approx(48 / 68),
        pytest.approx(66 / 68),
    )
    assert f"{48 / 68:.2f} before, {66 / 68:.2f} after" in result.text


def test_more_better_than_worse_is_not_enough(folder: Path) -> None:
    true = grid()
    result = judged(put(folder, "a", true), without(true, 1, 2), without(true, 3))
    assert result.difference.after > result.difference.before
    assert result.verdict == "not different"


def test_a_badly_outlined_cell_is_one_fault(folder: Path) -> None:
    true = grid()
    shifted = np.where(true == 6, 0, true).astype(np.uint32)
    shifted[22:30, 24:30][shifted[22:30, 24:30] == 0] = 77
    (image,) = judged(put(folder, "a", true), shifted, true).images
    row = image.units[5]
    assert row.tolist() == [0, 2, 1, 1, 1]  # missed with a false object on it, then found
    assert len(image.units) == 16


def test_false_objects_on_the_ground_are_units_of_their_own(folder: Path) -> None:
    true = grid()
    pair = put(folder, "a", true)
    wrong, same = true.copy(), true.copy()
    wrong[60:64, 0:64], same[60:64, 0:64] = 99, 55
    for old, new, unit in (
        (wrong, true, [0, 1, 0, 0, 0]),
        (true, wrong, [0, 0, 0, 1, 0]),
        # The same one by both models is one unit, whatever its id.
        (wrong, same, [0, 1, 0, 1, 0]),
    ):
        (image,) = judged(pair, old, new).images
        assert len(image.units) == 17 and image.units[16].tolist() == unit


def test_precision_is_that_at_half_overlap(folder: Path) -> None:
    true = grid()
    thin = true.copy()
    columns = np.flatnonzero((true == 6).any(axis=0))
    cut = thin[:, columns[5 * len(columns) // 8] :]
    cut[cut == 6] = 0
    result = judged(put(folder, "a", true), thin, thin)
    (image,) = result.images
    assert (
        (result.difference.before, result.difference.after)
        == (image.old_precision, image.new_precision)
        == (1, 1)
    )


def test_only_the_part_kept_aside_counts(folder: Path) -> None:
    true = grid()
    pair = replace(put(folder, "a", true), only=(0, 32, 0, 32))
    result = judged(pair, without(true, 1, 16), true)
    (image,) = result.images
    assert image.true_objects == 4 and image.true.shape == (64, 64)
    assert [spot.id for spot in image.gained] == [1]
    assert image.old_precision == 0.75


def found(labels: Labels, errors: float, logit: float, outside: float = -8.0) -> Segmentation:
    logits = np.where(labels > 0, logit, outside).astype(np.float32)
    count = len(np.unique(labels)) - 1
    table = object_table(labels, logits, np.full(count, errors, np.float32))
    return Segmentation(labels, NetworkOutput(np.zeros((2, *labels.shape), np.float32), logits, 30.0), table)


def test_doubt_grows_with_flow_error_and_with_middling_probability() -> None:
    labels = grid()
    sure = doubt_of(found(labels, 0.02, 6))
    bent, pale, missed = doubt_of(found(labels, 0.35, 6)), doubt_of(found(labels, 0.02, 0.3)), None
    missed = doubt_of(found(without(labels, 1, 2, 3, 4), 0.02, 6, outside=-0.4))
    assert sure.score < 0.2 < bent.score
    assert sure.doubtful == 0 and bent.doubtful == pale.doubtful == 16
    assert sure.score < pale.score <= 1 and sure.score < missed.score <= 1
    assert missed.missed > 1 and "missed" in missed.text
    assert "clear" in sure.text and "16 of 16" in bent.text


def test_doubt_of_an_empty_image() -> None:
    nothing = doubt_of(found(np.zeros((64, 64), np.uint32), 0, 0, outside=-9))
    assert nothing.score == 0 and nothing.text == "nothing found"
    maybe = doubt_of(found(np.zeros((64, 64), np.uint32), 0, 0, outside=-0.2))
    assert maybe.score > 0.5 and "may be cells" in maybe.text


def test_the_most_doubtful_image_is_suggested_first() -> None:
    doubts = {
        "clear": ImageToCorrect(0.1, 9, 0, 0, ""),
        "empty": ImageToCorrect(0.9, 0, 0, 0, ""),
        "bad": ImageToCorrect(0.8, 9, 7, 0, ""),
        "missed": ImageToCorrect(0.85, 0, 0, 4, ""),
    }
    assert suggest_next(doubts) == ["missed", "bad", "clear", "empty"]
    assert suggest_next({}) == []


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
