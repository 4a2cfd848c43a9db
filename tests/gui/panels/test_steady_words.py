"""What is told of a training or a folder run while somebody corrects: nothing moves with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpsam_gui.panels import SegmentPanel, TrainPanel

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QLabel
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

LONG = (
    "Looking for what was forgotten: fluorescent nuclei of embryos, organoids and other thick samples",
    "2026-11-27_experiment_with_a_name_that_has_no_place_to_break_a_line_plate_03_well_A12.tif",
)


@pytest.mark.parametrize("words", LONG)
@pytest.mark.parametrize("place", ["Train", "Segment"])
def test_nothing_moves_with_the_words_of_what_runs(
    segmented: Window, qtbot: QtBot, place: str, words: str
) -> None:
    window = segmented
    window.show_panel(place)
    label: QLabel = (
        window.panel(TrainPanel).foot.time if place == "Train" else window.panel(SegmentPanel).foot.progress
    )
    label.setText("Epoch")
    label.show()
    # The panel itself grows and shrinks with what it finds in the folder.
    qtbot.waitUntil(lambda: window.session.jobs.idle, timeout=30_000)
    qtbot.wait(50)
    dock = window.docks[place]
    least, size, canvas = dock.minimumSizeHint().width(), label.size(), window.canvas.width()
    label.setText(words)
    qtbot.wait(50)
    assert dock.minimumSizeHint().width() == least
    assert (label.size(), window.canvas.width()) == (size, canvas)
    assert label.toolTip() == words
