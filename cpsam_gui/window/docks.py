"""The panels around the canvas as docks: where they stand, under which tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDockWidget, QTabBar, QTabWidget, QWidget
from PyQt6.sip import isdeleted

from cpsam_gui.program.i18n import translate
from cpsam_gui.style.layout import scrolling
from cpsam_gui.style.wheel import guard_tabs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PyQt6.QtWidgets import QMainWindow

    from cpsam_gui.panels import Panel, Place

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
AREAS = {"left": LEFT, "below": Qt.DockWidgetArea.BottomDockWidgetArea}
RIGHT_WIDTH_PX, LEFT_WIDTH_PX, LEFT_FIRST_PX = 320, 132, 248


def make_docks(window: QMainWindow, panels: Mapping[Place, Panel]) -> dict[str, QDockWidget]:
    """Put the panels into docks at the edges of the window and return the docks by name."""
    docks: dict[str, QDockWidget] = {}
    first: dict[str, QDockWidget] = {}
    guard_tabs(window)
    for place, panel in panels.items():
        area = AREAS.get(place.group, RIGHT)
        docks[place.name] = dock = _dock(window, place, panel)
        if place.group != "below":
            dock.setMinimumWidth(LEFT_WIDTH_PX if area is LEFT else RIGHT_WIDTH_PX)
        window.addDockWidget(area, dock)
        if place.group == "below":
            # What lies under the canvas is there when it is asked for.
            dock.hide()
        if place.group in first:
            window.tabifyDockWidget(first[place.group], dock)
        first.setdefault(place.group, dock)
    for dock in first.values():
        dock.raise_()
    window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
    window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
    window.setTabPosition(RIGHT, QTabWidget.TabPosition.North)
    window.setTabPosition(LEFT, QTabWidget.TabPosition.North)
    return docks


def drop_stale_tabs(window: QMainWindow) -> None:
    """Hide the tab bars that Qt leaves behind when docks are stacked or restored: they show over other docks."""
    # Docks that a window takes with it when it goes say that they are hidden.
    if isdeleted(window):
        return
    seen = set()
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    # The one that is in use was made last.
    for bar in reversed(bars):
        bar.setVisible(bar.count() > 0 and bar.tabText(0) not in seen)
        seen.add(bar.tabText(0))


def _dock(window: QMainWindow, place: Place, panel: Panel) -> QDockWidget:
    dock = QDockWidget(translate(place.name), window)
    dock.setObjectName(place.name)
    dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
    # The tab says the name already.
    dock.setTitleBarWidget(QWidget())
    dock.setWidget(scrolling(panel) if place.scrolls else panel)
    dock.visibilityChanged.connect(panel.follow)
    dock.visibilityChanged.connect(lambda _: drop_stale_tabs(window))
    return dock
