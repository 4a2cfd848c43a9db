"""Who uses the keyboard sees which widget has it: each that Tab comes to looks otherwise then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget

from cpsam_gui.canvas import Canvas
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def stops(window: Window) -> list[QWidget]:
    """Return the widgets that Tab comes to; the image shows it by what the keys do there."""
    found, one = list[QWidget](), window.nextInFocusChain()
    while one is not None and one is not window:
        takes = one.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and one.isEnabled() and not isinstance(one, Canvas) and not one.visibleRegion().isEmpty():
            found.append(one)
        one = one.nextInFocusChain()
    return found


@pytest.fixture(params=[theme.DARK, theme.LIGHT], ids=["dark", "light"])
def scheme(request: pytest.FixtureRequest, segmented: Window) -> Iterator[theme.Scheme]:
    """Show the window in one theme."""
    app, before = QApplication.instance(), theme.current()
    assert isinstance(app, QApplication)
    theme.apply(app, request.param)
    yield request.param
    theme.apply(app, before)


@pytest.mark.usefixtures("scheme")
@pytest.mark.parametrize("panel", ["Segment", "Channels", "Train", "Review"])
def test_whatever_tab_comes_to_is_seen_to_have_the_keys(segmented: Window, qtbot: QtBot, panel: str) -> None:
    segmented.activateWindow()
    segmented.show_panel(panel)
    if panel == "Segment":
        segmented.panel(SegmentPanel).more.head.setChecked(True)
    qtbot.waitUntil(lambda: segmented.isActiveWindow())
    unseen, seen = list[str](), list[QWidget]()
    segmented.canvas.setFocus()
    while True:
        last = QApplication.focusWidget()
        before = {widget: widget.grab().toImage() for widget in stops(segmented)}
        qtbot.keyClick(last, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is None or widget in seen or widget is last:
            break
        seen.append(widget)
        hidden = widget.visibleRegion().isEmpty() and not isinstance(widget, Canvas)
        assert not hidden, f"{type(widget).__name__} behind another panel"
        if widget in before and widget.grab().toImage() == before[widget]:
            unseen.append(f"{type(widget).__name__} {widget.objectName()} {widget.toolTip()[:30]}")
    assert unseen == []
