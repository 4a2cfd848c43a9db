"""What a person touched is never dropped without a word; what thresholds reject is shown and can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.state.view import Camera
from tests.gui.mouse import click, move

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.questions import Question
    from cpsam_gui.window.window import Window


@pytest.fixture
def with_flows(segmented: Window) -> Window:
    session = segmented.session
    labels = np.array(session.document.labels[0])
    logits = np.where(labels > 0, 3.0, -6.0).astype(np.float32)
    session.run_state.flows = NetworkOutput(5 * flows_from_masks(labels), logits)
    return segmented


def touch(window: Window, qtbot: QtBot) -> int:
    click(window, qtbot, 20.5, 20.5)
    qtbot.keyClick(window.canvas, Qt.Key.Key_3)
    (number,) = window.session.view.selection
    return number


@pytest.mark.parametrize(
    ("answer", "there", "runs"), [("cancel", True, 1), ("keep", True, 2), ("replace", False, 2)]
)
def test_a_run_that_would_drop_touched_objects_says_how_many_first(
    segmented: Window, qtbot: QtBot, answer: str, there: bool, runs: int
) -> None:
    session = segmented.session
    number = touch(segmented, qtbot)
    session.run_state.change(keep=False)
    asked: list[Question] = []
    session.questions.ask = lambda question: asked.append(question) or answer
    segmented.run()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert [question.text for question in asked] == ["1 object that you touched will be replaced"]
    touched = [n for n, row in session.document.objects.items() if row.touched]
    assert touched == ([number] if there else [])
    assert session.run_state.options.keep is (answer == "keep")
    assert sum(name.startswith("Segment with") for name in session.document.steps) == runs


def test_a_slider_asks_once(with_flows: Window, qtbot: QtBot) -> None:
    session = with_flows.session
    touch(with_flows, qtbot)
    session.run_state.change(keep=False)
    asked: list[Question] = []
    session.questions.ask = lambda question: asked.append(question) or "replace"
    for threshold in (0.5, 1.0, 1.5):
        session.run_state.change(cellprob_threshold=threshold)
        session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=20_000)
    assert len(asked) == 1


def test_rejected_candidates_show_with_the_reason_and_a_click_keeps_one(
    with_flows: Window, qtbot: QtBot
) -> None:
    session, canvas = with_flows.session, with_flows.canvas
    session.run_state.change(min_size=1000)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: len(session.rejected.now) == 4, timeout=20_000)
    assert not session.document.objects
    assert canvas.ghosts.isVisible()
    area = session.rejected.now[0].mask.sum()
    session.gestures.use("select")
    move(with_flows, 20.5, 20.5)
    assert f"rejected: {area} px < 1000" in with_flows.status.readout.text()
    steps = session.document.position
    click(with_flows, qtbot, 20.5, 20.5)
    assert session.document.position == steps + 1
    ((number, row),) = session.document.objects.items()
    assert row.touched
    assert session.view.selection == {number}
    assert len(session.rejected.now) == 3
    said = with_flows.status.readout.text()
    assert f"object {number}" in said and "rejected" not in said, "though the pointer did not move"
    session.run_state.change(min_size=900)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=20_000)
    assert number in session.document.objects, "what was kept survives other thresholds"
    session.view.set_masks(visible=False)
    assert not canvas.ghosts.isVisible()


def test_only_ghosts_in_view_are_drawn(with_flows: Window, qtbot: QtBot) -> None:
    session, ghosts = with_flows.session, with_flows.canvas.ghosts
    session.run_state.change(min_size=1000)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: len(session.rejected.now) == 4, timeout=20_000)
    assert ghosts.path().boundingRect().width() > 45
    height, _ = session.view.window
    for y, x in ((20, 20), (60, 60)):
        session.view.camera = Camera(y, x, height / 25)
        seen = ghosts.path().boundingRect()
        assert abs(seen.center().y() - y) < 1 and abs(seen.center().x() - x) < 1
        assert 15 < seen.height() < 21
    session.view.camera = Camera(40, 2000, 1.0)
    assert not ghosts.isVisible()


def test_objects_that_other_thresholds_bring_flash_and_the_others_keep_their_ids(
    with_flows: Window, qtbot: QtBot
) -> None:
    session, flash = with_flows.session, with_flows.canvas.marks.flash
    labels = np.array(session.document.labels[0])
    logits = np.where(labels > 0, 1.0 + labels, -6.0).astype(np.float32)
    assert session.run_state.flows is not None
    session.run_state.flows = NetworkOutput(session.run_state.flows.flows, logits)
    session.run_state.change(cellprob_threshold=3.5)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: len(session.document.objects) == 2, timeout=20_000)
    stayed = set(session.document.objects)
    assert not flash.isVisible()
    session.run_state.change(cellprob_threshold=0.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: len(session.document.objects) == 4, timeout=20_000)
    assert stayed < set(session.document.objects)
    assert flash.new == set(session.document.objects) - stayed
    assert flash.isVisible()
    qtbot.waitUntil(lambda: not flash.isVisible(), timeout=20_000)
