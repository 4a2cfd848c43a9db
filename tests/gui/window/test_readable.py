"""What is drawn in one colour on another can be told from it, in both themes."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtGui import QColor, QIcon, QPalette
from PyQt6.QtWidgets import QToolBar, QToolButton

from cpsam_gui.panels import SegmentPanel
from cpsam_gui.runs.folder_queue import QueueState
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from conftest import Contrast
    from PyQt6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def colour_of(icon: QIcon, state: QIcon.State, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
    """Return the colour that an icon is drawn in: that of its most opaque pixel."""
    image = icon.pixmap(theme.ICON, mode, state).toImage()
    places = ((x, y) for y in range(image.height()) for x in range(image.width()))
    return max((image.pixelColor(*place) for place in places), key=lambda colour: colour.alpha())


def on_accent(window: Window) -> list[QToolButton]:
    """Return the buttons that have the accent behind their icon while they are checked."""
    return [
        button
        for button in window.findChildren(QToolButton)
        if button.isCheckable()
        and not button.icon().isNull()
        and (button.objectName() == "quiet" or button.defaultAction() is not None)
    ]


@pytest.mark.parametrize("again", [False, True], ids=["", "after a switch"])
def test_icons_of_chosen_buttons_are_seen_on_the_accent(
    scheme: theme.Scheme, contrast: Contrast, opened: Window, qapp: QApplication, *, again: bool
) -> None:
    if again:
        theme.apply(qapp, theme.LIGHT if scheme is theme.DARK else theme.DARK)
        theme.apply(qapp, scheme)
    # What Python alone holds on to goes.
    gc.collect()
    buttons = on_accent(opened)
    assert sum(button.defaultAction() is not None for button in buttons) > 12
    for button in buttons:
        button.click()
        assert contrast(colour_of(button.icon(), QIcon.State.On), scheme.accent) >= 4.5, button.toolTip()
        assert contrast(colour_of(button.icon(), QIcon.State.Off), scheme.window) >= 4.5, button.toolTip()


def test_icons_of_checked_entries_of_a_menu_are_seen_there(
    scheme: theme.Scheme, contrast: Contrast, opened: Window
) -> None:
    for bar in opened.findChildren(QToolBar):
        for action in bar.actions():
            if not action.icon().isNull():
                assert contrast(colour_of(action.icon(), QIcon.State.On), scheme.window) >= 4.5, action.text()


def test_icons_of_selected_rows_are_seen_on_the_accent(
    scheme: theme.Scheme, contrast: Contrast, opened: Window, qtbot: QtBot
) -> None:
    run, shown = opened.session.folder_run, opened.panel(SegmentPanel).folder.list
    run.look()
    qtbot.waitUntil(lambda: shown.topLevelItemCount() == 1)
    for state in QueueState:
        run.queue.put(0, state=state)
        drawn = colour_of(shown.topLevelItem(0).icon(0), QIcon.State.Off, QIcon.Mode.Selected)
        assert contrast(drawn, scheme.accent) >= 4.4, state


def test_what_cannot_be_used_is_fainter_than_what_can(
    scheme: theme.Scheme, contrast: Contrast, qapp: QApplication
) -> None:
    """In the light theme it was nearly as dark as the rest."""
    palette, groups = qapp.palette(), QPalette.ColorGroup
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        faint = contrast(palette.color(groups.Disabled, role), scheme.window)
        assert 2 <= faint < contrast(QColor(scheme.dim), scheme.window), role
