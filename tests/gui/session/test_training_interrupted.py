"""A training that ends with the window: what is asked at each stage, and the verdict made later."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpsam_core.progress import Cancelled
from cpsam_core.retrain import RetrainingOutcome, unjudged
from cpsam_core.system.file_lock import LOCK
from cpsam_core.weights import remove_model
from cpsam_core.weights.beside import state_path
from cpsam_gui.dialogs import messages
from cpsam_gui.session.questions import Question
from cpsam_gui.tasks import training as work
from tests.core.retrain.claims import elsewhere
from tests.gui.session.test_training import outcome_of, report

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.window.window import Window


@pytest.fixture
def models(models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave out the look elsewhere, too, which takes most of the time of a short training."""
    models.mkdir()
    monkeypatch.setattr("cpsam_core.retrain.elsewhere.reference_pairs", lambda part: ())
    return models


QUICK = {"epochs": 1, "samples": 1, "warmup": 0, "score_every": 1}


@pytest.fixture
def killed(annotated: Window, models: Path, qtbot: QtBot) -> Window:
    """Return a window after a training that ended while its new model was compared."""
    candidates = work.look_at(annotated.session.open_image.path.parent, {})  # type: ignore[union-attr]
    options = work.TrainOptions("cpsam-lite", "mine", QUICK)

    class Quiet:
        def on_plan(self, plan: Any) -> None: ...

        def on_epoch(self, report: Any) -> None: ...

        def on_event(self, event: Any) -> None: ...

        def on_trained(self) -> None: ...

    def ended(done: int, total: int, note: str = "") -> None:
        if note.startswith("Comparing"):
            raise Cancelled

    from cpsam_core.finetune import Control

    with pytest.raises(Cancelled):
        work.train(candidates, options, Control(), Quiet(), ended)
    annotated.session.training.models_changed.emit()
    return annotated


def test_the_question_at_closing_says_what_is_kept(
    annotated: Window, models: Path, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    stages = [threading.Event() for _ in range(3)]

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        listener.on_plan(outcome.plan)
        stages[0].wait()
        state_path("mine").write_bytes(b"state")
        listener.on_epoch(report(1))
        stages[1].wait()
        listener.on_trained()
        stages[2].wait()
        return outcome

    monkeypatch.setattr(work, "train", train)
    training, asked = annotated.session.training, []

    def ask(question: Question) -> str:
        asked.append(f"{question.text}: {question.detail}")
        return "stay"

    annotated.session.questions.ask = ask
    try:
        training.start()
        assert not annotated.close() and "nothing of it is kept" in asked[-1], "while images are looked at"
        qtbot.waitUntil(lambda: training.plan is not None)
        assert not annotated.close() and "nothing of it is kept" in asked[-1], "before the first epoch"
        stages[0].set()
        qtbot.waitUntil(lambda: bool(training.reports))
        assert not annotated.close()
        assert "1 of 3 epochs are done" in asked[-1] and "last checkpoint is kept" in asked[-1]
        stages[1].set()
        qtbot.waitUntil(lambda: training.checking)
        assert not annotated.close()
        assert "new model is trained and kept, and not judged yet" in asked[-1]
        assert "checkpoint" not in asked[-1]
    finally:
        for stage in stages:
            stage.set()
        qtbot.waitUntil(lambda: not training.running)


def test_a_verdict_that_was_interrupted_is_offered_and_made(
    killed: Window, models: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session, offers = killed.session, []
    session.notices.offered.connect(lambda words, key: offers.append((words, key)))
    killed.training_pages._looked.clear()
    killed.open(session.open_image.path.with_name("a2.tif"))  # type: ignore[union-attr]
    said = ("mine is trained and not compared with the model before yet.", "train_resume")
    qtbot.waitUntil(lambda: offers == [said], timeout=60_000)
    session.questions.ask = lambda question: "go on" if question.detail.startswith("Compare them now") else ""
    with qtbot.waitSignal(session.training.finished, timeout=120_000) as caught:
        killed.training_pages.offer_interrupted()
    assert caught.args[0].change is not None and len(session.training.reports) == 1
    assert work.interrupted() == () and unjudged.waiting("mine") is None


def test_why_a_model_cannot_be_compared_is_said(killed: Window, models: Path) -> None:
    unjudged.forget("mine")
    manager = killed.training_pages.show_models()
    manager.tree.setCurrentItem(_item(manager, "mine"))
    assert manager.judge.isVisible() and not manager.judge.isEnabled()
    assert "was not kept" in manager.judge.toolTip()


def test_a_model_that_was_not_compared_can_be_among_the_models(
    killed: Window, models: Path, qtbot: QtBot
) -> None:
    session, asked = killed.session, []
    (request,) = work.interrupted()
    work.drop(request)
    assert work.interrupted() == (), "it is not offered any more"
    manager = killed.training_pages.show_models()
    manager.tree.setCurrentItem(_item(manager, "cpsam-lite"))
    assert not manager.judge.isVisible()
    manager.tree.setCurrentItem(_item(manager, "mine"))
    assert manager.judge.isVisible() and manager.judge.isEnabled()
    session.notices.offered.connect(lambda words, key: asked.append((words, key)))
    manager.judge.click()
    qtbot.waitUntil(lambda: session.training.running, timeout=60_000)
    assert session.training.checking, "it learns nothing"
    session.training.cancel()
    qtbot.waitUntil(lambda: bool(asked), timeout=60_000)
    assert asked[0][0].startswith("The comparison was cancelled: mine is kept") and asked[0][1] == "models"
    with qtbot.waitSignal(session.training.finished, timeout=120_000) as caught:
        killed.training_pages.compare("mine")
    assert caught.args[0].change is not None
    (model,) = (one for one in session.models.listed() if one.name == "mine")
    assert not model.is_unjudged and not model.can_be_judged


def test_a_training_at_work_elsewhere_is_offered_to_no_other_window(
    killed: Window, models: Path, qtbot: QtBot
) -> None:
    """Two windows went on with one training at once, and a cancel in one removed what the other needed."""
    session, offers, said = killed.session, [], []
    problems: list[Problem] = []
    (request,) = work.interrupted()
    session.notices.offered.connect(lambda words, key: offers.append(words))
    session.notices.message.connect(said.append)
    session.notices.failed.connect(problems.append)
    files = {path: path.read_bytes() for path in models.iterdir()}
    with elsewhere(state_path("mine")):
        killed.training_pages._looked.clear()
        killed.training_pages.offer_interrupted()
        busy = "mine is being trained or compared in another window or program"
        qtbot.waitUntil(lambda: busy in said, timeout=60_000)
        with qtbot.waitSignal(session.image_changed):
            killed.open(session.open_image.path.with_name("a2.tif"))  # type: ignore[union-attr]
        qtbot.waitUntil(lambda: session.jobs.idle, timeout=60_000)
        assert not offers
        # Offered a moment before the other window took it up.
        killed.training_pages._go_on(request)
        qtbot.waitUntil(lambda: bool(problems), timeout=60_000)
        assert "in another window or program" in problems[0].text
        qtbot.waitUntil(lambda: not session.training.running)
        session.questions.ask = lambda question: "drop"
        killed.training_pages._offer((request,))
        assert "in another window or program" in problems[1].text
        manager = killed.training_pages.show_models()
        manager._try(lambda: remove_model("mine"))
        assert "in another window or program" in problems[2].text
        manager.close()
        left = {path: path.read_bytes() for path in models.iterdir() if path.suffix != LOCK}
        assert left == files
    assert work.interrupted() == (request,)


def test_what_a_cancel_throws_away_is_not_what_another_window_took_up(
    killed: Window, models: Path, qtbot: QtBot
) -> None:
    problems: list[Problem] = []
    killed.session.notices.failed.connect(problems.append)
    with elsewhere(state_path("mine")):
        killed.session.training._end.cancelled("mine")
        qtbot.waitUntil(lambda: bool(problems))
    assert "in another window or program" in problems[0].text
    assert not killed.session.training.end_words
    assert len(work.interrupted()) == 1


def test_what_a_training_left_without_a_way_to_go_on_is_named_among_the_models(
    killed: Window, models: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = killed.training_pages.show_models()
    qtbot.waitUntil(lambda: killed.session.jobs.idle)
    assert not manager.left.isVisible()
    state_path("old").write_bytes(bytes(2_000_000))
    manager.fill()
    qtbot.waitUntil(lambda: manager.left.isVisible(), timeout=60_000)
    assert manager.left.words.text().endswith("any more: old (2.0 MB)")
    monkeypatch.setattr(messages, "ask", lambda parent, question: question.safe)
    manager.left.delete.click()
    assert state_path("old").exists()
    monkeypatch.setattr(messages, "ask", lambda parent, question: "delete")
    manager.left.delete.click()
    qtbot.waitUntil(lambda: not manager.left.isVisible())
    assert not state_path("old").exists()
    manager.fill()
    # Its end finds no window any more.
    manager.close()
    qtbot.waitUntil(lambda: killed.session.jobs.idle)


def _item(manager: Any, name: str) -> Any:
    from PyQt6.QtCore import Qt

    return manager.tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
