"""A training that ends with the program: before its first epoch, between two, and while its model is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import CANCELLED, OK
from cpsam_core.errors import CpsamError, SettingsError
from cpsam_core.finetune import Control
from cpsam_core.images import read_labels, write_labels
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import TrainOptions, candidates_in, one_click, outcome, requests, unjudged
from cpsam_core.retrain.outcome import SKIPPED
from cpsam_core.weights import list_models, remove_model, rename_model
from tests.core.retrain.clicks import IN_FULL, Hears, options

pytestmark = pytest.mark.usefixtures("one_thread", "no_look_elsewhere")

STAGES = {"Reading the images": (False, False), "epoch 2": (True, False), "Comparing": (True, True)}
"""Where a training is killed, by what its progress says: whether something of it is there then, and its model."""


class Killed(BaseException):
    """What nothing catches."""


def killed_at(note: str, how: type[BaseException] = Killed) -> object:
    def progress(done: int, total: int, said: str = "") -> None:
        if said.startswith(note):
            raise how

    return progress


def killed(cells: Path, asked: TrainOptions, note: str = "Comparing") -> None:
    with pytest.raises(Killed):
        one_click(candidates_in(cells), asked, Hears(), killed_at(note))  # type: ignore[arg-type]


def judged(cells: Path) -> list[str]:
    (request,) = requests.interrupted()
    hears = Hears()
    found = one_click(requests.candidates_of(request), request.options, hears)
    assert found.change is not None
    return [one.pair.name for one in found.change.images]


@pytest.mark.parametrize("note", STAGES)
def test_what_was_killed_goes_on_where_it_was(cells: Path, tiny_model: Path, note: str) -> None:
    whole = one_click(candidates_in(cells), options(tiny_model, name="whole"), Hears())
    killed(cells, options(tiny_model), note)
    (request,) = requests.interrupted()
    assert (request.has_begun, request.is_trained) == STAGES[note]
    was_trained, hears, notes = request.is_trained, Hears(), set()
    found = one_click(
        requests.candidates_of(request), request.options, hears, lambda done, total, said="": notes.add(said)
    )
    assert [report.epoch for report in hears.epochs] == [1, 2], "the curves are whole"
    assert was_trained is not any(said.startswith("epoch") for said in notes), "nothing is learnt twice"
    assert found.change is not None and whole.change is not None
    assert found.change.difference == whole.change.difference and found.plan.text == whole.plan.text
    card = read_card(found.trained.path)
    assert card is not None and card.scores == whole.scores
    assert requests.interrupted() == () and not requests.request_path("new").exists()


def test_a_thorough_verdict_goes_on(cells: Path, tiny_model: Path) -> None:
    killed(cells, options(tiny_model, thorough=True), "fold 2")
    assert len(judged(cells)) == 4


def test_images_that_are_corrected_meanwhile_judge_nothing_that_was_learnt_from(
    cells: Path, tiny_model: Path
) -> None:
    """A quarter of each image judges: with other masks another corner would."""
    for name in ("c2", "c3"):
        for path in cells.glob(f"{name}*"):
            path.unlink()
    hears = Hears()
    with pytest.raises(Killed):
        one_click(candidates_in(cells), options(tiny_model), hears, killed_at("Comparing"))  # type: ignore[arg-type]
    assert hears.plan is not None and hears.plan.how == "crops"
    kept = {pair.name: pair.only for pair in hears.plan.aside}
    for path in cells.glob("*_masks.tif"):
        labels = read_labels(path)
        top, bottom, left, right = next(iter(kept.values())) or (0, 0, 0, 0)
        labels[top:bottom, left:right][labels[top:bottom, left:right] > labels.max() // 3] = 0
        write_labels(path, labels)
    (request,) = requests.interrupted()
    again = Hears()
    one_click(requests.candidates_of(request), request.options, again)
    assert again.plan is not None and {pair.name: pair.only for pair in again.plan.aside} == kept


def test_the_command_finishes_a_verdict_that_was_killed(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["retrain", str(cells), "--model", str(tiny_model), "--name", "mine", *IN_FULL]

    def ended(*_: object) -> None:
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(outcome, "judged", ended)
        assert main(command) == CANCELLED
    assert main(command) != OK
    assert "mine" in capsys.readouterr().err, "its name is taken"
    assert main(["retrain", "--resume", "mine", "--promote", "always"]) == OK
    said = capsys.readouterr().out
    assert "all kept aside" in said and "kept: mine" in said
    assert main(["retrain", "--resume", "mine"]) != OK
    (model,) = (one for one in list_models() if one.name == "mine")
    assert not model.is_unjudged and not model.can_be_judged


def test_a_verdict_that_was_skipped_can_be_had_later(cells: Path, tiny_model: Path) -> None:
    control = Control()
    control.skip_verdict()
    assert one_click(candidates_in(cells), options(tiny_model), Hears(), control=control).skipped
    assert requests.interrupted() == (), "nobody waits for it"
    with pytest.raises(SettingsError, match="already"):
        requests.check_free("new")
    rename_model("new", "other")
    request = unjudged.waiting("other")
    assert request is not None and request.options.name == "other" and unjudged.waiting("new") is None
    found = one_click(requests.candidates_of(request), request.options, Hears())
    card = read_card(found.trained.path)
    assert found.change is not None and card is not None and card.scores
    assert SKIPPED not in card.notes and found.plan.text in card.notes
    assert unjudged.waiting("other") is None


def test_giving_up_the_verdict_keeps_the_model(cells: Path, tiny_model: Path) -> None:
    killed(cells, options(tiny_model))
    (request,) = requests.interrupted()
    unjudged.discard(request)
    assert requests.interrupted() == ()
    (model,) = (one for one in list_models() if one.name == "new")
    assert model.is_unjudged and model.can_be_judged and model.card is not None
    assert SKIPPED in model.card.notes
    remove_model("new")
    assert not requests.request_path("new").exists()


def test_a_start_that_is_gone_is_said_once(cells: Path, tiny_model: Path) -> None:
    killed(cells, options(tiny_model))
    (request,) = requests.interrupted()

    def gone(*_: object) -> None:
        raise CpsamError("the start is gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcome, "change_of", gone)
        found = one_click(requests.candidates_of(request), request.options, Hears())
    assert found.problem == "the start is gone" and found.change is None
    assert requests.interrupted() == () and unjudged.waiting("new") is not None


def test_other_images_are_no_verdict(cells: Path, tiny_model: Path) -> None:
    killed(cells, options(tiny_model))
    with pytest.raises(SettingsError, match="already"):
        one_click(candidates_in(cells)[1:], options(tiny_model), Hears())
    with pytest.raises(SettingsError, match="already"):
        one_click(candidates_in(cells), options(tiny_model), Hears(), restart=True)
    assert judged(cells)


def test_an_ending_that_was_not_written_down_costs_the_curves_only(cells: Path, tiny_model: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cpsam_core.retrain.click.note_ending", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            one_click(candidates_in(cells), options(tiny_model), Hears())
    assert len(judged(cells)) == 1
