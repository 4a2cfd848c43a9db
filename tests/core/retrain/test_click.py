"""One click without a window: from a folder to a verdict, and the same model by every way."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import CANCELLED, FAILED, OK, USAGE
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import pair_of
from cpsam_core.errors import TrainingError
from cpsam_core.finetune import Control, EpochReport, Trainer, TrainingEvent, TrainSettings
from cpsam_core.finetune import trainer as trainer_module
from cpsam_core.finetune.learner import Learner
from cpsam_core.images import read_labels, write_labels, write_picture, write_tiff
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import (
    BeforeAfter,
    RetrainingOutcome,
    RetrainingPlan,
    TrainOptions,
    candidates_in,
    click,
    elsewhere,
    one_click,
    requests,
    retrain,
    run,
)
from cpsam_core.retrain.budget import (
    BUDGETS,
    TrainingPace,
    measure_pace,
    pace_of_step,
    shortened,
    within_minutes,
)
from cpsam_core.retrain.classes import ClassUse
from cpsam_core.retrain.elsewhere import (
    Forgetting,
    compare_elsewhere,
    earlier_images,
    forgetting_text,
    in_its_size,
    remember_images,
)
from cpsam_core.retrain.lineage import Lineage
from cpsam_core.retrain.options import plan_of, settled
from cpsam_core.retrain.verdict import Difference
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.weights import list_models
from tests.core.conftest import DiskNetwork, disks
from tests.core.retrain.test_retrain import grid, put

pytestmark = pytest.mark.usefixtures("one_thread")

QUICK = {"epochs": 2, "samples": 2, "warmup": 0, "score_every": 2, "threads": 1}
FLAGS = ["--epochs", "2", "--samples", "2", "--warmup", "0", "--threads", "1", "--device", "cpu"]
FLAGS += ["--precision", "float32"]
IN_FULL = ["--budget", "paper", *FLAGS]


class Hears:
    """Keeps what a training tells."""

    def __init__(self) -> None:
        self.events: list[TrainingEvent] = []
        self.plan: RetrainingPlan | None = None
        self.epochs: list[EpochReport] = []
        self.trained_after: list[int] = []

    def on_plan(self, plan: RetrainingPlan) -> None:
        self.plan = plan

    def on_epoch(self, report: EpochReport) -> None:
        self.epochs.append(report)

    def on_event(self, event: TrainingEvent) -> None:
        self.events.append(event)

    def on_trained(self) -> None:
        self.trained_after.append(len(self.epochs))


@pytest.fixture
def cells(folder: Path) -> Path:
    for number in range(4):
        put(folder / "cells", f"c{number}", grid(), noise=number)
    return folder / "cells"


def options(start: Path, **changes: Any) -> TrainOptions:
    return replace(TrainOptions(str(start), "new", QUICK, device="cpu", precision="float32"), **changes)


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


def test_the_same_images_make_the_same_model_by_every_way(folder: Path, tiny_model: Path) -> None:
    """One click, `cpsam retrain` and `cpsam train`, with channels, brightness and size from the projects."""
    cells = folder / "cells"
    cells.mkdir()
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 99, (4, 64, 64)).astype(np.uint8)
        pixels[3] = 150 * (grid() > 0) + number
        write_tiff(cells / f"c{number}.tif", pixels, "CYX")
        seen = ImageInput(channels=(3,), diameter=10.0).to_dict()
        write_project_file(
            cells / f"c{number}.cpsam", ProjectFile(grid()[None], settings=seen, review="corrected")
        )
    names = [f"c{number}.tif" for number in range(2)]
    clicked = candidates_in(cells, {(cells / name, ""): "train" for name in names})
    # Both learn from all of both images: no part is kept aside.
    plan_free = [replace(one, digest="") for one in clicked]
    assert {one.diameter for one in plan_free} == {10.0}
    one = one_click(clicked, options(tiny_model, changes={**QUICK, "seed": 3}), Hears())
    left = [pair.leave_out for pair in one.plan.training]
    assert (
        main(
            [
                "retrain",
                str(cells),
                "--model",
                str(tiny_model),
                "--name",
                "two",
                "--promote",
                "always",
                "--seed",
                "3",
                "--score-every",
                "2",
                "--budget",
                "paper",
                "--train",
                *names,
                *FLAGS,
            ]
        )
        == OK
    )
    again = one_click(clicked, options(tiny_model, name="three", changes={**QUICK, "seed": 3}), Hears())
    states = [
        load_model(path)[0].state_dict()
        for path in (one.trained.path, one.trained.path.with_name("two.safetensors"), again.trained.path)
    ]
    for other in states[1:]:
        assert all(torch.equal(value, other[key]) for key, value in states[0].items())
    cards = [read_card(one.trained.path.with_name(f"{name}.safetensors")) for name in ("new", "two")]
    assert cards[0] is not None and cards[1] is not None and any(left)
    assert cards[0].channels == cards[1].channels == ("channel 4",)
    assert cards[0].diameter == cards[1].diameter


def seen_cells(folder: Path, count: int, classes: bool = False) -> Path:
    """Write images of four channels whose projects say which is seen, and how large the cells are."""
    folder.mkdir()
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 99, (4, 64, 64)).astype(np.uint8)
        pixels[3] = 150 * (grid() > 0) + number
        write_tiff(folder / f"c{number}.tif", pixels, "CYX")
        seen = ImageInput(channels=(3,), diameter=10.0).to_dict()
        kinds = {one: {"class_id": 1 + one % 2} for one in range(1, int(grid().max()) + 1) if classes}
        names = {1: "round", 2: "long"} if classes else {}
        project = ProjectFile(grid()[None], kinds, seen, review="corrected", class_names=names)
        write_project_file(folder / f"c{number}.cpsam", project)
    return folder


@pytest.mark.parametrize("classes", [False, True])
def test_one_click_and_both_commands_make_the_same_weights(
    folder: Path, tiny_model: Path, classes: bool
) -> None:
    """One image judges in the click and is not there for `cpsam train`; all else is left to the program."""
    cells = seen_cells(folder / "cells", 3, classes)
    flags = [flag for flag in FLAGS if flag not in ("--warmup", "0")] + ["--seed", "3"]
    changes = {"epochs": 2, "samples": 2, "threads": 1, "seed": 3}
    known = candidates_in(cells)
    clicked = one_click(
        [replace(known[0], use="aside"), *known[1:]], options(tiny_model, changes=changes), Hears()
    )
    start = ["--model", str(tiny_model)]
    again = ["retrain", str(cells), *start, "--name", "two", "--promote", "always", "--aside", "c0.tif"]
    again += ["--budget", "paper"]  # as the options of the click have it
    assert main([*again, *flags]) == OK
    for path in cells.glob("c0.*"):
        path.unlink()
    asked = ["--classes"] if classes else []
    assert main(["train", str(cells), *start, "--out", "three.safetensors", *asked, *flags]) == OK
    two = clicked.trained.path.with_name("two.safetensors")
    states = [load_model(path)[0].state_dict() for path in (clicked.trained.path, two, "three.safetensors")]
    before = load_model(tiny_model)[0].state_dict()
    assert any(not torch.equal(value, states[0][key]) for key, value in before.items() if key in states[0])
    for other in states[1:]:
        assert all(torch.equal(value, other[key]) for key, value in states[0].items())
    cards = [read_card(path) for path in (clicked.trained.path, two, Path("three.safetensors"))]
    for name in ("images", "channels", "diameter", "classes", "settings"):
        values = [getattr(card, name) for card in cards]
        assert values[0] == values[1] == values[2], name
    batch = cards[0].settings["batch_size"] if cards[0] is not None else 0
    assert batch == (16 if classes else 1)  # the paper's recipes


def test_the_command_keeps_only_what_is_better(
    cells: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["retrain", str(cells), "--model", str(tiny_model), "--name", "mine", *FLAGS]
    assert main(command) == OK
    said = capsys.readouterr()
    assert "not kept: mine, it is not known to be better" in said.out
    assert "judged on" in said.err and "all kept aside" in said.out and "not different" in said.out
    assert not (tmp_path / "models" / "mine.safetensors").exists()
    assert main([*command, "--promote", "always"]) == OK
    assert "kept: mine" in capsys.readouterr().out
    assert (tmp_path / "models" / "mine.safetensors").exists()
    assert main([*command, "--name", "other", "--promote", "never"]) == OK
    assert not (tmp_path / "models" / "other.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], USAGE, "which folder"),
        (["nowhere"], USAGE, "no folder nowhere"),
        (["cells", "--aside", "x.tif"], USAGE, "no image x.tif"),
        (["cells", "--epochs", "0"], USAGE, "at least one epoch"),
        (["cells", "--minutes", "0"], USAGE, "above 0"),
        (["--resume", "mine"], FAILED, "no interrupted training named 'mine'"),
        (
            ["cells", "--exclude", "c0.tif", "c1.tif", "c2.tif", "c3.tif"],
            FAILED,
            "Every corrected image is left out",
        ),
    ],
)
def test_what_makes_no_sense_is_said(
    cells: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(["retrain", *arguments]) == code
    assert said in capsys.readouterr().err


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


def test_masks_with_one_number_for_all_are_parted_as_asked(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in cells.glob("*_masks.tif"):
        write_labels(path, (read_labels(path) > 0) * np.uint32(255))
    whole, parted = candidates_in(cells, pieces="no"), candidates_in(cells)
    assert {one.objects for one in whole} == {1} and min(one.objects for one in parted) > 3
    assert all(one.parts == f"1 value, {one.objects} separate parts" for one in parted)
    assert {one.parts for one in whole} == {""}
    requests.write_request(requests.request_path("mine"), whole, TrainOptions("cpsam-lite", "mine"))
    (request,) = requests.interrupted()
    assert [one.objects for one in requests.candidates_of(request)] == [1] * len(whole)
    seen: list[list[int]] = []
    monkeypatch.setattr(
        "cpsam_core.retrain.one_click", lambda found, *_, **__: seen.append([one.objects for one in found])
    )
    monkeypatch.setattr("cpsam_core.cli.retrain._report", lambda outcome: (_ for _ in ()).throw(Cancelled()))
    assert main(["retrain", str(cells), "--separate-parts", "no"]) == CANCELLED
    assert seen == [[1] * len(whole)]
    assert main(["retrain", str(cells)]) == CANCELLED
    assert capsys.readouterr().err.count("c0_masks.tif holds one number") == 1, (
        "once, by the first who read it"
    )


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


def test_a_cancelled_command_can_go_on(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = Trainer.run

    def stopped(self: Trainer, progress: Any) -> Any:
        def report(done: int, total: int, note: str = "") -> None:
            progress(done, total, note)
            if done == 3:
                raise Cancelled

        return real(self, report)

    command = ["retrain", str(cells), "--model", str(tiny_model), "--name", "mine", *IN_FULL]
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run", stopped)
        assert main(command) == CANCELLED
    assert [request.options.name for request in requests.interrupted()] == ["mine"]
    requests.throw_away("mine")
    assert requests.interrupted() == ()


def test_a_time_limit_makes_fewer_epochs(cells: Path, tiny_model: Path) -> None:
    changes = {**QUICK, "epochs": 9}
    outcome = one_click(candidates_in(cells), options(tiny_model, changes=changes, minutes=1e-9), Hears())
    assert len(outcome.trained.card.losses) == 5  # fewer would teach nothing
    assert any("5 epochs instead of 9" in text for text in outcome.plan.warnings)


class Machine:
    """A computer with a clock of its own, on which each step and each measuring takes a known time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: float, score: float) -> None:
        self.now, self.steps, self.step = 0.0, 0, step
        real_step = Learner.step

        def slow_step(learner: Learner, *args: Any) -> Any:
            # The first step of a program is slow, and later ones are not all alike.
            self.now += 20 * self.step if self.steps == 0 else self.step * (0.8, 1.0, 1.2)[self.steps % 3]
            self.steps += 1
            return real_step(learner, *args)

        def slow_scorer(*args: Any) -> Any:
            def measure(model: Any) -> float:
                self.now += score
                return 0.5

            return measure

        monkeypatch.setattr(Learner, "step", slow_step)
        monkeypatch.setattr(run, "scorer", slow_scorer)
        monkeypatch.setattr(click, "scorer", slow_scorer)

    def clock(self) -> float:
        return self.now

    def training_clock(self) -> SimpleNamespace:
        """Return the clock of an epoch that begins now."""
        begun = self.now
        return SimpleNamespace(seconds=lambda: self.now - begun, left_out=nullcontext)


@pytest.mark.parametrize(("step", "score"), [(1.0, 1.0), (4.0, 30.0)])
def test_a_training_takes_as_long_as_it_was_given(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, step: float, score: float
) -> None:
    """Estimate and truth agree to a half, by the clock of a computer whose pace is known."""
    machine = Machine(monkeypatch, step, score)
    asked = options(tiny_model, changes={**QUICK, "epochs": 200, "score_every": 1})
    plan = plan_of(candidates_in(cells), asked)
    minutes = 40 * step / 60  # of 400 steps
    fits = within_minutes(plan, minutes, "cpu", "float32", clock=machine.clock)
    assert 5 <= fits.settings.epochs < 200
    begun = machine.now
    scored = run.scorer(fits, "cpu", "float32")
    retrain(fits, device="cpu", precision="float32", score=scored)
    taken = machine.now - begun
    assert minutes * 60 / 1.5 < taken < minutes * 60 * 1.5


def test_what_fits_is_left_as_it_was(cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, 1.0, 1.0)
    plan = plan_of(candidates_in(cells), options(tiny_model))
    fits = within_minutes(plan, 60, "cpu", "float32", clock=machine.clock)
    assert fits == replace(plan, settings=replace(plan.settings, budget_minutes=60))


def test_a_machine_that_becomes_slower_keeps_the_budget(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, 1.0, 0.0)
    plan = plan_of(candidates_in(cells), options(tiny_model, changes={**QUICK, "epochs": 200}))
    fits = within_minutes(plan, 60 / 60, "cpu", "float32", clock=machine.clock)
    planned = fits.settings.epochs
    machine.step *= 2
    monkeypatch.setattr(trainer_module, "Clock", machine.training_clock)
    begun, hears = machine.now, Hears()
    done = retrain(fits, device="cpu", precision="float32", on_event=hears.on_event)
    assert 45 < machine.now - begun < 75
    assert 5 < len(done.result.reports) < planned
    assert done.result.stopped == "finished"
    assert any("Slower than expected" in event.text for event in hears.events)


def test_the_fewest_epochs_are_trained_and_it_is_said(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, 10.0, 0.0)
    plan = plan_of(candidates_in(cells), options(tiny_model, changes={**QUICK, "epochs": 200}))
    fits = within_minutes(plan, 0.5, "cpu", "float32", clock=machine.clock)
    assert fits.settings.epochs == 5
    assert fits.warnings[-1] == (
        "5 epochs instead of 200: the fewest that are trained; they take about 2 minutes here."
    )
    monkeypatch.setattr(trainer_module, "Clock", machine.training_clock)
    hears = Hears()
    done = retrain(fits, device="cpu", precision="float32", on_event=hears.on_event)
    assert len(done.result.reports) == 5
    told = [event.text for event in hears.events if event.kind == "shortened"]
    assert told == ["The 5 epochs that are trained in any case take longer than 0.5 minutes."]


def test_a_pace_knows_folds_and_scores() -> None:
    pace = TrainingPace(0.5, 4, 20, 30.0)
    assert pace.whole == 20 * 4 * 0.5 + 2 * 30
    settings = TrainSettings(epochs=20, warmup=0, score_every=10)
    assert pace.fitting(settings, 100) is settings
    rare = pace.fitting(settings, 90)  # measured less often, as many epochs fit as before
    assert rare.score_every > 20 and rare.epochs == 20
    assert pace.fitting(settings, 110, trainings=2).epochs == 17
    assert pace.fitting(settings, 1).epochs == 5


def test_a_shortened_recipe_rises_for_a_quarter_at_most() -> None:
    assert [shortened(TrainSettings(epochs=500), epochs).warmup for epochs in (400, 40, 20)] == [10, 10, 5]


def test_a_budget_is_a_word_for_minutes_patience_and_verdict() -> None:
    quick, thorough = (settled(TrainOptions("m", budget=name)) for name in ("quick", "thorough"))
    assert (quick.minutes, quick.thorough, quick.changes) == (5, False, {"patience": 20})
    assert (thorough.minutes, thorough.thorough) == (90, True)
    assert settled(TrainOptions("m")) == TrainOptions("m")  # the paper's recipe
    own = settled(TrainOptions("m", changes={"patience": 3}, minutes=2.0, budget="normal"))
    assert (own.minutes, own.changes, own.budget) == (2.0, {"patience": 3}, "paper")
    long, short = TrainingPace(1.0, 10, 100), TrainingPace(1.0, 1, 100)
    assert BUDGETS["quick"].seconds(long) == 300 and BUDGETS["quick"].seconds(short) == 100
    assert BUDGETS["thorough"].seconds(long) == 2000 and BUDGETS["paper"].seconds(long) == 1000
    # So few epochs are trained in any case, so that is how long it takes.
    slow = TrainingPace(10.0, 12, 100, score=20.0)
    assert BUDGETS["quick"].seconds(slow) == 5 * 120 + 20
    settings = slow.fitting(TrainSettings(epochs=100), 300)
    assert settings.epochs * slow.epoch + slow.score == BUDGETS["quick"].seconds(slow)


def test_the_pace_of_a_training_is_measured_in_steps(cells: Path, tiny_model: Path) -> None:
    changes = {**QUICK, "samples": 7, "batch_size": 2, "epochs": 9}
    plan = plan_of(candidates_in(cells), options(tiny_model, changes=changes))
    pace = measure_pace(plan, "cpu", "float32")
    assert pace.steps == 4 and pace.epochs == 9 and pace.step > 0
    scores = math.ceil(9 / pace.score_every)
    assert pace.whole == pytest.approx(36 * pace.step + scores * pace.score)
    assert pace_of_step(plan, 0.5).epoch == 2.0


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


def test_what_was_lost_elsewhere_is_said() -> None:
    lost = Forgetting("fluorescent nuclei", Difference("worse", -0.2, -0.3, -0.1, 90, 4))
    same = Forgetting("stained tissue", Difference("not different", 0.0, -0.1, 0.1, 60, 4, 50))
    assert forgetting_text([lost, same]) == "Elsewhere, the new model loses 0.20 on fluorescent nuclei."
    assert forgetting_text([same]) == f"Elsewhere ({same.kind}) no difference was found."
    assert forgetting_text([]) == ""
    open_one = Forgetting("stained tissue", Difference("not different", -0.1, -0.23, 0.02, 60, 4, 70))
    said = "On stained tissue a change of -0.10 may be chance: the true change lies between -0.23 and +0.02."
    assert forgetting_text([open_one]) == said
    assert forgetting_text([lost, open_one]).endswith(said)


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


def test_earlier_images_are_found_again(cells: Path, tiny_model: Path) -> None:
    from cpsam_core.checkpoints.cards import Aside, hash_file

    digests = {name: hash_file(cells / f"{name}.tif") for name in ("c0", "c1", "c2")}
    remember_images((digest, cells / f"{name}.tif") for name, digest in digests.items())
    lineage = Lineage(
        {}, {digests["c0"]: Aside("c0.tif")}, {digests["c1"]: "c1.tif", digests["c2"]: "c2.tif"}
    )
    found = earlier_images(lineage, [digests["c2"]])
    assert [pair.image.name for pair in found] == ["c0.tif", "c1.tif"]
    write_tiff(cells / "c1.tif", np.zeros((64, 64), np.uint8), "YX")  # another image by now
    (cells / "c0.tif").unlink()
    assert earlier_images(lineage, []) == tuple(
        p for p in earlier_images(lineage, []) if p.image.name == "c2.tif"
    )
    model = Segmenter.load(tiny_model, "cpu", "float32")
    kinds = compare_elsewhere(model, model, earlier_images(lineage, []))
    assert kinds[0].kind == "your earlier images" and len(kinds) == 4
    assert all(one.difference.word == "not different" for one in kinds)


def test_a_model_made_for_other_sizes_has_forgotten_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new model is the old one, but its card asks for cells of another size."""
    pairs = []
    for number in range(4):
        write_picture(folder / f"d{number}.png", disks(3))
        _, labels = cv2.connectedComponents((disks(3) > 100).astype(np.uint8))
        write_labels(folder / f"d{number}_masks.tif", labels.astype(np.uint32))
        pairs.append(pair_of(folder / f"d{number}.png"))
    monkeypatch.setattr(elsewhere, "reference_pairs", lambda part: pairs)
    old, new = DiskNetwork(), DiskNetwork()
    new.diameter = 160.0  # type: ignore[attr-defined]
    (kind,) = compare_elsewhere(Segmenter(old), Segmenter(new))
    assert kind.difference.before == kind.difference.after > 0.9
    assert kind.difference.word == "not different" and kind.difference.objects == 12
    assert in_its_size(pairs[0]).seen.scale == pytest.approx(20, abs=1)
    own = replace(pairs[0], seen=ImageInput(diameter=9.0))
    assert in_its_size(own) is own


def test_labels_of_other_size_do_not_stop_the_look(cells: Path, tiny_model: Path) -> None:
    write_labels(cells / "c0_masks.tif", np.zeros((9, 9), np.uint32))
    model = Segmenter.load(tiny_model, "cpu", "float32")
    assert len(compare_elsewhere(model, model, [pair_of(cells / "c0.tif")])) == 3
