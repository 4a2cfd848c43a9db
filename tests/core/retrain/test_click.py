"""One click without a window: planned, trained, judged, skipped, and gone on with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from cpsam_core.checkpoints import load_model, room
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import OK
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import pair_of
from cpsam_core.errors import TrainingError
from cpsam_core.finetune import Control
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import (
    BeforeAfter,
    RetrainingOutcome,
    TrainOptions,
    candidates_in,
    one_click,
    requests,
)
from cpsam_core.retrain.classes import ClassUse
from cpsam_core.retrain.elsewhere import Forgetting
from cpsam_core.retrain.lineage import Lineage
from cpsam_core.retrain.options import plan_of
from cpsam_core.retrain.verdict import Difference
from cpsam_core.weights import list_models
from tests.core.retrain.clicks import QUICK, Hears, options

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_click_plans_trains_and_judges(cells: Path, tiny_model: Path) -> None:
    hears = Hears()
    outcome = one_click(candidates_in(cells), options(tiny_model), hears)
    assert hears.plan is outcome.plan and len(hears.epochs) == 2
    assert hears.trained_after == [2]
    assert outcome.change is not None and len(outcome.change.images) == 1
    assert {one.kind for one in outcome.elsewhere} == {
        "fluorescent nuclei",
        "stained tissue",
        "phase contrast",
    }
    card = read_card(outcome.trained.path)
    assert card is not None
    assert set(card.scores) == {"kept aside", "fluorescent nuclei", "stained tissue", "phase contrast"}
    assert outcome.trained.result.best_epoch is None  # what gives the verdict chose nothing
    assert outcome.plan.text in outcome.text
    assert requests.interrupted() == ()


def test_a_thorough_verdict_judges_every_image(cells: Path, tiny_model: Path) -> None:
    outcome = one_click(candidates_in(cells), options(tiny_model, thorough=True), Hears())
    assert outcome.change is not None and len(outcome.change.images) == 4
    assert len(outcome.trained.card.images) == 4


@pytest.mark.parametrize("thorough", [False, True])
def test_a_verdict_that_is_skipped_leaves_the_model_and_says_so(
    cells: Path, tiny_model: Path, thorough: bool
) -> None:
    control, seen = Control(), []

    def progress(done: int, total: int, note: str = "") -> None:
        seen.append(note)
        if ("fold 1" if thorough else "Comparing with the old model") in note:
            control.skip_verdict()

    asked = options(tiny_model, thorough=thorough)
    outcome = one_click(candidates_in(cells), asked, Hears(), progress, control)
    assert ("fold 1" if thorough else "Comparing") in seen[-1], "nothing was done after it was skipped"
    assert outcome.skipped and outcome.change is None and not outcome.scores and not outcome.is_better
    assert outcome.objection == "it is not judged"
    assert "Not judged" in outcome.text
    (model,) = (one for one in list_models() if one.path == outcome.trained.path)
    assert model.is_unjudged and model.card is not None and "Not judged" in model.card.notes
    assert requests.interrupted() == ()


def test_an_early_stop_is_chosen_on_other_images_than_the_verdict(cells: Path, tiny_model: Path) -> None:
    hears = Hears()
    changes = {**QUICK, "patience": 1, "epochs": 3, "learning_rate": 1.0}
    outcome = one_click(candidates_in(cells), options(tiny_model, changes=changes), hears)
    result, plan = outcome.trained.result, outcome.plan
    assert result.best_epoch is not None
    assert (f"Training ended early: {result.reason}." in outcome.text) == bool(result.reason)
    assert not {pair.image for pair in plan.aside} & {pair.image for pair in plan.training}


def test_an_interrupted_click_goes_on(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = one_click(candidates_in(cells), options(tiny_model, name="whole"), Hears())

    def cancel(done: int, total: int, note: str = "") -> None:
        if note.startswith("epoch 2"):
            raise Cancelled

    seen = ImageInput(channels=(0,))
    looked = candidates_in(cells, otherwise=seen)
    with pytest.raises(Cancelled):
        one_click(candidates_in(cells), options(tiny_model), Hears(), cancel)
    (request,) = requests.interrupted()
    assert request.options.name == "new" and len(request.images) == 4
    with pytest.raises(TrainingError, match="new was interrupted"):
        requests.check_free("new")
    with pytest.raises(TrainingError, match="another set of images"):
        one_click(looked, options(tiny_model), Hears())
    hears = Hears()
    with pytest.raises(Cancelled):
        one_click(candidates_in(cells), options(tiny_model), hears, cancel)
    assert [report.epoch for report in hears.epochs] == [1], "what was before is told again"
    assert main(["retrain", "--resume", "new", "--promote", "always"]) == OK
    assert "going on after epoch 1" in capsys.readouterr().err
    states = [
        load_model(whole.trained.path.with_name(f"{n}.safetensors"))[0].state_dict() for n in ("whole", "new")
    ]
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())
    assert requests.interrupted() == ()


def test_a_request_remembers_how_images_are_seen(cells: Path, tmp_path: Path) -> None:
    looked = candidates_in(cells, otherwise=ImageInput(channels=(0,), diameter=9.0))
    path = tmp_path / "models" / f"new{requests.REQUEST}"
    asked = TrainOptions("cpsam-lite", "new", {"epochs": 3}, (0.5, 2.0), None, thorough=True, minutes=4.0)
    requests.write_request(path, looked, asked)
    (request,) = requests.interrupted()
    assert request.options == asked
    assert {one.pair.seen for one in requests.candidates_of(request)} == {
        ImageInput(channels=(0,), diameter=9.0)
    }


def test_a_stray_class_is_not_learnt_and_it_is_said(cells: Path) -> None:
    known = candidates_in(cells)
    stray = [replace(known[0], classes=(2,), classed=1), *known[1:]]
    use = ClassUse.of(stray)
    assert use.doubtful and not use.learnt(None) and use.learnt(True)
    plan = plan_of(stray, TrainOptions("cpsam-lite"))
    assert plan.classes == ()
    assert any(
        "1 of" in text and "not learnt" in text and "set classes to yes" in text for text in plan.warnings
    )
    asked = plan_of(stray, TrainOptions("cpsam-lite", classes=True))
    assert asked.classes == ("background", "class 1", "class 2")
    meant = [replace(one, classes=(1, 2), classed=one.objects) for one in known]
    assert plan_of(meant, TrainOptions("cpsam-lite")).classes and not ClassUse.of(meant).doubtful


def test_two_layers_of_an_image_are_the_same_pixels(cells: Path) -> None:
    """What a model learnt from in one layer cannot judge it in another."""
    pair = pair_of(cells / "c0.tif")
    other = replace(pair, key=replace(pair.key, layer="nuclei"))
    assert other.ending != pair.ending
    lineage = Lineage({pair.digest: "c0.tif"})
    assert not lineage.may_judge(other.digest)
    assert lineage.may_judge(replace(pair, key=replace(pair.key, time=3)).digest)


def test_a_model_that_is_better_here_and_worse_elsewhere_is_called_so() -> None:
    def outcome(word: Any, there: Any = "not different") -> RetrainingOutcome:
        change = None if word is None else BeforeAfter((), Difference(word, 0.1, 0.05, 0.2, 90, 1), "")
        elsewhere = (Forgetting("stained tissue", Difference(there, -0.1, -0.2, -0.05, 60, 4)),)
        nothing: Any = None
        return RetrainingOutcome(nothing, nothing, change, elsewhere=elsewhere)

    assert outcome("better").is_better and outcome("better").objection == ""
    assert outcome("better", "worse").objection == "it is better on these images and worse on others"
    assert outcome("not different").objection == "it is not known to be better"
    assert outcome("worse").objection == "it is worse"
    assert outcome(None).objection == "nothing shows whether it is better"
    assert not any(outcome(word, "worse").is_better for word in ("better", "not different", "worse", None))


@pytest.mark.parametrize(
    ("word", "verdict"), [("worse", "not known"), ("not different", "not known"), ("better", "better")]
)
def test_outlines_that_nobody_checked_call_no_model_worse(word: Any, verdict: str) -> None:
    change = BeforeAfter((), Difference(word, -0.1, -0.2, -0.05, 81, 1), "", unchecked=True)
    nothing: Any = None
    outcome = RetrainingOutcome(nothing, nothing, change)
    assert change.verdict == verdict
    assert outcome.is_better is (verdict == "better")
    assert ("unchecked" in outcome.objection) is (verdict == "not known")


def test_no_training_begins_without_room_for_its_model(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=0))
    hears = Hears()
    with pytest.raises(TrainingError, match="Free some space"):
        one_click(candidates_in(cells), options(tiny_model), hears)
    assert hears.epochs == [] and requests.interrupted() == ()


def test_a_new_model_waits_for_room(cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hears, missing = Hears(), iter(["", "The new model takes much"])
    monkeypatch.setattr(room, "_missing", lambda *_: next(missing, ""))
    monkeypatch.setattr(room, "LOOK_SECONDS", 0.0)
    outcome = one_click(candidates_in(cells), options(tiny_model), hears)
    assert outcome.trained.path.is_file()
    assert [event.text for event in hears.events if event.kind == "unsaved"]
