"""One program at a time trains or judges a model: others wait, whatever is left behind by one that was killed."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from cpsam_core.cli import main
from cpsam_core.cli.common import OK
from cpsam_core.errors import TrainingError
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import candidates_in, one_click, requests, unique_name, unjudged
from cpsam_core.weights import list_models, own_folder, remove_model, rename_model
from cpsam_core.weights.beside import request_path, state_path
from cpsam_core.weights.claims import busy_names, claimed
from tests.core.retrain.claims import elsewhere
from tests.core.retrain.clicks import Hears, options
from tests.core.retrain.test_unjudged import Killed, killed, killed_at

pytestmark = pytest.mark.usefixtures("one_thread", "no_look_elsewhere")

STAGES = ("Reading the images", "epoch 2", "Comparing")
"""Before the first epoch, in the training, and in the verdict."""


@pytest.mark.parametrize("note", STAGES)
def test_a_training_at_work_elsewhere_is_not_interrupted_and_goes_on_nowhere_else(
    cells: Path, tiny_model: Path, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(cells, options(tiny_model), note)
    (request,) = requests.interrupted()
    files = {path: path.read_bytes() for path in own_folder().iterdir()}
    with elsewhere(state_path("new")):
        assert requests.interrupted() == () and busy_names() == ("new",)
        hears = Hears()
        with pytest.raises(TrainingError, match="in another window or program"):
            one_click(requests.candidates_of(request), request.options, hears)
        assert hears.plan is None, "nothing had begun"
        assert main(["retrain", "--resume", "new"]) != OK
        assert "in another window or program" in capsys.readouterr().err
        # What is given up, or was cancelled, is that of the other one by now.
        for give_up in (
            lambda: unjudged.discard(request),
            lambda: requests.throw_away("new"),
            lambda: requests.check_free("new"),
        ):
            with pytest.raises(TrainingError):
                give_up()
        held = {path: path.read_bytes() for path in own_folder().iterdir() if path.suffix != ".lock"}
        assert held == files
    # What a killed program leaves is nobody's, and goes on.
    assert requests.interrupted() == (request,)
    assert one_click(requests.candidates_of(request), request.options, Hears()).change is not None
    assert not list(own_folder().glob(".*.lock"))


def test_the_name_of_a_training_elsewhere_is_given_to_no_other(cells: Path, tiny_model: Path) -> None:
    """In its first epoch nothing lies there but the request, and before that not even it."""
    taken = unique_name("cells")
    with elsewhere(state_path(taken)):
        assert unique_name("cells") != taken
        with pytest.raises(TrainingError, match="another window"):
            requests.check_free(taken)
    killed(cells, options(tiny_model, name="cells"), "Reading the images")
    assert request_path("cells").exists() and not state_path("cells").exists()
    assert unique_name("cells") == "cells-2"


def test_two_trainings_without_a_name_never_get_the_same(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both may find the same name before either has it."""
    from cpsam_core.retrain import click

    plain, names = click.plan_of, ["same", "other"]

    def plan(candidates: object, asked: object) -> object:
        if not asked.name:  # type: ignore[attr-defined]
            asked = options(tiny_model, name=names.pop(0))
        return plain(candidates, asked)  # type: ignore[arg-type]

    monkeypatch.setattr(click, "plan_of", plan)
    with elsewhere(state_path("same")):
        found = one_click(candidates_in(cells), options(tiny_model, name=""), Hears())
    assert found.plan.name == "other"


def test_a_model_that_is_judged_elsewhere_is_neither_removed_nor_renamed(
    cells: Path, tiny_model: Path
) -> None:
    killed(cells, options(tiny_model))
    with elsewhere(state_path("new")):
        for touch in (lambda: remove_model("new"), lambda: rename_model("new", "newer")):
            with pytest.raises(TrainingError, match="another window"):
                touch()
    with elsewhere(state_path("newer")), pytest.raises(TrainingError, match="another window"):
        rename_model("new", "newer")
    assert "new" in {model.name for model in list_models()} and request_path("new").exists()


@pytest.mark.parametrize("how", [Killed, Cancelled])
def test_a_training_is_kept_for_its_thread_until_the_verdict_is_made(
    cells: Path, tiny_model: Path, how: type[BaseException]
) -> None:
    seen: list[tuple[str, ...]] = []

    def look(done: int, total: int, note: str = "") -> None:
        # As another thread of the same window sees it: Compare, or Delete, among the models.
        other = Thread(target=lambda: seen.append(busy_names()))
        other.start()
        other.join()
        killed_at("Comparing", how)(done, total, note)  # type: ignore[operator]

    with pytest.raises(how):
        one_click(candidates_in(cells), options(tiny_model), Hears(), look)
    assert set(seen[1:]) == {("new",)}
    assert busy_names() == ()


def test_the_command_that_trains_keeps_its_state_for_itself(
    cells: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made" / "mine.safetensors"
    out.parent.mkdir()
    state = out.with_name("mine.partial")
    state.write_bytes(b"of the other one")
    with elsewhere(state):
        command = ["train", str(cells), "--model", str(tiny_model), "--out", str(out), "--restart"]
        assert main([*command, "--epochs", "1"]) != OK
        assert "mine is being trained" in capsys.readouterr().err
        assert state.read_bytes() == b"of the other one"


def test_a_state_without_its_request_is_named_with_its_size(cells: Path, tiny_model: Path) -> None:
    killed(cells, options(tiny_model), "epoch 2")
    size = state_path("new").stat().st_size
    assert requests.left_states() == (), "it can go on"
    request_path("new").unlink()
    assert [(left.name, left.size) for left in requests.left_states()] == [("new", size)]
    with elsewhere(state_path("new")):
        assert requests.left_states() == ()
        with pytest.raises(TrainingError, match="another window"):
            requests.remove_state("new")
    requests.remove_state("new")
    assert requests.left_states() == () and not state_path("new").exists()


def test_a_thread_may_do_with_its_own_training_what_it_likes(tmp_path: Path) -> None:
    state = tmp_path / "a.partial"
    refused: list[TrainingError] = []

    def try_to_claim() -> None:
        try:
            with claimed(state):
                pass
        except TrainingError as error:
            refused.append(error)

    with claimed(state):
        with claimed(state):
            pass
        other = Thread(target=try_to_claim)
        other.start()
        other.join()
    assert "is being trained or compared now" in str(refused[0])
    other = Thread(target=try_to_claim)
    other.start()
    other.join()
    assert len(refused) == 1 and list(tmp_path.iterdir()) == []


def test_a_training_on_another_computer_says_how_to_free_it(tmp_path: Path) -> None:
    """Of a home that two computers share; whether it still runs there cannot be seen."""
    lock = tmp_path / ".a.partial.lock"
    lock.write_text('{"user": "ada", "computer": "node7", "process": 7, "since": 1e9}')
    said = r"on the computer node7.*delete .*\.a\.partial\.lock"
    with pytest.raises(TrainingError, match=said), claimed(tmp_path / "a.partial"):
        pass
