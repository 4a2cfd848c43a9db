"""Retraining in the window: what is learnt from, steering, the comparison, models and their lineage."""

from __future__ import annotations

import os
import queue
import shutil
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QApplication, QInputDialog, QLabel

from cpsam_core.checkpoints.cards import ModelCard, read_card
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import ImageError, TrainingError
from cpsam_core.finetune import EpochReport, TrainingEvent, TrainSettings
from cpsam_core.finetune.reports import slower_text
from cpsam_core.retrain import (
    BeforeAfter,
    ImageChange,
    RetrainingOutcome,
    RetrainingPlan,
    Spot,
    requests,
)
from cpsam_core.retrain import elsewhere as looks_elsewhere
from cpsam_core.retrain.budget import TrainingPace
from cpsam_core.retrain.defaults import dated_name, unique_name
from cpsam_core.retrain.lineage import Lineage
from cpsam_core.retrain.options import plan_of
from cpsam_core.retrain.outcome import SKIPPED
from cpsam_core.retrain.requests import REQUEST
from cpsam_core.retrain.verdict import Difference
from cpsam_core.weights import ModelInfo
from cpsam_gui import tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import messages
from cpsam_gui.dialogs import model_tree as lineage
from cpsam_gui.dialogs.before_after import BeforeAfterPage
from cpsam_gui.dialogs.change_views import ChangeViews
from cpsam_gui.dialogs.outline_picture import GAINED, KEPT, LOST, change_picture
from cpsam_gui.panels import TrainPanel
from cpsam_gui.panels.train.budget import duration
from cpsam_gui.panels.train.rows import ASIDE, LEARN
from cpsam_gui.session.questions import Question
from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import Origin
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def report(epoch: int, loss: float = 1.0) -> EpochReport:
    return EpochReport(epoch, 3, loss, loss * 1.1, 0.5 if epoch == 2 else None, 1e-5, 1.0, 2.0, epoch == 2)


def change_of(image: Path) -> BeforeAfter:
    true = np.zeros((80, 100), np.uint32)
    true[10:20, 10:20], true[40:50, 40:50], true[60:70, 70:80] = 1, 2, 3
    new = np.where(true == 3, 0, true).astype(np.uint32)
    old = np.where(true == 1, 0, true).astype(np.uint32)
    one = ImageChange(
        Pair(image, image, "set"), true, old, new, 0.5, 0.7, (Spot(1, 15, 15),), (Spot(3, 65, 75),), (), ()
    )
    difference = Difference("better", 0.2, 0.05, 0.3, 3, 1, 0, 0.5, 0.7)
    return BeforeAfter((one,), difference, "The new model is better.")


def outcome_of(image: Path, change: BeforeAfter | None) -> RetrainingOutcome:
    plan = RetrainingPlan((), (), "images", "It learns from two images.", "cpsam-lite", "mine")
    result: Any = SimpleNamespace(ending="", best_epoch=2, remark="Only 40% of the change was kept")
    trained: Any = SimpleNamespace(path=image, card=ModelCard(name="mine"), result=result)
    return RetrainingOutcome(plan, trained, change)


def test_the_page_calls_no_model_worse_by_unchecked_outlines(opened: Window, image_file: Path) -> None:
    change = replace(
        change_of(image_file), difference=Difference("worse", -0.2, -0.3, -0.1, 3, 1), unchecked=True
    )
    page = BeforeAfterPage(
        opened, opened.session.open_image, opened.session.jobs, outcome_of(image_file, change)
    )
    assert page.title.text() == "mine is not judged: most outlines kept aside are unchecked"
    page.deleteLater()


@pytest.fixture
def no_look_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the comparison on images that come with the program, which takes most of the time of a short click."""
    monkeypatch.setattr(looks_elsewhere, "reference_pairs", lambda part: ())


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, image_file: Path) -> threading.Event:
    """Replace the training by one that reports three epochs and ends when the gate opens."""
    opened = threading.Event()

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, change_of(image_file))
        listener.on_plan(outcome.plan)
        for epoch in (1, 2, 3):
            progress(epoch, 3, f"epoch {epoch}/3, loss 1.0")
            listener.on_epoch(report(epoch))
        listener.on_event(TrainingEvent("memory", "Less memory is used from now on.", "lean"))
        while not opened.wait(0.01) and not control.stopping:
            progress(3, 3, "epoch 3/3, loss 1.0")
        return outcome

    monkeypatch.setattr(work, "train", train)
    return opened


def test_images_with_masks_are_listed_and_ticked(annotated: Window, qtbot: QtBot) -> None:
    candidates, model = annotated.session.candidates, annotated.panel(TrainPanel).images.model()
    assert [one.name for one in candidates.all] == ["a1.tif", "a2.tif", "a3.tif"]
    assert all(one.objects == 4 and one.wanted for one in candidates.all)
    assert model is not None
    check, on = Qt.ItemDataRole.CheckStateRole, Qt.CheckState.Checked
    counts = annotated.panel(TrainPanel).foreseen.counts
    qtbot.waitUntil(lambda: "It is judged on" in counts.text())
    assert counts.text().startswith(
        "2 images with 8 objects for training, 1 for validation. The new model learns from 2 images."
    )
    ticks = [[model.index(row, column).data(check) for row in range(3)] for column in (LEARN, ASIDE)]
    assert [column.count(on) for column in ticks] == [2, 1]
    model.setData(model.index(1, ASIDE), on, check)
    assert candidates.uses[candidates.all[1].pair.image, ""] == "aside"
    assert model.index(1, LEARN).data(check) == Qt.CheckState.Unchecked
    model.setData(model.index(2, LEARN), Qt.CheckState.Unchecked, check)
    assert [one.use for one in candidates.all] == ["auto", "aside", "exclude"]
    qtbot.waitUntil(lambda: "1 image with 4 objects for training, 1 for validation" in counts.text())
    model.setData(model.index(1, ASIDE), Qt.CheckState.Unchecked, check)
    assert candidates.all[1].use == "train"


def test_that_nothing_will_judge_the_new_model_is_told_before_the_start(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    panel, candidates = annotated.panel(TrainPanel), annotated.session.candidates
    learnt = Lineage(learnt={one.digest: one.name for one in candidates.all})
    monkeypatch.setattr(Lineage, "of", lambda start: learnt)
    candidates.use(candidates.all[0].pair.image, "exclude")
    qtbot.waitUntil(
        lambda: "nothing will show whether the new model is better" in panel.foreseen.doubts.text()
    )
    assert panel.foreseen.counts.text().startswith("2 images with 8 objects")
    assert not annotated.session.training.running
    # What a training would be refused for, too.
    panel.options.thorough.setChecked(True)
    qtbot.waitUntil(
        lambda: panel.foreseen.doubts.text().startswith("Cross-validation needs at least two images")
    )


def test_images_of_a_folder_that_was_left_are_not_listed(
    annotated: Window, image_file: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates, gate, look_at = annotated.session.candidates, threading.Event(), work.look_at
    there = [one.name for one in candidates.all]
    other = tmp_path / "other" / "b.tif"
    other.parent.mkdir()
    other.write_bytes(image_file.read_bytes())

    def slow(folder: Path, *rest: Any) -> Any:
        assert folder != other.parent or gate.wait(30)
        return look_at(folder, *rest)

    monkeypatch.setattr(work, "look_at", slow)
    for path in (other, image_file.with_name("a1.tif")):
        with qtbot.waitSignal(annotated.session.image_changed):
            annotated.open(path)
    gate.set()
    qtbot.waitUntil(lambda: annotated.session.jobs.idle, timeout=30_000)
    assert [one.name for one in candidates.all] == there


def test_only_changed_options_are_passed_on(annotated: Window, qtbot: QtBot) -> None:
    panel, training = annotated.panel(TrainPanel), annotated.session.training
    qtbot.waitUntil(lambda: panel.options.fields["learning_rate"].value() > 1e-7)
    usual = work.settings_of(work.TrainOptions("cpsam-lite"))
    assert training.chosen.start == "cpsam-lite"
    assert training.chosen.changes == {}
    assert panel.options.fields["learning_rate"].value() == pytest.approx(usual.learning_rate)
    panel.options.fields["epochs"].setValue(7)
    panel.options.fields["mode"].setCurrentIndex(2)
    panel.name.setText("better")
    assert training.chosen.changes == {"epochs": 7, "mode": "adapters"}
    assert training.chosen.name == "better"
    made = work.settings_of(training.chosen)
    assert (made.epochs, made.mode) == (7, "adapters")
    assert made.learning_rate > usual.learning_rate
    panel.options.restore()
    assert training.chosen.changes == {}


def test_a_training_reports_and_ends_with_a_comparison(
    annotated: Window, gate: threading.Event, qtbot: QtBot
) -> None:
    training, panel = annotated.session.training, annotated.panel(TrainPanel)
    for _ in range(2):
        actions_of(annotated)["train"].trigger()
    qtbot.waitUntil(lambda: len(training.reports) == 3)
    qtbot.waitUntil(lambda: "Epoch 3 of 3" in panel.foot.time.text())
    assert training.running
    assert panel.foot.button.isHidden()
    assert "Less memory" in panel.text.text()
    assert panel.curves.plots.training.getData()[1].tolist() == [1, 1, 1]
    assert panel.curves.plots.scores.getData()[0].tolist() == [2]
    assert panel.curves.plots.best.value() == 2
    annotated.session.edits.change(lambda document: None)  # editing goes on
    with qtbot.waitSignal(annotated.session.image_changed):  # other images open
        annotated.open(annotated.session.folder.images[1])
    with qtbot.waitSignal(training.finished):
        gate.set()
    page = annotated.findChild(BeforeAfterPage)
    assert page is not None
    assert page.title.text() == "mine is better"
    assert "Only 40% of the change was kept." in page.words.text()
    assert "0.50 → 0.70" in (page.images.item(0) or page).text()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: not page.picture.pixmap().isNull())
    assert page.spots.topLevelItemCount() == 4
    assert not training.running
    page.keep.click()


def test_what_the_last_training_said_stands_in_its_own_folder_only(
    annotated: Window, gate: threading.Event, image_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    training, panel = annotated.session.training, annotated.panel(TrainPanel)
    gate.set()
    with qtbot.waitSignal(training.finished):
        training.start()
    assert not panel.text.isHidden() and not panel.curves.isHidden()
    other = tmp_path / "other" / "b.tif"
    other.parent.mkdir()
    other.write_bytes(image_file.read_bytes())
    for path, here in ((other, False), (image_file.with_name("a2.tif"), True)):
        with qtbot.waitSignal(annotated.session.image_changed):
            annotated.open(path)
        assert panel.text.isHidden() is not here
        assert panel.curves.isHidden() is not here


def test_the_key_shows_what_would_be_learnt_before_it_trains(
    annotated: Window, gate: threading.Event, qtbot: QtBot
) -> None:
    training, panel = annotated.session.training, annotated.panel(TrainPanel)
    annotated.show_panel("Segment")
    qtbot.waitUntil(lambda: panel.visibleRegion().isEmpty())
    actions_of(annotated)["train"].trigger()
    qtbot.waitUntil(lambda: not panel.visibleRegion().isEmpty())
    assert not training.running
    actions_of(annotated)["train"].trigger()
    assert training.running
    gate.set()
    qtbot.waitUntil(lambda: not training.running)


def test_the_key_trains_on_no_folder_that_it_did_not_show(
    annotated: Window, image_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the page in front, one key began a training in the next folder, unseen."""
    begun: list[Path | None] = []
    training, session = annotated.session.training, annotated.session
    monkeypatch.setattr(training, "start", lambda: begun.append(session.open_image.path))
    elsewhere = image_file.parent / "elsewhere"
    elsewhere.mkdir()
    other = Path(shutil.copy(image_file, elsewhere / "c.tif"))
    annotated.retrain()
    with qtbot.waitSignal(session.image_changed):
        annotated.open(other)
    annotated.retrain()
    assert not begun
    annotated.retrain()
    assert begun == [other]


def test_pause_stop_and_cancel(annotated: Window, gate: threading.Event, qtbot: QtBot) -> None:
    training = annotated.session.training
    training.start()
    qtbot.waitUntil(lambda: len(training.reports) == 3)
    actions_of(annotated)["train_pause"].trigger()
    assert training.paused
    assert annotated.panel(TrainPanel).foot.pause.text() == "Continue"
    annotated.panel(TrainPanel).foot.pause.click()
    assert not training.paused
    with qtbot.waitSignal(training.finished):
        training.stop()
    training.start()
    qtbot.waitUntil(lambda: len(training.reports) == 3)
    with qtbot.assertNotEmitted(training.finished):
        training.pause()
        training.cancel()
        qtbot.waitUntil(lambda: not training.running)


def test_what_became_of_a_cancelled_training_is_said(
    annotated: Window, gate: threading.Event, qtbot: QtBot
) -> None:
    training, panel, status = annotated.session.training, annotated.panel(TrainPanel), annotated.status
    annotated.show_panel("Train")
    training.start()
    qtbot.waitUntil(lambda: len(training.reports) == 3)
    name = training.plan.name  # type: ignore[union-attr]
    panel.foot.cancel.click()
    qtbot.waitUntil(lambda: bool(training.end_words))
    words = (
        f"Training cancelled: nothing of {name} was kept. cpsam-lite stays in use, and your corrections stay: "
        "Retrain begins anew."
    )
    assert panel.text.isVisible() and panel.text.text() == words
    assert not panel.curves.isVisible()
    assert status.hint.text() == words
    assert status.offer.isVisible() and "Retrain" in status.offer.text()
    # The next one begins afresh.
    training.start()
    assert not panel.text.text() and not training.end_words
    qtbot.waitUntil(lambda: len(training.reports) == 3)
    training.cancel()
    qtbot.waitUntil(lambda: bool(training.end_words))


def test_a_training_that_is_cancelled_before_it_began_says_that_nothing_was_changed(
    annotated: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = annotated.session.training
    look = threading.Event()

    def waits(*args: Any) -> Any:
        look.wait(20)
        return look_at(*args[:2], args[-1])

    look_at = work.look_at
    monkeypatch.setattr(work, "start_on", waits)
    panel = annotated.panel(TrainPanel)
    training.start()
    # The page is not left empty meanwhile.
    assert panel.setup.isVisible() and not panel.setup.isEnabled() and not panel.text.isVisible()
    training.cancel()
    look.set()
    qtbot.waitUntil(lambda: not training.running)
    assert training.end_words == "Training cancelled before it began: nothing was changed."
    assert panel.text.text() == training.end_words
    assert panel.setup.isEnabled()


@pytest.mark.parametrize("kept", [True, False])
def test_a_training_that_failed_says_how_to_go_on(
    annotated: Window, models: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    training = annotated.session.training
    training.choose(work.TrainOptions(changes={"epochs": 50, "samples": 1, "warmup": 0}, name="mine"))
    one_click, state = work.train, models / "mine.partial"

    def fails(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> Any:
        def report(done: int, total: int, note: str = "") -> None:
            if note.startswith("epoch") and (state.exists() or not kept):
                raise TrainingError("The disk is full.")
            progress(done, total, note)

        return one_click(candidates, options, control, listener, report)

    monkeypatch.setattr(work, "train", fails)
    with qtbot.waitSignal(annotated.session.failed, timeout=60_000):
        training.start()
    qtbot.waitUntil(lambda: bool(training.end_words))
    offered = annotated.status.offer.text()
    if kept:
        assert "Train > Continue an interrupted training resumes" in training.end_words
        assert "Continue an interrupted training" in offered
    else:
        assert "failed, and nothing of it was kept. cpsam-lite stays in use" in training.end_words
        assert "Retrain" in offered
    assert work.can_go_on("mine") is kept
    work.throw_away("mine")


@pytest.fixture
def step_over(annotated: Window) -> Iterator[threading.Event]:
    """Yield what a step of a training waits for; a test that fails lets it go."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def compared(annotated: Window) -> Iterator[threading.Event]:
    """Yield what the comparison after a training waits for; a test that fails lets it go."""
    event = threading.Event()
    yield event
    event.set()


def test_a_chip_in_the_status_bar_tells_of_the_training_and_stops_it(
    annotated: Window,
    step_over: threading.Event,
    compared: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    qtbot: QtBot,
) -> None:
    """Whatever panel is in view; the answer comes at once, before the step is over."""

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        for epoch in (1, 2):
            listener.on_epoch(report(epoch, 1.0 / epoch))
        while not step_over.wait(0.01):  # one long step
            pass
        assert control.stopping
        progress(7, 9, "epoch 2/3, loss 0.5")
        listener.on_trained()
        while not compared.wait(0.01):  # tile after tile
            progress(1, 9, "Comparing with the old model")
        return outcome

    monkeypatch.setattr(work, "train", train)
    session, chip = annotated.session, annotated.status.training
    assert chip.isHidden()
    annotated.show_panel("Segment")
    session.training.start()
    qtbot.waitUntil(lambda: len(session.training.reports) == 2 and len(chip.curve.values) == 2)
    assert chip.isVisible() and chip.curve.isVisible()
    assert chip.words.text() == "Training: epoch 2 of 3, 2 s left"
    qtbot.mouseClick(chip.pause, Qt.MouseButton.LeftButton)
    assert session.training.paused
    assert chip.words.text() == "Training: epoch 2 of 3, paused"
    qtbot.mouseClick(chip.pause, Qt.MouseButton.LeftButton)
    assert not session.training.paused
    qtbot.mouseClick(chip.stop, Qt.MouseButton.LeftButton)
    assert chip.words.text() == "Training: stopping after this step…"
    assert not chip.stop.isEnabled()
    foot = annotated.panel(TrainPanel).foot
    assert not foot.stop.isEnabled() and not foot.pause.isEnabled()
    assert foot.cancel.isEnabled(), "the comparison that follows may take minutes"
    assert foot.time.text() == "Stopping after this step…"
    step_over.set()
    qtbot.waitUntil(lambda: foot.time.text() == "Comparing with the old model")
    assert chip.words.text() == "Training: checking the new model"
    foot.refresh()
    assert foot.time.text() == "Comparing with the old model", "also when something else is drawn anew"
    with qtbot.waitSignal(session.training.finished):
        compared.set()
    qtbot.waitUntil(lambda: not session.training.running)
    assert chip.isHidden()


def test_a_training_that_ends_early_says_that_it_compares(
    annotated: Window,
    compared: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    qtbot: QtBot,
) -> None:
    """Nobody stopped it; the epochs and the time that were left before are no more."""
    first = threading.Event()

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        progress(1, 9, "Reading the images")
        while not first.wait(0.01):  # step after step
            progress(3, 9, "epoch 1/3, loss 0.5")
        listener.on_epoch(report(1, 1.0))
        listener.on_trained()
        while not compared.wait(0.01):  # tile after tile
            progress(1, 2, "Comparing with the old model")
        return outcome

    monkeypatch.setattr(work, "train", train)
    session, chip = annotated.session, annotated.status.training
    foot = annotated.panel(TrainPanel).foot
    session.training.start()
    qtbot.waitUntil(lambda: foot.time.text() == "epoch 1/3, loss 0.5")
    assert chip.words.text() == "Training: epoch 1/3, loss 0.5", "the same words as in the panel"
    first.set()
    qtbot.waitUntil(lambda: foot.time.text() == "Comparing with the old model")
    assert chip.words.text() == "Training: checking the new model"
    assert not foot.stop.isEnabled() and not chip.stop.isEnabled(), "there is nothing left to stop"
    assert foot.cancel.isEnabled()
    with qtbot.waitSignal(session.training.finished):
        compared.set()
    qtbot.waitUntil(lambda: not session.training.running)


def test_the_verdict_can_be_skipped_while_it_is_awaited(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    stopped, went_on = threading.Event(), threading.Event()

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        listener.on_plan(outcome.plan)
        progress(3, 9, "epoch 1/3, loss 0.5")
        listener.on_epoch(report(1, 1.0))
        while not (control.stopping and stopped.wait(0.01)):
            progress(3, 9, "epoch 2/3, loss 0.5")
        listener.on_trained()
        while not (control.skipping and went_on.wait(0.01)):
            progress(1, 2, "Comparing with the old model")
        return replace(outcome, problem=SKIPPED, skipped=True)

    monkeypatch.setattr(work, "train", train)
    session, foot = annotated.session, annotated.panel(TrainPanel).foot
    session.training.start()
    qtbot.waitUntil(lambda: bool(session.training.reports))
    assert foot.stop.isVisible() and not foot.skip.isVisible(), "there is no verdict to be skipped yet"
    foot.stop.click()
    assert foot.skip.isVisible() and foot.skip.isEnabled() and not foot.stop.isVisible()
    stopped.set()
    qtbot.waitUntil(lambda: session.training.checking)
    foot.skip.click()
    assert foot.time.text() == "Skipping the verdict…"
    assert not foot.skip.isEnabled() and not foot.pause.isVisible() and foot.cancel.isEnabled()
    with qtbot.waitSignal(session.training.finished):
        went_on.set()
    qtbot.waitUntil(lambda: not session.training.running)
    page = annotated.findChild(BeforeAfterPage)
    assert page is not None
    assert page.title.text() == "mine is not judged: the verdict was skipped"
    assert "comparison with the model before was skipped" in page.words.text()
    page.reject()


def test_the_verdict_on_what_was_learnt_before_a_crash_can_be_skipped(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        listener.on_plan(outcome.plan)
        # No epoch was left.
        listener.on_trained()
        while not control.skipping:
            progress(1, 2, "Comparing with the old model")
        return replace(outcome, problem=SKIPPED, skipped=True)

    monkeypatch.setattr(work, "train", train)
    session, foot = annotated.session, annotated.panel(TrainPanel).foot
    session.training.start()
    qtbot.waitUntil(foot.skip.isVisible)
    foot.skip.click()
    qtbot.waitUntil(lambda: not session.training.running)
    page = annotated.findChild(BeforeAfterPage)
    assert page is not None
    page.reject()


def test_failures_are_shown_and_the_panel_is_ready_again(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    for image in [one.pair.image for one in annotated.session.candidates.all]:
        annotated.session.candidates.use(image, "exclude")
    annotated.retrain()
    with qtbot.waitSignal(annotated.session.failed) as caught:
        annotated.retrain()
    assert "Every corrected image is left out" in caught.args[0].text
    qtbot.waitUntil(lambda: not annotated.session.training.running)
    assert not annotated.panel(TrainPanel).foot.button.isHidden()


def test_a_training_that_fails_at_once_ends(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def fail(*_: object) -> None:
        raise ImageError("The folder is gone.")

    training = annotated.session.training
    monkeypatch.setattr(work, "look_at", fail)
    for _ in range(5):
        with qtbot.waitSignal(annotated.session.failed):
            training.start()
        qtbot.waitUntil(lambda: not training.running)


def test_promote_segments_the_next_image_and_touches_no_saved_masks(
    annotated: Window, qtbot: QtBot, image_file: Path
) -> None:
    before = {path: path.read_bytes() for path in image_file.parent.glob("*_masks.tif")}
    page = annotated.training_pages.show_outcome(outcome_of(image_file, change_of(image_file)))
    qtbot.waitUntil(page.promote_next.isEnabled)
    with qtbot.waitSignal(annotated.session.image_changed):
        page.promote_next.click()
    assert annotated.session.path == image_file  # the only one without masks
    assert annotated.session.run_state.options.model.name == "mine"
    qtbot.waitUntil(lambda: len(annotated.session.document.objects) == 4)
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_offered_after_a_training_follows_the_images_that_are_left(
    annotated: Window, qtbot: QtBot, image_file: Path
) -> None:
    session = annotated.session
    page = annotated.training_pages.show_outcome(outcome_of(image_file, change_of(image_file)))
    qtbot.waitUntil(page.promote_next.isEnabled)
    assert page.promote_next.text().replace("&", "") == "Use it and segment the next image"
    assert page.promote_next.isDefault()
    # The page stays open while the window shows another image: now the open one is the only one without masks.
    with qtbot.waitSignal(session.image_changed):
        annotated.open(image_file)
    qtbot.waitUntil(lambda: page.promote_next.text().replace("&", "") == "Use it and segment this image")
    page.promote_next.click()
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    assert session.run_state.options.model.name == "mine"
    assert session.persistence.save_now()
    page = annotated.training_pages.show_outcome(outcome_of(image_file, change_of(image_file)))
    qtbot.waitUntil(lambda: not page.promote_next.isVisible())
    assert page.promote.isDefault(), "the model can still be used"
    page.promote.click()


def test_a_changed_cell_is_shown_in_the_window(annotated: Window, qtbot: QtBot, image_file: Path) -> None:
    page = annotated.training_pages.show_outcome(outcome_of(image_file, change_of(image_file)))
    with qtbot.waitSignal(annotated.session.image_changed):
        group = page.spots.topLevelItem(0)
        assert group is not None
        page.spots.itemClicked.emit(group.child(0), 0)
    camera = annotated.session.view.camera
    assert (camera.y, camera.x) == (15, 15)
    page.keep.click()


def test_discard_removes_the_new_model(annotated: Window, models: Path, image_file: Path) -> None:
    from cpsam_core.weights.folders import embedded_file

    models.mkdir()
    (models / "mine.safetensors").write_bytes(embedded_file().read_bytes())
    assert "mine" in annotated.session.models.names()
    page = annotated.training_pages.show_outcome(outcome_of(image_file, None))
    assert page.title.text() == "mine is trained"
    page.discard.click()
    assert "mine" not in annotated.session.models.names()


def test_pictures_of_a_change() -> None:
    change = change_of(Path("x.png")).images[0]
    picture = change_picture(np.zeros((80, 100, 3), np.uint8), change)
    assert tuple(picture[9, 12]) == GAINED
    assert tuple(picture[59, 75]) == LOST
    assert tuple(picture[39, 45]) == KEPT


def test_the_picture_shows_the_channels_that_were_seen() -> None:
    from cpsam_core.images import arrange

    change = change_of(Path("x.png")).images[0]
    noise = np.random.default_rng(0).integers(0, 255, (4, 80, 100)).astype(np.uint8)
    noise[2] = 100 * (change.true > 0)
    image = arrange(noise, "CYX")
    seen = replace(change, pair=replace(change.pair, seen=ImageInput(channels=(2,))))
    picture = ChangeViews.of(seen).picture(image)
    # Nothing of the other channels: the ground is black, a cell is gray inside its outline.
    assert not picture[70:, :20].any() and len(set(picture[45, 45].tolist())) == 1 and picture[45, 45].any()
    assert ChangeViews.of(change).picture(image)[70:, :20].any()


def test_duration_is_as_fine_as_makes_sense() -> None:
    assert [duration(s) for s in (0.2, 70, 300, 9000)] == ["1 s", "70 s", "5 min", "2.5 h"]


def test_family_tree_and_card() -> None:
    def info(name: str, parent: str | None) -> ModelInfo:
        return ModelInfo(name, Path(name), "own", 2_000_000, ModelCard(name=name, parent=parent), True)

    nodes = lineage.family(
        [info("c", "b"), info("a", None), info("b", "a"), info("d", "gone"), info("x", "y"), info("y", "x")]
    )
    assert {node.name for node in nodes} in ({"a", "gone", "x"}, {"a", "gone", "y"})
    tree = next(node for node in nodes if node.name == "a")
    assert tree.children[0].name == "b"
    assert tree.children[0].children[0].name == "c"
    assert next(node for node in nodes if node.name == "gone").info is None
    lines = dict(lineage.card_lines(info("c", "b")))
    assert (lines["Trained from"], lines["Size"]) == ("b", "2.0 MB")
    assert lines["Comparison"] == "none: whether it is better than b is not known"


def test_models_are_renamed_used_rolled_back_and_deleted(
    annotated: Window, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cpsam_core.checkpoints.cards import write_card
    from cpsam_core.weights.folders import embedded_file

    models.mkdir()
    path = models / "child.safetensors"
    path.write_bytes(embedded_file().read_bytes())
    write_card(path, ModelCard(name="child", parent="cpsam-lite"))
    manager = annotated.training_pages.show_models()
    found = manager.tree.findItems("child", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    assert (found[0].parent() or found[0]).text(0) == "cpsam-lite"
    # As a training leaves it that was ended with the program while old and new were compared.
    assert found[0].text(1) == "not compared"
    write_card(path, ModelCard(name="child", parent="cpsam-lite", scores={"kept aside": {"ap_0.5": 0.5}}))
    manager.fill()
    found = manager.tree.findItems("child", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    assert found[0].text(1) == ""
    manager.tree.setCurrentItem(found[0])
    manager.choose.click()
    assert annotated.session.run_state.options.model.name == "child"
    monkeypatch.setattr(QInputDialog, "getText", lambda *args, **kwargs: ("grown", True))
    manager.rename.click()
    assert annotated.session.run_state.options.model.name == "grown"
    assert (models / "grown.safetensors").is_file()
    found = manager.tree.findItems("grown", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    manager.tree.setCurrentItem(found[0])
    manager.back.click()
    assert annotated.session.run_state.options.model.name == "cpsam-lite"
    found = manager.tree.findItems("grown", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    manager.tree.setCurrentItem(found[0])
    monkeypatch.setattr(messages, "ask", lambda parent, question: question.answers[0].key)
    manager.delete.click()
    assert not (models / "grown.safetensors").exists()
    manager.leave.click()


def test_an_interrupted_training_is_remembered(
    models: Path, image_file: Path, disc_labels: np.ndarray
) -> None:
    tifffile.imwrite(image_file.with_name("cells_masks.tif"), disc_labels.astype(np.uint16))
    candidates = work.look_at(image_file.parent, {(image_file, ""): "train"})
    options = work.TrainOptions("cpsam-lite", "again", {"epochs": 3}, (0.5, 2.0), None)
    requests.write_request(models / f"again{REQUEST}", candidates, options)
    (request,) = work.interrupted()
    assert request.options == options
    assert request.images == (image_file,)
    assert list(request.uses.values()) == ["train"]
    assert work.candidates_of(request, lambda *args: None)[0].objects == 4
    work.drop(request)
    assert work.interrupted() == ()
    (models / f"bad{REQUEST}").write_text("{")
    assert work.interrupted() == ()


def test_an_interrupted_training_is_offered_once_when_its_folder_is_opened(
    window: Window, qtbot: QtBot, models: Path, image_file: Path, disc_labels: np.ndarray, tmp_path: Path
) -> None:
    tifffile.imwrite(image_file.with_name("cells_masks.tif"), disc_labels.astype(np.uint16))
    candidates = work.look_at(image_file.parent, {(image_file, ""): "train"})
    options = work.TrainOptions("cpsam-lite", "again", {"epochs": 3}, (0.5, 2.0), None)
    requests.write_request(models / f"again{REQUEST}", candidates, options)
    offers: list[tuple[str, str]] = []
    window.session.notices.offered.connect(lambda words, key: offers.append((words, key)))

    def opens(path: Path) -> None:
        with qtbot.waitSignal(window.session.image_changed):
            window.open(path)
        qtbot.waitUntil(lambda: window.session.jobs.idle, timeout=60_000)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "cells.tif").write_bytes(image_file.read_bytes())
    opens(elsewhere / "cells.tif")
    assert offers == []
    said = ("The training of again was interrupted.", "train_resume")
    opens(image_file)
    qtbot.waitUntil(lambda: offers == [said], timeout=60_000)
    assert window.statusBar().offer.isVisible()
    opens(elsewhere / "cells.tif")
    opens(image_file)
    assert offers == [said]


@pytest.mark.parametrize("answer", ["go on", "drop", "later", "gone"])
def test_what_was_interrupted_is_offered_as_long_as_it_waits(
    window: Window,
    qtbot: QtBot,
    models: Path,
    image_file: Path,
    disc_labels: np.ndarray,
    answer: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After it had been taken up and ended, the status bar went on offering it."""
    tifffile.imwrite(image_file.with_name("cells_masks.tif"), disc_labels.astype(np.uint16))
    candidates = work.look_at(image_file.parent, {(image_file, ""): "train"})
    options = work.TrainOptions("cpsam-lite", "again", {"epochs": 3}, (0.5, 2.0), None)
    requests.write_request(models / f"again{REQUEST}", candidates, options)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file)
    qtbot.waitUntil(window.status.offer.isVisible, timeout=60_000)
    taken: list[object] = []
    monkeypatch.setattr(window.session.training, "go_on", taken.append)
    window.session.questions.ask = lambda question: answer
    if answer == "gone":
        (models / f"again{REQUEST}").unlink()
    window.training_pages.offer_interrupted()
    qtbot.waitUntil(lambda: window.session.jobs.idle, timeout=60_000)
    assert window.status.offer.isVisible() is (answer == "later")
    assert bool(taken) is (answer == "go on")


def test_the_interrupted_training_of_the_open_folder_is_taken_up_before_newer_ones(
    window: Window,
    qtbot: QtBot,
    models: Path,
    image_file: Path,
    disc_labels: np.ndarray,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for number, (name, image) in enumerate((("here", image_file), ("there", elsewhere / "cells.tif"))):
        if image != image_file:
            image.write_bytes(image_file.read_bytes())
        tifffile.imwrite(image.with_name("cells_masks.tif"), disc_labels.astype(np.uint16))
        candidates = work.look_at(image.parent, {(image, ""): "train"})
        options = work.TrainOptions("cpsam-lite", name, {"epochs": 3}, (0.5, 2.0), None)
        requests.write_request(models / f"{name}{REQUEST}", candidates, options)
        os.utime(models / f"{name}{REQUEST}", (1e9 + number, 1e9 + number))
    asked: list[str] = []
    monkeypatch.setattr(window.session.questions, "ask", lambda question: asked.append(question.text))
    for image in (image_file, elsewhere / "cells.tif"):
        with qtbot.waitSignal(window.session.image_changed):
            window.open(image)
        window.training_pages.offer_interrupted()
        qtbot.waitUntil(lambda: window.session.jobs.idle, timeout=60_000)
    assert asked == ["The training of here was interrupted.", "The training of there was interrupted."]


def test_a_model_that_was_discarded_leaves_nothing_on_the_page(
    annotated: Window, gate: threading.Event, models: Path, qtbot: QtBot
) -> None:
    from cpsam_core.weights.folders import embedded_file

    training, panel = annotated.session.training, annotated.panel(TrainPanel)
    name = training.usual_name
    training.start()
    qtbot.waitUntil(lambda: "Less memory" in panel.text.text())
    assert not panel.setup.isVisible()
    models.mkdir(exist_ok=True)
    for made in (name, "mine"):
        (models / f"{made}.safetensors").write_bytes(embedded_file().read_bytes())
    with qtbot.waitSignal(training.finished):
        gate.set()
    assert panel.text.isVisible() and panel.curves.isVisible()
    assert panel.name.placeholderText() == f"{name}-2"
    page = annotated.findChild(BeforeAfterPage)
    assert page is not None
    page.discard.click()
    assert not panel.text.isVisible() and not panel.curves.isVisible()
    annotated.training_pages.discard(name)
    assert panel.name.placeholderText() == name


def test_a_real_training_from_the_window(annotated: Window, models: Path, qtbot: QtBot) -> None:
    training = annotated.session.training
    changes = {"epochs": 1, "samples": 1, "warmup": 0, "score_every": 1}
    training.choose(work.TrainOptions(changes=changes, name="real"))
    with qtbot.waitSignal(training.finished, timeout=400_000) as caught:
        training.start()
    outcome = caught.args[0]
    assert outcome.trained.path.is_file()
    assert outcome.trained.card.parent == "cpsam-lite"
    assert outcome.change is not None
    assert len(training.reports) == 1
    assert training.reports[0].average_precision is not None
    assert "real" in annotated.session.models.names()
    card = read_card(outcome.trained.path)
    assert card is not None and card.scores["kept aside"]["ap_0.5"] == outcome.change.difference.after
    page = annotated.findChild(BeforeAfterPage)
    assert page is not None
    page.discard.click()
    assert list(models.glob("real*")) == []


def test_closing_asks_while_a_model_trains(
    annotated: Window, gate: threading.Event, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    training, asked = annotated.session.training, []
    answers = ["stay", "close"]

    def ask(question: Question) -> str:
        asked.append(question.text)
        return answers.pop(0)

    annotated.session.questions.ask = ask
    training.start()
    qtbot.waitUntil(lambda: len(training.reports) == 3)
    assert not annotated.close()
    assert training.running
    assert annotated.close()
    assert asked == ["A model is being trained"] * 2
    assert annotated.session.jobs.idle or all(job.isFinished() for job in annotated.session.jobs._running)


def test_cancelling_leaves_nothing_and_closing_leaves_all(
    annotated: Window, models: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    training = annotated.session.training
    options = work.TrainOptions(changes={"epochs": 5000, "samples": 1, "warmup": 0}, name="mine")
    state, note = models / "mine.partial", models / f"mine{REQUEST}"
    # The page finds out in the background what suits the model, and then puts in its own options.
    training.choose(options)
    training.start()
    qtbot.waitUntil(lambda: bool(training.reports) and state.exists(), timeout=60_000)
    assert note.exists()
    training.cancel()
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)
    qtbot.waitUntil(lambda: not note.exists() and not state.exists())
    training.choose(options)
    training.start()
    qtbot.waitUntil(lambda: bool(training.reports) and state.exists(), timeout=60_000)
    annotated.session.close()
    assert note.exists() and state.exists()
    (request,) = work.interrupted()
    assert request.options.name == "mine"
    with pytest.raises(TrainingError, match="mine was interrupted"):
        work.start_on(request.images[0].parent, {}, "mine", {}, None, "auto", lambda *args: None)
    work.throw_away("mine")
    assert not note.exists() and not state.exists()


def test_the_folder_is_read_again_only_where_it_changed(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, disc_labels: np.ndarray
) -> None:
    from cpsam_core.retrain import candidates

    read, describe = [], candidates.describe

    def described(pair: Pair, *rest: Any, **more: Any) -> Any:
        read.append(pair.image.name)
        return describe(pair, *rest, **more)

    monkeypatch.setattr(candidates, "describe", described)
    candidates = annotated.session.candidates
    first = candidates.all[0].pair
    fewer = np.where(disc_labels == 1, 0, disc_labels).astype(np.uint16)
    tifffile.imwrite(first.masks, fewer)
    with qtbot.waitSignal(candidates.changed):
        candidates.look()
    assert read == [first.image.name]
    assert candidates.all[0].objects == 3
    annotated.panel(TrainPanel).hide()
    with qtbot.assertNotEmitted(candidates.changed, wait=100):
        annotated.session.saved.emit("x")
    assert read == [first.image.name]


def test_fields_that_round_are_no_choice(annotated: Window) -> None:
    options = annotated.panel(TrainPanel).options
    usual = work.defaults_of("cpsam-lite", classes=False)
    augmentation = replace(usual["full"].augmentation, scale=(0.75 * 30 / 17, 1.25 * 30 / 17))
    options.restore()
    options.show_defaults({"full": replace(usual["full"], augmentation=augmentation)})
    assert options.low.value() == pytest.approx(1.32)
    assert options.scale() is None
    options.low.setValue(0.5)
    options.show_defaults(usual)
    assert options.scale() == (0.5, 2.21)
    options.restore()
    assert options.scale() is None
    options.fields["mode"].setCurrentIndex(2)
    assert options.fields["learning_rate"].value() == pytest.approx(2e-3)  # no mode asks for more
    assert options.changes() == {"mode": "adapters"}


def test_classes_are_trained_with_steps_that_suit_them(annotated: Window, models: Path) -> None:
    (models / "start").mkdir(parents=True)
    start = models / "start" / "large.pth"
    with start.open("wb") as file:
        file.truncate(300_000_000)  # by its size as large as the published ones
    known = [replace(one, classes=(1, 2), classed=4) for one in annotated.session.candidates.all]
    planned = plan_of(known, work.TrainOptions(str(start)))
    assert planned.classes == ("background", "class 1", "class 2")
    made = planned.settings
    assert (made.learning_rate, made.batch_size, made.epochs) == (pytest.approx(5e-5), 16, 500)
    made = plan_of(known, work.TrainOptions(str(start), changes={"mode": "adapters"})).settings
    assert (made.learning_rate, made.batch_size, made.epochs) == (pytest.approx(2e-4), 16, 500)
    made = plan_of(known, work.TrainOptions(str(start), classes=False)).settings
    assert (made.learning_rate, made.batch_size, made.epochs) == (pytest.approx(1e-5), 1, 100)


def test_the_panel_shows_the_recipe_of_classes_where_there_are_some(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    panel, training = annotated.panel(TrainPanel), annotated.session.training
    candidates = annotated.session.candidates
    epochs = panel.options.fields["epochs"]
    qtbot.waitUntil(lambda: epochs.value() == 100)
    real = work.look_at

    def with_classes(*args: Any, **more: Any) -> Any:
        return tuple(replace(one, classes=(1, 2), classed=one.objects) for one in real(*args, **more))

    monkeypatch.setattr(work, "look_at", with_classes)
    candidates.look()
    qtbot.waitUntil(lambda: epochs.value() == 500)
    assert training.chosen.changes == {}
    panel.options.classes.setCurrentIndex(panel.options.classes.findData(False))
    qtbot.waitUntil(lambda: epochs.value() == 100)
    assert training.chosen.changes == {} and training.chosen.classes is False


def test_budgets_say_in_words_what_they_cost_on_this_computer(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked: list[float | None] = []

    def pace(candidates: Any, options: Any, step: float | None, progress: Any) -> TrainingPace:
        asked.append(step)
        return TrainingPace(3.0 if step is None else step, 8, 100)

    monkeypatch.setattr(work, "pace", pace)
    session, field = annotated.session, annotated.panel(TrainPanel).budget
    assert [field.itemText(row) for row in range(4)] == [
        "Quick: at most 5 min",
        "Normal: at most 20 min",
        "Thorough: at most 90 min",
        "As in the paper: measured at the start",
    ]
    assert session.training.chosen.budget == "normal"
    with qtbot.waitSignal(session.training_forecast.changed):
        session.training_forecast._timer.start(0)
    assert [field.itemText(row) for row in range(4)] == [
        "Quick: about 5 min",
        "Normal: about 20 min",
        "Thorough: about 80 min",
        "As in the paper: about 40 min",
    ]
    epochs = annotated.panel(TrainPanel).epochs
    assert epochs.text() == "50 of 100 epochs fit into it"
    field.setCurrentIndex(0)
    assert session.training.chosen.budget == "quick"
    assert epochs.text() == "12 of 100 epochs fit into it"
    field.setCurrentIndex(3)
    assert epochs.isHidden()
    # How many epochs there are changes no step: what is known holds for any number, at once.
    chosen = session.training.options
    session.training.choose(replace(chosen, changes={"epochs": 8}))
    assert (field.itemText(0), field.itemText(3)) == ("Quick: about 3 min", "As in the paper: about 3 min")
    session.training.choose(replace(chosen, changes={"epochs": 100}))
    assert field.itemText(3) == "As in the paper: about 40 min"
    session.training.epoch_done.emit(replace(report(2), seconds=4.0))
    assert field.itemText(3) == "As in the paper: about 7 min"
    # What an epoch took is known from now on, in the next session too: nothing is measured again.
    with qtbot.waitSignal(session.training_forecast.changed):
        session.training_forecast._timer.start(0)
    assert asked == [None, 0.5]


def test_retrain_says_why_it_cannot_be_done(window: Window, annotated: Window, qtbot: QtBot) -> None:
    foot = annotated.panel(TrainPanel).foot
    assert foot.button.isEnabled() and foot.note.isHidden()
    for one in annotated.session.candidates.all:
        annotated.session.candidates.use(one.pair.image, "exclude")
    assert not foot.button.isEnabled()
    assert "Every corrected image is left out" in foot.note.text() and foot.note.isVisible()
    annotated.session.candidates.use(annotated.session.candidates.all[0].pair.image, "train")
    assert foot.button.isEnabled() and foot.note.isHidden()


def test_without_an_image_retrain_says_what_to_open(window: Window) -> None:
    window.show_panel("Train")
    foot = window.panel(TrainPanel).foot
    assert not foot.button.isEnabled()
    assert "Open an image of the folder" in foot.note.text()


def test_a_stray_class_key_asks_before_classes_are_learnt(
    annotated: Window, gate: threading.Event, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session = annotated.session
    given: list[bool | None] = []
    train = work.train

    def noting(candidates: Any, options: Any, *rest: Any) -> RetrainingOutcome:
        given.append(options.classes)
        return train(candidates, options, *rest)

    monkeypatch.setattr(work, "train", noting)
    with qtbot.waitSignal(session.candidates.changed):
        session.view.selection = frozenset([1])
        actions_of(annotated)["class_2"].trigger()
        session.persistence.save_now()
    asked: list[Any] = []
    session.questions.ask = lambda question: asked.append(question) or "cells"
    gate.set()
    with qtbot.waitSignal(session.training.finished):
        annotated.panel(TrainPanel).foot.button.click()
    assert given == [False]
    assert "1 of 12 objects has a class" in asked[0].detail
    for page in annotated.findChildren(BeforeAfterPage):
        page.close()
    session.questions.ask = lambda question: "cancel"
    annotated.panel(TrainPanel).foot.button.click()
    qtbot.waitUntil(lambda: not session.training.running)
    assert given == [False]
    # Classes of many objects are meant: nothing is asked.
    with qtbot.waitSignal(session.candidates.changed):
        for number in (1, 2, 3, 4):
            session.view.selection = frozenset([number])
            actions_of(annotated)[f"class_{1 + number % 2}"].trigger()
        session.persistence.save_now()
    session.questions.ask = lambda question: asked.append(question) or "cancel"
    with qtbot.waitSignal(session.training.finished):
        annotated.panel(TrainPanel).foot.button.click()
    assert given == [False, None] and len(asked) == 1


def test_masks_that_number_no_objects_ask_before_they_are_learnt(
    annotated: Window, gate: threading.Event, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    """They were never opened, so nothing was asked about them yet."""
    session, button = annotated.session, annotated.panel(TrainPanel).foot.button
    for name in ("a2", "a3"):
        path = image_file.with_name(f"{name}_masks.tif")
        tifffile.imwrite(path, ((tifffile.imread(path) > 0) * 255).astype(np.uint8))
    given: list[list[int]] = []
    train = work.train

    def noting(candidates: Any, *rest: Any) -> RetrainingOutcome:
        given.append(sorted(one.objects for one in candidates))
        return train(candidates, *rest)

    monkeypatch.setattr(work, "train", noting)
    asked: list[Any] = []
    answers = iter(["cancel", "keep"])
    session.questions.ask = lambda question: asked.append(question) or next(answers)
    button.click()
    qtbot.waitUntil(lambda: not session.training.running)
    assert not given
    assert asked[0].text == "1 value, 4 separate parts: make each part an object?"
    assert "a2.tif, a3.tif" in asked[0].detail
    gate.set()
    with qtbot.waitSignal(session.training.finished):
        button.click()
    assert given == [[1, 1, 4]]
    qtbot.waitUntil(lambda: sorted(one.objects for one in session.candidates.all) == [1, 1, 4])
    with qtbot.waitSignal(session.training.finished):
        button.click()
    assert given[1] == [1, 1, 4] and len(asked) == 2, "the answer holds for the folder"


def test_parts_that_become_objects_are_learnt_as_such(
    annotated: Window, gate: threading.Event, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    session = annotated.session
    path = image_file.with_name("a2_masks.tif")
    tifffile.imwrite(path, ((tifffile.imread(path) > 0) * 255).astype(np.uint8))
    given: list[list[int]] = []
    train = work.train
    monkeypatch.setattr(
        work,
        "train",
        lambda found, *rest: given.append([one.objects for one in found]) or train(found, *rest),
    )
    asked: list[Any] = []
    session.questions.ask = lambda question: asked.append(question) or "each"
    gate.set()
    for _ in range(2):
        with qtbot.waitSignal(session.training.finished):
            annotated.panel(TrainPanel).foot.button.click()
    assert given == [[4, 4, 4]] * 2 and len(asked) == 1


def test_a_new_model_is_called_after_folder_and_day_and_the_one_in_use_is_marked(
    annotated: Window, image_file: Path, qtbot: QtBot
) -> None:
    panel = annotated.panel(TrainPanel)
    expected = dated_name(image_file.parent)
    assert expected.endswith(date.today().isoformat())
    assert panel.name.placeholderText() == unique_name(expected)
    assert panel.start.itemText(0) == "cpsam-lite (in use)"
    annotated.session.run_state.change(name="cpsam_v2")
    assert panel.start.itemText(0) == "cpsam_v2 (in use)"
    manager = annotated.training_pages.show_models()
    used = manager.tree.findItems("cpsam_v2", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    other = manager.tree.findItems("cpsam-lite", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    assert used.text(1) == "in use" and not used.icon(0).isNull()
    assert other.text(1) == "" and other.icon(0).isNull()
    manager.close()


def test_a_new_model_is_shown_though_it_cannot_be_compared(
    annotated: Window, models: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def compare(*args: Any) -> Any:
        raise TrainingError("The old model is gone.")

    monkeypatch.setattr("cpsam_core.retrain.click.compare", compare)
    training = annotated.session.training
    training.choose(
        work.TrainOptions(changes={"epochs": 1, "samples": 1, "warmup": 0, "score_every": 5}, name="alone")
    )
    with qtbot.waitSignal(training.finished, timeout=120_000):
        training.start()
    page = annotated.findChild(BeforeAfterPage)
    assert page is not None
    assert "The old model is gone." in page.words.text()
    assert not page.picture.isVisibleTo(page), "there is nothing to show"
    assert not page.images.isVisibleTo(page) and not page.spots.isVisibleTo(page)
    assert (models / "alone.safetensors").is_file()
    page.discard.click()


def test_without_a_comparison_the_page_is_no_empty_picture(annotated: Window, image_file: Path) -> None:
    page = annotated.training_pages.show_outcome(outcome_of(image_file, None))
    assert not page.picture.isVisibleTo(page)
    assert page.keep.isVisibleTo(page)
    page.close()
    page = annotated.training_pages.show_outcome(outcome_of(image_file, change_of(image_file)))
    assert page.picture.isVisibleTo(page)
    page.close()


def test_scores_of_classes_are_shown(annotated: Window, image_file: Path) -> None:
    outcome = replace(
        outcome_of(image_file, change_of(image_file)), scores={"set": {"ap_0.5": 0.7, "ap_0.5 tumour": 0.61}}
    )
    page = annotated.training_pages.show_outcome(outcome)
    assert "tumour 0.61" in page.words.text()
    page.keep.click()
    card = ModelCard(name="a", scores={"set": {"ap_0.5": 0.7, "ap_0.5 tumour": 0.61}})
    lines = dict(lineage.card_lines(ModelInfo("a", Path("a"), "own", 1, card, True)))
    assert lines["Precision of tumour"] == "0.610"


def test_what_is_seen_is_kept_with_the_image(
    window: Window, tmp_path: Path, models: Path, qtbot: QtBot
) -> None:
    """Axes, channels and brightness are saved with the masks, trained on, and come back; nobody is asked twice."""
    from cpsam_core.data.pairs import pair_of

    pixels = np.random.default_rng(0).integers(0, 200, (12, 60, 70)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "many.tif", pixels)
    asked = []
    window.session.images.axes_asked.disconnect()
    window.session.images.axes_asked.connect(lambda unsure, then: asked.append(unsure))
    window.session.images.open(tmp_path / "many.tif")
    qtbot.waitUntil(lambda: bool(asked))
    with qtbot.waitSignal(window.session.image_changed):
        window.session.images.answer(asked[0], tasks.AxesReading("CYX"), None)
    window.session.images.choose((7, 2))
    window.session.run_state.change(percentile=(2.0, 98.0), diameter=11.0)
    with window.session.document.step("Draw"):
        window.session.document.write(Box(0, 1, 5, 20, 5, 20), np.ones((1, 15, 15), np.uint32), Origin.HAND)
    assert window.session.persistence.save_now()
    seen = pair_of(tmp_path / "many.tif").seen
    assert (seen.axes, seen.channels, seen.diameter) == ("CYX", (7, 2), 11.0)
    assert seen.normalize.percentile == (2.0, 98.0)
    (found,) = work.look_at(tmp_path, {(tmp_path / "many.tif", ""): "train"})
    assert (found.channels, found.problem) == (2, "")
    window.session.images.choose(None)
    window.session.run_state.change(percentile=(1.0, 99.0))
    with qtbot.waitSignal(window.session.image_changed):
        window.session.images.open(tmp_path / "many.tif")
    assert len(asked) == 1
    assert window.session.images.chosen == (7, 2)
    assert window.session.images.reading.axes == "CYX"
    assert window.session.run_state.options.settings.normalize.percentile == (2.0, 98.0)


def test_a_run_remembers_how_it_saw_the_image(annotated: Window, qtbot: QtBot) -> None:
    """What is chosen after a run is not what it saw, though new thresholds are applied."""
    session = annotated.session
    session.images.choose((0,))
    session.run_state.change(diameter=30.0)
    session.segmenting.segment()
    qtbot.waitUntil(lambda: "model" in session.run_state.last_settings and session.jobs.idle)
    assert session.run_state.last_settings["channels"] == (0,)
    session.images.choose(None)
    session.run_state.change(flow_threshold=0.7)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.run_state.last_settings["flow_threshold"] == 0.7)
    assert session.run_state.last_settings["channels"] == (0,)


def test_images_without_a_project_are_seen_as_is_chosen_now(annotated: Window, qtbot: QtBot) -> None:
    candidates = annotated.session.candidates
    annotated.session.images.choose((0,))
    annotated.session.run_state.change(invert=True)
    with qtbot.waitSignal(candidates.changed):
        candidates.look()
    for one in candidates.all:
        assert one.pair.seen.channels == (0,) and one.pair.seen.normalize.invert


def test_a_new_option_is_one_field(qtbot: QtBot) -> None:
    """A field of the settings that says how it is shown is an option of the command line and a field of the panel."""
    import argparse
    from dataclasses import dataclass, field

    from cpsam_core.cli.train_options import add_setting_options, settings_given
    from cpsam_core.finetune.option import option
    from cpsam_core.finetune.settings import TrainSettings
    from cpsam_gui.panels.train.options import TrainingOptions

    @dataclass(frozen=True)
    class MoreSettings(TrainSettings):
        sparkle: int = field(default=3, metadata=option("Sparkle", "How much it sparkles", "numbers", 0, 9))
        hidden: float = field(default=0.5, metadata=option("", "For the command line only", "what", 0, 1))

    parser = argparse.ArgumentParser()
    add_setting_options(parser, MoreSettings)
    args = parser.parse_args(["--sparkle", "5", "--hidden", "0.25"])
    assert settings_given(args, MoreSettings) == {"sparkle": 5, "hidden": 0.25}
    assert "How much it sparkles".lower() in parser.format_help().lower()
    with pytest.raises(SystemExit):
        parser.parse_args(["--sparkle", "much"])
    panel = TrainingOptions(MoreSettings)
    qtbot.addWidget(panel)
    panel.show_defaults({"full": MoreSettings()})
    assert "hidden" not in panel.fields
    assert (panel.fields["sparkle"].value(), panel.fields["sparkle"].maximum()) == (3, 9)
    assert panel.fields["sparkle"].toolTip() == "How much it sparkles"
    assert panel.changes() == {}
    panel.fields["sparkle"].setValue(7)
    assert panel.changes() == {"sparkle": 7}


def test_the_page_says_what_was_forgotten(annotated: Window, image_file: Path) -> None:
    from cpsam_core.retrain.elsewhere import Forgetting

    lost = Forgetting("fluorescent nuclei", Difference("worse", -0.2, -0.3, -0.1, 90, 4, 0, 0.8, 0.6))
    outcome = replace(outcome_of(image_file, change_of(image_file)), elsewhere=(lost,))
    page = annotated.training_pages.show_outcome(outcome)
    assert "loses 0.20 on fluorescent nuclei" in page.words.text()
    assert (page.others.item(0) or page).text() == "fluorescent nuclei: 0.80 → 0.60, worse"  # type: ignore[union-attr]
    assert page.title.text() == "mine is better here and worse elsewhere"
    # Nobody is led to promote it.
    assert page.keep.objectName() == "primary"
    page.keep.click()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("screen", [QSize(1440, 900), QSize(1366, 768)])
def test_rows_about_other_data_show_all_of_their_words(
    screen: QSize, language: str, request: pytest.FixtureRequest, image_file: Path
) -> None:
    """The interval, which the sentence is there for, was cut."""
    from cpsam_core.retrain.elsewhere import Forgetting

    if language == "de":
        request.getfixturevalue("german")
    annotated: Window = request.getfixturevalue("annotated")
    annotated.resize(screen)
    kinds = tuple(
        Forgetting(kind, Difference(word, change, -0.05, 0.04, 90, 4, more, 0.53, 0.53 + change))
        for kind, word, change, more in (
            ("stained tissue", "worse", -0.08, 0),
            ("fluorescent nuclei", "not different", 0.02, 0),
            ("phase contrast", "not different", 0.0, 60),
        )
    )
    outcome = replace(outcome_of(image_file, change_of(image_file)), elsewhere=kinds)
    page = annotated.training_pages.show_outcome(outcome)
    QApplication.processEvents()
    rows = page.others
    assert rows.textElideMode() == Qt.TextElideMode.ElideNone
    for number in range(rows.count()):
        item = rows.item(number)
        assert item is not None
        rows.scrollToItem(item)
        QApplication.processEvents()
        place = rows.visualItemRect(item)
        label = QLabel(item.text())
        label.setWordWrap(True)
        # The style sheet leaves 6 pixels at each side and 4 above and below.
        assert place.height() >= label.heightForWidth(place.width() - 18) + 8, item.text()
        assert place.right() <= rows.viewport().rect().right()  # type: ignore[union-attr]
    assert "0.04" in item.text() or "0,04" in item.text()
    page.keep.click()


@pytest.mark.usefixtures("no_look_elsewhere")
def test_three_clicks_on_growing_data(
    window: Window, tmp_path: Path, models: Path, disc_labels: np.ndarray, qtbot: QtBot
) -> None:
    """By mouse and keys: channels chosen, trained, promoted, trained again on more images, rolled back."""
    from cpsam_core.retrain import Lineage

    rng = np.random.default_rng(0)
    bright = np.where(disc_labels > 0, 180, 20)

    def add(number: int) -> Path:
        noise = rng.integers(0, 200, (4, *disc_labels.shape))
        noise[2] = bright + rng.integers(0, 20, disc_labels.shape)
        path = tmp_path / f"c{number}.tif"
        tifffile.imwrite(path, noise.astype(np.uint8), metadata={"axes": "CYX"}, ome=True)
        tifffile.imwrite(tmp_path / f"c{number}_masks.tif", disc_labels.astype(np.uint16))
        return path

    images = [add(number) for number in range(3)]
    with qtbot.waitSignal(window.session.image_changed):
        window.open(images[0])
    window.session.images.choose((2,))
    window.show_panel("Train")
    panel, training = window.panel(TrainPanel), window.session.training
    candidates = window.session.candidates
    qtbot.waitUntil(lambda: len(candidates.all) == 3)
    qtbot.waitUntil(lambda: panel.options.fields["learning_rate"].value() > 1e-7)
    panel.options.fields["epochs"].setValue(1)
    learnt, judged = set[str](), set[str]()
    for click_number, name in enumerate(("one", "two", "three"), 1):
        if click_number > 1:
            images += [add(len(images)), add(len(images) + 1)]
            with qtbot.waitSignal(candidates.changed):
                candidates.look()
        panel.name.clear()
        qtbot.keyClicks(panel.name, name)
        with qtbot.waitSignal(training.finished, timeout=240_000) as caught:
            qtbot.mouseClick(panel.foot.button, Qt.MouseButton.LeftButton)
        outcome = caught.args[0]
        card = read_card(outcome.trained.path)
        assert (card is not None and card.channels == ("Channel:0:2",)) or card.channels == ("channel 3",)
        assert all(pair.seen.channels == (2,) for pair in (*outcome.plan.training, *outcome.plan.aside))
        assert not set(card.aside) & (learnt | set(card.images)) and judged <= set(card.aside)
        learnt, judged = learnt | set(card.images), set(card.aside)
        page = window.findChildren(BeforeAfterPage)[-1]
        assert outcome.change.difference.interval in page.words.text()
        assert outcome.plan.text in page.words.text()
        qtbot.mouseClick(page.promote, Qt.MouseButton.LeftButton)
        assert window.session.run_state.options.model.name == name
        qtbot.waitUntil(lambda: not window.findChildren(BeforeAfterPage))
    assert set(Lineage.of("three").learnt_by_own) == learnt
    manager = window.training_pages.show_models()
    found = manager.tree.findItems("three", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    manager.tree.setCurrentItem(found[0])
    qtbot.mouseClick(manager.back, Qt.MouseButton.LeftButton)
    assert window.session.run_state.options.model.name == "two"
    manager.leave.click()


def test_bar_and_words_tell_of_the_epoch_at_work_and_nothing_is_full_before_it_is_over(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    """The last epoch was one that is done, with all of its time left, while the bar came to its end."""
    steps: queue.SimpleQueue[tuple[int, int, str]] = queue.SimpleQueue()

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        listener.on_plan(outcome.plan)
        for epoch in (1, 2):
            listener.on_epoch(replace(report(epoch), seconds_left=40.0 * (3 - epoch)))
        while (step := steps.get(timeout=20))[2]:
            progress(*step)
        return outcome

    monkeypatch.setattr(work, "train", train)
    session, chip = annotated.session, annotated.status.training
    foot = annotated.panel(TrainPanel).foot
    session.training.start()
    qtbot.waitUntil(lambda: foot.time.text() == "Epoch 2 of 3, 40 s left")

    def told(done: int, note: str, words: str) -> None:
        """Tell it until it is shown: of reports that follow each other closely one may not be passed on."""

        def shown() -> bool:
            steps.put((done, 12, note))
            return foot.time.text() == words

        qtbot.waitUntil(shown)

    told(10, "epoch 3/3, loss 0.5", "Epoch 3 of 3, 20 s left")
    assert chip.words.text() == "Training: epoch 3 of 3, 20 s left"
    assert foot.bar.value() == round(foot.bar.maximum() * 10 / 12)
    told(12, "epoch 3/3, loss 0.5", "Epoch 3 of 3: validating the model")
    assert chip.words.text() == "Training: epoch 3 of 3, validating the model"
    assert foot.bar.maximum() == 0, "nobody knows how long that takes"
    session.training.stop()
    assert foot.time.text() == "Stopping after this step…"
    told(1, "Measuring what was forgotten", "Measuring what was forgotten")
    assert chip.words.text() == "Training: Measuring what was forgotten"
    assert foot.bar.value() == round(foot.bar.maximum() / 12)
    with qtbot.waitSignal(session.training.finished):
        steps.put((0, 0, ""))
    qtbot.waitUntil(lambda: not session.training.running)


def test_what_is_told_with_every_epoch_takes_the_place_of_what_was_told_before(
    annotated: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, qtbot: QtBot
) -> None:
    """Lines about a slow training filled the panel, and pushed the curves out of view."""
    gate, looked = threading.Event(), threading.Event()
    look = work.start_on

    def start_on(*given: Any) -> Any:
        assert looked.wait(20)
        return look(*given)

    def train(candidates: Any, options: Any, control: Any, listener: Any, progress: Any) -> RetrainingOutcome:
        outcome = outcome_of(image_file, None)
        listener.on_plan(outcome.plan)
        listener.on_event(TrainingEvent("memory", "Less memory is used from now on.", "lean"))
        for epoch in (1, 2, 3):
            text = slower_text(9 - epoch, TrainSettings(epochs=9, budget_minutes=4), False)
            listener.on_event(TrainingEvent("shortened", text, "lean"))
            listener.on_epoch(report(epoch))
        assert gate.wait(20)
        return outcome

    monkeypatch.setattr(work, "start_on", start_on)
    monkeypatch.setattr(work, "train", train)
    annotated.show_panel("Train")
    panel, training = annotated.panel(TrainPanel), annotated.session.training
    panel.more.head.setChecked(True)
    assert panel.foreseen.isVisible()
    training.start()
    assert panel.images.isVisible() and not panel.foreseen.isVisible(), "it can be changed no more"
    looked.set()
    qtbot.waitUntil(lambda: "6 epochs" in panel.text.text())
    assert panel.text.text().splitlines() == [
        "It learns from two images.",
        "Less memory is used from now on.",
        "Slower than expected: 6 epochs instead of 9, to keep within 4 minutes.",
    ]
    with qtbot.waitSignal(training.finished):
        gate.set()
    qtbot.waitUntil(lambda: not training.running)
    assert panel.foreseen.isVisible()
