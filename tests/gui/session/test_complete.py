"""Regions that are marked as complete: drawn, taken away, kept, and used by training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt

from cpsam_core.images.project_files import read_project_file
from cpsam_gui.actions.install import actions_of
from cpsam_gui.tools import Pointer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_core.retrain import Candidate
    from cpsam_gui.window.window import Window


def drag(window: Window, qtbot: QtBot, start: tuple[float, float], stop: tuple[float, float]) -> None:
    canvas = window.canvas
    viewport = canvas.viewport()
    first, last = (canvas.screen_position(*place).toPoint() for place in (start, stop))
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(viewport, last)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=last)


def test_a_region_is_marked_shown_undone_and_saved(segmented: Window, qtbot: QtBot, image_file: Path) -> None:
    document = segmented.session.document
    actions_of(segmented)["tool_complete"].trigger()
    drag(segmented, qtbot, (10, 10), (50, 60))
    (region,) = document.facts.complete
    xs, ys = zip(*region.corners, strict=True)
    assert abs(min(ys) - 10) <= 1
    assert abs(max(ys) - 50) <= 1
    assert abs(min(xs) - 10) <= 1
    assert abs(max(xs) - 60) <= 1
    shown = segmented.canvas.marks.regions.line.path().boundingRect()
    assert (shown.left(), shown.top()) == (min(xs), min(ys))
    document.undo()
    assert document.facts.complete == ()
    assert segmented.canvas.marks.regions.line.path().isEmpty()
    document.redo()
    assert segmented.session.persistence.save_now()
    assert read_project_file(image_file.with_suffix(".cpsam"), maps=()).complete == (region,)
    (candidate,) = _candidates(image_file.parent)
    assert candidate.partial
    assert candidate.objects < 4


def _candidates(folder: Path) -> tuple[Candidate, ...]:
    from cpsam_gui.tasks.training import look_at

    return look_at(folder, {})


def test_a_click_takes_a_region_away_and_all_of_them_go(segmented: Window) -> None:
    session, document = segmented.session, segmented.session.document
    session.gestures.use("complete")
    for corner in (5, 30):
        session.gestures.tool.press(Pointer(corner, corner))
        session.gestures.tool.move(Pointer(corner + 20, corner + 20))
        session.gestures.tool.release(Pointer(corner + 20, corner + 20))
    assert len(document.facts.complete) == 2
    session.gestures.tool.press(Pointer(10, 10))
    session.gestures.tool.release(Pointer(10, 10))
    (left,) = document.facts.complete
    assert left.corners[0] == (30, 30)
    session.gestures.tool.press(Pointer(0, 0))
    session.gestures.tool.release(Pointer(4, 4))
    assert session.gestures.desk.problems
    actions_of(segmented)["all_complete"].trigger()
    assert document.facts.complete == ()
