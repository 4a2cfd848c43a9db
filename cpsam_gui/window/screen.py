"""How large the window opens, and how its width is shared: it fits the screen, and most of it is the image's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt

from cpsam_gui.style.layout import full_height

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QDockWidget, QMainWindow

USUAL = QSize(1360, 860)
LARGE = 0.85
"""Share of a large screen that the window takes."""
FRAME_PX = 36
"""Screen pixels for the title bar, which the window system draws around the window."""
CANVAS = 0.6
"""Least share of the width that the canvas has when the window opens."""
LIST_PX = 228
"""Least height of the panel with the objects when the window opens."""
BARS_PX = 72
"""Screen pixels of the tool bar and of the gaps between docks."""


def opening_size(available: QSize) -> QSize:
    """Return how large the window opens on a screen of which so much is free."""
    room = QSize(available.width(), available.height() - FRAME_PX)
    return USUAL.expandedTo(room * LARGE).boundedTo(room)


def fit_to_screen(window: QMainWindow) -> None:
    """Give a window its size for the screen that it opens on, and put it inside."""
    screen = window.screen()
    if screen is None:
        window.resize(USUAL)
        return
    free = screen.availableGeometry()
    window.resize(opening_size(free.size()))
    left = free.left() + max(0, (free.width() - window.width()) // 2)
    top = free.top() + max(0, (free.height() - window.height() - FRAME_PX) // 2)
    window.move(left, top)


def share_height(window: QMainWindow, upper: QDockWidget, lower: QDockWidget) -> None:
    """Give the docks at the right their heights: the upper one what it needs, as far as a list fits below."""
    panel, below = upper.widget(), lower.widget()
    if panel is None or below is None:
        return
    both = upper.height() + lower.height()
    wanted = min(full_height(panel), both - max(below.minimumSizeHint().height(), LIST_PX))
    window.resizeDocks([upper, lower], [wanted, both - wanted], Qt.Orientation.Vertical)


def share_width(window: QMainWindow, left: QDockWidget, right: QDockWidget, wanted: int) -> None:
    """Give the docks at both sides their widths: the left one what it wants, as far as the canvas keeps its share."""
    least = max(right.minimumSizeHint().width(), right.minimumWidth())
    room = int((1 - CANVAS) * window.width()) - BARS_PX - least
    width = max(min(wanted, room), left.minimumWidth())
    window.resizeDocks([left, right], [width, least], Qt.Orientation.Horizontal)
