"""Mouse events on the picture, at places of the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


def place(window: Window, y: float, x: float) -> QPoint:
    """Return where a position of the image is seen, in the viewport."""
    return window.canvas.screen_position(y, x).toPoint()


def click(window: Window, qtbot: QtBot, y: float, x: float, held: Qt.KeyboardModifier = NONE) -> None:
    """Click with the left button at a position of the image."""
    qtbot.mouseClick(window.canvas.viewport(), LEFT, held, place(window, y, x))


def move(window: Window, y: float, x: float) -> None:
    """Move the pointer to a position of the image."""
    move_to(window, place(window, y, x))


def move_to(window: Window, point: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Move the pointer to a point of the viewport."""
    viewport = window.canvas.viewport()
    at = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, button, NONE
    )
    QApplication.sendEvent(viewport, event)


def drag(
    window: Window, qtbot: QtBot, way: list[tuple[float, float]], held: Qt.KeyboardModifier = NONE
) -> None:
    """Drag with the left button along positions of the image."""
    viewport = window.canvas.viewport()
    points = [place(window, y, x) for y, x in way]  # before the view moves
    qtbot.mousePress(viewport, LEFT, held, points[0])
    for point in points[1:]:
        move_to(window, point, LEFT)
    qtbot.mouseRelease(viewport, LEFT, held, points[-1])


def wheel(window: Window, y: float, x: float, turns: int, held: Qt.KeyboardModifier = NONE) -> None:
    """Turn the wheel at a position of the image."""
    at = QPointF(place(window, y, x))
    event = QWheelEvent(
        at,
        window.canvas.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window.canvas.viewport(), event)
