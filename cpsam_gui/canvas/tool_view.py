"""What the canvas and the orthogonal views share: a bare view of Qt in which tools work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QGraphicsView

from cpsam_gui.style import theme
from cpsam_gui.tools import Pointer

if TYPE_CHECKING:
    from PyQt6.QtGui import QInputEvent, QMouseEvent, QWheelEvent

    from cpsam_gui.state.slice import Slice

# One notch of the wheel.
ZOOM_STEP = 1.25
# Screen pixels that tell a drag from a click.
DRAG_PX = 4.0


class ToolView(pg.GraphicsView):  # type: ignore[misc]
    """A view without ways of its own to move, on the ground colour of the theme."""

    def __init__(self) -> None:
        super().__init__(background=QColor(theme.current().canvas))
        self.enableMouse(False)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setMouseTracking(True)
        theme.changed.connect(self._recolour)

    def _recolour(self) -> None:
        """Take the ground colour of the theme."""
        self.setBackground(QColor(theme.current().canvas))


def pointer_at(y: float, x: float, event: QMouseEvent, scale: float, shown: Slice | None = None) -> Pointer:
    """Return what tools hear of a mouse event at a place of the image.

    Parameters
    ----------
    y, x
        The place in pixels of the image, or of the slice of it that is `shown`.
    event
        Tells the button and the keys that are held.
    scale
        Screen pixels per image pixel.
    shown
        The slice that an orthogonal view shows; None on the canvas.
    """
    held = event.modifiers()
    return Pointer(
        y,
        x,
        right=event.button() == Qt.MouseButton.RightButton,
        ctrl=bool(held & Qt.KeyboardModifier.ControlModifier),
        shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
        alt=bool(held & Qt.KeyboardModifier.AltModifier),
        scale=scale,
        slice=shown,
    )


def turns_of(event: QWheelEvent) -> float:
    """Return by how many notches the wheel was turned; some systems turn it sideways while Alt is held."""
    return (event.angleDelta().y() or event.angleDelta().x()) / 120


def adjusts_tool(event: QInputEvent) -> bool:
    """Whether the wheel is turned for the tool, with Alt or Ctrl held, instead of for the zoom."""
    return bool(event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier))
