"""Runs started in the window: cancelled, failed, repeated with other thresholds, and what they leave alone."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMessageBox, QSlider, QWidget

from cpsam_core.errors import ImageError
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.state.steps import StepKind
from tests.gui.mouse import click, drag

if TYPE_CHECKING:
    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.session.questions import Question
    from cpsam_gui.window.window import Window


def test_a_run_keeps_locked_and_hand_made_objects(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    qtbot.keyClick(segmented, Qt.Key.Key_B)
    drag(segmented, qtbot, [(40, 85), (42, 88), (44, 91)])
    (hand,) = session.view.selection
    qtbot.keyClick(segmented, Qt.Key.Key_V)
    click(segmented, qtbot, 20.5, 20.5)
    (locked,) = session.view.selection
    qtbot.keyClick(segmented, Qt.Key.Key_L)
    colours = {number: session.document.objects[number].colour for number in (hand, locked)}
    before = {number: session.document.labels == number for number in (hand, locked)}
    with qtbot.waitSignal(session.history_changed):
        segmented.run()
    for number, pixels in before.items():
        np.testing.assert_array_equal(session.document.labels == number, pixels)
        assert session.document.objects[number].colour == colours[number]
    assert len(session.document.objects) == 5
    segmented.panel(SegmentPanel).mode.setCurrentIndex(1)
    asked: list[str] = []

    def answer(question: Question) -> str:
        asked.append(question.text)
        return "replace"

    session.persistence.ask = answer
    with qtbot.waitSignal(session.history_changed):
        segmented.run()
    assert asked == ["2 objects that you touched will be replaced"]
    assert len(session.document.objects) == 4


def leave_flows(session: Session) -> None:
    """Have the last run leave flows by which its masks are found again, and doubts about the first of them."""
    from cpsam_core.dynamics.targets import flows_from_masks
    from cpsam_core.segment.output import NetworkOutput

    labels = np.array(session.document.labels[0])
    logits = np.where(labels == 1, 2.0, np.where(labels > 0, 6.0, -6.0)).astype(np.float32)
    session.run_state.flows = NetworkOutput(5 * flows_from_masks(labels), logits)


def test_thresholds_work_on_the_flows_of_the_last_run(
    segmented: Window, qtbot: QtBot, segmenter: FakeSegmenter
) -> None:
    session, panel = segmented.session, segmented.panel(SegmentPanel)
    leave_flows(session)
    with qtbot.waitSignal(session.history_changed, timeout=60_000):  # the first time loads the engine
        panel.cellprob.setValue(3.0)
    assert len(session.document.objects) == 3
    with qtbot.waitSignal(session.history_changed):
        panel.cellprob.setValue(0.0)
    assert len(session.document.objects) == 4
    assert {step.kind for step in session.document.history[1:]} == {StepKind.THRESHOLDS}
    assert len(segmenter.calls) == 1


def drag_slider(slider: QWidget, start: float, end: float) -> None:
    """Drag the handle of a slider from one part of its length to another."""
    (inner,) = slider.findChildren(QSlider)
    places = [QPoint(round(at * inner.width()), inner.height() // 2) for at in np.linspace(start, end, 5)]
    QTest.mousePress(inner, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(inner, place)
    QTest.mouseRelease(inner, Qt.MouseButton.LeftButton, pos=places[-1])


def test_each_drag_of_a_threshold_is_a_step_of_its_own_and_so_are_the_defaults(
    segmented: Window, qtbot: QtBot
) -> None:
    session, panel = segmented.session, segmented.panel(SegmentPanel)
    leave_flows(session)
    document, known = session.document, [(0.4, 0.0, 15)]

    def landed(steps: int) -> None:
        qtbot.waitUntil(lambda: len(document.steps) == steps and session.jobs.idle, timeout=60_000)
        settings = session.run_state.last_settings
        known.append(tuple(settings[name] for name in ("flow_threshold", "cellprob_threshold", "min_size")))

    drag_slider(panel.cellprob, 0.5, 0.7)
    landed(2)
    drag_slider(panel.cellprob, 0.7, 0.8)
    landed(3)
    drag_slider(panel.flow, 0.13, 0.5)
    landed(4)
    panel.min_size.setValue(40)
    landed(5)
    panel.reset.click()
    landed(6)
    (_, first, _), (_, second, _), (flow, _, _) = known[1:4]
    assert 0 < first < second
    assert flow > 1
    assert document.steps[1:] == (
        f"Cell threshold {first:.2f}",
        f"Cell threshold {second:.2f}",
        f"Flow threshold {flow:.2f}",
        "Smallest object 40",
        "Default thresholds",
    )
    assert [entry.what for entry in session.recording.entries] == list(document.steps)
    for wanted in reversed(known[:-1]):
        session.edits.undo()
        settings = session.run_state.options.settings
        assert (settings.flow_threshold, settings.cellprob_threshold, settings.min_size) == wanted
    assert document.position == 1


def test_cancel_a_run(opened: Window, qtbot: QtBot, segmenter: FakeSegmenter) -> None:
    segmenter.gate, segmenter.steps = Event(), 1000
    opened.panel(SegmentPanel).run_button.click()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    assert opened.status.cancel.isVisible()
    assert opened.panel(SegmentPanel).run_button.text() == "Cancel"
    with qtbot.waitSignal(opened.session.jobs.cancelled):
        opened.status.cancel.click()
        segmenter.gate.set()
    assert not opened.session.document.objects
    assert not opened.status.cancel.isVisible()
    assert opened.panel(SegmentPanel).run_button.text() == "Segment"


def test_errors_of_a_run_are_shown(opened: Window, qtbot: QtBot, segmenter: FakeSegmenter) -> None:
    segmenter.error = ImageError("Too dark.")
    with qtbot.waitSignal(opened.session.failed):
        opened.run()
    box = opened.findChild(QMessageBox)
    assert box is not None
    assert box.text() == "Too dark."
    box.close()


def test_another_image_drops_the_old_run(
    opened: Window, qtbot: QtBot, segmenter: FakeSegmenter, stack_file: Path
) -> None:
    segmenter.gate, segmenter.steps = Event(), 2
    opened.run()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    with qtbot.waitSignal(opened.session.image_changed):
        opened.open(stack_file)
        segmenter.gate.set()
    assert opened.session.document.shape[0] == 5
    assert not opened.session.document.objects
