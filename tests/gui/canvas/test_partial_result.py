"""Objects of a run under way, drawn under the masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.tasks.partial_result import PartialResult

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def colours_at(window: Window, y: int, x: int) -> tuple[int, int, int]:
    """Return what is seen at a place of the image."""
    place = window.canvas.screen_position(y, x).toPoint()
    colour = window.canvas.grab().toImage().pixelColor(place)
    return colour.red(), colour.green(), colour.blue()


def test_it_is_drawn_and_goes(qtbot: QtBot, opened: Window) -> None:
    session, large_run = opened.session, opened.session.large_run
    before = colours_at(opened, 40, 50)
    partial = large_run.partial_result = PartialResult(session.document.shape, large_run.block_found.emit)
    large_run.partial_changed.emit()
    box = Box(0, 1, 35, 45, 45, 55)
    partial.labels.write(box, np.ones(box.shape, np.uint32))
    partial.largest = 1
    large_run.block_found.emit(box)
    during = colours_at(opened, 40, 50)
    assert max(abs(a - b) for a, b in zip(before, during, strict=True)) > 30
    large_run.let_go()
    assert colours_at(opened, 40, 50) == before
