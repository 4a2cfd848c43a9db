"""Clicks in the groove of a slider go where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QSlider

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

LEFT = Qt.MouseButton.LeftButton


def at(slider: QSlider, part: float) -> QPoint:
    """Return a place in the groove, a part of the way from the least value to the greatest."""
    if slider.orientation() is Qt.Orientation.Horizontal:
        return QPoint(round(part * slider.width()), slider.height() // 2)
    return QPoint(slider.width() // 2, round((1 - part) * slider.height()))


@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.75, 0.98])
def test_a_click_in_the_groove_goes_there(opened: Window, qtbot: QtBot, part: float) -> None:
    for slider in (opened.documents.slider, opened.planes.slider):
        opened.documents.show()
        opened.planes.show()
        slider.show()
        slider.blockSignals(True)
        slider.setRange(0, 4)
        for start in (0, 4):
            slider.setValue(start)
            QTest.qWait(1)
            QTest.mouseClick(slider, LEFT, pos=at(slider, part))
            assert slider.value() == round(4 * part), (slider.orientation(), start)


def test_a_drag_that_begins_in_the_groove_goes_on(opened: Window) -> None:
    slider = opened.planes.slider
    opened.planes.show()
    slider.blockSignals(True)
    slider.setRange(0, 40)
    QTest.qWait(1)
    QTest.mousePress(slider, LEFT, pos=at(slider, 0.5))
    assert slider.isSliderDown() and slider.value() == 20
    QTest.mouseMove(slider, at(slider, 0.75))
    assert abs(slider.value() - 30) <= 1
    QTest.mouseRelease(slider, LEFT, pos=at(slider, 0.75))
    assert not slider.isSliderDown()
    QTest.mouseMove(slider, at(slider, 0.2))
    assert abs(slider.value() - 30) <= 1


def test_a_click_on_the_slider_of_a_stack_shows_the_plane(
    window: Window, stack_file: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    slider = window.planes.slider
    qtbot.waitUntil(lambda: slider.height() > 100)
    QTest.mouseClick(slider, LEFT, pos=at(slider, 0.98))
    assert window.session.view.plane == 4
