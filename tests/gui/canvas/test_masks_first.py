"""Outlines of new masks in view, over the present ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.tasks.masks_in_view import MasksInView
from tests.gui.canvas.test_partial_result import colours_at

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_their_outlines_are_drawn_and_go(qtbot: QtBot, opened: Window) -> None:
    session = opened.session
    inner, rim = colours_at(opened, 40, 50), colours_at(opened, 30, 50)
    labels = np.zeros(session.document.shape[1:], np.uint32)
    labels[30:50, 40:60] = 1
    first = session.masks_first
    first._take(MasksInView(Box(0, 1, 20, 60, 20, 70), labels, 1))
    assert colours_at(opened, 30, 50) == (255, 255, 255) != rim
    assert colours_at(opened, 40, 50) == inner
    opened.canvas.peek(True)
    assert colours_at(opened, 30, 50) == rim
    opened.canvas.peek(False)
    first.forget()
    assert colours_at(opened, 30, 50) == rim
